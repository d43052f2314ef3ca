"""Volumes of pods as `kubeobj describe` shows them.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go describeVolumes (v1.36).
"""

from collections.abc import Iterator, Sequence

from kubeobj.cli.describing.page import Page
from kubeobj.cli.printing.jsonpathvalues import go_text
from kubeobj.documents import Wire

MEANINGS = {
    "emptyDir": "EmptyDir (a temporary directory that shares a pod's lifetime)",
    "hostPath": "HostPath (bare host directory volume)",
    "secret": "Secret (a volume populated by a Secret)",
    "configMap": "ConfigMap (a volume populated by a ConfigMap)",
    "persistentVolumeClaim": (
        "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)"
    ),
    "downwardAPI": "DownwardAPI (a volume populated by information about the pod)",
    "projected": "Projected (a volume that contains injected data from multiple sources)",
    "nfs": "NFS (an NFS mount that lasts the lifetime of a pod)",
    "ephemeral": (
        "EphemeralVolume (an inline specification for a volume that gets created and deleted with"
        " the pod)"
    ),
    "csi": "CSI (a Container Storage Interface (CSI) volume source)",
    "image": "Image (a container image or OCI artifact)",
}


def add_volumes(page: Page, volumes: Sequence[Wire], level: int) -> None:
    """Add the volumes of a pod to a page."""
    page.add(level, "Volumes:" if volumes else "Volumes:\t<none>")
    for one in volumes:
        page.add(1, f"{' ' * bool(level)}{one['name']}:")
        kind = next((name for name in one if name != "name"), "emptyDir")
        page.add(2, f"Type:\t{MEANINGS.get(kind, '<unknown>')}")
        for name, value in volume_facts(kind, one.get(kind) or {}):
            page.add(2, f"{name}:\t{value}")


def _flag(value: object) -> str:
    return str(bool(value)).lower()


def volume_facts(kind: str, source: Wire) -> Iterator[tuple[str, str]]:
    """Yield what is told of a source of a volume, by names."""
    if kind == "emptyDir":
        yield "Medium", source.get("medium", "")
        yield "SizeLimit", source.get("sizeLimit", "<unset>")
    elif kind == "hostPath":
        yield "Path", source.get("path", "")
        yield "HostPathType", source.get("type", "")
    elif kind == "secret":
        yield "SecretName", source.get("secretName", "")
        yield "Optional", _flag(source.get("optional"))
    elif kind == "configMap":
        yield "Name", source.get("name", "")
        yield "Optional", _flag(source.get("optional"))
    elif kind == "persistentVolumeClaim":
        yield "ClaimName", source.get("claimName", "")
        yield "ReadOnly", _flag(source.get("readOnly"))
    elif kind == "projected":
        yield from _projected(source)
    elif kind == "downwardAPI":
        yield from (("Items", ""), *_items(source))
    elif kind == "nfs":
        yield "Server", source.get("server", "")
        yield "Path", source.get("path", "")
        yield "ReadOnly", _flag(source.get("readOnly"))
    else:
        yield from ((name, go_text(source[name])) for name in sorted(source))


def _items(source: Wire) -> Iterator[tuple[str, str]]:
    for item in source.get("items") or ():
        ref = item.get("fieldRef") or {}
        yield f"  {ref.get('fieldPath', '')} -> {item['path']}", ""


def _projected(source: Wire) -> Iterator[tuple[str, str]]:
    for one in source.get("sources") or ():
        if "secret" in one:
            yield "SecretName", one["secret"].get("name", "")
            yield "SecretOptionalName", go_text(one["secret"].get("optional"))
        elif "downwardAPI" in one:
            yield "DownwardAPI", "true"
        elif "configMap" in one:
            yield "ConfigMapName", one["configMap"].get("name", "")
            yield "ConfigMapOptional", go_text(one["configMap"].get("optional"))
        elif "serviceAccountToken" in one:
            seconds = one["serviceAccountToken"].get("expirationSeconds", 3600)
            yield "TokenExpirationSeconds", str(seconds)
