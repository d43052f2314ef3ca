"""What pods say of nodes, ports and other pods."""

from typing import Any

import pytest

from kubeobj.labels.selector import Selector
from kubeobj.placement.nodeaffinity import (
    InvalidTerm,
    NodeAffinity,
    confined_to,
    pinned_to,
    preferences_of,
    required_affinity_of,
)
from kubeobj.placement.podaffinity import NO_AFFINITY, pod_affinity_of, selector_or_nothing
from kubeobj.placement.ports import ANY_ADDRESS, host_ports_of
from kubeobj.placement.resources import allocatable_of, amount_of, requests_of, scored_requests_of
from kubeobj.placement.spread import spread_constraints_of
from kubeobj.placement.taints import Taint, Toleration, count_disliked, untolerated

Doc = dict[str, Any]


def _pod(**spec: Any) -> Doc:
    return {
        "metadata": {"name": "p", "namespace": "team", "labels": {"app": "web", "rev": "1"}},
        "spec": {"containers": [], **spec},
    }


def _required(*terms: Doc) -> Doc:
    required = {"nodeSelectorTerms": list(terms)}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def _name(operator: str, *values: str) -> Doc:
    field = {"key": "metadata.name", "operator": operator, "values": list(values)}
    return {"matchFields": [field]}


SSD = {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}
BROKEN = {"matchExpressions": [{"key": "disk", "operator": "Gt", "values": ["many"]}]}


@pytest.mark.parametrize(
    ("terms", "labels", "expected"),
    [
        ([SSD], {"disk": "ssd"}, True),
        ([SSD], {}, False),
        ([BROKEN], {"disk": "5"}, False),
        ([BROKEN, SSD], {"disk": "ssd"}, True),
        ([{}], {"disk": "ssd"}, False),
        ([_name("NotIn", "n2")], {}, True),
        ([_name("In", "n2")], {}, False),
        ([{**SSD, **_name("In", "n1")}], {"disk": "ssd"}, True),
    ],
)
def test_required(terms: list[Doc], labels: dict[str, str], expected: bool) -> None:
    """One of the terms must hold; one that is empty or broken never does."""
    affinity = required_affinity_of(_pod(affinity=_required(*terms)))
    assert affinity.matches(labels, "n1") is expected


def test_no_affinity() -> None:
    """All nodes will do."""
    affinity = required_affinity_of(_pod())
    assert affinity == NodeAffinity()
    assert affinity.allows_all
    assert affinity.matches({}, "n1")


def test_preferences() -> None:
    """Those without weight or condition do not count, broken ones cannot be asked."""
    terms = [
        {"weight": 5, "preference": SSD},
        {"weight": 0, "preference": SSD},
        {"weight": 3, "preference": {}},
    ]
    part = "preferredDuringSchedulingIgnoredDuringExecution"
    ((weight, term),) = preferences_of(_pod(affinity={"nodeAffinity": {part: terms}}))
    assert weight == 5
    assert term.matches({"disk": "ssd"}, "n1")
    broken = [{"weight": 1, "preference": BROKEN}]
    with pytest.raises(InvalidTerm):
        preferences_of(_pod(affinity={"nodeAffinity": {part: broken}}))


@pytest.mark.parametrize(
    ("terms", "confined", "pinned"),
    [
        ([], None, ""),
        ([_name("In", "a")], ("a",), "a"),
        ([_name("In", "a"), _name("In", "b")], ("a", "b"), ""),
        ([{**SSD, **_name("In", "a")}, _name("In", "a")], ("a",), "a"),
        ([_name("In", "a"), SSD], None, ""),
        ([_name("NotIn", "a")], None, ""),
        (
            [{"matchFields": _name("In", "a")["matchFields"] + _name("In", "b")["matchFields"]}],
            (),
            "",
        ),
    ],
)
def test_nodes_by_name(terms: list[Doc], confined: tuple[str, ...] | None, pinned: str) -> None:
    """The only nodes it could be, and the one that every term names."""
    pod = _pod(affinity=_required(*terms)) if terms else _pod()
    assert confined_to(pod) == confined
    assert pinned_to(pod) == pinned


def test_what_is_left_without_the_name() -> None:
    """A term that asked for nothing else allows all."""
    both = required_affinity_of(_pod(affinity=_required({**SSD, **_name("In", "a")})))
    assert both.without_names().matches({"disk": "ssd"}, "b")
    assert not both.without_names().matches({}, "b")
    one = required_affinity_of(_pod(affinity=_required(_name("In", "a"))))
    assert one.without_names().allows_all


def test_pod_affinity() -> None:
    """The namespace is the pod's own, unless others are named or chosen."""
    term = {"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "db"}}}
    part = "requiredDuringSchedulingIgnoredDuringExecution"
    affinity = pod_affinity_of(
        _pod(
            affinity={
                "podAffinity": {part: [term, {**term, "namespaces": ["b", "a"]}]},
                "podAntiAffinity": {part: [{**term, "namespaceSelector": {}}]},
            }
        )
    )
    own, named = affinity.near
    assert own.pods.namespaces == ("team",)
    assert named.pods.namespaces == ("a", "b")
    (chosen,) = affinity.apart
    assert chosen.pods.matches("anywhere", {"app": "db"}, {})
    assert not own.pods.matches("anywhere", {"app": "db"}, {})
    assert bool(affinity)
    assert pod_affinity_of(_pod()) is NO_AFFINITY
    assert not NO_AFFINITY


def test_spread() -> None:
    """Keys of labels to match are part of the selector."""
    constraint = {
        "maxSkew": 2,
        "topologyKey": "zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}},
        "matchLabelKeys": ["rev", "missing"],
    }
    (found,) = spread_constraints_of(_pod(topologySpreadConstraints=[constraint]))
    assert found.is_hard
    assert found.selector.matches({"app": "web", "rev": "1"})
    assert not found.selector.matches({"app": "web", "rev": "2"})


def test_a_selector_that_cannot_be_read() -> None:
    """Selects nothing."""
    broken = {"matchExpressions": [{"key": "a", "operator": "In", "values": []}]}
    assert selector_or_nothing(broken) == Selector.nothing()


def test_ports() -> None:
    """Sidecars take theirs for good; other init containers give them back."""
    port = {"containerPort": 80, "hostPort": 8080}
    containers = [
        {"name": "a", "ports": [port], "restartPolicy": "Always"},
        {"name": "b", "ports": [{**port, "hostPort": 9090}]},
    ]
    (found,) = host_ports_of(_pod(initContainers=containers))
    assert found == (ANY_ADDRESS, "TCP", 8080)


def test_taints() -> None:
    """A toleration is for a key, a value and an effect, or for any."""
    taint = Taint("gpu", "x", "NoSchedule")
    assert untolerated([taint], [Toleration("gpu", "Equal", "x", "")]) is None
    assert untolerated([taint], [Toleration("gpu", "", "y", "")]) == taint
    assert untolerated([taint], [Toleration("gpu", "Exists", "", "NoExecute")]) == taint
    assert untolerated([taint], [Toleration("cpu", "Exists", "", "")]) == taint
    disliked = Taint("slow", "", "PreferNoSchedule")
    assert untolerated([disliked], []) is None
    assert count_disliked([disliked, taint], []) == 1
    assert count_disliked([disliked], [Toleration("", "Exists", "", "")]) == 0


def _container(name: str, cpu: str = "", **parts: Any) -> Doc:
    requests = {"requests": {"cpu": cpu}} if cpu else {}
    return {"name": name, "resources": requests, **parts}


def test_requests() -> None:
    """Sidecars add up, other init containers are a peak, overhead comes on top."""
    pod = _pod(
        containers=[_container("a", "100m"), _container("b", "200m")],
        initContainers=[
            _container("s", "50m", restartPolicy="Always"),
            _container("i", "700m"),
        ],
        overhead={"cpu": "10m"},
    )
    assert requests_of(pod) == {"cpu": 760}
    assert scored_requests_of(_pod(containers=[_container("a")])) == (100, 200 * 2**20)


def test_requests_of_the_pod_as_a_whole() -> None:
    """Take the place of those of its containers, for what they name."""
    pod = _pod(
        containers=[_container("a", "100m")], resources={"requests": {"cpu": "1", "gpu": "3"}}
    )
    assert requests_of(pod) == {"cpu": 1000}
    assert scored_requests_of(pod) == (1000, 200 * 2**20)


def test_a_pod_that_is_resized() -> None:
    """Counts as the most of what it wants, was granted and has."""
    status = {
        "containerStatuses": [
            {
                "name": "a",
                "allocatedResources": {"cpu": "300m"},
                "resources": {"requests": {"cpu": "200m"}},
            }
        ]
    }
    pod = {**_pod(containers=[_container("a", "1")]), "status": status}
    assert requests_of(pod) == {"cpu": 1000}
    pending = {"type": "PodResizePending", "reason": "Infeasible"}
    pod["status"] = {**status, "conditions": [pending]}
    assert requests_of(pod) == {"cpu": 300}


def test_a_pod_that_is_resized_as_a_whole() -> None:
    """The same, with overhead counted once."""
    status = {"resources": {"requests": {"cpu": "2"}}, "allocatedResources": {"cpu": "3"}}
    pod = _pod(resources={"requests": {"cpu": "1"}}, overhead={"cpu": "500m"})
    assert requests_of({**pod, "status": status}) == {"cpu": 3000}


def test_amounts() -> None:
    """What 64 bits do not hold is as much as they do."""
    assert amount_of("memory", "1" + "0" * 30) == 2**63 - 1
    assert allocatable_of({"status": {"allocatable": {"cpu": "1500m"}}}) == {"cpu": 1500}
    assert allocatable_of({}) == {}
