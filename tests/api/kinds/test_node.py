"""Rules of nodes that no recording shows."""

import pytest

from kubeobj.api.kinds.node import KIND
from kubeobj.api.kinds.node.table import roles_of
from kubeobj.documents import JsonValue, Wire
from tests.api.kinds.rules import Found, context, create_errors, created, found, read, update_errors

AVOIDED = "scheduler.alpha.kubernetes.io/preferAvoidPods"
TAINT = {"key": "a", "effect": "NoSchedule"}


def node(spec: Wire | None = None, status: Wire | None = None, **metadata: JsonValue) -> Wire:
    """Return a node."""
    return {"metadata": {"name": "n", **metadata}, "spec": spec or {}, "status": status or {}}


def test_the_older_field_of_networks_goes_before() -> None:
    """The field of one network is the first of the field of several, or replaces it."""
    assert read("nodes", node({"podCIDR": "10.0.0.0/24"}))["spec"]["podCIDRs"] == ["10.0.0.0/24"]
    both = read("nodes", node({"podCIDR": "10.0.0.0/24", "podCIDRs": ["10.1.0.0/24", "fd00::/64"]}))
    assert both["spec"]["podCIDRs"] == ["10.0.0.0/24"]
    newer = read("nodes", node({"podCIDRs": ["10.1.0.0/24", "fd00::/64"]}))
    assert newer["spec"]["podCIDR"] == "10.1.0.0/24"


def test_all_there_is_is_for_pods() -> None:
    """What nobody keeps back is for pods."""
    obj = read("nodes", node(status={"capacity": {"cpu": "1", "memory": "1n"}}))
    assert obj["status"]["allocatable"] == {"cpu": "1", "memory": "1m"}
    assert obj["status"]["allocatable"] is not obj["status"]["capacity"]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            node({"taints": [TAINT, TAINT]}), {("metadata.taints[1]", "DUPLICATE"): 1}, id="twice"
        ),
        pytest.param(
            node({"taints": [{"key": "a", "effect": ""}]}),
            {("metadata.taints[0].effect", "REQUIRED"): 1},
            id="taint without effect",
        ),
        pytest.param(
            node(status={"capacity": {"pods": "1500m"}}),
            {("status.capacity.pods", "INVALID"): 1, ("status.allocatable.pods", "INVALID"): 1},
            id="half a pod",
        ),
        pytest.param(
            node({"podCIDRs": ["10.0.0.0/24", "10.0.0.0/24"]}),
            {("spec.podCIDRs", "INVALID"): 1, ("spec.podCIDRs[1]", "DUPLICATE"): 1},
            id="one network twice",
        ),
        pytest.param(node({"podCIDRs": ["10.0.0.0/24", "fd00::/64"]}), {}, id="dual stack"),
        pytest.param(
            node(annotations={"scheduler.alpha.kubernetes.io/taints": "["}),
            {("metadata.annotations", "INVALID"): 1},
            id="taints of old that are none",
        ),
        pytest.param(
            node(annotations={AVOIDED: '{"preferAvoidPods":[{}]}'}),
            {(f"metadata.annotations.{AVOIDED}[0].PodSignature", "REQUIRED"): 1},
            id="nobody to keep away",
        ),
    ],
)
def test_nodes_are_refused(document: Wire, expected: Found) -> None:
    """A node has sound taints, amounts and networks."""
    assert create_errors("nodes", document) == expected


def test_what_is_set_once_stays() -> None:
    """The network and the provider of a node are set once."""
    before = node({"podCIDR": "10.0.0.0/24", "providerID": "a"})
    assert update_errors("nodes", node(), before) == {
        ("spec.podCIDRs", "FORBIDDEN"): 1,
        ("spec.providerID", "FORBIDDEN"): 1,
    }
    assert update_errors("nodes", before, node()) == {}


def test_addresses_are_there_once() -> None:
    """The status of a node has no address twice."""
    address = {"type": "InternalIP", "address": "1.1.1.1"}
    obj = read("nodes", node(status={"addresses": [address, address]}))
    errors = KIND.parts["status"].validate(obj, read("nodes", node()))
    assert found(errors) == {("status.addresses[1]", "DUPLICATE"): 1}


def test_status_is_all_that_its_part_changes() -> None:
    """By the part of the status neither spec nor the configuration of the kubelet changes."""
    old = created("nodes", node({"providerID": "a"}))
    obj = read("nodes", node({"providerID": "b"}, {"phase": "Running", "config": {}}))
    KIND.parts["status"].prepare(obj, old, context())
    assert obj["spec"] == {"providerID": "a"}
    assert obj["status"]["phase"] == "Running"
    assert "config" not in obj["status"]


def test_roles_are_those_of_labels() -> None:
    """A node has the roles of its labels, in order, each once."""
    labels = {
        "node-role.kubernetes.io/worker": "",
        "node-role.kubernetes.io/": "",
        "kubernetes.io/role": "edge",
    }
    assert roles_of(created("nodes", node(labels=labels))) == ["edge", "worker"]
