"""From the query and the body of a request to options.

Source: ``k8s.io/apimachinery/pkg/runtime`` conversion of parameters, and
``k8s.io/apimachinery/pkg/apis/meta/v1/validation`` (v1.36).
"""

from collections.abc import Iterator, Mapping
from typing import Literal, cast

from kubeobj.api.deleting import refuse_bad
from kubeobj.api.errors import BadRequest, invalid
from kubeobj.api.fielderrors import forbidden, not_supported, too_long
from kubeobj.api.fielderrors import invalid as invalid_field
from kubeobj.api.kind import User
from kubeobj.api.options import DeleteOptions, FieldValidation, ListOptions, WriteOptions
from kubeobj.api.rest.message import HttpRequest
from kubeobj.api.wireform import WireError, read_wire
from kubeobj.documents import Document, Wire
from kubeobj.errors import FieldError, FieldPath
from kubeobj.meta.metarules import FIELD_MANAGER_MAX_BYTES
from kubeobj.names.syntax import byte_length

_FIELD_VALIDATIONS = ("Ignore", "Warn", "Strict")

OptionsKind = Literal["CreateOptions", "UpdateOptions", "PatchOptions"]
"""What options of writing are called in errors."""


def read_write_options(
    request: HttpRequest,
    user: User,
    kind: OptionsKind,
    *,
    is_apply: bool = False,
) -> WriteOptions:
    """Return how to write, as the query says.

    Raises:
        Invalid: If it says what is not to be had.
    """
    query = request.query
    dry_run = query.get("dryRun", [])
    manager = request.parameter("fieldManager")
    validation = request.parameter("fieldValidation")
    errors = [
        *_dry_run_errors(dry_run),
        *_manager_errors(manager),
        *_validation_errors(validation),
    ]
    force = boolean(request, "force")
    if kind == "PatchOptions":
        errors += _force_errors(manager, has_force="force" in query, is_apply=is_apply)
    if errors:
        raise invalid("meta.k8s.io", kind, "", errors)
    return WriteOptions(
        user=user,
        dry_run=bool(dry_run),
        field_validation=cast(FieldValidation, validation or "Warn"),
        field_manager=manager or default_manager(request),
        force=force,
    )


def default_manager(request: HttpRequest) -> str:
    """Return the name under which a client manages fields that says none: the product it is."""
    return request.header("user-agent").partition("/")[0][:FIELD_MANAGER_MAX_BYTES]


def _dry_run_errors(values: list[str]) -> Iterator[FieldError]:
    if values and values != ["All"]:
        yield not_supported(FieldPath.of("dryRun"), list(values), ("All",))


def _manager_errors(manager: str) -> Iterator[FieldError]:
    path = FieldPath.of("fieldManager")
    if byte_length(manager) > FIELD_MANAGER_MAX_BYTES:
        yield too_long(path, manager, FIELD_MANAGER_MAX_BYTES)
    for position, char in enumerate(manager):
        if not char.isprintable():
            detail = f"invalid character U+{ord(char):04X} (at position {position})"
            yield invalid_field(path, manager, detail, "format=field-manager")


def _validation_errors(validation: str) -> Iterator[FieldError]:
    if validation and validation not in _FIELD_VALIDATIONS:
        path = FieldPath.of("fieldValidation")
        yield not_supported(path, validation, _FIELD_VALIDATIONS)


def _force_errors(manager: str, *, has_force: bool, is_apply: bool) -> Iterator[FieldError]:
    if has_force and not is_apply:
        yield forbidden(FieldPath.of("force"), "may not be specified for non-apply patch")
    if is_apply and not manager:
        detail = "is required for apply patch"
        path = FieldPath.of("fieldManager")
        from kubeobj.api.fielderrors import required

        yield required(path, detail)


def read_list_options(request: HttpRequest, user: User) -> ListOptions:
    """Return what to list or watch, as the query says.

    Raises:
        BadRequest: If a number is none.
    """
    limit = integer(request, "limit") or 0
    timeout = integer(request, "timeoutSeconds")
    initial = (
        boolean(request, "sendInitialEvents") if "sendInitialEvents" in request.query else None
    )
    return ListOptions(
        user=user,
        label_selector=request.parameter("labelSelector"),
        field_selector=request.parameter("fieldSelector"),
        limit=max(0, limit),
        continue_token=request.parameter("continue"),
        resource_version=request.parameter("resourceVersion"),
        resource_version_match=request.parameter("resourceVersionMatch"),
        allow_watch_bookmarks=boolean(request, "allowWatchBookmarks"),
        send_initial_events=initial,
        timeout_seconds=timeout,
    )


def read_delete_options(request: HttpRequest, user: User, body: Document | None) -> DeleteOptions:
    """Return how to delete: as the body says, or the query where there is none.

    Raises:
        BadRequest: If the body is something else, or a number is none.
        Invalid: If it says what is not to be had.
    """
    if body is None:
        return _delete_options_of_query(request, user)
    kind, version = body.get("kind") or "DeleteOptions", body.get("apiVersion") or "v1"
    if kind != "DeleteOptions":
        raise BadRequest(f'no kind "{kind}" is registered for version "{version}" of options')
    try:
        read, _ = read_wire("metav1.DeleteOptions", body)
    except WireError as error:
        raise BadRequest(f"DeleteOptions cannot be handled: {error}") from None
    return _delete_options(read, user)


def _delete_options_of_query(request: HttpRequest, user: User) -> DeleteOptions:
    read: Wire = {}
    grace = integer(request, "gracePeriodSeconds")
    if grace is not None:
        read["gracePeriodSeconds"] = grace
    if "orphanDependents" in request.query:
        read["orphanDependents"] = boolean(request, "orphanDependents")
    if "propagationPolicy" in request.query:
        read["propagationPolicy"] = request.parameter("propagationPolicy")
    if "dryRun" in request.query:
        read["dryRun"] = request.query["dryRun"]
    return _delete_options(read, user)


def _delete_options(read: Wire, user: User) -> DeleteOptions:
    preconditions: Mapping[str, str] = read.get("preconditions") or {}
    dry_run = read.get("dryRun") or []
    options = DeleteOptions(
        user=user,
        dry_run=bool(dry_run),
        grace_period_seconds=read.get("gracePeriodSeconds"),
        propagation_policy=read.get("propagationPolicy"),
        orphan_dependents=read.get("orphanDependents"),
        uid=preconditions.get("uid"),
        resource_version=preconditions.get("resourceVersion"),
    )
    errors = list(_dry_run_errors(dry_run))
    if errors:
        raise invalid("meta.k8s.io", "DeleteOptions", "", [*options.validate(), *errors])
    refuse_bad(options)
    return options


def integer(request: HttpRequest, name: str) -> int | None:
    """Return a parameter that is a whole number; None where there is none.

    Raises:
        BadRequest: If it is no number.
    """
    if name not in request.query:
        return None
    text = request.parameter(name)
    if not text:
        return None
    digits = text[1:] if text[0] in "+-" else text
    if not (digits.isascii() and digits.isdigit()) or not -(2**63) <= int(text) < 2**63:
        raise BadRequest(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    return int(text)


def boolean(request: HttpRequest, name: str) -> bool:
    """Return whether a parameter is there and neither ``false`` nor ``0``."""
    values = request.query.get(name, [])
    return bool(values) and values[0].lower() not in {"false", "0"}
