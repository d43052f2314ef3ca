"""What is odd about the volumes of pods, though it is taken.

Source: ``k8s.io/kubernetes/pkg/api/pod`` warnings.go (v1.36).
"""

from collections.abc import Iterable, Iterator, Mapping

from kubeobj.documents import Wire
from kubeobj.errors import FieldPath, echo

_GONE: Mapping[str, str] = {
    "photonPersistentDisk": "deprecated in v1.11, non-functional in v1.16+",
    "gitRepo": "deprecated in v1.11, and disabled by default in v1.33+",
    "scaleIO": "deprecated in v1.16, non-functional in v1.22+",
    "flocker": "deprecated in v1.22, non-functional in v1.25+",
    "storageos": "deprecated in v1.22, non-functional in v1.25+",
    "quobyte": "deprecated in v1.22, non-functional in v1.25+",
    "glusterfs": "deprecated in v1.25, non-functional in v1.26+",
    "cephfs": "deprecated in v1.28, non-functional in v1.31+",
    "rbd": "deprecated in v1.28, non-functional in v1.31+",
}
_OF_FILES: Mapping[str, str] = {
    "configMap": "ConfigMap",
    "secret": "Secret",
    "downwardAPI": "DownwardAPI",
}


def warn_of_volumes(volumes: list[Wire], path: FieldPath) -> Iterator[str]:
    """Yield what is to be said of the volumes of a pod or a template."""
    for position, volume in enumerate(volumes):
        for name in volume:
            if name in _GONE:
                yield f"{path.index(position).child(name)}: {_GONE[name]}"
    tokens = {
        part["serviceAccountToken"].get("path", "")
        for volume in volumes
        for part in volume.get("projected", {}).get("sources") or ()
        if "serviceAccountToken" in part
    }
    for position, volume in enumerate(volumes):
        if tokens and "projected" in volume:
            yield from _warn_of_token_paths(volume, tokens, path.index(position))
        yield from _warn_of_overlaps(volume)


def _paths_of(source: Wire) -> list[str]:
    return [item.get("path", "") for item in source.get("items") or ()]


def _warn_of_token_paths(volume: Wire, tokens: set[str], path: FieldPath) -> Iterator[str]:
    """Find files that have the name of a token."""
    for part in volume["projected"].get("sources") or ():
        for name in _OF_FILES:
            for position, target in enumerate(_paths_of(part.get(name, {}))):
                if target in tokens:
                    # The API writes one of these in the plural.
                    spelled = "secrets" if name == "secret" else name
                    at = path.child("projected", "sources", spelled).index(position)
                    yield f"{at}: has duplicated path with ServiceAccountToken {echo(target)}"


def _warn_of_overlaps(volume: Wire) -> Iterator[str]:
    """Find files of one volume that are at the same place, or inside of each other."""
    name = echo(volume["name"])
    for kind, title in _OF_FILES.items():
        source = volume.get(kind)
        if source and "items" in source:
            about = f"volume {name} ({title}{_named(source)}): overlapping paths"
            yield from _overlaps(_paths_of(source), about)
    if "projected" in volume:
        yield from _warn_of_projected_overlaps(volume["projected"], name)


def _named(source: Wire) -> str:
    found = source.get("name") or source.get("secretName")
    return f" {echo(found)}" if found else ""


def _warn_of_projected_overlaps(source: Wire, volume: str) -> Iterator[str]:
    every: set[str] = set()
    for part in source.get("sources") or ():
        if not part:
            yield f"volume {volume} (Projected) has no sources provided"
            continue
        paths, title = _paths_of_part(part)
        if paths:
            about = f"volume {volume} (Projected {title}): overlapping paths"
            yield from _overlaps(paths, about)
            yield from _overlaps(sorted([*set(paths), *every]), about)
            every.update(paths)


def _paths_of_part(part: Wire) -> tuple[list[str], str]:
    """Return where the files of a part are that say so, and what the part is."""
    for kind, title in _OF_FILES.items():
        if kind in part and "items" in part[kind]:
            return _paths_of(part[kind]), title + _named(part[kind])
    if "serviceAccountToken" in part:
        return [part["serviceAccountToken"].get("path", "")], "ServiceAccountToken"
    return [], ""


def _overlaps(paths: Iterable[str], about: str) -> Iterator[str]:
    seen: list[str] = []
    for path in paths:
        trimmed = path.rstrip("/")
        other = next((one for one in seen if _is_overlapping(one, trimmed)), None)
        if other is not None:
            yield f"{about}: {echo(trimmed)} with {echo(other)}"
        if trimmed not in seen:
            seen.append(trimmed)


def _is_overlapping(one: str, other: str) -> bool:
    if not one or not other:
        return False
    return f"{one}/".startswith(other) or f"{other}/".startswith(one)
