"""A server to try on what the strategies draw."""

from typing import Any

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import ApiError, Invalid
from kubeobj.api.options import WriteOptions
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource
from kubeobj.errors import FieldError
from kubeobj.testing.strategies import Broken

_STRICT = WriteOptions(dry_run=True, field_validation="Strict")
_SERVER = ApiServer(clock=VirtualClock(), ids=SeededIdSource(1))
_ACCOUNT = {"metadata": {"name": "default"}, "automountServiceAccountToken": False}
_SERVER.create("serviceaccounts", _ACCOUNT, namespace="default")


def is_taken(document: dict[str, Any]) -> bool:
    """Return whether the API creates *document*, without a warning."""
    try:
        outcome = _SERVER.create(document["kind"], document, namespace="default", options=_STRICT)
    except ApiError:
        return False
    return outcome.created and not outcome.warnings


def errors_of(document: dict[str, Any]) -> tuple[FieldError, ...]:
    """Return why the API refuses *document*; nothing if it does not, or for other reasons."""
    try:
        _SERVER.create(document["kind"], document, namespace="default", options=_STRICT)
    except Invalid as error:
        return error.errors
    return ()


def is_broken_so(broken: Broken) -> bool:
    """Return whether the API refuses an object for the mistake that it is drawn with, and no other.

    A mistake may be found by more than one rule, and within the field that is named.
    """
    errors = errors_of(dict(broken.document))
    named = [error for error in errors if str(error.path) == broken.field]
    others = [error for error in errors if not str(error.path).startswith(broken.field)]
    return any(error.type == broken.type for error in named) and not others
