"""Applying manifests for `kubeobj up`, and finding what earlier ones have left."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, final

from kubeobj.api.clientapply import LAST_APPLIED
from kubeobj.api.errors import ApiError, NotFound
from kubeobj.cli.errors import RefusedError
from kubeobj.cli.findings import counted
from kubeobj.cluster.applying import apply_all
from kubeobj.reconcile.request import wire_of

if TYPE_CHECKING:
    from kubeobj.api.client import Client
    from kubeobj.documents import Wire
    from kubeobj.manifests import Manifest
    from kubeobj.models.codec import AnyObject

# What people write down, and `kubeobj up` therefore looks for.
_LOOKED_FOR: Final = {
    "Deployment": "deployments.apps",
    "StatefulSet": "statefulsets.apps",
    "DaemonSet": "daemonsets.apps",
    "Job": "jobs.batch",
    "CronJob": "cronjobs.batch",
    "Pod": "pods",
    "Service": "services",
    "ConfigMap": "configmaps",
    "Secret": "secrets",
    "Ingress": "ingresses.networking.k8s.io",
    "HorizontalPodAutoscaler": "horizontalpodautoscalers.autoscaling",
    "PodDisruptionBudget": "poddisruptionbudgets.policy",
    "PersistentVolumeClaim": "persistentvolumeclaims",
}


@final
@dataclass(frozen=True, slots=True)
class Applied:
    """What applying has done: how many objects it has made, changed, and left as they were."""

    created: int
    changed: int
    unchanged: int

    @property
    def summary(self) -> str:
        """What was done, in a sentence."""
        parts = [
            f"{number} {word}"
            for number, word in (
                (self.created, "created"),
                (self.changed, "changed"),
                (self.unchanged, "unchanged"),
            )
            if number
        ]
        number = self.created + self.changed + self.unchanged
        return f"Applied {counted(number, 'object')}: {', '.join(parts) or 'nothing'}."


@final
@dataclass(frozen=True, slots=True)
class Left:
    """An object that was applied before, and that the files do not have."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        where = "" if self.namespace == "default" else f" -n {self.namespace}"
        return f"{self.kind.lower()}/{self.name}{where}"


def apply(client: "Client", manifests: Sequence["Manifest"]) -> Applied:
    """Apply manifests in order.

    Raises:
        RefusedError: If one of them is refused; those before it are applied.
    """
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    for one in manifests:
        try:
            before = _version(client, one)
            for found in apply_all(client, [one.document]):
                after = _version_of(found)
                word = "unchanged" if after == before else "changed" if before else "created"
                counts[word] += 1
        except ApiError as error:
            raise RefusedError(str(error), source=one.source, line=one.start.line) from error
    return Applied(**counts)


def _version(client: "Client", manifest: "Manifest") -> str:
    group, _, version = manifest.api_version.rpartition("/")
    kind = f"{manifest.kind}.{version}.{group}"
    place = manifest.namespace or None
    try:
        place = place if client.namespace_of(kind) else None
        found = wire_of(client.get(kind, manifest.name, namespace=place))
    except NotFound:
        return ""
    return str(found["metadata"].get("resourceVersion", ""))


def _version_of(found: "AnyObject") -> str:
    metadata = found.to_document().get("metadata")
    return str(metadata.get("resourceVersion", "")) if isinstance(metadata, Mapping) else ""


def left_over(client: "Client", manifests: Sequence["Manifest"]) -> list[Left]:
    """Return what was applied before in the same namespaces, and is not among *manifests*."""
    here = {(one.kind, one.namespace or client.namespace, one.name) for one in manifests}
    namespaces = dict.fromkeys(place for kind, place, _ in here if kind in _LOOKED_FOR)
    return [
        Left(kind, namespace, metadata["name"])
        for namespace in namespaces
        for kind, resource in _LOOKED_FOR.items()
        for metadata in _applied(client, resource, namespace)
        if (kind, namespace, metadata["name"]) not in here
    ]


def _applied(client: "Client", resource: str, namespace: str) -> "Iterable[Wire]":
    for one in client.list(resource, namespace=namespace):
        metadata = wire_of(one)["metadata"]
        if LAST_APPLIED in (metadata.get("annotations") or {}):
            yield metadata


def prune(client: "Client", left: Iterable[Left]) -> None:
    """Delete what is left; what is made of it goes with it."""
    for one in left:
        with suppress(NotFound):
            client.delete(_LOOKED_FOR[one.kind], one.name, namespace=one.namespace)
