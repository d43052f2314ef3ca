"""The verb update, of whole objects and of their parts.

Source: ``k8s.io/apiserver/pkg/registry/generic/registry`` Store.Update (v1.36).
"""

from collections.abc import Callable
from typing import TypeAlias

from kubeobj.api.admission.chain import Operation
from kubeobj.api.creating import create_object
from kubeobj.api.errors import BadRequest, conflict, not_found
from kubeobj.api.errors import invalid as refused
from kubeobj.api.fielderrors import invalid
from kubeobj.api.kind import Part, put_back
from kubeobj.api.metadata import (
    brings_more,
    carry_over,
    drop_repeated_owners,
    new_errors,
    same_but_for,
    settle_namespace,
    update_errors,
)
from kubeobj.api.outcome import Outcome
from kubeobj.api.request import Request
from kubeobj.documents import Document, Wire
from kubeobj.errors import FieldError
from kubeobj.meta.metarules import METADATA
from kubeobj.store.record import Record

OUTDATED = (
    "the object has been modified; please apply your changes to the latest version and try again"
)
"""What is said to a writer who has seen another version of the object."""

Change: TypeAlias = Callable[[Wire], Wire]
"""Makes the new object, in stored form, of the stored one; both are the callee's to change."""


def update(request: Request, name: str, body: Document) -> Outcome:
    """Put the object that *body* is in place of the one called *name*.

    Raises:
        ApiError: If it is no object of the kind, breaks rules, is refused, or is not there.
    """
    record = request.core.store.get(request.key(name))
    old = None if record is None else request.stored(record)
    obj = request.read(body, old)
    check_name(request, obj, name)
    if record is None or old is None:
        if request.kind.creates_on_update and not request.subresource:
            return create_object(request, obj)
        raise not_found(request.kind.group, request.kind.plural, name)
    uid, found = obj["metadata"].get("uid"), old["metadata"].get("uid")
    if uid and uid != found:
        why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {found}"
        raise conflict(request.kind.group, request.kind.plural, name, why)
    return _replace(request, record, old, obj)


def check_name(request: Request, obj: Wire, name: str) -> None:
    """Make sure that *obj* is called *name*, and is in the namespace of the request.

    Raises:
        BadRequest: If not.
    """
    found = obj["metadata"].get("name", "")
    if not found:
        raise BadRequest("name must be provided")
    if found != name:
        raise BadRequest(
            f"the name of the object ({found}) does not match the name on the URL ({name})"
        )
    settle_namespace(obj, request.kind, request.namespace)


def replace(request: Request, name: str, change: Change, *, shares: bool = False) -> Outcome:
    """Put what *change* makes of the object called *name* in its place.

    Args:
        request: The request.
        name: Which object.
        change: Makes the new object of the stored one.
        shares: Whether *change* gets the stored object itself, and changes nothing in it.

    Raises:
        ApiError: If it breaks rules, is refused, or is not there.
    """
    record = request.core.store.get(request.key(name))
    if record is None:
        raise not_found(request.kind.group, request.kind.plural, name)
    old = request.stored(record)
    obj = change(old if shares else request.stored(record))
    return _replace(request, record, old, obj)


def _replace(request: Request, record: Record, old: Wire, obj: Wire) -> Outcome:
    kind, context, name = request.kind, request.context, record.key.name
    obj = request.mutate(Operation.UPDATE, name, obj, old)
    _check_version(request, record, obj)
    undo = kind.allocate(obj, old, context) if kind.allocate and not request.subresource else None
    try:
        return _store(request, record, old, obj)
    except BaseException:
        if undo:
            undo()
        raise
    finally:
        if undo and context.dry_run:
            undo()


def _check_version(request: Request, record: Record, obj: Wire) -> None:
    """Make sure that the writer has seen the object as it is, and give *obj* its version."""
    metadata, kind, name = obj["metadata"], request.kind, record.key.name
    version = metadata.get("resourceVersion", "")
    if version in {"", "0"}:
        if not kind.updates_blindly:
            detail = "must be specified for an update"
            here = METADATA.child("resourceVersion")
            errors = [invalid(here, 0, detail, "resourceVersion=update")]
            raise refused(kind.group, kind.plural, name, errors)
        metadata["resourceVersion"] = str(record.revision)
    elif version != str(record.revision):
        raise conflict(kind.group, kind.plural, name, OUTDATED)


def _store(request: Request, record: Record, old: Wire, obj: Wire) -> Outcome:
    """Check *obj* and keep it in place of *old*."""
    kind, name = request.kind, record.key.name
    part = kind.parts.get(request.subresource) if request.subresource else None
    strays = request.resets_managers or (
        request.subresource != "status" and brings_more(obj, old, "metadata", "status")
    )
    prepare(request, obj, old, part)
    request.refuse_if(_errors(request, obj, old, part), name)
    drop_repeated_owners(obj, request.context)
    request.warnings += kind.warnings(obj, old)
    request.admit(Operation.UPDATE, name, obj, old)
    if _is_done_with(request, obj, old):
        return _remove(request, record, obj)
    draft = request.draft(name, obj)
    if request.context.dry_run:
        return Outcome(record=None, data=request.answer(obj), warnings=tuple(request.warnings))
    # Who has written what was put back now manages it, and that is a change.
    kept = request.core.store.put(draft, expected_revision=record.revision, is_change=strays)
    return Outcome(record=kept, data=request.endpoint.write(kept), warnings=tuple(request.warnings))


def prepare(request: Request, obj: Wire, old: Wire, part: Part | None) -> None:
    """Put back in *obj* what the writer may not change."""
    kind, context = request.kind, request.context
    put_back(obj["metadata"], old["metadata"], "generation")
    if part is not None:
        part.prepare(obj, old, context)
    else:
        if "status" in kind.parts:
            put_back(obj, old, "status")
        kind.prepare_update(obj, old, context)
    carry_over(obj, old)
    if kind.counts_generations and not same_but_for(obj, old, "metadata", "status"):
        obj["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1


def _errors(request: Request, obj: Wire, old: Wire, part: Part | None) -> list[FieldError]:
    validate = request.endpoint.validate_update if part is None else part.validate
    errors = [*update_errors(obj, old, request.kind), *validate(obj, old)]
    if part is None and request.kind.revalidates_metadata:
        errors += new_errors(obj, request.kind)
    return errors


def _is_done_with(request: Request, obj: Wire, old: Wire) -> bool:
    """Return whether *obj* was kept only by a finalizer that is gone now."""
    metadata, before = obj["metadata"], old["metadata"]
    if "deletionTimestamp" not in before or metadata.get("finalizers"):
        return False
    lingers = request.kind.lingers
    if lingers is not None:
        return not lingers(obj)
    return not before.get("deletionGracePeriodSeconds")


def _remove(request: Request, record: Record, obj: Wire) -> Outcome:
    """Delete the object that nothing keeps any more; the answer is its last state."""
    obj["metadata"]["resourceVersion"] = str(record.revision)
    if not request.context.dry_run:
        request.core.store.delete(record.key, expected_revision=record.revision)
        if request.kind.release:
            request.kind.release(obj, request.context)
    return Outcome(
        record=record,
        data=request.answer(obj),
        deleted=True,
        warnings=tuple(request.warnings),
    )
