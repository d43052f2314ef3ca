"""Persistent volumes and their claims as `kubeobj describe` shows them.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go describePersistentVolume,
describePersistentVolumeClaim (v1.36).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from kubeobj.cli.describing.page import Page, date_text
from kubeobj.cli.describing.volumes import MEANINGS, volume_facts
from kubeobj.documents import Wire

_CLASS: Final = "volume.beta.kubernetes.io/storage-class"
# In the order in which they are shown.
_MODES: Final = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    "ReadWriteOncePod": "RWOP",
}
# Other parts of a volume than what it is made of.
_NO_SOURCES: Final = frozenset(
    {
        "accessModes",
        "capacity",
        "claimRef",
        "mountOptions",
        "nodeAffinity",
        "persistentVolumeReclaimPolicy",
        "storageClassName",
        "volumeAttributesClassName",
        "volumeMode",
    }
)


def _class_of(found: Wire) -> str:
    noted = found["metadata"].get("annotations") or {}
    return str(noted.get(_CLASS, found["spec"].get("storageClassName", "")))


def _modes(modes: Sequence[str] | None) -> str:
    return ",".join(short for mode, short in _MODES.items() if mode in (modes or ()))


def _finalizers(metadata: Wire) -> str:
    return f"[{' '.join(metadata.get('finalizers') or ())}]"


def _phase(page: Page, found: Wire, age: str) -> None:
    if "deletionTimestamp" in found["metadata"]:
        page.add(0, f"Status:\tTerminating (lasts {age})")
    else:
        page.add(0, f"Status:\t{(found.get('status') or {}).get('phase', '')}")


def describe_claim(page: Page, found: Wire, pods: Sequence[Wire], leaving: str) -> None:
    """Describe a claim with the pods that use it.

    Args:
        page: The page.
        found: The claim.
        pods: All pods of its namespace.
        leaving: For how long it has been about to go; empty if it is not.
    """
    metadata, spec, status = found["metadata"], found["spec"], found.get("status") or {}
    page.add(0, f"Name:\t{metadata['name']}")
    page.add(0, f"Namespace:\t{metadata['namespace']}")
    page.add(0, f"StorageClass:\t{_class_of(found)}")
    _phase(page, found, leaving)
    volume = spec.get("volumeName", "")
    page.add(0, f"Volume:\t{volume}")
    page.labels("Labels", metadata.get("labels"))
    page.annotations("Annotations", metadata.get("annotations"))
    page.add(0, f"Finalizers:\t{_finalizers(metadata)}")
    capacity = (status.get("capacity") or {}).get("storage", "0") if volume else ""
    page.add(0, f"Capacity:\t{capacity}")
    page.add(0, f"Access Modes:\t{_modes(status.get('accessModes')) if volume else ''}")
    if "volumeMode" in spec:
        page.add(0, f"VolumeMode:\t{spec['volumeMode']}")
    source = spec.get("dataSource")
    if source:
        page.add(0, "DataSource:")
        if source.get("apiGroup") is not None:
            page.add(1, f"APIGroup:\t{source['apiGroup']}")
        page.add(1, f"Kind:\t{source['kind']}")
        page.add(1, f"Name:\t{source['name']}")
    for number, name in enumerate(_users(found, pods) or ["<none>"]):
        page.add(0, f"{'' if number else 'Used By:'}\t{name}")
    _conditions(page, status.get("conditions") or ())


def _users(claim: Wire, pods: Sequence[Wire]) -> list[str]:
    """Return the names of the pods that use a claim, and those it belongs to after them."""
    name = claim["metadata"]["name"]

    def uses(pod: Wire) -> bool:
        volumes = pod["spec"].get("volumes") or ()
        sources = (one.get("persistentVolumeClaim") or {} for one in volumes)
        return any(one.get("claimName") == name for one in sources)

    owners = claim["metadata"].get("ownerReferences") or ()
    uids = {one["uid"] for one in owners if one["kind"] == "Pod"}
    found = [pod for pod in pods if uses(pod)]
    found += [pod for pod in pods if pod["metadata"]["uid"] in uids and not uses(pod)]
    return [pod["metadata"]["name"] for pod in found]


def _conditions(page: Page, conditions: Sequence[Wire]) -> None:
    if not conditions:
        return
    page.add(0, "Conditions:")
    page.add(1, "Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage")
    page.add(1, "----\t------\t-----------------\t------------------\t------\t-------")
    for one in conditions:
        probed, changed = (date_text(one.get(f)) for f in ("lastProbeTime", "lastTransitionTime"))
        reason, message = one.get("reason", ""), one.get("message", "")
        page.add(
            1, f"{one['type']} \t{one['status']} \t{probed} \t{changed} \t{reason} \t{message}"
        )


def describe_volume(page: Page, found: Wire, leaving: str) -> None:
    """Describe a persistent volume.

    Args:
        page: The page.
        found: The volume.
        leaving: For how long it has been about to go; empty if it is not.
    """
    metadata, spec, status = found["metadata"], found["spec"], found.get("status") or {}
    page.metadata(metadata, namespaced=False)
    page.add(0, f"Finalizers:\t{_finalizers(metadata)}")
    page.add(0, f"StorageClass:\t{_class_of(found)}")
    _phase(page, found, leaving)
    claim = spec.get("claimRef")
    named = f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else ""
    page.add(0, f"Claim:\t{named}")
    page.add(0, f"Reclaim Policy:\t{spec.get('persistentVolumeReclaimPolicy', '')}")
    page.add(0, f"Access Modes:\t{_modes(spec.get('accessModes'))}")
    if "volumeMode" in spec:
        page.add(0, f"VolumeMode:\t{spec['volumeMode']}")
    page.add(0, f"Capacity:\t{(spec.get('capacity') or {}).get('storage', '0')}")
    _affinity(page, (spec.get("nodeAffinity") or {}).get("required"))
    page.add(0, f"Message:\t{status.get('message', '')}")
    page.add(0, "Source:")
    kind = next((name for name in spec if name not in _NO_SOURCES), "")
    if not kind:
        page.add(1, "<unknown>")
        return
    page.add(2, f"Type:\t{_TYPES.get(kind) or MEANINGS.get(kind, '<unknown>')}")
    for name, value in _source(kind, spec[kind]):
        page.add(2, f"{name}:\t{value}")


_TYPES: Final = {"local": "LocalVolume (a persistent volume backed by local storage on a node)"}


def _source(kind: str, source: Wire) -> Iterator[tuple[str, str]]:
    if kind == "local":
        yield "Path", source.get("path", "")
    elif kind == "csi":
        yield "Driver", source.get("driver", "")
        yield "FSType", source.get("fsType", "")
        yield "VolumeHandle", source.get("volumeHandle", "")
        yield "ReadOnly", str(bool(source.get("readOnly"))).lower()
        attributes = sorted((source.get("volumeAttributes") or {}).items())
        # The first stands where it was indented twice, the next ones under it.
        said = [f"    {key}={value}" for key, value in attributes] or ["<none>"]
        yield "VolumeAttributes", "\n    \t".join(said)
    else:
        yield from volume_facts(kind, source)


def _affinity(page: Page, required: Wire | None) -> None:
    if required is None:
        page.add(0, "Node Affinity:\t<none>")
        return
    page.add(0, "Node Affinity:\t")
    terms = required.get("nodeSelectorTerms") or ()
    page.add(1, "Required Terms:\t" if terms else "Required Terms:\t<none>")
    for number, term in enumerate(terms):
        said = [_expression(one) for one in term.get("matchExpressions") or ()] or ["<none>"]
        for line, text in enumerate(said):
            page.add(2, f"{'' if line else f'Term {number}:'}\t{text}")


def _expression(one: Wire) -> str:
    values = one.get("values") or ()
    listed = f" [{', '.join(values)}]" if values else ""
    return f"{one['key']} {one['operator'].lower()}{listed}"
