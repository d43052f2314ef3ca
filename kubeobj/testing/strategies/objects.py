"""Objects that the API takes, of the kinds that run things, as documents to be created."""

from collections.abc import Callable, Mapping

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeobj.documents import Document, JsonValue
from kubeobj.testing.strategies.dns import dns1035_labels, dns_labels
from kubeobj.testing.strategies.labelsets import label_sets
from kubeobj.testing.strategies.names import annotations, object_names
from kubeobj.testing.strategies.options import check_namespace
from kubeobj.testing.strategies.podspecs import pod_specs, pod_templates

_SCHEDULES = ("0 * * * *", "*/5 8-18 * * 1-5", "@daily")


def pods(*, namespace: str = "default") -> SearchStrategy[Document]:
    """Draw pods.

    Args:
        namespace: Where they are.

    >>> from hypothesis import find
    >>> find(pods(), lambda _: True)["spec"]
    {'containers': [{'name': 'a', 'image': 'web'}], 'restartPolicy': 'Always'}
    """
    spec = pod_specs(restart_policies=("Always", "OnFailure", "Never"))
    return _objects("v1", "Pod", namespace, {"spec": spec}, names=dns_labels())


def deployments(*, namespace: str = "default") -> SearchStrategy[Document]:
    """Draw Deployments, whose selectors select the pods they make."""
    return _selecting(
        namespace,
        lambda labels: _objects(
            "apps/v1",
            "Deployment",
            namespace,
            {
                "spec": st.fixed_dictionaries(
                    _workload(labels),
                    optional={
                        "replicas": st.integers(0, 5),
                        "paused": st.booleans(),
                        "revisionHistoryLimit": st.integers(0, 10),
                        "minReadySeconds": st.integers(0, 60),
                        "strategy": st.sampled_from(
                            (
                                {"type": "Recreate"},
                                {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
                                {"rollingUpdate": {"maxSurge": "50%"}},
                            )
                        ),
                    },
                )
            },
        ),
    )


def replica_sets(*, namespace: str = "default") -> SearchStrategy[Document]:
    """Draw ReplicaSets, whose selectors select the pods they make."""
    return _selecting(
        namespace,
        lambda labels: _objects(
            "apps/v1",
            "ReplicaSet",
            namespace,
            {
                "spec": st.fixed_dictionaries(
                    _workload(labels), optional={"replicas": st.integers(0, 5)}
                )
            },
        ),
    )


def daemon_sets(*, namespace: str = "default") -> SearchStrategy[Document]:
    """Draw DaemonSets, whose selectors select the pods they make."""
    return _selecting(
        namespace,
        lambda labels: _objects(
            "apps/v1",
            "DaemonSet",
            namespace,
            {
                "spec": st.fixed_dictionaries(
                    _workload(labels),
                    optional={
                        "updateStrategy": st.sampled_from(
                            ({"type": "OnDelete"}, {"rollingUpdate": {"maxUnavailable": "10%"}})
                        )
                    },
                )
            },
        ),
    )


def stateful_sets(*, namespace: str = "default") -> SearchStrategy[Document]:
    """Draw StatefulSets, whose selectors select the pods they make."""
    return _selecting(
        namespace,
        lambda labels: _objects(
            "apps/v1",
            "StatefulSet",
            namespace,
            {
                "spec": st.fixed_dictionaries(
                    {**_workload(labels), "serviceName": dns1035_labels()},
                    optional={
                        "replicas": st.integers(0, 5),
                        "podManagementPolicy": st.sampled_from(("OrderedReady", "Parallel")),
                    },
                )
            },
            names=dns_labels(),
        ),
    )


def jobs(*, namespace: str = "default") -> SearchStrategy[Document]:
    """Draw Jobs."""
    return _objects("batch/v1", "Job", namespace, {"spec": _job_specs()}, names=dns_labels())


def cron_jobs(*, namespace: str = "default") -> SearchStrategy[Document]:
    """Draw CronJobs."""
    spec: SearchStrategy[JsonValue] = st.fixed_dictionaries(
        {
            "schedule": st.sampled_from(_SCHEDULES),
            "jobTemplate": st.fixed_dictionaries({"spec": _job_specs()}),
        },
        optional={
            "suspend": st.booleans(),
            "concurrencyPolicy": st.sampled_from(("Allow", "Forbid", "Replace")),
            "timeZone": st.sampled_from(("Etc/UTC", "Europe/Paris")),
        },
    )
    names = dns_labels().map(lambda name: name[:52].rstrip("-"))
    return _objects("batch/v1", "CronJob", namespace, {"spec": spec}, names=names)


def services(*, namespace: str = "default") -> SearchStrategy[Document]:
    """Draw Services that have no address yet."""
    numbers = st.lists(st.integers(1, 65535), min_size=1, max_size=3, unique=True)
    ports: SearchStrategy[JsonValue] = numbers.map(
        lambda chosen: [
            {"port": number, "name": f"p-{position}"} for position, number in enumerate(chosen)
        ]
    )
    given: dict[str, SearchStrategy[JsonValue]] = {
        "ports": ports,
        "selector": label_sets(max_size=2),
    }
    spec: SearchStrategy[JsonValue] = st.fixed_dictionaries(
        given,
        optional={
            "type": st.sampled_from(("ClusterIP", "NodePort")),
            "sessionAffinity": st.sampled_from(("None", "ClientIP")),
        },
    )
    return _objects("v1", "Service", namespace, {"spec": spec}, names=dns1035_labels())


def config_maps(*, namespace: str = "default") -> SearchStrategy[Document]:
    """Draw ConfigMaps."""
    data = st.dictionaries(st.sampled_from(("a", "b.txt", "C_d")), st.text(max_size=20), max_size=3)
    return _objects("v1", "ConfigMap", namespace, {"data": data})


def workloads(*, namespace: str = "default") -> SearchStrategy[Document]:
    """Draw an object of any kind that runs pods.

    >>> from hypothesis import find
    >>> find(workloads(), lambda found: found["kind"] == "Job")["spec"]["template"]["spec"]
    {'containers': [{'name': 'a', 'image': 'web'}], 'restartPolicy': 'OnFailure'}
    """
    kinds = (pods, deployments, replica_sets, daemon_sets, stateful_sets, jobs, cron_jobs)
    return st.one_of(*(kind(namespace=namespace) for kind in kinds))


def _job_specs() -> SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {"template": pod_templates({}, restart_policies=("OnFailure", "Never"))},
        optional={
            "completions": st.integers(0, 5),
            "parallelism": st.integers(0, 5),
            "backoffLimit": st.integers(0, 6),
            "suspend": st.booleans(),
            "ttlSecondsAfterFinished": st.integers(0, 600),
        },
    )


def _selecting(
    namespace: str, make: Callable[[Mapping[str, str]], SearchStrategy[Document]]
) -> SearchStrategy[Document]:
    """Draw what *make* makes for the labels that a workload selects."""
    check_namespace(namespace)
    return label_sets(min_size=1, max_size=2).flatmap(make)


def _workload(labels: Mapping[str, str]) -> dict[str, SearchStrategy[JsonValue]]:
    return {
        "selector": st.just({"matchLabels": dict(labels)}),
        "template": pod_templates(labels),
    }


def _objects(
    api_version: str,
    kind: str,
    namespace: str,
    parts: Mapping[str, SearchStrategy[JsonValue]],
    *,
    names: SearchStrategy[str] | None = None,
) -> SearchStrategy[Document]:
    check_namespace(namespace)
    metadata = st.fixed_dictionaries(
        {"name": object_names() if names is None else names, "namespace": st.just(namespace)},
        optional={"labels": label_sets(), "annotations": annotations()},
    )
    return st.fixed_dictionaries(
        {
            "apiVersion": st.just(api_version),
            "kind": st.just(kind),
            "metadata": metadata,
            **parts,
        }
    )
