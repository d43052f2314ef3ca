"""The verbs delete and deletecollection.

Deleting is asking: an object with finalizers, or one that is given time to end, is marked and
stays until nothing keeps it.

Source: ``k8s.io/apiserver/pkg/registry/generic/registry`` Store.Delete, and
``k8s.io/apiserver/pkg/registry/rest`` BeforeDelete (v1.36).
"""

from dataclasses import replace as with_changes
from typing import NamedTuple, final

import orjson

from kubeobj.api.admission.chain import Operation
from kubeobj.api.core import written_time
from kubeobj.api.errors import ApiError, conflict, invalid, not_found
from kubeobj.api.options import DeleteOptions
from kubeobj.api.outcome import Outcome, success
from kubeobj.api.request import Request
from kubeobj.api.table import seconds_of
from kubeobj.documents import Wire
from kubeobj.store.record import Record

ORPHAN = "orphan"
"""The finalizer by which dependents are let go before an object goes."""

FOREGROUND = "foregroundDeletion"
"""The finalizer by which dependents go before an object does."""


def delete(request: Request, name: str) -> Outcome:
    """Delete the object called *name*, or begin to.

    Raises:
        ApiError: If it is not there, not as it is expected to be, or may not be deleted.
    """
    options = _options(request)
    record = request.core.store.get(request.key(name))
    if record is None:
        raise not_found(request.kind.group, request.kind.plural, name)
    return _outcome(request, _delete(request, record, options))


def refuse_bad(options: DeleteOptions) -> None:
    """Refuse options that say nothing sensible.

    Raises:
        Invalid: If they do.
    """
    errors = list(options.validate())
    if errors:
        raise invalid("meta.k8s.io", "DeleteOptions", "", errors)


def _options(request: Request) -> DeleteOptions:
    """Return the options of the request, in order."""
    options = request.options
    if not isinstance(options, DeleteOptions):
        options = DeleteOptions(user=options.user, dry_run=options.dry_run)
    refuse_bad(options)
    warning = request.kind.delete_warning
    if warning and options.propagation_policy is None and options.orphan_dependents is None:
        request.warnings.append(warning)
    if options.grace_period_seconds is not None and options.grace_period_seconds < 0:
        return with_changes(options, grace_period_seconds=1)
    return options


@final
class _Deletion(NamedTuple):
    """What has become of an object: its record, itself if it is not as the record has it."""

    record: Record
    obj: Wire | None = None
    deleted: bool = False


def _delete(request: Request, record: Record, options: DeleteOptions) -> _Deletion:
    kind, context = request.kind, request.context
    _check_preconditions(request, record, options)
    obj = request.stored(record)
    request.admit(Operation.DELETE, record.key.name, None, obj)
    is_new = "deletionTimestamp" not in obj["metadata"]
    if kind.lingers is not None and (is_new or kind.lingers(obj)):
        return _linger(request, record, obj)
    marked, is_pending = _mark(request, obj, options)
    if is_pending:
        return _Deletion(record, obj)
    _settle_finalizers(obj, options, orphans_by_default=kind.orphans_by_default)
    held = bool(obj["metadata"].get("finalizers"))
    if not marked and held:
        _mark_as_deleted(obj, context.now)
    if marked or held:
        grace = obj["metadata"].get("deletionGracePeriodSeconds", 0)
        kind.prepare_delete(obj, context)
        kept = _keep(request, record, obj)
        if held or (marked and grace):
            return _Deletion(kept) if kept else _Deletion(record, obj)
        record = kept or record
    return _remove(request, record, obj)


def _check_preconditions(request: Request, record: Record, options: DeleteOptions) -> None:
    kind, name = request.kind, record.key.name
    if options.uid is not None and options.uid != record.uid:
        why = (
            f"Precondition failed: UID in precondition: {options.uid},"
            f" UID in object meta: {record.uid}"
        )
        raise conflict(kind.group, kind.kind.kind, name, why)
    version = options.resource_version
    if version is not None and version != str(record.revision):
        why = (
            f"Precondition failed: ResourceVersion in precondition: {version},"
            f" ResourceVersion in object meta: {record.revision}"
        )
        raise conflict(kind.group, kind.kind.kind, name, why)


def _linger(request: Request, record: Record, obj: Wire) -> _Deletion:
    """Mark an object that stays for a reason of its kind's own."""
    metadata = obj["metadata"]
    if "deletionTimestamp" not in metadata:
        metadata["deletionTimestamp"] = request.context.now
        request.kind.prepare_delete(obj, request.context)
        kept = _keep(request, record, obj)
        if kept is not None:
            return _Deletion(kept)
    return _Deletion(record, obj)


def _mark(request: Request, obj: Wire, options: DeleteOptions) -> tuple[bool, bool]:
    """Mark *obj* as being deleted, if it is given time to end.

    Returns:
        Whether it has been marked now, and whether it was before and nothing is to be done.
    """
    grace_of = request.kind.grace_seconds
    if grace_of is None:
        return False, False
    metadata, asked = obj["metadata"], options.grace_period_seconds
    if "deletionTimestamp" in metadata:
        before = metadata.get("deletionGracePeriodSeconds", 0)
        if not before:
            return False, False
        if asked is None or asked >= before:
            return False, True
        ends = seconds_of(metadata["deletionTimestamp"]) - before + asked
        metadata["deletionTimestamp"] = written_time(int(ends))
        metadata["deletionGracePeriodSeconds"] = asked
        return True, False
    grace = grace_of(obj, asked)
    if grace is None:
        return False, False
    now = int(request.core.clock.now())
    metadata["deletionTimestamp"] = written_time(now + grace)
    metadata["deletionGracePeriodSeconds"] = grace
    _count(metadata)
    return True, False


def _mark_as_deleted(obj: Wire, now: str) -> None:
    """Mark *obj*, which nothing but finalizers keeps."""
    metadata = obj["metadata"]
    if "deletionTimestamp" not in metadata:
        _count(metadata)
        metadata["deletionTimestamp"] = now
    metadata["deletionGracePeriodSeconds"] = 0


def _count(metadata: Wire) -> None:
    if metadata.get("generation"):
        metadata["generation"] += 1


def _settle_finalizers(obj: Wire, options: DeleteOptions, *, orphans_by_default: bool) -> None:
    """Give *obj* the finalizer that does what is wanted of dependents."""
    metadata = obj["metadata"]
    before = metadata.get("finalizers", [])
    wanted = [one for one in before if one not in {ORPHAN, FOREGROUND}]
    policy, orphan = options.propagation_policy, options.orphan_dependents
    if orphan is None and policy is None and not {ORPHAN, FOREGROUND}.intersection(before):
        orphan = orphans_by_default or None
    if orphan or (orphan is None and (policy == "Orphan" or (not policy and ORPHAN in before))):
        wanted.append(ORPHAN)
    if _goes_last(before, policy, orphan=orphan):
        wanted.append(FOREGROUND)
    if set(wanted) == set(before):
        return
    if wanted:
        metadata["finalizers"] = wanted
    else:
        del metadata["finalizers"]


def _goes_last(finalizers: list[str], policy: str | None, *, orphan: bool | None) -> bool:
    if orphan is not None:
        return False
    if policy is not None:
        return policy == "Foreground"
    return FOREGROUND in finalizers


def _keep(request: Request, record: Record, obj: Wire) -> Record | None:
    """Store *obj* in place of *record*; None in a dry run."""
    if request.context.dry_run:
        return None
    draft = request.draft(record.key.name, obj)
    return request.core.store.put(draft, expected_revision=record.revision)


def _remove(request: Request, record: Record, obj: Wire) -> _Deletion:
    if request.context.dry_run:
        return _Deletion(record, obj, deleted=True)
    removed = request.core.store.delete(record.key, expected_revision=record.revision)
    if request.kind.release:
        request.kind.release(obj, request.context)
    return _Deletion(removed, deleted=True)


def _outcome(request: Request, deletion: _Deletion) -> Outcome:
    kind, record = request.kind, deletion.record
    if deletion.deleted and not kind.returns_deleted:
        status = success(kind.group, kind.plural, record.key.name, record.uid)
        data = orjson.dumps(status)
    else:
        obj = deletion.obj
        data = request.endpoint.write(record) if obj is None else request.answer(obj)
    return Outcome(
        record=record, data=data, deleted=deletion.deleted, warnings=tuple(request.warnings)
    )


def delete_all(request: Request, records: tuple[Record, ...]) -> list[str]:
    """Delete the objects of *records*, or begin to; return the warnings.

    Raises:
        ApiError: If one of them may not be deleted; those before it are gone.
    """
    options = _options(request)
    one = request
    for record in records:
        current = request.core.store.get(record.key)
        if current is None:
            continue
        if record.key.namespace != one.namespace:
            one = Request(
                request.core, request.endpoint, record.key.namespace, options, request.subresource
            )
        try:
            _delete(one, current, options)
        except ApiError as error:
            if error.reason != "NotFound":
                raise
    return request.warnings
