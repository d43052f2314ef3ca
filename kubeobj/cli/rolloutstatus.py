"""How far the rollout of a workload has come, in kubectl's words.

Source: ``k8s.io/kubectl/pkg/polymorphichelpers`` rollout_status.go (v1.36).
"""

from kubeobj.cli.connecting import CommandFailed
from kubeobj.documents import Wire

_NOT_ROLLING = "rollout status is only available for RollingUpdate strategy type"


def rollout_status(workload: Wire, revision: int = 0) -> tuple[str, bool]:
    """Return how far it has come, and whether that is all the way.

    Args:
        workload: The workload.
        revision: Which revision is looked at; 0 for the newest.

    Raises:
        CommandFailed: If it has failed, or its kind has no rollouts.
    """
    kind = workload["kind"]
    if kind == "Deployment":
        return _deployment(workload, revision)
    if kind == "DaemonSet":
        return _daemon_set(workload)
    if kind == "StatefulSet":
        return _stateful_set(workload)
    raise CommandFailed(f"no status viewer has been implemented for {kind}")


def _deployment(workload: Wire, revision: int) -> tuple[str, bool]:
    name, spec, status = _parts(workload)
    if revision > 0:
        annotations = workload["metadata"].get("annotations") or {}
        there = annotations.get("deployment.kubernetes.io/revision", "0")
        if there != str(revision):
            raise CommandFailed(
                f"desired revision ({revision}) is different from the running revision ({there})"
            )
    if workload["metadata"].get("generation", 0) > status.get("observedGeneration", 0):
        return "Waiting for deployment spec update to be observed...", False
    for condition in status.get("conditions") or ():
        is_progress = condition["type"] == "Progressing"
        if is_progress and condition.get("reason") == "ProgressDeadlineExceeded":
            raise CommandFailed(f'deployment "{name}" exceeded its progress deadline')
    wanted, updated = spec.get("replicas", 1), status.get("updatedReplicas", 0)
    every, available = status.get("replicas", 0), status.get("availableReplicas", 0)
    begin = f'Waiting for deployment "{name}" rollout to finish:'
    if updated < wanted:
        return f"{begin} {updated} out of {wanted} new replicas have been updated...", False
    if every > updated:
        return f"{begin} {every - updated} old replicas are pending termination...", False
    if available < updated:
        return f"{begin} {available} of {updated} updated replicas are available...", False
    return f'deployment "{name}" successfully rolled out', True


def _daemon_set(workload: Wire) -> tuple[str, bool]:
    name, spec, status = _parts(workload)
    if (spec.get("updateStrategy") or {}).get("type") != "RollingUpdate":
        raise CommandFailed(_NOT_ROLLING)
    if workload["metadata"].get("generation", 0) > status.get("observedGeneration", 0):
        return "Waiting for daemon set spec update to be observed...", False
    wanted, updated = (
        status.get("desiredNumberScheduled", 0),
        status.get("updatedNumberScheduled", 0),
    )
    available = status.get("numberAvailable", 0)
    begin = f'Waiting for daemon set "{name}" rollout to finish:'
    if updated < wanted:
        return f"{begin} {updated} out of {wanted} new pods have been updated...", False
    if available < wanted:
        return f"{begin} {available} of {wanted} updated pods are available...", False
    return f'daemon set "{name}" successfully rolled out', True


def _stateful_set(workload: Wire) -> tuple[str, bool]:
    _, spec, status = _parts(workload)
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type") != "RollingUpdate":
        raise CommandFailed(_NOT_ROLLING)
    observed = status.get("observedGeneration", 0)
    if observed == 0 or workload["metadata"].get("generation", 0) > observed:
        return "Waiting for statefulset spec update to be observed...", False
    wanted, ready = spec.get("replicas", 1), status.get("readyReplicas", 0)
    updated = status.get("updatedReplicas", 0)
    if ready < wanted:
        return f"Waiting for {wanted - ready} pods to be ready...", False
    rolling = strategy.get("rollingUpdate")
    if rolling is not None:
        meant = wanted - rolling.get("partition", 0)
        if updated < meant:
            said = f"{updated} out of {meant} new pods have been updated"
            return f"Waiting for partitioned roll out to finish: {said}...", False
        return f"partitioned roll out complete: {updated} new pods have been updated...", True
    newest, current = status.get("updateRevision", ""), status.get("currentRevision", "")
    if newest != current:
        said = f"{updated} pods at revision {newest}"
        return f"waiting for statefulset rolling update to complete {said}...", False
    pods = status.get("currentReplicas", 0)
    return f"statefulset rolling update complete {pods} pods at revision {current}...", True


def _parts(workload: Wire) -> tuple[str, Wire, Wire]:
    return workload["metadata"]["name"], workload.get("spec") or {}, workload.get("status") or {}
