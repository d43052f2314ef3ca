"""What new pods get: their service account and token, priority, tolerations, runtime class."""

import pytest

from kubeobj.api.admission.runtimeclass import merged
from kubeobj.api.admission.serviceaccount import LIMITS_SECRETS, TOKEN_PATH
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Forbidden, NotFound
from kubeobj.documents import Wire
from tests.api.admission.making import change, container, found, make, pod, pod_body, said

PRIORITIES = "priorityclasses.scheduling.k8s.io"
RUNTIMES = "runtimeclasses.node.k8s.io"
MIRROR = {"kubernetes.io/config.mirror": "x"}

# ---------------------------------------------------------------- namespaces


def test_nothing_is_made_in_a_namespace_that_is_not_there(server: ApiServer) -> None:
    """The namespace is what is not found."""
    with pytest.raises(NotFound, match='namespaces "no" not found'):
        make(server, "configmaps", {"metadata": {"name": "m"}}, namespace="no")


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
def test_some_namespaces_stay(server: ApiServer, name: str) -> None:
    """Nobody deletes the namespaces that every cluster needs."""
    with pytest.raises(Forbidden, match="may not be deleted"):
        server.delete("namespaces", name)


def test_a_namespace_that_is_going_takes_nothing_new(server: ApiServer) -> None:
    """What is there may change and go; nothing comes, by asking to bind or evict neither."""
    pod(server)
    server.delete("namespaces", "shop")
    for act in (
        lambda: make(server, "configmaps", {"metadata": {"name": "m"}}, namespace="shop"),
        lambda: server.act(
            "pods/eviction", {"metadata": {"name": "p"}}, namespace="shop", name="p"
        ),
    ):
        with pytest.raises(Forbidden) as refused:
            act()
        (cause,) = (refused.value.details or {})["causes"]
        assert (cause["reason"], cause["field"]) == ("NamespaceTerminating", "metadata.namespace")
    stored = found(server, "pods", "p")
    stored["metadata"]["labels"] = {"a": "b"}
    change(server, "pods", stored)
    server.delete("pods", "p", namespace="shop")


# ---------------------------------------------------------------- service accounts


def _account(server: ApiServer, name: str, **fields: object) -> None:
    make(server, "serviceaccounts", {"metadata": {"name": name}, **fields}, namespace="shop")


def test_a_pod_needs_its_account(server: ApiServer) -> None:
    """An account that is not there is refused, and told."""
    with pytest.raises(Forbidden, match="error looking up service account shop/nobody"):
        pod(server, serviceAccountName="nobody")


@pytest.mark.parametrize(
    ("account", "asked", "is_mounted"),
    [
        pytest.param({}, {}, True, id="nobody-says"),
        pytest.param({"automountServiceAccountToken": False}, {}, False, id="account-does-not"),
        pytest.param(
            {"automountServiceAccountToken": False},
            {"automountServiceAccountToken": True},
            True,
            id="pod-does",
        ),
        pytest.param(
            {"automountServiceAccountToken": True},
            {"automountServiceAccountToken": False},
            False,
            id="pod-does-not",
        ),
    ],
)
def test_a_pod_gets_the_token_unless_somebody_is_against_it(
    server: ApiServer, account: Wire, asked: Wire, is_mounted: bool
) -> None:
    """What a pod says counts more than what its account says."""
    _account(server, "own", **account)
    spec = pod(server, serviceAccountName="own", **asked)["spec"]
    assert (spec["serviceAccountName"], spec["serviceAccount"]) == ("own", "own")
    assert bool(spec.get("volumes")) == is_mounted
    assert ("volumeMounts" in spec["containers"][0]) == is_mounted


def test_the_token_goes_where_nothing_else_is_mounted(server: ApiServer) -> None:
    """A container with a volume of its own there gets none, the others do; the name is reused."""
    own = {"name": "kube-api-access-own", "mountPath": TOKEN_PATH}
    spec = pod(
        server,
        initContainers=[container("i")],
        containers=[container("c", volumeMounts=[own])],
        volumes=[{"name": "kube-api-access-own"}],
    )["spec"]
    assert [one["name"] for one in spec["volumes"]] == ["kube-api-access-own"]
    assert spec["containers"][0]["volumeMounts"] == [own]
    assert spec["initContainers"][0]["volumeMounts"] == [{**own, "readOnly": True}]


def test_a_pod_pulls_with_the_secrets_of_its_account_unless_it_has_its_own(
    server: ApiServer,
) -> None:
    """The pod's secrets take the place of the account's."""
    _account(server, "puller", imagePullSecrets=[{"name": "theirs"}])
    spec = pod(server, "a", serviceAccountName="puller")["spec"]
    assert spec["imagePullSecrets"] == [{"name": "theirs"}]
    own = [{"name": "mine"}]
    assert (
        pod(server, "b", serviceAccountName="puller", imagePullSecrets=own)["spec"][
            "imagePullSecrets"
        ]
        == own
    )


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"serviceAccountName": "default"}, id="account"),
        pytest.param({"volumes": [{"name": "v", "secret": {"secretName": "s"}}]}, id="volume"),
        pytest.param({"imagePullSecrets": [{"name": "s"}]}, id="pulling"),
        pytest.param(
            {"containers": [container(envFrom=[{"secretRef": {"name": "s"}}])]}, id="environment"
        ),
        pytest.param(
            {
                "volumes": [
                    {
                        "name": "v",
                        "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]},
                    }
                ]
            },
            id="token",
        ),
    ],
)
def test_a_mirror_pod_has_nothing_of_the_api(server: ApiServer, spec: Wire) -> None:
    """A pod that a node has made of a file reads no secrets and is nobody."""
    body = pod_body(nodeName="n", **spec)
    body["metadata"]["annotations"] = MIRROR
    with pytest.raises(Forbidden, match="a mirror pod may not"):
        make(server, "pods", body, namespace="shop")


def test_a_mirror_pod_gets_no_account(server: ApiServer) -> None:
    """It is stored as its node has sent it."""
    body = pod_body(nodeName="n")
    body["metadata"]["annotations"] = MIRROR
    spec = make(server, "pods", body, namespace="shop")["spec"]
    assert not {"serviceAccountName", "volumes"} & spec.keys()


@pytest.mark.parametrize(
    ("spec", "is_listed"),
    [
        pytest.param({"volumes": [{"name": "v", "secret": {"secretName": "s"}}]}, True, id="is"),
        pytest.param(
            {"volumes": [{"name": "v", "secret": {"secretName": "x"}}]}, False, id="volume"
        ),
        pytest.param(
            {"containers": [container(envFrom=[{"secretRef": {"name": "x"}}])]},
            False,
            id="environment",
        ),
        pytest.param({"imagePullSecrets": [{"name": "s"}]}, False, id="pulling"),
    ],
)
def test_an_account_may_limit_its_pods_to_the_secrets_it_lists(
    server: ApiServer, spec: Wire, is_listed: bool
) -> None:
    """An annotation makes the list of an account's secrets a limit."""
    metadata = {"name": "strict", "annotations": {LIMITS_SECRETS: "true"}}
    body = {"metadata": metadata, "secrets": [{"name": "s"}]}
    make(server, "serviceaccounts", body, namespace="shop")
    if is_listed:
        pod(server, serviceAccountName="strict", **spec)
        return
    with pytest.raises(Forbidden, match="does not reference it"):
        pod(server, serviceAccountName="strict", **spec)


def test_a_container_that_is_added_reads_what_the_account_lists(server: ApiServer) -> None:
    """Who debugs a pod gets no secret that the pod may not have."""
    metadata = {"name": "strict", "annotations": {LIMITS_SECRETS: "1"}}
    make(server, "serviceaccounts", {"metadata": metadata}, namespace="shop")
    stored = pod(server, serviceAccountName="strict")
    added = container("d", envFrom=[{"secretRef": {"name": "x"}}])
    stored["spec"]["ephemeralContainers"] = [added]
    with pytest.raises(Forbidden, match="does not reference it"):
        change(server, "pods", stored, part="ephemeralcontainers")
    del added["envFrom"]
    change(server, "pods", stored, part="ephemeralcontainers")
    server.delete("serviceaccounts", "strict", namespace="shop")
    later = found(server, "pods", "p")
    later["spec"]["ephemeralContainers"].append(container("e"))
    with pytest.raises(Forbidden, match="error looking up service account"):
        change(server, "pods", later, part="ephemeralcontainers")


# ---------------------------------------------------------------- priority


def _priority(server: ApiServer, name: str, value: int, **fields: object) -> None:
    make(server, PRIORITIES, {"metadata": {"name": name}, "value": value, **fields})


def test_the_default_class_is_that_of_pods_without_one(server: ApiServer) -> None:
    """Its name, priority and policy are written into the pod; later classes change no pod."""
    assert pod(server, "before")["spec"]["priority"] == 0
    _priority(server, "usual", 7, globalDefault=True, preemptionPolicy="Never")
    spec = pod(server, "after")["spec"]
    told = (spec["priorityClassName"], spec["priority"], spec["preemptionPolicy"])
    assert told == ("usual", 7, "Never")


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        pytest.param({"priorityClassName": "no"}, "no PriorityClass with name no", id="no-class"),
        pytest.param({"priority": 1}, "priority", id="priority-without-class"),
        pytest.param(
            {"priorityClassName": "high", "preemptionPolicy": "Never"},
            "preemptionPolicy",
            id="another-policy",
        ),
    ],
)
def test_a_pod_has_the_priority_of_its_class_and_no_other(
    server: ApiServer, spec: Wire, why: str
) -> None:
    """What the pod says itself must be what its class makes of it."""
    _priority(server, "high", 1000)
    with pytest.raises(Forbidden, match=why):
        pod(server, **spec)
    same = {"priorityClassName": "high", "priority": 1000}
    assert pod(server, **same)["spec"]["preemptionPolicy"] == "PreemptLowerPriority"


def test_one_class_is_the_default(server: ApiServer) -> None:
    """A second one is refused; the one there is may change."""
    _priority(server, "usual", 7, globalDefault=True)
    with pytest.raises(Forbidden, match="usual is already marked as default"):
        _priority(server, "other", 8, globalDefault=True)
    usual = found(server, PRIORITIES, "usual", "")
    usual["description"] = "what most pods are"
    change(server, PRIORITIES, usual)


def test_an_update_that_leaves_the_priority_open_keeps_it(server: ApiServer) -> None:
    """A pod's priority was settled when it was made."""
    stored = pod(server, priorityClassName="system-node-critical")
    del stored["spec"]["priority"]
    stored["metadata"]["labels"] = {"a": "b"}
    change(server, "pods", stored)
    assert found(server, "pods", "p")["spec"]["priority"] == 2_000_001_000


# ---------------------------------------------------------------- tolerations


@pytest.mark.parametrize(
    ("given", "added"),
    [
        pytest.param([], ["not-ready", "unreachable"], id="none"),
        pytest.param([{"operator": "Exists"}], [], id="everything"),
        pytest.param([{"operator": "Exists", "effect": "NoExecute"}], [], id="everything-running"),
        pytest.param(
            [{"operator": "Exists", "effect": "NoSchedule"}],
            ["not-ready", "unreachable"],
            id="only-before-it-runs",
        ),
        pytest.param(
            [{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}],
            ["unreachable"],
            id="one-of-them",
        ),
    ],
)
def test_a_pod_stays_for_a_while_on_a_lost_node(
    server: ApiServer, given: list[Wire], added: list[str]
) -> None:
    """Unless it says itself how long."""
    tolerations = pod(server, tolerations=given)["spec"]["tolerations"]
    assert tolerations[: len(given)] == given
    rest = tolerations[len(given) :]
    assert [one["key"].removeprefix("node.kubernetes.io/") for one in rest] == added
    assert all(one["tolerationSeconds"] == 300 for one in rest)


# ---------------------------------------------------------------- runtime classes


def _runtime(server: ApiServer, name: str, **fields: object) -> None:
    make(server, RUNTIMES, {"metadata": {"name": name}, "handler": "h", **fields})


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        pytest.param({"runtimeClassName": "no"}, '"no" not found', id="no-class"),
        pytest.param(
            {"overhead": {"cpu": "1"}}, "without corresponding RuntimeClass", id="no-overhead"
        ),
        pytest.param(
            {"runtimeClassName": "vm", "overhead": {"cpu": "2"}}, "doesn't match", id="another"
        ),
        pytest.param(
            {"runtimeClassName": "vm", "nodeSelector": {"vm": "no"}}, "conflict", id="elsewhere"
        ),
    ],
)
def test_a_pod_is_as_its_runtime_class_says(server: ApiServer, spec: Wire, why: str) -> None:
    """What contradicts the class is refused."""
    scheduling = {"nodeSelector": {"vm": "yes"}}
    _runtime(server, "vm", overhead={"podFixed": {"cpu": "1"}}, scheduling=scheduling)
    with pytest.raises(Forbidden) as refused:
        pod(server, **spec)
    assert said(refused.value).startswith("pod rejected: ")
    assert why in said(refused.value)


def test_a_pod_gets_what_its_runtime_class_says(server: ApiServer) -> None:
    """What it takes besides, and where it can run; as much as the pod says itself stays."""
    scheduling = {"nodeSelector": {"vm": "yes"}, "tolerations": [K]}
    _runtime(server, "vm", overhead={"podFixed": {"cpu": "1"}}, scheduling=scheduling)
    _runtime(server, "plain")
    spec = pod(server, "a", runtimeClassName="vm", nodeSelector={"own": "x"})["spec"]
    assert spec["overhead"] == {"cpu": "1"}
    assert spec["nodeSelector"] == {"own": "x", "vm": "yes"}
    assert spec["tolerations"][-1] == K
    assert "overhead" not in pod(server, "b", runtimeClassName="plain")["spec"]


EXISTS: Wire = {"operator": "Exists"}
K: Wire = {"key": "k", "operator": "Exists"}
K_V: Wire = {"key": "k", "operator": "Equal", "value": "v"}
K_RUN: Wire = {**K, "effect": "NoExecute"}
K_RUN_9: Wire = {**K_RUN, "tolerationSeconds": 9}
K_RUN_5: Wire = {**K_RUN, "tolerationSeconds": 5}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param([K, K], [K], id="equal"),
        pytest.param([K_V, K], [K], id="any-value"),
        pytest.param([K, K_V], [K], id="any-value-first"),
        pytest.param([K_RUN, K], [K], id="any-effect"),
        pytest.param([K, EXISTS], [EXISTS], id="any-key"),
        pytest.param([K_RUN_5, K_RUN_9], [K_RUN_9], id="longer"),
        pytest.param([K_RUN_9, K_RUN], [K_RUN], id="for-ever"),
        pytest.param([K_V, {**K_V, "value": "w"}], [K_V, {**K_V, "value": "w"}], id="unlike"),
        pytest.param([K_V, {**K_V, "key": "l"}], [K_V, {**K_V, "key": "l"}], id="unlike-keys"),
    ],
)
def test_tolerations_that_others_include_are_left_out(given: list[Wire], kept: list[Wire]) -> None:
    """Those of a runtime class are added, as far as they tolerate more."""
    assert merged(given) == kept


# ---------------------------------------------------------------- topology


def test_a_pod_is_told_where_its_node_is(server: ApiServer) -> None:
    """A pod that is made on a node, or bound to one, gets the node's zone and region."""
    zone = "topology.kubernetes.io/zone"
    make(server, "nodes", {"metadata": {"name": "n", "labels": {zone: "a", "other": "x"}}})
    assert pod(server, "there", nodeName="n")["metadata"]["labels"] == {zone: "a"}
    assert "labels" not in pod(server, "nowhere", nodeName="gone")["metadata"]
    body = pod_body("bound")
    body["metadata"]["labels"] = {zone: "mine", "own": "y"}
    make(server, "pods", body, namespace="shop")
    binding = {"metadata": {"name": "bound"}, "target": {"kind": "Node", "name": "n"}}
    server.act("pods/binding", binding, namespace="shop", name="bound")
    labels = found(server, "pods", "bound")["metadata"]["labels"]
    assert labels == {zone: "a", "own": "y"}
