"""Labels and annotations by which an agent knows its sandboxes and containers again.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` labels.go and ``pkg/kubelet/container``
HashContainer (v1.36).
"""

import hashlib
from typing import Final

import orjson

from kubeobj.documents import Wire
from kubeobj.runtimes.states import Container

POD_NAME: Final = "io.kubernetes.pod.name"
POD_NAMESPACE: Final = "io.kubernetes.pod.namespace"
POD_UID: Final = "io.kubernetes.pod.uid"
CONTAINER_NAME: Final = "io.kubernetes.container.name"

HASH: Final = "io.kubernetes.container.hash"
RESTART_COUNT: Final = "io.kubernetes.container.restartCount"
MESSAGE_PATH: Final = "io.kubernetes.container.terminationMessagePath"
MESSAGE_POLICY: Final = "io.kubernetes.container.terminationMessagePolicy"
GRACE_PERIOD: Final = "io.kubernetes.pod.terminationGracePeriod"
DELETION_GRACE_PERIOD: Final = "io.kubernetes.pod.deletionGracePeriod"
PRE_STOP: Final = "io.kubernetes.container.preStopHandler"
PORTS: Final = "io.kubernetes.container.ports"


def container_hash(container: Wire) -> str:
    """Return what tells whether a container is still the one that was asked for.

    That is its name and its image: all else of a container cannot change, or need not restart it.

    >>> container_hash({"name": "web", "image": "web:1", "env": []}) == container_hash(
    ...     {"name": "web", "image": "web:1"}
    ... )
    True
    """
    text = orjson.dumps({"image": container.get("image", ""), "name": container["name"]})
    return hashlib.sha256(text).hexdigest()[:8]


def is_changed(container: Wire, run: Container) -> bool:
    """Return whether a container is to be another one than when one of its runs was made.

    Of a run that does not say what it was made as, nobody knows; it is left alone.
    """
    made_as = run.annotations.get(HASH)
    return made_as is not None and made_as != container_hash(container)


def sandbox_labels(pod: Wire) -> dict[str, str]:
    """Return the labels of a pod's sandbox: those of the pod, and whose it is."""
    return {**(pod["metadata"].get("labels") or {}), **_of_pod(pod)}


def container_labels(pod: Wire, container: Wire) -> dict[str, str]:
    """Return the labels of a container: whose it is."""
    return {**_of_pod(pod), CONTAINER_NAME: container["name"]}


def container_annotations(pod: Wire, container: Wire, attempt: int) -> dict[str, str]:
    """Return what an agent needs to know of a container even if its pod is not there any more."""
    found = {
        HASH: container_hash(container),
        RESTART_COUNT: str(attempt),
        MESSAGE_PATH: container.get("terminationMessagePath", ""),
        MESSAGE_POLICY: container.get("terminationMessagePolicy", "File"),
    }
    deletion = pod["metadata"].get("deletionGracePeriodSeconds")
    if deletion is not None:
        found[DELETION_GRACE_PERIOD] = str(deletion)
    grace = pod["spec"].get("terminationGracePeriodSeconds")
    if grace is not None:
        found[GRACE_PERIOD] = str(grace)
    pre_stop = (container.get("lifecycle") or {}).get("preStop")
    if pre_stop is not None:
        found[PRE_STOP] = orjson.dumps(pre_stop).decode()
    if container.get("ports"):
        found[PORTS] = orjson.dumps(container["ports"]).decode()
    return found


def _of_pod(pod: Wire) -> dict[str, str]:
    metadata = pod["metadata"]
    return {
        POD_NAME: metadata["name"],
        POD_NAMESPACE: metadata["namespace"],
        POD_UID: metadata["uid"],
    }
