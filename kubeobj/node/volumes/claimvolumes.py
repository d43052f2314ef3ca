"""Volumes that are claims: the persistent volume behind one, as a path of the node.

Source: ``k8s.io/kubernetes/pkg/kubelet/volumemanager/populator`` and ``pkg/volume/local`` (v1.36).
"""

from pathlib import Path
from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.faults import MountFault, SourceFault
from kubeobj.node.podreferences import claim_name
from kubeobj.node.podsources import PodSources
from kubeobj.node.volumes.hostpath import host_path
from kubeobj.node.volumes.volumepaths import source_of
from kubeobj.placement.nodeaffinity import NodeAffinity, node_terms_of

_NO_SOURCE: Final = frozenset(
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


def persistent_volume_of(pod: Wire, volume: Wire, sources: PodSources) -> Wire:
    """Return the persistent volume that a volume of a pod stands for.

    Raises:
        MountFault: If there is none yet, or the claim is not the pod's own.
    """
    namespace, name = pod["metadata"]["namespace"], claim_name(pod, volume)
    try:
        claim = _claim_of(pod, volume, sources)
        found = sources.volume(claim["spec"]["volumeName"])
    except (SourceFault, ValueError) as error:
        message = f"error processing PVC {namespace}/{name}: {error}"
        raise MountFault(_unprocessed(volume["name"], message)) from None
    reference = found["spec"].get("claimRef") or {}
    if reference.get("uid") != claim["metadata"]["uid"]:
        message = f"error processing PVC {namespace}/{name}: the volume is bound to another claim"
        raise MountFault(_unprocessed(volume["name"], message))
    return found


def path_of(persistent: Wire, sources: PodSources) -> Path:
    """Return where on this node a persistent volume is.

    Raises:
        MountFault: If it is not here, or of a sort that this node does not have.
    """
    name, spec = persistent["metadata"]["name"], persistent["spec"]
    _check_node(persistent, sources)
    if spec.get("volumeMode", "Filesystem") != "Filesystem":
        raise MountFault(
            f'MapVolume.SetUpDevice failed for volume "{name}" : '
            "this node does not support block volumes; use volumeMode Filesystem"
        )
    if "hostPath" in spec:
        try:
            return host_path(spec["hostPath"])
        except (ValueError, OSError) as error:
            raise MountFault(f'MountVolume.SetUp failed for volume "{name}" : {error}') from error
    if "local" in spec:
        path = Path(spec["local"]["path"])
        if not path.is_dir():
            why = "is not a directory" if path.exists() else "does not exist"
            raise MountFault(
                f'MountVolume.NewMounter initialization failed for volume "{name}" : '
                f'path "{path}" {why}'
            )
        return path
    kind = next((field for field in spec if field not in _NO_SOURCE), "unknown")
    raise MountFault(
        f'MountVolume.SetUp failed for volume "{name}" : this node does not support persistent '
        f"volumes of type {kind}; use hostPath, local, or a storage class of kubeobj.io/local"
    )


def _claim_of(pod: Wire, volume: Wire, sources: PodSources) -> Wire:
    """Return the claim, which has its volume.

    Raises:
        SourceFault: If it is not there.
        ValueError: If it is not fit for use.
    """
    metadata, name = pod["metadata"], claim_name(pod, volume)
    try:
        claim = sources.claim(metadata["namespace"], name)
    except SourceFault as fault:
        message = f"failed to fetch PVC from API server: {fault.message}"
        raise SourceFault(message, is_missing=fault.is_missing) from None
    if source_of(volume) == "ephemeral":
        owners = claim["metadata"].get("ownerReferences") or ()
        if not any(one.get("controller") and one["uid"] == metadata["uid"] for one in owners):
            who = f"{metadata['namespace']}/{name} was not created for pod"
            raise ValueError(f"PVC {who} {metadata['namespace']}/{metadata['name']}")
    if "deletionTimestamp" in claim["metadata"]:
        raise ValueError("PVC is being deleted")
    bound = (claim.get("status") or {}).get("phase") == "Bound"
    if not bound or not claim["spec"].get("volumeName"):
        raise ValueError("PVC is not bound")
    return claim


def _check_node(persistent: Wire, sources: PodSources) -> None:
    required = (persistent["spec"].get("nodeAffinity") or {}).get("required")
    if required is None:
        return
    node = sources.node()
    labels = {} if node is None else node["metadata"].get("labels") or {}
    if not NodeAffinity(terms=node_terms_of(required)).matches(labels, sources.node_name):
        raise MountFault(
            "MountVolume.NodeAffinity check failed for volume "
            f'"{persistent["metadata"]["name"]}" : no matching NodeSelectorTerms'
        )


def _unprocessed(name: str, why: str) -> str:
    return (
        f"Unable to attach or mount volumes: unmounted volumes=[{name}], unattached volumes=[], "
        f"failed to process volumes=[{name}]: {why}"
    )
