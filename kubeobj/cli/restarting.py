"""Restarting: a workload by a new revision of its pods, a pod by one that takes its place.

Source: ``k8s.io/kubectl/pkg/polymorphichelpers`` objectrestarter.go (v1.36).
"""

from typing import Final

from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.deadlines import CLOCK
from kubeobj.cli.resourceargs import Target
from kubeobj.documents import Wire
from kubeobj.meta.timestamps import Time

RESTARTED_AT: Final = "kubectl.kubernetes.io/restartedAt"
_KINDS: Final = frozenset({"Deployment", "DaemonSet", "StatefulSet"})


def restart_workload(reach: Reach, target: Target) -> None:
    """Let all pods of a workload be replaced.

    Raises:
        CommandFailed: If it is paused, or its kind has no rollouts.
    """
    kind = target.resource.kind.kind
    if kind not in _KINDS:
        raise CommandFailed(f"{target.title} restarting is not supported")
    workload: Wire = reach.get(target.resource, target.name, target.namespace)
    if workload["spec"].get("paused"):
        why = "can't restart paused deployment (run rollout resume first)"
        raise CommandFailed(f"{target.title} {why}")
    now = str(Time(int(CLOCK.now())))
    patch = {"spec": {"template": {"metadata": {"annotations": {RESTARTED_AT: now}}}}}
    path = reach.path(target.resource, target.namespace, target.name)
    reach.write("PATCH", path, patch, media="application/strategic-merge-patch+json")


def replace_pod(reach: Reach, target: Target) -> str:
    """Delete a pod so that its controller makes another; make it again if it has none.

    Returns:
        What was done.
    """
    pod = reach.get(target.resource, target.name, target.namespace)
    metadata = pod["metadata"]
    owners = metadata.get("ownerReferences") or ()
    if not any(one.get("controller") for one in owners):
        raise CommandFailed(
            f'pod "{target.name}" belongs to no controller that would make it again:'
            " restart one of its containers with `kubeobj exec POD -- kill 1`, or delete the pod"
            " and apply it again"
        )
    path = reach.path(target.resource, target.namespace, target.name)
    reach.ask("DELETE", path, body={"kind": "DeleteOptions", "apiVersion": "v1"})
    return "deleted; its controller makes another"
