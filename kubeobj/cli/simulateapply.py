"""Applying the manifests of files to a simulated cluster."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from kubeobj.api.errors import ApiError, NotFound
from kubeobj.cli.errors import RefusedError
from kubeobj.cli.objects import object_name
from kubeobj.cli.output import printable
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.models.codec import AnyObject

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest

_FIRST: Final = ("Namespace", "CustomResourceDefinition", "PriorityClass", "ServiceAccount")
"""The kinds that others need, and so come first."""


def in_order(manifests: "Iterable[Manifest]") -> "list[Manifest]":
    """Return manifests in the order in which they are applied: as they are, but for some kinds."""
    return sorted(
        manifests, key=lambda one: _FIRST.index(one.kind) if one.kind in _FIRST else len(_FIRST)
    )


def apply_all(cluster: SimulatedCluster, manifests: "Iterable[Manifest]") -> list[AnyObject]:
    """Apply manifests, and return the objects that they then are; nothing else happens yet.

    A namespace that is missing is made.

    Raises:
        RefusedError: If the API would not have one of them; those before it are applied.
    """
    return [_applied(cluster, one) for one in in_order(manifests)]


def _applied(cluster: SimulatedCluster, manifest: "Manifest") -> AnyObject:
    try:
        if manifest.namespace and manifest.kind != "Namespace":
            _need_namespace(cluster, manifest.namespace)
        found = cluster.apply([manifest.document])
    except ApiError as error:
        reason = f"{object_name(manifest)}: {printable(str(error))}"
        line = manifest.start.line
        raise RefusedError(reason, source=manifest.source, line=line) from None
    return found[0]


def _need_namespace(cluster: SimulatedCluster, name: str) -> None:
    try:
        cluster.client.get("namespaces", name)
    except NotFound:
        cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
