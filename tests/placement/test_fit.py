"""Whether a pod fits one node."""

from typing import Any

import pytest
from hypothesis import given

from kubeobj.placement.fit import fits, is_over, placement_reasons, resource_reasons
from tests.scheduling.clusters import clusters
from tests.scheduling.reference.answer import answer

Doc = dict[str, Any]

ONE_NODE_RULES = (
    "NodeUnschedulable",
    "NodeName",
    "TaintToleration",
    "NodeAffinity",
    "NodePorts",
    "NodeResourcesFit",
)
"""In the order in which they are asked."""


def _node(**spec: Any) -> Doc:
    allocatable = {"cpu": "1", "memory": "1Gi", "pods": "2"}
    labels = {"disk": "ssd"}
    return {
        "metadata": {"name": "n1", "labels": labels},
        "spec": spec,
        "status": {"allocatable": allocatable},
    }


def _pod(name: str = "p", cpu: str = "100m", **spec: Any) -> Doc:
    port = {"containerPort": 80, "hostPort": 80, "protocol": "TCP"}
    container = {"name": "c", "resources": {"requests": {"cpu": cpu}}, "ports": [port]}
    return {
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"containers": [container], **spec},
    }


@pytest.mark.parametrize(
    ("pod", "node", "pods", "expected"),
    [
        pytest.param(_pod(), _node(), [], [], id="fits"),
        pytest.param(_pod(nodeName="n2"), _node(), [], ["NodeName"], id="name"),
        pytest.param(
            _pod(nodeSelector={"disk": "hdd"}), _node(), [], ["NodeAffinity"], id="selector"
        ),
        pytest.param(_pod(), _node(unschedulable=True), [], ["NodeUnschedulable"], id="closed"),
        pytest.param(
            _pod(tolerations=[{"operator": "Exists"}]),
            _node(unschedulable=True, taints=[{"key": "a", "effect": "NoExecute"}]),
            [],
            [],
            id="tolerated",
        ),
        pytest.param(
            _pod(),
            _node(taints=[{"key": "a", "effect": "NoExecute"}]),
            [],
            ["TaintToleration"],
            id="taint",
        ),
        pytest.param(_pod(), _node(), [_pod("q")], ["NodePorts"], id="port"),
        pytest.param(
            _pod(), _node(), [{**_pod("q"), "status": {"phase": "Failed"}}], [], id="over"
        ),
        pytest.param(_pod(cpu="2"), _node(), [], ["NodeResourcesFit"], id="cpu"),
    ],
)
def test_reasons(pod: Doc, node: Doc, pods: list[Doc], expected: list[str]) -> None:
    """Every rule that objects says so."""
    assert [reason.plugin for reason in fits(pod, node, pods)] == expected


def test_all_reasons_are_told() -> None:
    """Not the first alone."""
    pods = [_pod("a"), _pod("b")]
    reasons = fits(_pod(cpu="900m"), _node(), pods)
    assert [reason.message for reason in reasons] == [
        "node(s) didn't have free ports for the requested pod ports",
        "Too many pods",
        "Insufficient cpu",
    ]
    assert [reason.resource for reason in reasons] == ["", "pods", "cpu"]


def test_parts_of_it() -> None:
    """Whether a pod wants a node at all, and whether that has enough."""
    pod = _pod(cpu="2", nodeSelector={"disk": "hdd"})
    assert [one.plugin for one in placement_reasons(pod, _node())] == ["NodeAffinity"]
    assert [one.resource for one in resource_reasons(pod, _node(), [])] == ["cpu"]
    assert is_over({"status": {"phase": "Succeeded"}})
    assert not is_over({})


@given(clusters(most_nodes=3, most_pods=8))
def test_as_the_reference_says(case: Doc) -> None:
    """The first rule that objects is the same, as far as it is one that looks at one node."""
    told = answer(case)
    for node in case["nodes"]:
        name = node["metadata"]["name"]
        there = [pod for pod in case["pods"] if pod["spec"]["nodeName"] == name]
        reasons = [reason.plugin for reason in fits(case["pod"], node, there)]
        first = min(reasons, key=ONE_NODE_RULES.index, default=None)
        expected = told["infeasible"].get(name, {}).get("plugin")
        assert first == (expected if expected in ONE_NODE_RULES else None)
