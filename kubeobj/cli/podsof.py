"""The pods of a service or a workload, and the one of them that is taken where one is needed.

Source: ``k8s.io/kubectl/pkg/polymorphichelpers`` helpers.go SelectorsForObject and GetFirstPod;
``k8s.io/kubectl/pkg/util/podutils`` ActivePods (v1.36).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.deadlines import Deadline
from kubeobj.cli.resourceargs import Target, resource_of
from kubeobj.documents import Wire

if TYPE_CHECKING:
    from kubeobj.labels.selector import Selector

_PHASES: Final = {"Pending": 0, "Unknown": 1, "Running": 2}

_Rank: TypeAlias = tuple[int, int, int, str]


def selector_of(found: Wire) -> "Selector":
    """Return which pods belong to an object.

    Raises:
        CommandFailed: If no pods do.
    """
    from kubeobj.labels.selector import Selector

    spec: Wire = found.get("spec") or {}
    selector = spec.get("selector")
    if found["kind"] in {"Service", "ReplicationController"}:
        if not selector:
            name = found["metadata"]["name"]
            raise CommandFailed(f"invalid service '{name}': Service is defined without a selector")
        return Selector.from_labels(selector)
    if not isinstance(selector, dict):
        raise CommandFailed(f"selector for {found['kind']} not implemented")
    return Selector.from_label_selector(selector)


def pods_of(reach: Reach, target: Target, found: Wire) -> Sequence[Wire]:
    """Return the pods of an object, those first that are of most use.

    Raises:
        CommandFailed: If no pods belong to objects of the kind.
    """
    if found["kind"] == "Pod":
        return [found]
    selector = str(selector_of(found))
    pods = reach.items(resource_of(reach, "pods"), target.namespace, selector=selector)
    return sorted(pods, key=_rank, reverse=True)


def pod_of(reach: Reach, target: Target, found: Wire, *, within: float) -> Wire:
    """Return the pod of an object that is of most use, waiting for one if there is none.

    Args:
        reach: The cluster.
        target: The object.
        found: The same, as it is.
        within: How long to wait, in seconds.

    Raises:
        CommandFailed: If there is none by then.
    """
    deadline = Deadline(within)
    while True:
        pods = pods_of(reach, target, found)
        if pods:
            return pods[0]
        if deadline.is_past:
            raise CommandFailed("timed out waiting for the condition")
        deadline.pause()


def _rank(pod: Wire) -> _Rank:
    """Return what pods are sorted by, the most useful last: placed, running, ready, older."""
    status: Wire = pod.get("status") or {}
    conditions = {one["type"]: one for one in status.get("conditions") or ()}
    ready = conditions.get("Ready") or {}
    return (
        int(bool(pod["spec"].get("nodeName"))),
        _PHASES.get(status.get("phase") or "Pending", 0),
        int(ready.get("status") == "True"),
        _inverted(pod["metadata"].get("creationTimestamp") or ""),
    )


def _inverted(time_text: str) -> str:
    """Return text that sorts the other way round, so that what is older comes later."""
    return "".join(chr(0x7F - ord(char)) for char in time_text)
