"""What an API answers when it cannot do what it was asked: statuses, as exceptions to catch.

The tree (a test holds this drawing against the classes)::

    ApiError
    ├── BadRequest(ValueError)                400  the request cannot be read
    ├── Unauthorized(PermissionError)         401  nobody knows who asks
    ├── Forbidden(PermissionError)            403  the asker may not, or admission refuses
    ├── NotFound(LookupError)                 404  there is no such object or resource
    ├── MethodNotAllowed(TypeError)           405  the resource has no such verb
    ├── NotAcceptable(ValueError)             406  the answer has no such form
    ├── AlreadyExists(ValueError)             409  an object of the name is there
    ├── Conflict(ValueError)                  409  the object is not as the writer has seen it
    ├── Gone(LookupError)                     410  what was asked for is there no more
    │   └── Expired                           410  the history no longer reaches back so far
    ├── RequestEntityTooLarge(ValueError)     413  the request is too large
    ├── UnsupportedMediaType(ValueError)      415  the request's form is not read here
    ├── Invalid(ValueError)                   422  the object breaks rules, all of them named
    ├── TooManyRequests(RuntimeError)         429  ask again later
    ├── InternalError(RuntimeError)           500  the server made a mistake
    ├── ServerTimeout(TimeoutError)           500  the server could not do it in time
    ├── ServiceUnavailable(RuntimeError)      503  the server cannot do it now
    └── Timeout(TimeoutError)                 504  it took longer than the client would wait

Source: ``k8s.io/apimachinery/pkg/api/errors`` and ``metav1.Status`` (v1.36).
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar, TypeAlias

from kubeobj.documents import Wire
from kubeobj.errors import FieldError, KubeobjError

Cause: TypeAlias = Mapping[str, str]
"""One cause of a failure: ``reason``, ``message`` and ``field``, as far as there are any."""


class ApiError(KubeobjError):
    """An API's answer that is no success.

    Attributes:
        message: What is wrong, in prose.
        details: Of what object: ``name``, ``group``, ``kind``, ``uid``, ``causes``; None for none.
        retry_after_seconds: When to ask again; None where that is not said.
        warnings: What the asker is told besides.
    """

    code: ClassVar[int] = 500
    """The status code of HTTP."""
    reason: ClassVar[str] = ""
    """The reason in one word, which programs compare."""

    def __init__(
        self,
        message: str,
        *,
        details: Wire | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        """Say what is wrong, and with what."""
        super().__init__(message)
        self.message = message
        self.details = details
        self.retry_after_seconds = retry_after_seconds
        self.warnings: tuple[str, ...] = ()

    def to_status(self) -> Wire:
        """Return the ``Status`` that the API answers with."""
        status: Wire = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            status["reason"] = self.reason
        details = self.details
        if self.retry_after_seconds is not None:
            details = {**(details or {}), "retryAfterSeconds": self.retry_after_seconds}
        if details is not None:
            status["details"] = details
        status["code"] = self.code
        return status


class BadRequest(ApiError, ValueError):
    """The request cannot be read."""

    code = 400
    reason = "BadRequest"


class Unauthorized(ApiError, PermissionError):
    """Nobody knows who asks."""

    code = 401
    reason = "Unauthorized"


class Forbidden(ApiError, PermissionError):
    """The asker may not do it, or admission refuses it."""

    code = 403
    reason = "Forbidden"


class NotFound(ApiError, LookupError):
    """There is no such object or resource."""

    code = 404
    reason = "NotFound"


class MethodNotAllowed(ApiError, TypeError):
    """The resource has no such verb."""

    code = 405
    reason = "MethodNotAllowed"


class NotAcceptable(ApiError, ValueError):
    """The answer has no form that the asker takes."""

    code = 406
    reason = "NotAcceptable"


class AlreadyExists(ApiError, ValueError):
    """An object of the name is there already."""

    code = 409
    reason = "AlreadyExists"


class Conflict(ApiError, ValueError):
    """The object is not as the writer has seen it, or cannot be changed so now."""

    code = 409
    reason = "Conflict"


class Gone(ApiError, LookupError):
    """What was asked for is there no more."""

    code = 410
    reason = "Gone"


class Expired(Gone):
    """The history no longer reaches back to the resource version that was asked for."""

    reason = "Expired"


class RequestEntityTooLarge(ApiError, ValueError):
    """The request is larger than the server reads."""

    code = 413
    reason = "RequestEntityTooLarge"


class UnsupportedMediaType(ApiError, ValueError):
    """The request is in a form that is not read here."""

    code = 415
    reason = "UnsupportedMediaType"


class Invalid(ApiError, ValueError):
    """The object breaks rules.

    Attributes:
        errors: Every one of them.
    """

    code = 422
    reason = "Invalid"
    errors: tuple[FieldError, ...] = ()


class TooManyRequests(ApiError, RuntimeError):
    """Ask again later."""

    code = 429
    reason = "TooManyRequests"


class InternalError(ApiError, RuntimeError):
    """The server made a mistake."""

    code = 500
    reason = "InternalError"


def not_kept(error: Exception) -> InternalError:
    """Return the error that a write was right and could not be kept: the disk is full, say."""
    return InternalError(f"Internal error occurred: {error}")


class ServerTimeout(ApiError, TimeoutError):
    """The server could not do it in time."""

    code = 500
    reason = "ServerTimeout"


class ServiceUnavailable(ApiError, RuntimeError):
    """The server cannot do it now."""

    code = 503
    reason = "ServiceUnavailable"


class Timeout(ApiError, TimeoutError):
    """It took longer than the client would wait."""

    code = 504
    reason = "Timeout"


# ---------------------------------------------------------------- of what


def details_of(group: str, kind: str, name: str = "", *, uid: str = "") -> Wire:
    """Return the details of a failure: what it is about, without what is not known.

    Args:
        group: The API group.
        kind: The resource (``pods``); of what is invalid, the kind (``Pod``).
        name: The name of the object.
        uid: Its uid.
    """
    known = {"name": name, "group": group, "kind": kind, "uid": uid}
    return {field: text for field, text in known.items() if text}


def qualified(group: str, resource: str) -> str:
    """Return a resource with its group, as messages name it: ``deployments.apps``."""
    return f"{resource}.{group}" if group else resource


def not_found(group: str, resource: str, name: str) -> NotFound:
    """Return the error that there is no object called *name*.

    >>> str(not_found("apps", "deployments", "web"))
    'deployments.apps "web" not found'
    """
    message = f'{qualified(group, resource)} "{name}" not found'
    return NotFound(message, details=details_of(group, resource, name))


def already_exists(group: str, resource: str, name: str) -> AlreadyExists:
    """Return the error that there is an object called *name* already."""
    message = f'{qualified(group, resource)} "{name}" already exists'
    return AlreadyExists(message, details=details_of(group, resource, name))


def conflict(group: str, resource: str, name: str, why: str) -> Conflict:
    """Return the error that the object called *name* is not as its writer has seen it."""
    message = f'Operation cannot be fulfilled on {qualified(group, resource)} "{name}": {why}'
    return Conflict(message, details=details_of(group, resource, name))


def forbidden(group: str, resource: str, name: str, why: str) -> Forbidden:
    """Return the error that something may not be done with the object called *name*."""
    what = qualified(group, resource)
    message = f'{what} "{name}" is forbidden: {why}' if name else f"{what} is forbidden: {why}"
    return Forbidden(message, details=details_of(group, resource, name))


def invalid(group: str, kind: str, name: str, errors: Iterable[FieldError]) -> Invalid:
    """Return the error that the object called *name* breaks rules."""
    found = tuple(errors)
    causes = [
        {"reason": str(error.type), "message": error.message, "field": str(error.path) or "<nil>"}
        for error in found
    ]
    shown = [str(error) for error in found]
    listed = shown[0] if len(shown) == 1 else f"[{', '.join(shown)}]"
    what = f"{kind}.{group}" if group else kind
    error = Invalid(
        f'{what} "{name}" is invalid: {listed}',
        details={**details_of(group, kind, name), "causes": causes},
    )
    error.errors = found
    return error
