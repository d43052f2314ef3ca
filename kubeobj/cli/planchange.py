"""What applying manifests changes in the objects themselves, field by field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, final

from kubeobj.api.client.identity import identity_of
from kubeobj.api.errors import ApiError, NotFound
from kubeobj.cli.simulateapply import apply_all, in_order
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.documents import Document, JsonValue

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest

_SERVERS: Final = (
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "selfLink",
)
"""Metadata that the server says."""

_NAMESPACE: Final = "Namespace.v1."
"""How a client is asked for namespaces; those that hold what is applied stay."""

_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


@final
@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that is another one.

    Args:
        path: Which: ``spec.template.spec.containers[0].image``.
        old: What it was; None if it was not there.
        new: What it is; None if it is gone.
    """

    path: str
    old: JsonValue
    new: JsonValue


@final
@dataclass(frozen=True, slots=True)
class ObjectChange:
    """What becomes of an object.

    Args:
        what: ``created``, ``changed``, ``deleted`` or ``unchanged``.
        kind: Its kind.
        namespace: Its namespace; empty if it has none.
        name: Its name.
        fields: What changes in it.
    """

    what: str
    kind: str
    namespace: str
    name: str
    fields: tuple[FieldChange, ...] = ()

    @property
    def place(self) -> str:
        """Where it is: ``shop/web``."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON."""
        return {
            "what": self.what,
            "kind": self.kind,
            "namespace": self.namespace,
            "name": self.name,
            "fields": [{"path": one.path, "old": one.old, "new": one.new} for one in self.fields],
        }


def apply_change(cluster: SimulatedCluster, manifests: "Sequence[Manifest]") -> list[ObjectChange]:
    """Apply manifests, and return what that changes; nothing else happens yet.

    Raises:
        RefusedError: If the API would not have one of them.
    """
    changes = []
    for manifest in in_order(manifests):
        before = _found(cluster, manifest)
        (applied,) = apply_all(cluster, [manifest])
        after = applied.to_document()
        changes.append(_change(manifest, before, after))
    return changes


def prune(
    cluster: SimulatedCluster, old: "Sequence[Manifest]", new: "Sequence[Manifest]"
) -> list[ObjectChange]:
    """Delete what old manifests have and new ones do not, and return what that was."""
    places = [_place(cluster, one) for one in new]
    kept = {*places, *((_NAMESPACE, "", namespace) for _, namespace, _ in places)}
    changes = []
    for manifest in old:
        place = _place(cluster, manifest)
        if place in kept:
            continue
        kind, namespace, name = place
        try:
            cluster.client.delete(kind, name, namespace=namespace)
        except NotFound:
            continue  # gone with its namespace
        changes.append(ObjectChange("deleted", manifest.kind, namespace, name))
    return changes


def _place(cluster: SimulatedCluster, manifest: "Manifest") -> tuple[str, str, str]:
    identity = identity_of(dict(manifest.document))
    namespace = identity.namespace or cluster.client.namespace_of(identity.kind_name)
    return identity.kind_name, namespace, identity.name


def _found(cluster: SimulatedCluster, manifest: "Manifest") -> Document | None:
    try:
        kind, namespace, name = _place(cluster, manifest)
        return cluster.client.get(kind, name, namespace=namespace).document
    except ApiError:
        return None  # what is wrong with it is said when it is applied


def _change(manifest: "Manifest", before: Document | None, after: Document) -> ObjectChange:
    metadata = after["metadata"]
    namespace = str(metadata.get("namespace") or "") if isinstance(metadata, dict) else ""
    fields = () if before is None else tuple(_differences("", _own(before), _own(after)))
    what = "created" if before is None else "changed" if fields else "unchanged"
    return ObjectChange(what, manifest.kind, namespace, manifest.name, fields)


def _own(document: Document) -> Document:
    """Return what is said of an object, without what only the server says."""
    metadata = document.get("metadata")
    plain: dict[str, JsonValue] = {}
    if isinstance(metadata, dict):
        plain = {name: value for name, value in metadata.items() if name not in _SERVERS}
        annotations = plain.get("annotations")
        if isinstance(annotations, dict):
            plain["annotations"] = {
                name: value for name, value in annotations.items() if name != _LAST_APPLIED
            }
    return {**{k: v for k, v in document.items() if k != "status"}, "metadata": plain}


def _differences(path: str, old: JsonValue, new: JsonValue) -> Iterator[FieldChange]:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys((*old, *new)):
            inner = f"{path}.{name}" if path else name
            yield from _differences(inner, old.get(name), new.get(name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _differences(f"{path}[{number}]", before, after)
    else:
        yield FieldChange(path, old, new)
