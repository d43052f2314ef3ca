"""ResourceQuotas: what a namespace may use, how it is booked, and that it is never exceeded."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import AlreadyExists, ApiError, Forbidden
from kubeobj.api.quotausage import is_in_scopes, usage_of
from kubeobj.clock import VirtualClock
from kubeobj.documents import Wire
from kubeobj.entropy import SeededIdSource
from kubeobj.meta.quantity import Quantity
from tests.api.admission.making import amounts, change, found, make, pod, pod_body, said

QUOTAS = "resourcequotas"


def _quota(server: ApiServer, hard: dict[str, str], name: str = "q", **spec: object) -> None:
    """Make a quota of which it is known that nothing is used."""
    body = {"metadata": {"name": name}, "spec": {"hard": hard, **spec}}
    made = make(server, QUOTAS, body, namespace="shop")
    made["status"] = {"hard": hard, "used": dict.fromkeys(hard, "0")}
    change(server, QUOTAS, made, part="status")


def _used(server: ApiServer, name: str = "q") -> Wire:
    used: Wire = found(server, QUOTAS, name)["status"]["used"]
    return used


def test_what_is_taken_is_booked_before_it_is_there(server: ApiServer) -> None:
    """The quota has the older version; what is over it is refused, with the amounts."""
    _quota(server, {"pods": "2", "requests.cpu": "1", "limits.memory": "1Gi"})
    one = amounts(requests={"cpu": "600m"}, limits={"memory": "512Mi"})
    made = pod(server, "a", containers=[one])
    assert _used(server) == {"pods": "1", "requests.cpu": "600m", "limits.memory": "512Mi"}
    version = found(server, QUOTAS, "q")["metadata"]["resourceVersion"]
    assert int(version) < int(made["metadata"]["resourceVersion"])
    with pytest.raises(Forbidden) as refused:
        pod(server, "b", containers=[one])
    assert said(refused.value) == (
        "exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=600m,"
        " limited: requests.cpu=1"
    )


@pytest.mark.parametrize(
    ("hard", "containers", "why"),
    [
        pytest.param(
            {"requests.cpu": "1", "memory": "1Gi"},
            [amounts(), amounts(requests={"cpu": "1"}) | {"name": "d"}],
            "must specify memory for: c,d; requests.cpu for: c",
            id="each-container",
        ),
        pytest.param(
            {"limits.cpu": "1"},
            [amounts(requests={"cpu": "1"})],
            "must specify limits.cpu for: c",
            id="limit",
        ),
    ],
)
def test_a_pod_says_how_much_it_takes_of_what_is_bounded(
    server: ApiServer, hard: dict[str, str], containers: list[Wire], why: str
) -> None:
    """Who says nothing could take anything."""
    _quota(server, hard)
    with pytest.raises(Forbidden) as refused:
        pod(server, containers=containers)
    assert said(refused.value) == f"failed quota: q: {why}"


def test_a_quota_bounds_nothing_before_its_use_is_known(server: ApiServer) -> None:
    """A new quota has no status; one whose status knows half of it refuses the other half."""
    body = {"metadata": {"name": "q"}, "spec": {"hard": {"pods": "0"}}}
    made = make(server, QUOTAS, body, namespace="shop")
    pod(server, "a")
    made["status"] = {"hard": {"pods": "9"}}
    change(server, QUOTAS, made, part="status")
    with pytest.raises(Forbidden, match="status unknown for quota: q, resources: pods"):
        pod(server, "b")


def test_a_refused_or_dry_write_books_nothing(server: ApiServer) -> None:
    """Nor does one that fails because the name is taken."""
    _quota(server, {"pods": "3", "count/pods": "3"})
    pod(server, "a")
    before = _used(server)
    make(server, "pods", pod_body("b"), namespace="shop", dry_run=True)
    with pytest.raises(AlreadyExists):
        pod(server, "a")
    body = pod_body("c")
    body["metadata"]["resourceVersion"] = "1"
    with pytest.raises(ApiError, match="resourceVersion"):
        make(server, "pods", body, namespace="shop")
    assert _used(server) == before == {"pods": "1", "count/pods": "1"}


def test_every_quota_counts(server: ApiServer) -> None:
    """One that is full refuses, and then none is charged."""
    _quota(server, {"secrets": "9"}, "wide")
    _quota(server, {"count/secrets": "1"}, "narrow")
    make(server, "secrets", {"metadata": {"name": "a"}}, namespace="shop")
    with pytest.raises(Forbidden, match="exceeded quota: narrow"):
        make(server, "secrets", {"metadata": {"name": "b"}}, namespace="shop")
    assert (_used(server, "wide"), _used(server, "narrow")) == (
        {"secrets": "1"},
        {"count/secrets": "1"},
    )


def test_an_update_is_charged_by_what_it_changes(server: ApiServer) -> None:
    """A service that becomes another type takes ports, and gives them back."""
    _quota(server, {"services": "5", "services.nodeports": "2", "services.loadbalancers": "1"})
    ports = [{"port": 80}, {"port": 81, "name": "b"}]
    ports[0]["name"] = "a"
    body = {"metadata": {"name": "s"}, "spec": {"selector": {"a": "b"}, "ports": ports}}
    service = make(server, "services", body, namespace="shop")
    nothing = {"services": "1", "services.nodeports": "0", "services.loadbalancers": "0"}
    assert _used(server) == nothing
    service["spec"]["type"] = "LoadBalancer"
    change(server, "services", service)
    assert _used(server) == {
        "services": "1",
        "services.nodeports": "2",
        "services.loadbalancers": "1",
    }
    service = found(server, "services", "s")
    service["spec"]["type"] = "ClusterIP"
    for port in service["spec"]["ports"]:
        port.pop("nodePort", None)
    service["spec"].pop("allocateLoadBalancerNodePorts", None)
    change(server, "services", service)
    assert _used(server) == nothing


def test_a_deletion_is_not_booked(server: ApiServer) -> None:
    """It is for a controller to see that there is less now."""
    _quota(server, {"configmaps": "1"})
    make(server, "configmaps", {"metadata": {"name": "a"}}, namespace="shop")
    server.delete("configmaps", "a", namespace="shop")
    assert _used(server) == {"configmaps": "1"}


# ---------------------------------------------------------------- usage


def _texts(resource: str, obj: Wire) -> dict[str, str]:
    return {name: str(amount) for name, amount in usage_of(resource, obj).items()}


def _stored(**spec: object) -> Wire:
    return {"metadata": {}, "spec": {"containers": [], **spec}}


CLAIM: Wire = {
    "metadata": {},
    "spec": {"storageClassName": "fast", "resources": {"requests": {"storage": "5Gi"}}},
}


@pytest.mark.parametrize(
    ("resource", "obj", "usage"),
    [
        pytest.param(
            "deployments.apps", _stored(), {"count/deployments.apps": "1"}, id="only-counted"
        ),
        pytest.param(
            "configmaps", _stored(), {"count/configmaps": "1", "configmaps": "1"}, id="two-names"
        ),
        pytest.param(
            "pods",
            _stored(
                containers=[
                    amounts(
                        requests={"cpu": "1", "example.com/gpu": "2", "hugepages-2Mi": "4Mi"},
                        limits={"cpu": "2", "example.com/gpu": "2"},
                    )
                ],
                overhead={"cpu": "100m", "memory": "1Mi"},
            ),
            {
                "count/pods": "1",
                "pods": "1",
                "cpu": "1100m",
                "requests.cpu": "1100m",
                "memory": "1Mi",
                "requests.memory": "1Mi",
                "limits.cpu": "2100m",
                "requests.example.com/gpu": "2",
                "hugepages-2Mi": "4Mi",
                "requests.hugepages-2Mi": "4Mi",
            },
            id="pod",
        ),
        pytest.param(
            "pods",
            {**_stored(), "status": {"phase": "Succeeded"}},
            {"count/pods": "1"},
            id="pod-that-has-ended",
        ),
        pytest.param(
            "pods",
            _stored(
                containers=[amounts(requests={"cpu": "1"})],
                resources={"requests": {"cpu": "3"}},
            ),
            {"count/pods": "1", "pods": "1", "cpu": "3", "requests.cpu": "3"},
            id="pod-as-a-whole",
        ),
        pytest.param(
            "persistentvolumeclaims",
            CLAIM,
            {
                "count/persistentvolumeclaims": "1",
                "persistentvolumeclaims": "1",
                "requests.storage": "5Gi",
                "fast.storageclass.storage.k8s.io/persistentvolumeclaims": "1",
                "fast.storageclass.storage.k8s.io/requests.storage": "5Gi",
            },
            id="claim",
        ),
        pytest.param(
            "services",
            _stored(
                type="LoadBalancer",
                allocateLoadBalancerNodePorts=False,
                ports=[{"port": 1}, {"port": 2, "nodePort": 30000}],
            ),
            {
                "count/services": "1",
                "services": "1",
                "services.loadbalancers": "1",
                "services.nodeports": "1",
            },
            id="load-balancer-without-ports",
        ),
        pytest.param(
            "resourceclaims.resource.k8s.io",
            {
                "spec": {
                    "devices": {
                        "requests": [
                            {"exactly": {"deviceClassName": "gpu", "count": 2}},
                            {
                                "firstAvailable": [
                                    {"deviceClassName": "gpu", "count": 3},
                                    {"deviceClassName": "gpu", "count": 1},
                                    {"deviceClassName": "nic", "allocationMode": "All"},
                                ]
                            },
                        ]
                    }
                }
            },
            {
                "count/resourceclaims.resource.k8s.io": "1",
                "gpu.deviceclass.resource.k8s.io/devices": "5",
                "nic.deviceclass.resource.k8s.io/devices": "32",
            },
            id="devices",
        ),
    ],
)
def test_what_an_object_uses(resource: str, obj: Wire, usage: dict[str, str]) -> None:
    """Each amount stands under every name that a quota may have for it."""
    assert _texts(resource, obj) == usage


BURSTABLE = _stored(containers=[amounts(requests={"cpu": "1"})])
LONELY = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{}]}}
ABROAD = {
    "podAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [{"namespaces": ["elsewhere"]}]
    }
}


@pytest.mark.parametrize(
    ("scope", "obj", "is_counted"),
    [
        pytest.param("Terminating", _stored(activeDeadlineSeconds=1), True, id="terminating"),
        pytest.param("Terminating", _stored(), False, id="goes-on"),
        pytest.param("NotTerminating", _stored(), True, id="not-terminating"),
        pytest.param("BestEffort", _stored(containers=[amounts()]), True, id="best-effort"),
        pytest.param("BestEffort", BURSTABLE, False, id="burstable"),
        pytest.param("NotBestEffort", BURSTABLE, True, id="not-best-effort"),
        pytest.param("PriorityClass", _stored(priorityClassName="x"), True, id="priority"),
        pytest.param("PriorityClass", _stored(), False, id="no-priority"),
        pytest.param("CrossNamespacePodAffinity", _stored(affinity=ABROAD), True, id="abroad"),
        pytest.param("CrossNamespacePodAffinity", _stored(affinity=LONELY), False, id="at-home"),
    ],
)
def test_a_quota_with_a_scope_counts_the_pods_in_it(
    scope: str, obj: Wire, is_counted: bool
) -> None:
    """Nothing but pods is in a scope of pods."""
    quota = {"spec": {"scopes": [scope]}}
    assert is_in_scopes(quota, "pods", obj) == is_counted
    assert not is_in_scopes(quota, "services", obj)


@pytest.mark.parametrize(
    ("operator", "values", "names"),
    [
        pytest.param("In", ["a"], {"a"}, id="in"),
        pytest.param("NotIn", ["a"], {"b", ""}, id="not-in"),
        pytest.param("Exists", [], {"a", "b"}, id="exists"),
        pytest.param("DoesNotExist", [], {""}, id="does-not-exist"),
    ],
)
def test_a_scope_may_be_of_some_classes(operator: str, values: list[str], names: set[str]) -> None:
    """Of priority for pods, and of the attributes of volumes for claims."""
    every = ("a", "b", "")
    for resource, scope, field in (
        ("pods", "PriorityClass", "priorityClassName"),
        ("persistentvolumeclaims", "VolumeAttributesClass", "volumeAttributesClassName"),
    ):
        term = {"scopeName": scope, "operator": operator, "values": values}
        quota = {"spec": {"scopeSelector": {"matchExpressions": [term]}}}
        counted = {
            name
            for name in every
            if is_in_scopes(quota, resource, _stored(**({field: name} if name else {})))
        }
        assert counted == names


# ---------------------------------------------------------------- never more


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcde"), st.integers(0, 900)), max_size=12))
def test_a_quota_is_never_exceeded(asked: list[tuple[str, int]]) -> None:
    """Whatever is asked for, what is there stays within bounds, and what is used is what is there.

    As nothing is deleted here, that is so at any time.
    """
    server = ApiServer(clock=VirtualClock(), ids=SeededIdSource(1))
    server.create("namespaces", {"metadata": {"name": "shop"}})
    make(server, "serviceaccounts", {"metadata": {"name": "default"}}, namespace="shop")
    _quota(server, {"pods": "3", "requests.cpu": "1"})
    for name, milli in asked:
        try:
            pod(server, name, containers=[amounts(requests={"cpu": f"{milli}m"})])
        except (AlreadyExists, Forbidden):
            continue
    usages = [usage_of("pods", one) for one in server.core.every("pods", "shop")]
    used = _used(server)
    for name, most in (("pods", 3), ("requests.cpu", 1)):
        total = sum((one[name] for one in usages), Quantity(0))
        assert total == Quantity(used[name]) <= Quantity(most)
