"""Profiles of seccomp and AppArmor, in fields and in the annotations that came before them.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateSeccompProfileField and
ValidateAppArmorProfileField (v1.36).
"""

from kubeobj.api.fielderrors import invalid, not_supported, required, too_long
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.localpaths import validate_descending_path
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldErrorType, FieldPath
from kubeobj.names import byte_length

TYPES = ("Localhost", "RuntimeDefault", "Unconfined")
"""The types of profiles."""

LOCALHOST = "localhost/"
"""What annotations put before the name of a profile of the node."""

_PATH_MAX_BYTES = 4095


def validate_profiles(context: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the profiles of a security context."""
    if "seccompProfile" in context:
        yield from _validate_seccomp(context["seccompProfile"], path.child("seccompProfile"))
    if "appArmorProfile" in context:
        yield from validate_app_armor(context["appArmorProfile"], path.child("appArmorProfile"))


def _validate_seccomp(profile: Wire, path: FieldPath) -> Errors:
    kind, name = profile["type"], profile.get("localhostProfile")
    yield from _validate_type(kind, path.child("type"))
    at = path.child("localhostProfile")
    if kind != "Localhost":
        if name is not None:
            yield invalid(at, name, "can only be set when seccomp type is Localhost", "unset")
    elif name is None:
        yield _missing(at, "must be set when seccomp type is Localhost")
    else:
        yield from validate_descending_path(name, at)


def validate_app_armor(profile: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a profile of AppArmor."""
    kind, name = profile["type"], profile.get("localhostProfile")
    at = path.child("localhostProfile")
    if kind == "Localhost":
        yield from _validate_app_armor_name(name, at)
    elif kind not in TYPES:
        yield from _validate_type(kind, path.child("type"))
    elif name is not None:
        yield invalid(at, name, "can only be set when AppArmor type is Localhost", "unset")


def _validate_app_armor_name(name: str | None, path: FieldPath) -> Errors:
    if not name:
        yield _missing(path, "must be set when AppArmor type is Localhost")
        return
    if name.strip() != name:
        yield invalid(path, name, "must not be padded with whitespace", "format=trimmed")
    if byte_length(name) > _PATH_MAX_BYTES:
        yield too_long(path, name, _PATH_MAX_BYTES)


def _validate_type(kind: str, path: FieldPath) -> Errors:
    if not kind:
        yield required(path, "required")
    elif kind not in TYPES:
        yield not_supported(path, kind, TYPES)


def _missing(path: FieldPath, detail: str) -> FieldError:
    return FieldError(path, FieldErrorType.REQUIRED, "", detail, "required")
