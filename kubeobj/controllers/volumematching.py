"""Which volume a claim gets, and why it cannot have the one that it asks for.

Source: ``k8s.io/kubernetes/pkg/controller/volume/persistentvolume`` (v1.36), findByClaim and
checkVolumeSatisfyClaim.
"""

from collections.abc import Iterable

from kubeobj.documents import Wire
from kubeobj.placement.claims import best_volume, capacity_of, class_of, wanted_bytes


def volume_words(volume: Wire) -> tuple[str, ...]:
    """Return under what a volume is found: the claim that it names, or else its class."""
    reference = volume["spec"].get("claimRef")
    if reference:
        return (f"claim {reference.get('namespace')}/{reference.get('name')}",)
    return (f"class {class_of(volume)}",)


def claim_words(claim: Wire) -> tuple[str, ...]:
    """Return under what a claim is found: the volume that it names, or else its class."""
    name = claim["spec"].get("volumeName")
    return (f"volume {name}",) if name else (f"class {class_of(claim)}",)


def choose(claim: Wire, volumes: Iterable[Wire]) -> Wire | None:
    """Return the volume that a claim gets: of those with the fewest modes the smallest.

    Args:
        claim: The claim.
        volumes: Those of its class that are free, and those that name it.
    """
    wanted = set(claim["spec"].get("accessModes") or ())
    by_modes: dict[tuple[int, tuple[str, ...]], list[Wire]] = {}
    for volume in volumes:
        modes = sorted(set(volume["spec"].get("accessModes") or ()))
        if wanted.issubset(modes):
            by_modes.setdefault((len(modes), tuple(modes)), []).append(volume)
    for _, group in sorted(by_modes.items(), key=lambda item: item[0]):
        found = best_volume(claim, group, lambda _: False, lambda _: True)
        if found is not None:
            return found
    return None


def why_not(volume: Wire, claim: Wire) -> str:
    """Return why a claim cannot have the volume that it asks for; empty if it can."""
    spec, wanted = volume["spec"], claim["spec"]
    obstacles = (
        (
            "deletionTimestamp" in volume["metadata"],
            f'the volume is marked for deletion "{volume["metadata"]["name"]}"',
        ),
        (capacity_of(volume) < wanted_bytes(claim), "requested PV is too small"),
        (class_of(volume) != class_of(claim), "storageClassName does not match"),
        (
            _differ(spec, wanted, "volumeAttributesClassName", ""),
            "volumeAttributesClassName does not match",
        ),
        (_differ(spec, wanted, "volumeMode", "Filesystem"), "incompatible volumeMode"),
        (
            not set(wanted.get("accessModes") or ()).issubset(spec.get("accessModes") or ()),
            "incompatible accessMode",
        ),
    )
    return next((text for is_so, text in obstacles if is_so), "")


def _differ(one: Wire, other: Wire, field: str, usual: str) -> bool:
    return (one.get(field) or usual) != (other.get(field) or usual)
