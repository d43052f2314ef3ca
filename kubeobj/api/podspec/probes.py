"""Probes and hooks of containers: what is done to see how they are, and before they end.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateProbe, validateHandler and
validateLifecycle (v1.36).
"""

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from kubeobj.api.fielderrors import forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.ports import is_port_reference, validate_port_reference
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldErrorType, FieldPath
from kubeobj.names import validate_http_header_name

SCHEMES = ("HTTP", "HTTPS")
"""The schemes of requests."""

_NUMBERS = (
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
)
_is_header_name = re.compile(r"[-A-Za-z0-9]+").fullmatch


def validate_probes(container: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the probes of a container that may have them."""
    for name in ("livenessProbe", "startupProbe"):
        probe = container.get(name)
        if probe is not None:
            yield from _validate_probe(probe, path.child(name))
            threshold = probe.get("successThreshold", 0)
            if threshold != 1:
                at = path.child(name, "successThreshold")
                yield invalid(at, threshold, "must be 1", "equal=1")
    probe = container.get("readinessProbe")
    if probe is not None:
        here = path.child("readinessProbe")
        yield from _validate_probe(probe, here)
        if "terminationGracePeriodSeconds" in probe:
            seconds = probe["terminationGracePeriodSeconds"]
            detail = "must not be set for readinessProbes"
            at = here.child("terminationGracePeriodSeconds")
            yield invalid(at, seconds, detail, "unset")


def _validate_probe(probe: Wire, path: FieldPath) -> Errors:
    yield from _validate_handler(probe, _PROBE_ACTIONS, None, path)
    for name in _NUMBERS:
        if probe.get(name, 0) < 0:
            detail = "must be greater than or equal to 0"
            yield invalid(path.child(name), probe[name], detail, "minimum")
    seconds = probe.get("terminationGracePeriodSeconds")
    if seconds is not None and seconds <= 0:
        at = path.child("terminationGracePeriodSeconds")
        yield invalid(at, seconds, "must be greater than 0", "minimum")


def validate_lifecycle(lifecycle: Wire, grace: int | None, path: FieldPath) -> Errors:
    """Find what is wrong with the hooks of a container.

    Args:
        lifecycle: The hooks.
        grace: How many seconds the pod is given to end.
        path: Where they are.
    """
    for name in ("postStart", "preStop"):
        if name in lifecycle:
            yield from _validate_handler(lifecycle[name], _HOOK_ACTIONS, grace, path.child(name))


_Rule: TypeAlias = Callable[[Wire, int | None, FieldPath], Errors]
"""Finds what is wrong with an action; the path is that of the probe or hook."""


def _validate_handler(
    handler: Wire, actions: Mapping[str, _Rule], grace: int | None, path: FieldPath
) -> Errors:
    """Find out whether there is one action, the first of which is asked for more."""
    found = False
    for name, rule in actions.items():
        if name not in handler:
            continue
        if found:
            detail = "may not specify more than 1 handler type"
            yield forbidden(path.child(name), detail, "one-of")
        else:
            found = True
            yield from rule(handler[name], grace, path)
    if not found:
        detail = "must specify a handler type"
        yield FieldError(path, FieldErrorType.REQUIRED, "", detail, "one-of")


def _validate_exec(action: Wire, _grace: int | None, path: FieldPath) -> Errors:
    if not action.get("command"):
        yield required(path.child("exec", "command"), "required")


def _validate_http_get(action: Wire, _grace: int | None, path: FieldPath) -> Errors:
    if not action.get("path"):
        yield required(path.child("httpGet", "path"), "required")
    if not is_port_reference(action["port"]):
        yield from validate_port_reference(action["port"], path.child("httpGet", "port"))
    scheme = action.get("scheme", "")
    if scheme not in SCHEMES:
        yield not_supported(path.child("httpGet", "scheme"), scheme, SCHEMES)
    for header in action.get("httpHeaders", ()):
        if not _is_header_name(header["name"]):
            at = path.child("httpGet", "httpHeaders")
            yield from validate_http_header_name(header["name"], at)


def _port_of(name: str) -> _Rule:
    """Return what looks at the port of the action *name*."""

    def validate(action: Wire, _grace: int | None, path: FieldPath) -> Errors:
        if not is_port_reference(action["port"]):
            yield from validate_port_reference(action["port"], path.child(name, "port"))

    return validate


def _validate_sleep(action: Wire, grace: int | None, path: FieldPath) -> Errors:
    seconds = action["seconds"]
    if grace is not None and not 0 <= seconds <= grace:
        detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
        yield invalid(path.child("sleep"), seconds, detail, "range")


_PROBE_ACTIONS: Mapping[str, _Rule] = {
    "exec": _validate_exec,
    "httpGet": _validate_http_get,
    "tcpSocket": _port_of("tcpSocket"),
    "grpc": _port_of("grpc"),
}
_HOOK_ACTIONS: Mapping[str, _Rule] = {
    "exec": _validate_exec,
    "httpGet": _validate_http_get,
    "tcpSocket": _port_of("tcpSocket"),
    "sleep": _validate_sleep,
}
