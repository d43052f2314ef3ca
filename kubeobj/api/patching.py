"""The verb patch: JSON patch, JSON merge patch, strategic merge patch.

Server-side apply is a fourth kind of patch, and comes with a step of its own.

Source: ``k8s.io/apiserver/pkg/endpoints/handlers`` patch.go (v1.36).
"""

from collections.abc import Collection, Container, Mapping
from enum import StrEnum

from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import (
    ApiError,
    BadRequest,
    InternalError,
    Invalid,
    UnsupportedMediaType,
    invalid,
)
from kubeobj.api.fielderrors import invalid as invalid_field
from kubeobj.api.kind import Part
from kubeobj.api.outcome import Outcome
from kubeobj.api.patch import apply_json_patch
from kubeobj.api.patch.errors import PatchCrashError, PatchDecodeError, PatchError, PatchRule
from kubeobj.api.patch.mergepatch import merge_into
from kubeobj.api.patch.plain import thaw_object
from kubeobj.api.patch.strategicmerge import Mode, merge_object
from kubeobj.api.request import Request, check_type
from kubeobj.api.updating import check_name, replace
from kubeobj.api.wireform import WireError
from kubeobj.documents import JsonValue, Wire
from kubeobj.errors import FieldPath
from kubeobj.models.schema import FREE_FORM, FieldSchema


class PatchType(StrEnum):
    """The kinds of patch, as content types name them."""

    JSON = "application/json-patch+json"
    MERGE = "application/merge-patch+json"
    STRATEGIC = "application/strategic-merge-patch+json"
    APPLY = "application/apply-patch+yaml"


_NO_FACTS = (
    "nothing is known of how lists of the kind merge, so that it takes no strategic merge patches;"
    " accepted media types include: application/json-patch+json, application/merge-patch+json"
)

# The metadata by which a patch says that it is for one version of one object only.
_WHICH = frozenset({"resourceVersion", "uid"})

# What the server answers with 400; all else that a patch does wrong is 422.
_UNREADABLE = frozenset({PatchRule.BAD_PATCH, PatchRule.BAD_DOCUMENT})


def patch(request: Request, name: str, change: JsonValue, kind: PatchType) -> Outcome:
    """Change the object called *name* as a patch says.

    Args:
        request: The request.
        name: Which object.
        change: The patch.
        kind: Which kind of patch it is.

    Raises:
        ApiError: If it does not apply, or its result breaks rules, is refused, or is not there.
    """
    changed = _changed(change, kind)
    part, own = request.sharing_part, frozenset({request.subresource})
    if part is not None and changed is not None and changed <= own:
        changed = own
    else:
        part = None
    # What a merge patch leaves alone, it shares.
    shares = part is not None and kind is PatchType.MERGE
    within = _fields_within(change, request.subresource) if shares else None

    def patched(old: Wire) -> Wire:
        if shares:
            old = {**old, "metadata": {**old["metadata"]}}
        result = apply(request.endpoint, request.endpoint.view(old), change, kind)
        return read_result(request, result, name, changed, part, within)

    return replace(request, name, patched, shares=shares)


def _changed(change: JsonValue, kind: PatchType) -> frozenset[str] | None:
    """Return the fields of an object that a patch may change; None for all."""
    if kind not in {PatchType.MERGE, PatchType.STRATEGIC} or not isinstance(change, dict):
        return None
    # What begins so tells what to do with other fields.
    if any(not isinstance(name, str) or name.startswith("$") for name in change):
        return None
    names = frozenset(change)
    return names - {"metadata"} if _only_says_which(change.get("metadata")) else names


def _fields_within(change: JsonValue, own: str) -> Container[str] | None:
    """Return the fields of a part that a merge patch changes; None if it does not say which."""
    fields = change.get(own) if isinstance(change, dict) else None
    return frozenset(fields) if isinstance(fields, dict) else None


def _only_says_which(metadata: JsonValue) -> bool:
    """Return whether all that a patch says of metadata is which object it is for, as stored."""
    return (
        isinstance(metadata, dict)
        and metadata.keys() <= _WHICH
        and all(one.__class__ is str and one and one.isascii() for one in metadata.values())
    )


def apply(endpoint: Endpoint, document: Wire, change: JsonValue, kind: PatchType) -> JsonValue:
    """Return *document*, which is used up, as a patch makes it.

    Raises:
        BadRequest: If the patch is none.
        Invalid: If it does not apply.
    """
    return apply_to_type(document, change, kind, endpoint.type_name)


def apply_to_type(document: Wire, change: JsonValue, kind: PatchType, type_name: str) -> JsonValue:
    """Return *document*, of a type as `FieldSchema` names it and used up, as a patch makes it.

    Raises:
        BadRequest: If the patch is none.
        Invalid: If it does not apply.
    """
    try:
        match kind:
            case PatchType.JSON:
                return apply_json_patch(document, change)
            case PatchType.MERGE:
                return merge_into(document, change)
            case PatchType.STRATEGIC:
                if type_name == FREE_FORM:
                    raise UnsupportedMediaType(_NO_FACTS)
                if not isinstance(change, Mapping):
                    raise BadRequest("a strategic merge patch is a JSON object")
                schema = FieldSchema(type_name)
                return merge_object(document, thaw_object(change), schema, Mode.APPLY)
            case PatchType.APPLY:
                raise ApiError("server-side apply is not supported yet")
    except PatchError as error:
        raise _refusal(error) from None


def _refusal(error: PatchError) -> ApiError:
    if isinstance(error, PatchCrashError):
        return InternalError(str(error))
    if isinstance(error, PatchDecodeError) or error.rule in _UNREADABLE:
        return BadRequest(str(error))
    return Invalid(str(error), details={})


def read_result(
    request: Request,
    result: JsonValue,
    name: str,
    changed: Collection[str] | None,
    part: Part | None,
    within: Container[str] | None = None,
) -> Wire:
    """Return what a patch has made, in stored form.

    Args:
        request: The request.
        result: What the patch has made.
        name: Of which object.
        changed: The fields that the patch may have changed; None for all.
        part: The part which alone they are, if all else is shared with what is stored.
        within: The fields of that part that the patch may have changed; None for all.

    Raises:
        BadRequest: If it is no object of the kind, or another object.
        Invalid: If a value has the wrong type, or a field is unknown and to be refused.
    """
    if not isinstance(result, Mapping):
        raise unfit("the result is no object")
    request.note_managers(result)
    try:
        check_type(request.endpoint.gvk, result)
        if changed is None or not isinstance(result, dict):
            obj, has_unknown = request.endpoint.read(result)
        else:
            obj, has_unknown = request.endpoint.read_again(result, changed, part, within)
    except (WireError, BadRequest) as error:
        raise unfit(str(error)) from None
    try:
        request.judge_strictly(result, has_unknown=has_unknown)
    except BadRequest as error:
        raise unfit(str(error)) from None
    check_name(request, obj, name)
    return obj


def unfit(why: str) -> Invalid:
    """Return the error that a patch makes what cannot be read."""
    return invalid("", "", "", [invalid_field(FieldPath.of("patch"), None, why, "patch")])
