"""The verb create.

Source: ``k8s.io/apiserver/pkg/registry/generic/registry`` Store.Create (v1.36).
"""

from dataclasses import replace

from kubeobj.api.admission.chain import Operation
from kubeobj.api.errors import ApiError, already_exists
from kubeobj.api.kind import Kind
from kubeobj.api.metadata import begin, drop_repeated_owners, new_errors, settle_namespace
from kubeobj.api.outcome import Outcome
from kubeobj.api.request import Request
from kubeobj.api.wireform import zero_field
from kubeobj.documents import Document, Wire
from kubeobj.store.errors import KeyExists
from kubeobj.store.store import ABSENT

COMPLETED = "completed"
"""The term of what is stored less complete than it is told: whatever is written next differs."""


def create(request: Request, body: Document) -> Outcome:
    """Create the object that *body* is.

    Raises:
        ApiError: If it is no object of the kind, breaks rules, is refused, or is there already.
    """
    return create_object(request, request.read(body))


def create_object(request: Request, obj: Wire) -> Outcome:
    """Create *obj*, which is in stored form and the callee's to change.

    Raises:
        ApiError: If it breaks rules, is refused, or is there already.
    """
    kind, context = request.kind, request.context
    settle_namespace(obj, kind, request.namespace)
    name = obj["metadata"].get("name", "")
    obj = request.mutate(Operation.CREATE, name, obj, None)
    if "status" in kind.parts and kind.resets_on_create:
        reset_status(obj, kind)
    begin(obj, kind, context)
    undo = kind.allocate(obj, None, context) if kind.allocate else None
    try:
        return _store(request, obj)
    except BaseException:
        if undo:
            undo()
        raise
    finally:
        if undo and context.dry_run:
            undo()


def _store(request: Request, obj: Wire) -> Outcome:
    """Check *obj* and keep it."""
    kind, context, metadata = request.kind, request.context, obj["metadata"]
    kind.prepare_create(obj, context)
    name = metadata.get("name", "")
    errors = [*new_errors(obj, kind), *request.endpoint.validate(obj)]
    if errors:
        request.refuse_if(errors, name)
    drop_repeated_owners(obj, context)
    request.warnings += kind.warnings(obj, None)
    request.admit(Operation.CREATE, name, obj, None)
    is_completed = kind.complete(obj)
    draft = request.draft(name, obj)
    if is_completed:
        draft = replace(draft, terms=(*draft.terms, COMPLETED))
    if context.dry_run:
        if request.core.store.get(draft.key) is not None:
            raise already_exists(kind.group, kind.plural, name)
        answer = request.answer(obj)
        return Outcome(record=None, data=answer, created=True, warnings=tuple(request.warnings))
    if metadata.get("resourceVersion"):
        # It is the store that asks, after all else has.
        raise ApiError("resourceVersion should not be set on objects to be created")
    try:
        record = request.core.store.put(draft, expected_revision=ABSENT)
    except KeyExists:
        error = already_exists(kind.group, kind.plural, name)
        if metadata.get("generateName"):
            error.retry_after_seconds = 1  # another name may be free
        raise error from None
    return Outcome(
        record=record,
        data=request.endpoint.write(record),
        created=True,
        warnings=tuple(request.warnings),
    )


def reset_status(obj: Wire, kind: Kind) -> None:
    """Drop the status of *obj*, which is not the creator's to say."""
    empty = zero_field(kind.type_name, "status")
    if empty is None:
        obj.pop("status", None)
    else:
        obj["status"] = empty
