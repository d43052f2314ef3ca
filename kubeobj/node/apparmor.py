"""Profiles of AppArmor: which ones containers ask for, and whether the machine has AppArmor.

Source: https://kubernetes.io/docs/tutorials/security/apparmor/ and
``k8s.io/kubernetes/pkg/security/apparmor`` validate.go (v1.36).
"""

from pathlib import Path
from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.podadmission import Refusal

_ENABLED: Final = Path("/sys/module/apparmor/parameters/enabled")
_WHY_NOT: Final = (
    "AppArmor",
    "Cannot enforce AppArmor: AppArmor is not enabled on the host",
)


def apparmor_profile(pod: Wire, container: Wire) -> str:
    """Return the profile that a container asks for.

    Returns:
        ``Unconfined``, ``RuntimeDefault``, or the name of a profile that the machine has loaded;
        empty if it asks for none.
    """
    own: Wire = container.get("securityContext") or {}
    of_pod: Wire = pod["spec"].get("securityContext") or {}
    profile: Wire = own.get("appArmorProfile") or of_pod.get("appArmorProfile") or {}
    kind: str = profile.get("type", "")
    return str(profile.get("localhostProfile", "")) if kind == "Localhost" else kind


def apparmor_refusal(pod: Wire) -> Refusal | None:
    """Return why a pod cannot be confined as it asks for; None if it can, or does not ask."""
    spec = pod["spec"]
    containers = [*(spec.get("initContainers") or ()), *spec["containers"]]
    if all(apparmor_profile(pod, one) in ("", "Unconfined") for one in containers):
        return None
    return None if _is_enabled() else _WHY_NOT


def _is_enabled() -> bool:
    try:
        return _ENABLED.read_text(encoding="ascii").startswith("Y")
    except OSError:
        return False
