"""From an object to its page: what else has to be read for it, and who writes it.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go (v1.36).
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from kubeobj.api.errors import ApiError, NotFound
from kubeobj.api.table import since
from kubeobj.cli.connecting import Reach
from kubeobj.cli.deadlines import CLOCK
from kubeobj.cli.describing.autoscaling import describe_autoscaler
from kubeobj.cli.describing.configuration import (
    describe_account,
    describe_config_map,
    describe_secret,
)
from kubeobj.cli.describing.eventtable import add_events
from kubeobj.cli.describing.generic import describe_any
from kubeobj.cli.describing.namespaces import (
    describe_limit_range,
    describe_namespace,
    describe_quota,
)
from kubeobj.cli.describing.network import describe_service
from kubeobj.cli.describing.nodes import describe_node
from kubeobj.cli.describing.page import Page
from kubeobj.cli.describing.pods import describe_pod
from kubeobj.cli.describing.storage import describe_claim, describe_volume
from kubeobj.cli.describing.workloads import (
    describe_cron_job,
    describe_daemon_set,
    describe_deployment,
    describe_job,
    describe_replica_set,
    describe_stateful_set,
)
from kubeobj.cli.resourceargs import Target
from kubeobj.documents import Wire

_Alone: TypeAlias = Callable[[Page, Wire], None]
_WithOthers: TypeAlias = Callable[[Page, Wire, Sequence[Wire]], None]

_ALONE: Final[dict[str, _Alone]] = {
    "Pod": describe_pod,
    "ConfigMap": describe_config_map,
    "Secret": describe_secret,
    "ServiceAccount": describe_account,
    "HorizontalPodAutoscaler": describe_autoscaler,
    "ResourceQuota": describe_quota,
    "LimitRange": describe_limit_range,
}
_WITH_PODS: Final[dict[str, _WithOthers]] = {
    "ReplicaSet": describe_replica_set,
    "ReplicationController": describe_replica_set,
    "StatefulSet": describe_stateful_set,
    "DaemonSet": describe_daemon_set,
    "Job": describe_job,
    "CronJob": describe_cron_job,
}
_GROUPS: Final = frozenset({"", "apps", "autoscaling", "batch"})
# Whose pages have no events.
_WITHOUT_EVENTS: Final = frozenset({"Secret", "Namespace", "ResourceQuota", "LimitRange"})


def described(reach: Reach, target: Target, *, with_events: bool = True) -> str:
    """Return the description of an object.

    Raises:
        NotFound: If it is not there.
    """
    found = reach.get(target.resource, target.name, target.namespace)
    kind = found["kind"] if target.resource.kind.group in _GROUPS else ""
    page = Page()
    if kind in _ALONE:
        _ALONE[kind](page, found)
    elif kind in _WITH_PODS:
        _WITH_PODS[kind](page, found, _owned(reach, found, "pods"))
    elif kind in _READERS:
        _READERS[kind](reach, page, found)
    else:
        describe_any(page, found)
    if with_events and kind not in _WITHOUT_EVENTS:
        add_events(page, _events(reach, found))
    return page.text()


def _deployment(reach: Reach, page: Page, found: Wire) -> None:
    describe_deployment(page, found, _owned(reach, found, "replicasets.apps"))


def _service(reach: Reach, page: Page, found: Wire) -> None:
    describe_service(page, found, _slices(reach, found))


def _node(reach: Reach, page: Page, found: Wire) -> None:
    name = found["metadata"]["name"]
    pods = reach.items(reach.kinds.of("pods"), "", fields=f"spec.nodeName={name}")
    describe_node(page, found, pods, _lease(reach, name))


def _namespace(reach: Reach, page: Page, found: Wire) -> None:
    name = found["metadata"]["name"]
    quotas, ranges = (reach.items(reach.kinds.of(f"{one}s"), name) for one in _BOUNDS)
    describe_namespace(page, found, quotas, ranges)


def _claim(reach: Reach, page: Page, found: Wire) -> None:
    pods = reach.items(reach.kinds.of("pods"), found["metadata"]["namespace"])
    describe_claim(page, found, pods, _leaving(found))


def _volume(_reach: Reach, page: Page, found: Wire) -> None:
    describe_volume(page, found, _leaving(found))


_BOUNDS: Final = ("resourcequota", "limitrange")
_READERS: Final[dict[str, Callable[[Reach, Page, Wire], None]]] = {
    "Deployment": _deployment,
    "Service": _service,
    "Node": _node,
    "Namespace": _namespace,
    "PersistentVolumeClaim": _claim,
    "PersistentVolume": _volume,
}


def _leaving(found: Wire) -> str:
    """Return for how long something has been about to go; empty if it is not."""
    moment = found["metadata"].get("deletionTimestamp")
    return since(moment, CLOCK.now()) if moment else ""


def _owned(reach: Reach, owner: Wire, what: str) -> list[Wire]:
    metadata = owner["metadata"]
    return [
        one
        for one in reach.items(reach.kinds.of(what), metadata["namespace"])
        if any(
            ref.get("controller") and ref["uid"] == metadata["uid"]
            for ref in one["metadata"].get("ownerReferences") or ()
        )
    ]


def _slices(reach: Reach, service: Wire) -> Sequence[Wire]:
    metadata = service["metadata"]
    kind = reach.kinds.of("endpointslices.discovery.k8s.io")
    selector = f"kubernetes.io/service-name={metadata['name']}"
    return reach.items(kind, metadata["namespace"], selector=selector)


def _lease(reach: Reach, node: str) -> Wire | None:
    try:
        return reach.get(reach.kinds.of("leases"), node, "kube-node-lease")
    except NotFound:
        return None


def _events(reach: Reach, found: Wire) -> Sequence[Wire]:
    metadata = found["metadata"]
    is_node = found["kind"] == "Node"
    uid = metadata["name"] if is_node else metadata.get("uid", "")
    fields = f"involvedObject.name={metadata['name']},involvedObject.kind={found['kind']}"
    namespace = metadata.get("namespace", "")
    try:
        events = reach.items(reach.kinds.of("events"), namespace, fields=fields)
    except ApiError:
        return ()
    wanted = {uid, metadata.get("uid", "")}
    return [one for one in events if one["involvedObject"].get("uid", uid) in wanted]
