"""Workloads as `kubeobj describe` shows them.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go, job and cron job describers (v1.36).
"""

from collections.abc import Sequence

from kubeobj.api.table import human_duration, seconds_of
from kubeobj.cli.describing.page import Page, date_text
from kubeobj.cli.describing.podtemplates import add_template
from kubeobj.cli.printing.tables import label_text
from kubeobj.documents import Wire


def selector_text(selector: Wire | None) -> str:
    """Return a label selector, or a map of labels, as text."""
    from kubeobj.labels.labelselector import selector_of

    return str(selector_of(selector)) if selector else "<none>"


def _head(page: Page, workload: Wire, *, dated: bool = False) -> None:
    metadata = workload["metadata"]
    page.add(0, f"Name:\t{metadata['name']}")
    page.add(0, f"Namespace:\t{metadata.get('namespace', '')}")
    if dated:
        page.add(0, f"CreationTimestamp:\t{date_text(metadata.get('creationTimestamp'))}")


def _controlled_by(page: Page, metadata: Wire) -> None:
    for owner in metadata.get("ownerReferences") or ():
        if owner.get("controller"):
            page.add(0, f"Controlled By:\t{owner['kind']}/{owner['name']}")


def pods_line(pods: Sequence[Wire]) -> str:
    """Return how many pods are in which phase."""
    counts = dict.fromkeys(("Running", "Pending", "Succeeded", "Failed", "Unknown"), 0)
    for pod in pods:
        counts[(pod.get("status") or {}).get("phase", "Unknown")] += 1
    return (
        f"{counts['Running']} Running / {counts['Pending']} Waiting /"
        f" {counts['Succeeded']} Succeeded / {counts['Failed']} Failed"
    )


def describe_deployment(page: Page, workload: Wire, sets: Sequence[Wire]) -> None:
    """Describe a deployment with its replica sets."""
    metadata, spec, status = workload["metadata"], workload["spec"], workload.get("status") or {}
    _head(page, workload, dated=True)
    page.labels("Labels", metadata.get("labels"))
    page.annotations("Annotations", metadata.get("annotations"))
    page.add(0, f"Selector:\t{selector_text(spec.get('selector'))}")
    page.add(
        0,
        f"Replicas:\t{spec.get('replicas', 1)} desired | {status.get('updatedReplicas', 0)} updated"
        f" | {status.get('replicas', 0)} total | {status.get('availableReplicas', 0)} available"
        f" | {status.get('unavailableReplicas', 0)} unavailable",
    )
    strategy = spec.get("strategy") or {}
    page.add(0, f"StrategyType:\t{strategy.get('type', '')}")
    page.add(0, f"MinReadySeconds:\t{spec.get('minReadySeconds', 0)}")
    rolling = strategy.get("rollingUpdate")
    if rolling:
        unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
        page.add(0, f"RollingUpdateStrategy:\t{unavailable} max unavailable, {surge} max surge")
    add_template(page, spec["template"])
    _conditions(page, status.get("conditions") or ())
    old, new = _old_and_new(workload, sets)
    if sets or status:
        page.add(0, f"OldReplicaSets:\t{_sets_text(old)}")
        page.add(0, f"NewReplicaSet:\t{_sets_text(new)}")


def _conditions(page: Page, conditions: Sequence[Wire]) -> None:
    if not conditions:
        return
    page.add(0, "Conditions:")
    page.add(1, "Type\tStatus\tReason")
    page.add(1, "----\t------\t------")
    for one in conditions:
        page.add(1, f"{one['type']} \t{one['status']}\t{one.get('reason', '')}")


def _old_and_new(workload: Wire, sets: Sequence[Wire]) -> tuple[list[Wire], list[Wire]]:
    name = "deployment.kubernetes.io/revision"
    revision = (workload["metadata"].get("annotations") or {}).get(name)

    def is_new(one: Wire) -> bool:
        return (one["metadata"].get("annotations") or {}).get(name) == revision

    return [one for one in sets if not is_new(one)], [one for one in sets if is_new(one)]


def _sets_text(sets: Sequence[Wire]) -> str:
    return (
        ", ".join(
            f"{one['metadata']['name']} ({(one.get('status') or {}).get('replicas', 0)}"
            f"/{one['spec'].get('replicas', 1)} replicas created)"
            for one in sets
        )
        or "<none>"
    )


def describe_replica_set(page: Page, workload: Wire, pods: Sequence[Wire]) -> None:
    """Describe a replica set, or a replication controller."""
    metadata, spec, status = workload["metadata"], workload["spec"], workload.get("status") or {}
    _head(page, workload)
    selector = spec.get("selector")
    is_map = workload["kind"] == "ReplicationController"
    page.add(0, f"Selector:\t{label_text(selector or {}) if is_map else selector_text(selector)}")
    page.labels("Labels", metadata.get("labels"))
    page.annotations("Annotations", metadata.get("annotations"))
    _controlled_by(page, metadata)
    replicas = f"{status.get('replicas', 0)} current / {spec.get('replicas', 1)} desired"
    page.add(0, f"Replicas:\t{replicas}")
    page.add(0, f"Pods Status:\t{pods_line(pods)}")
    add_template(page, spec["template"])
    _conditions(page, status.get("conditions") or ())


def describe_stateful_set(page: Page, workload: Wire, pods: Sequence[Wire]) -> None:
    """Describe a stateful set."""
    metadata, spec, status = workload["metadata"], workload["spec"], workload.get("status") or {}
    _head(page, workload, dated=True)
    page.add(0, f"Selector:\t{selector_text(spec.get('selector'))}")
    page.labels("Labels", metadata.get("labels"))
    page.annotations("Annotations", metadata.get("annotations"))
    page.add(0, f"Replicas:\t{spec.get('replicas', 1)} desired | {status.get('replicas', 0)} total")
    strategy = spec.get("updateStrategy") or {}
    page.add(0, f"Update Strategy:\t{strategy.get('type', '')}")
    rolling = strategy.get("rollingUpdate")
    if rolling is not None and "partition" in rolling:
        page.add(1, f"Partition:\t{rolling['partition']}")
        if "maxUnavailable" in rolling:
            page.add(1, f"MaxUnavailable:\t{rolling['maxUnavailable']}")
    page.add(0, f"Pods Status:\t{pods_line(pods)}")
    add_template(page, spec["template"])
    _claim_templates(page, spec.get("volumeClaimTemplates") or ())


def _claim_templates(page: Page, claims: Sequence[Wire]) -> None:
    if not claims:
        page.add(0, "Volume Claims:\t<none>")
        return
    page.add(0, "Volume Claims:")
    for one in claims:
        spec, metadata = one.get("spec") or {}, one["metadata"]
        page.add(1, f"Name:\t{metadata['name']}")
        page.add(1, f"StorageClass:\t{spec.get('storageClassName', '')}")
        page.labels("Labels", metadata.get("labels"), 1)
        page.annotations("Annotations", metadata.get("annotations"), 1)
        requests = (spec.get("resources") or {}).get("requests") or {}
        page.add(1, f"Capacity:\t{requests.get('storage', '<default>')}")
        page.add(1, f"Access Modes:\t[{' '.join(spec.get('accessModes') or ())}]")


def describe_daemon_set(page: Page, workload: Wire, pods: Sequence[Wire]) -> None:
    """Describe a daemon set."""
    metadata, spec, status = workload["metadata"], workload["spec"], workload.get("status") or {}
    page.add(0, f"Name:\t{metadata['name']}")
    page.add(0, f"Selector:\t{selector_text(spec.get('selector'))}")
    node_selector = spec["template"]["spec"].get("nodeSelector") or {}
    page.add(0, f"Node-Selector:\t{label_text(node_selector)}")
    page.labels("Labels", metadata.get("labels"))
    page.annotations("Annotations", metadata.get("annotations"))
    for title, field in (
        ("Desired Number of Nodes Scheduled", "desiredNumberScheduled"),
        ("Current Number of Nodes Scheduled", "currentNumberScheduled"),
        ("Number of Nodes Scheduled with Up-to-date Pods", "updatedNumberScheduled"),
        ("Number of Nodes Scheduled with Available Pods", "numberAvailable"),
        ("Number of Nodes Misscheduled", "numberMisscheduled"),
    ):
        page.add(0, f"{title}: {status.get(field, 0)}")
    page.add(0, f"Pods Status:\t{pods_line(pods)}")
    add_template(page, spec["template"])


def describe_job(page: Page, workload: Wire, _pods: Sequence[Wire]) -> None:
    """Describe a job."""
    metadata, spec, status = workload["metadata"], workload["spec"], workload.get("status") or {}
    _head(page, workload)
    page.add(0, f"Selector:\t{selector_text(spec.get('selector'))}")
    page.labels("Labels", metadata.get("labels"))
    page.annotations("Annotations", metadata.get("annotations"))
    _controlled_by(page, metadata)
    page.add(0, f"Parallelism:\t{spec.get('parallelism', 1)}")
    page.add(0, f"Completions:\t{spec.get('completions', '<unset>')}")
    page.add(0, f"Completion Mode:\t{spec.get('completionMode', 'NonIndexed')}")
    page.add(0, f"Suspend:\t{str(bool(spec.get('suspend'))).lower()}")
    page.add(0, f"Backoff Limit:\t{spec.get('backoffLimit', 6)}")
    if "ttlSecondsAfterFinished" in spec:
        page.add(0, f"TTL Seconds After Finished:\t{spec['ttlSecondsAfterFinished']}")
    begun, ended = status.get("startTime"), status.get("completionTime")
    if begun:
        page.add(0, f"Start Time:\t{date_text(begun)}")
    if ended:
        page.add(0, f"Completed At:\t{date_text(ended)}")
        if begun:
            page.add(0, f"Duration:\t{human_duration(seconds_of(ended) - seconds_of(begun))}")
    if "activeDeadlineSeconds" in spec:
        page.add(0, f"Active Deadline Seconds:\t{spec['activeDeadlineSeconds']}s")
    active, ready = status.get("active", 0), status.get("ready")
    succeeded, failed = status.get("succeeded", 0), status.get("failed", 0)
    running = f"{active} Active" + ("" if ready is None else f" ({ready} Ready)")
    page.add(0, f"Pods Statuses:\t{running} / {succeeded} Succeeded / {failed} Failed")
    if spec.get("completionMode") == "Indexed":
        page.add(0, f"Completed Indexes:\t{status.get('completedIndexes') or '<none>'}")
    add_template(page, spec["template"])


def describe_cron_job(page: Page, workload: Wire, _pods: Sequence[Wire]) -> None:
    """Describe a cron job."""
    metadata, spec, status = workload["metadata"], workload["spec"], workload.get("status") or {}
    job = spec["jobTemplate"].get("spec") or {}
    page.metadata(metadata)
    page.add(0, f"Schedule:\t{spec['schedule']}")
    if spec.get("timeZone"):
        page.add(0, f"Time Zone:\t{spec['timeZone']}")
    page.add(0, f"Concurrency Policy:\t{spec.get('concurrencyPolicy', '')}")
    page.add(0, f"Suspend:\t{'True' if spec.get('suspend') else 'False'}")
    for title, field in (
        ("Successful Job History Limit", "successfulJobsHistoryLimit"),
        ("Failed Job History Limit", "failedJobsHistoryLimit"),
    ):
        page.add(0, f"{title}:\t{spec.get(field, '<unset>')}")
    deadline = spec.get("startingDeadlineSeconds")
    page.add(0, f"Starting Deadline Seconds:\t{'<unset>' if deadline is None else f'{deadline}s'}")
    if job.get("selector"):
        page.labels("Selector", job["selector"].get("matchLabels"))
    else:
        page.add(0, "Selector:\t<unset>")
    page.add(0, f"Parallelism:\t{job.get('parallelism', '<unset>')}")
    page.add(0, f"Completions:\t{job.get('completions', '<unset>')}")
    if "activeDeadlineSeconds" in job:
        page.add(0, f"Active Deadline Seconds:\t{job['activeDeadlineSeconds']}s")
    add_template(page, job.get("template") or {})
    last = status.get("lastScheduleTime")
    page.add(0, f"Last Schedule Time:\t{date_text(last) if last else '<unset>'}")
    active = ", ".join(one.get("name", "") for one in status.get("active") or ())
    page.add(0, f"Active Jobs:\t{active or '<none>'}")
