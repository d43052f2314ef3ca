"""Specs of pods that the API takes, and the templates that controllers make pods from."""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from kubeobj.documents import Document, JsonValue
from kubeobj.testing.strategies.dns import dns_labels
from kubeobj.testing.strategies.labelsets import label_sets
from kubeobj.testing.strategies.options import check_choices, check_labels

_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_IMAGES = ("web", "shop/web:1.27", "registry.example/shop/web:latest")
_AMOUNTS = {
    "cpu": (("100m", "1"), ("1", "1500m"), ("0.5", "2")),
    "memory": (("64Mi", "128Mi"), ("1Gi", "1Gi"), ("1000000", "0.5Gi")),
}
_CAPABILITIES = ("NET_ADMIN", "SYS_TIME", "ALL")


def pod_specs(*, restart_policies: Sequence[str] = ("Always",)) -> SearchStrategy[Document]:
    """Draw specs of pods that the API takes.

    Args:
        restart_policies: The policies to choose from; the first is the plainest.

    >>> from hypothesis import find
    >>> find(pod_specs(), lambda _: True)
    {'containers': [{'name': 'a', 'image': 'web'}], 'restartPolicy': 'Always'}
    """
    check_choices("restart_policies", restart_policies, _RESTART_POLICIES)
    return _pod_specs(tuple(restart_policies))


@st.composite
def _pod_specs(draw: DrawFn, restart_policies: tuple[str, ...]) -> Document:
    names = draw(st.lists(dns_labels(), min_size=1, max_size=3, unique=True))
    volumes = draw(st.lists(dns_labels(), max_size=2, unique=True))
    spec: dict[str, JsonValue] = {
        "containers": [
            draw(_containers(name, volumes, position)) for position, name in enumerate(names)
        ],
        "restartPolicy": draw(st.sampled_from(restart_policies)),
    }
    if volumes:
        spec["volumes"] = [draw(_volumes(name)) for name in volumes]
    return {**spec, **draw(_POD_OPTIONS)}


def pod_templates(
    labels: Mapping[str, str], *, restart_policies: Sequence[str] = ("Always",)
) -> SearchStrategy[Document]:
    """Draw templates of pods that have *labels*, and maybe more.

    Args:
        labels: The labels that every pod has.
        restart_policies: The policies to choose from; the first is the plainest.

    >>> from hypothesis import find
    >>> find(pod_templates({"app": "web"}), lambda _: True)["metadata"]
    {'labels': {'app': 'web'}}
    """
    check_labels(labels)
    metadata = label_sets(max_size=2).map(lambda more: {"labels": {**more, **labels}})
    return st.fixed_dictionaries(
        {"metadata": metadata, "spec": pod_specs(restart_policies=restart_policies)}
    )


def _containers(name: str, volumes: Sequence[str], position: int) -> SearchStrategy[Document]:
    optional: dict[str, SearchStrategy[JsonValue]] = {
        "args": st.lists(st.sampled_from(("--verbose", "-p", "$(PORT)")), min_size=1, max_size=2),
        "env": _environments(),
        "ports": _ports(position),
        "resources": _resources(),
        "readinessProbe": _probes(),
        "livenessProbe": _probes(),
        "imagePullPolicy": st.sampled_from(("Always", "IfNotPresent", "Never")),
        "securityContext": _security_contexts(),
    }
    if volumes:
        optional["volumeMounts"] = st.lists(
            st.sampled_from(tuple(volumes)), min_size=1, max_size=2, unique=True
        ).map(lambda used: [{"name": one, "mountPath": f"/{one}"} for one in used])
    return st.fixed_dictionaries(
        {"name": st.just(name), "image": st.sampled_from(_IMAGES)}, optional=optional
    )


def _volumes(name: str) -> SearchStrategy[Document]:
    sources: tuple[Document, ...] = (
        {"emptyDir": {}},
        {"configMap": {"name": "settings"}},
        {"secret": {"secretName": "keys"}},
        {"persistentVolumeClaim": {"claimName": "data"}},
        {"hostPath": {"path": "/srv"}},
    )
    return st.sampled_from(sources).map(lambda source: {"name": name, **source})


def _environments() -> SearchStrategy[Sequence[Document]]:
    values: tuple[Document, ...] = (
        {"value": "on"},
        {"valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"valueFrom": {"secretKeyRef": {"name": "keys", "key": "token"}}},
    )
    names = st.lists(st.sampled_from(("A", "PORT", "my.var")), min_size=1, max_size=3, unique=True)
    return names.flatmap(
        lambda chosen: st.tuples(*(st.sampled_from(values) for _ in chosen)).map(
            lambda of: [{"name": name, **value} for name, value in zip(chosen, of, strict=True)]
        )
    )


def _ports(container: int) -> SearchStrategy[Sequence[Document]]:
    """Draw ports that no other container of the pod has."""
    first = container * 20_000
    numbers = st.lists(st.integers(first + 1, first + 20_000), min_size=1, max_size=2, unique=True)
    return numbers.map(
        lambda chosen: [
            {"containerPort": number, "name": f"p{container}-{position}"}
            for position, number in enumerate(chosen)
        ]
    )


def _resources() -> SearchStrategy[Document]:
    amounts = st.fixed_dictionaries(
        {}, optional={name: st.sampled_from(pairs) for name, pairs in _AMOUNTS.items()}
    )
    return amounts.map(
        lambda chosen: {
            "requests": {name: low for name, (low, _) in chosen.items()},
            "limits": {name: high for name, (_, high) in chosen.items()},
        }
    )


def _probes() -> SearchStrategy[Document]:
    handlers: tuple[Document, ...] = (
        {"httpGet": {"port": 80}},
        {"tcpSocket": {"port": "http"}},
        {"exec": {"command": ["true"]}},
        {"grpc": {"port": 9000}},
    )
    times = st.fixed_dictionaries(
        {},
        optional={
            "periodSeconds": st.integers(1, 60),
            "timeoutSeconds": st.integers(1, 10),
            "initialDelaySeconds": st.integers(0, 60),
            "failureThreshold": st.integers(1, 5),
        },
    )
    return st.builds(lambda handler, of: {**handler, **of}, st.sampled_from(handlers), times)


def _security_contexts() -> SearchStrategy[Document]:
    return st.fixed_dictionaries(
        {},
        optional={
            "runAsUser": st.integers(0, 2**31 - 1),
            "runAsNonRoot": st.booleans(),
            "readOnlyRootFilesystem": st.booleans(),
            "capabilities": st.lists(
                st.sampled_from(_CAPABILITIES), min_size=1, max_size=2, unique=True
            ).map(lambda dropped: {"drop": dropped}),
        },
    )


_POD_OPTIONS: SearchStrategy[dict[str, JsonValue]] = st.fixed_dictionaries(
    {},
    optional={
        "terminationGracePeriodSeconds": st.integers(0, 600),
        "hostNetwork": st.just(value=False),
        "nodeSelector": label_sets(max_size=2),
        "serviceAccountName": st.just("default"),
        "tolerations": st.sampled_from(
            (
                [{"operator": "Exists"}],
                [{"key": "a.io/b", "operator": "Equal", "value": "c", "effect": "NoSchedule"}],
            )
        ),
        "dnsPolicy": st.sampled_from(("ClusterFirst", "Default")),
        "topologySpreadConstraints": st.just(
            [
                {
                    "maxSkew": 1,
                    "topologyKey": "zone",
                    "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": {},
                }
            ]
        ),
    },
)
