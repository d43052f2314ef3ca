"""What a node may write, and what a new node is like."""

import pytest

from kubeobj.api.admission.noderestriction import GROUP, LEASES, PREFIX
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Forbidden
from kubeobj.api.kind import User
from kubeobj.api.options import DeleteOptions, WriteOptions
from kubeobj.documents import Wire
from tests.api.admission.making import change, found, make, pod, pod_body

NODE = User(f"{PREFIX}n1", (GROUP, "system:authenticated"))
AS_NODE = WriteOptions(user=NODE)
MIRROR = {"kubernetes.io/config.mirror": "x"}
LABEL = "node.kubernetes.io/instance-type"


@pytest.fixture
def node(server: ApiServer) -> Wire:
    """The node itself, made by itself, beside another one."""
    make(server, "nodes", {"metadata": {"name": "n2"}})
    return make(server, "nodes", {"metadata": {"name": "n1", "labels": {LABEL: "s"}}}, user=NODE)


def test_a_new_node_takes_no_pods(server: ApiServer) -> None:
    """Until it is known to be ready; the taint is not added twice."""
    taint = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
    other = {"key": "k", "effect": "NoExecute"}
    for name, taints in (("a", []), ("b", [taint]), ("c", [other])):
        body = {"metadata": {"name": name}, "spec": {"taints": taints}}
        expected = taints if taint in taints else [*taints, taint]
        assert make(server, "nodes", body)["spec"]["taints"] == expected


def test_a_node_writes_itself_and_no_other(server: ApiServer, node: Wire) -> None:
    """Its labels as far as they are its own, and never its taints."""
    node["metadata"]["labels"] = {"kubernetes.io/hostname": "h", "example.com/x": "y"}
    change(server, "nodes", node, user=NODE)
    with pytest.raises(Forbidden, match="not allowed to touch nodes n2"):
        change(server, "nodes", found(server, "nodes", "n2", ""), user=NODE)
    for field, value, why in (
        ("taints", [], "not allowed to modify taints"),
        ("labels", {"node-role.kubernetes.io/admin": ""}, "not allowed to modify labels"),
    ):
        wrong = found(server, "nodes", "n1", "")
        wrong["spec" if field == "taints" else "metadata"][field] = value
        with pytest.raises(Forbidden, match=why):
            change(server, "nodes", wrong, user=NODE)


def test_others_are_not_restricted(server: ApiServer, node: Wire) -> None:
    """Who is in the group under another name, or is named so outside of it, is no node."""
    for user in (User("x", (GROUP,)), User(f"{PREFIX}n2", ())):
        node["metadata"]["labels"] = {"node-role.kubernetes.io/admin": user.name.strip(":")[-1]}
        change(server, "nodes", node, user=user)
        node = found(server, "nodes", "n1", "")


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        pytest.param({"nodeName": "n2"}, "with spec.nodeName itself", id="elsewhere"),
        pytest.param(
            {
                "nodeName": "n1",
                "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}],
            },
            "reference persistentvolumeclaims",
            id="claim",
        ),
        pytest.param(
            {"nodeName": "n1", "volumes": [{"name": "v", "configMap": {"name": "m"}}]},
            "reference configmaps",
            id="config-map",
        ),
    ],
)
def test_a_node_makes_mirror_pods_of_its_own(
    server: ApiServer, node: Wire, spec: Wire, why: str
) -> None:
    """Which refer to nothing, and are owned by the node if by anything."""
    body = pod_body(**spec)
    with pytest.raises(Forbidden, match="can only create mirror pods"):
        make(server, "pods", body, namespace="shop", user=NODE)
    body["metadata"]["annotations"] = MIRROR
    with pytest.raises(Forbidden, match=why):
        make(server, "pods", body, namespace="shop", user=NODE)
    good = pod_body("good", nodeName="n1")
    owner = {"apiVersion": "v1", "kind": "Node", "name": "n1", "uid": node["metadata"]["uid"]}
    good["metadata"] |= {"annotations": MIRROR, "ownerReferences": [{**owner, "uid": "other"}]}
    with pytest.raises(Forbidden, match="itself as their owner"):
        make(server, "pods", good, namespace="shop", user=NODE)
    good["metadata"]["ownerReferences"] = [owner]
    with pytest.raises(Forbidden, match="must control its pods"):
        make(server, "pods", good, namespace="shop", user=NODE)
    good["metadata"]["ownerReferences"] = [{**owner, "controller": True}]
    make(server, "pods", good, namespace="shop", user=NODE)


@pytest.mark.usefixtures("node")
def test_a_node_looks_after_its_own_pods(server: ApiServer) -> None:
    """It writes their status, not their labels or specs, and lets go of no other's."""
    mine, theirs = pod(server, "mine", nodeName="n1"), pod(server, "theirs", nodeName="n2")
    mine["status"]["phase"] = "Running"
    change(server, "pods", mine, part="status", user=NODE)
    for one, part, why in (
        (theirs, "status", "can only touch pods"),
        (found(server, "pods", "mine"), "", "can only update the status"),
    ):
        with pytest.raises(Forbidden, match=why):
            change(server, "pods", one, part=part, user=NODE)
    labelled = found(server, "pods", "mine")
    labelled["metadata"]["labels"] = {"a": "b"}
    with pytest.raises(Forbidden, match="cannot update labels"):
        change(server, "pods", labelled, part="status", user=NODE)
    body: Wire = {"metadata": {"name": "theirs"}}
    with pytest.raises(Forbidden, match="can only touch pods"):
        server.act("pods/eviction", body, namespace="shop", name="theirs", options=AS_NODE)
    options = DeleteOptions(user=NODE, grace_period_seconds=0)
    with pytest.raises(Forbidden, match="can only touch pods"):
        server.delete("pods", "theirs", namespace="shop", options=options)
    server.delete("pods", "mine", namespace="shop", options=options)


@pytest.mark.usefixtures("node")
def test_a_node_asks_for_tokens_of_its_own_pods(server: ApiServer) -> None:
    """Each token is bound to a pod that runs on the node, and to the very one."""
    mine, theirs = pod(server, "mine", nodeName="n1"), pod(server, "theirs", nodeName="n2")

    def ask(**reference: str) -> None:
        body: Wire = {"spec": {"boundObjectRef": reference} if reference else {}}
        server.act("serviceaccounts/token", body, namespace="shop", name="default", options=AS_NODE)

    ask(kind="Pod", apiVersion="v1", name="mine", uid=mine["metadata"]["uid"])
    for reference, why in (
        ({}, "bound to a pod"),
        ({"kind": "Pod", "name": "mine", "uid": "other"}, "not there"),
        (
            {"kind": "Pod", "name": "theirs", "uid": theirs["metadata"]["uid"]},
            "on another node",
        ),
    ):
        with pytest.raises(Forbidden, match=why):
            ask(**reference)


@pytest.mark.usefixtures("node")
def test_a_node_has_one_lease_and_its_own_drivers(server: ApiServer) -> None:
    """In the namespace for the leases of nodes, by its own name."""
    lease: Wire = {"metadata": {"name": "n1"}, "spec": {"leaseDurationSeconds": 40}}
    make(server, LEASES, lease, namespace="kube-node-lease", user=NODE)
    with pytest.raises(Forbidden, match="can only access leases in"):
        make(server, LEASES, lease, namespace="shop", user=NODE)
    other = {**lease, "metadata": {"name": "n2"}}
    with pytest.raises(Forbidden, match="not allowed to touch leases n2"):
        make(server, LEASES, other, namespace="kube-node-lease", user=NODE)
    drivers = {"metadata": {"name": "n2"}, "spec": {"drivers": []}}
    with pytest.raises(Forbidden, match="not allowed to touch csinodes n2"):
        make(server, "csinodes.storage.k8s.io", drivers, user=NODE)
