"""What the sources of volumes leave open, of pods and of PersistentVolumes.

Source: ``k8s.io/kubernetes/pkg/apis/core/v1`` defaults.go and zz_generated.defaults.go (v1.36).
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from kubeobj.api.podspec.images import default_pull_policy
from kubeobj.api.quantities import round_up_to_milli
from kubeobj.documents import JsonValue, Wire

FILE_MODE = 0o644
"""The mode of the files that Kubernetes writes into volumes."""

_HOUR = 3600
# Sources of projected volumes that the API has, but does not take (v1.36): their gates are off.
_DISABLED_PROJECTIONS = ("clusterTrustBundle", "podCertificate")

_Default: TypeAlias = Callable[[Wire], None]


def default_field_reference(holder: Wire) -> None:
    """Give the ``fieldRef`` of *holder*, if it has one, the version of the field's name."""
    reference = holder.get("fieldRef")
    if reference is not None and not reference.get("apiVersion"):
        reference["apiVersion"] = "v1"


def default_volume(volume: Wire) -> None:
    """Fill in what a volume of a pod leaves open; without a source it is an empty directory."""
    if len(volume) == 1:
        volume["emptyDir"] = {}
        return
    for name, source in volume.items():
        default = VOLUME_SOURCE_DEFAULTS.get(name)
        if default is not None:
            default(source)


def _setting(**values: JsonValue) -> _Default:
    """Return what gives fields these values where they have none."""

    def default(source: Wire) -> None:
        for name, value in values.items():
            source.setdefault(name, value)

    return default


def _default_downward_api(source: Wire) -> None:
    source.setdefault("defaultMode", FILE_MODE)
    _default_items(source)


def _default_items(source: Wire) -> None:
    for item in source.get("items", ()):
        default_field_reference(item)


def _default_projected(source: Wire) -> None:
    source.setdefault("defaultMode", FILE_MODE)
    for part in source.get("sources") or ():
        for name in _DISABLED_PROJECTIONS:
            part.pop(name, None)
        if "downwardAPI" in part:
            _default_items(part["downwardAPI"])
        if "serviceAccountToken" in part:
            part["serviceAccountToken"].setdefault("expirationSeconds", _HOUR)


def _default_ephemeral(source: Wire) -> None:
    template = source.get("volumeClaimTemplate")
    if template is None:
        return
    spec = template["spec"]
    spec.setdefault("volumeMode", "Filesystem")
    resources = spec["resources"]
    round_up_to_milli(resources.get("limits"))
    round_up_to_milli(resources.get("requests"))


def _default_image(source: Wire) -> None:
    if "pullPolicy" not in source:
        source["pullPolicy"] = default_pull_policy(source.get("reference", ""))


VOLUME_SOURCE_DEFAULTS: Mapping[str, _Default] = {
    "azureDisk": _setting(cachingMode="ReadWrite", fsType="ext4", readOnly=False, kind="Shared"),
    "configMap": _setting(defaultMode=FILE_MODE),
    "downwardAPI": _default_downward_api,
    "ephemeral": _default_ephemeral,
    "hostPath": _setting(type=""),
    "image": _default_image,
    "iscsi": _setting(iscsiInterface="default"),
    "projected": _default_projected,
    "rbd": _setting(pool="rbd", user="admin", keyring="/etc/ceph/keyring"),
    "scaleIO": _setting(storageMode="ThinProvisioned", fsType="xfs"),
    "secret": _setting(defaultMode=FILE_MODE),
}
"""What fills in each source that has defaults, by the name of its field."""
