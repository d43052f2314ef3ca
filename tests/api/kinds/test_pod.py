"""Pods: the rules that recordings of a server do not show."""

import copy
from types import SimpleNamespace
from typing import cast

import pytest

from kubeobj.api.kind import Context
from kubeobj.api.kinds.pod import KIND
from kubeobj.api.wireform import read_wire
from kubeobj.documents import Wire

CONTAINER = {"name": "c", "image": "web:1"}


def pod(spec: Wire | None = None, status: Wire | None = None, **metadata: object) -> Wire:
    """Return a Pod as it is after it has been read and prepared."""
    document: Wire = {
        "metadata": {
            "name": "p",
            "namespace": "ns",
            "uid": "u",
            "resourceVersion": "1",
            **metadata,
        },
        "spec": {"containers": [CONTAINER], "serviceAccountName": "default", **(spec or {})},
    }
    obj, _ = read_wire("corev1.Pod", document)
    KIND.default(obj)
    KIND.prepare_create(obj, context())
    if status:
        obj["status"] |= status
    return obj


def context(warnings: list[str] | None = None) -> Context:
    """Return what a request brings, as far as these rules ask for it."""
    told = [] if warnings is None else warnings
    return cast(Context, SimpleNamespace(now="2024-01-01T00:00:00Z", warn=told.append))


def errors(obj: Wire, old: Wire | None = None, part: str = "") -> list[tuple[str, str]]:
    """Return the paths and kinds of what is wrong with *obj*."""
    if part:
        assert old is not None
        found = KIND.parts[part].validate(obj, old)
    else:
        found = KIND.validate(obj) if old is None else KIND.validate_update(obj, old)
    return sorted((str(error.path), error.type.name) for error in found)


def changed(obj: Wire, **fields: object) -> Wire:
    """Return a copy of *obj* with other fields in its spec."""
    new = copy.deepcopy(obj)
    new["spec"] |= fields
    return new


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        pytest.param([{}], "BestEffort", id="nothing"),
        pytest.param([{"requests": {"cpu": "0"}}], "BestEffort", id="zero"),
        pytest.param([{"requests": {"example.com/gpu": "1"}}], "BestEffort", id="other"),
        pytest.param([{"requests": {"cpu": "1"}}], "Burstable", id="request"),
        pytest.param([{"limits": {"cpu": "1", "memory": "1Gi"}}], "Guaranteed", id="limits"),
        pytest.param([{"limits": {"cpu": "1"}}], "Burstable", id="one-limit"),
        pytest.param([{"limits": {"cpu": "1", "memory": "1Gi"}}, {}], "Burstable", id="second"),
    ],
)
def test_quality_of_service_follows_from_resources(resources: list[Wire], expected: str) -> None:
    """What all containers ask for together decides on the class."""
    containers = [
        {"name": f"c{index}", "image": "web:1", "resources": one}
        for index, one in enumerate(resources)
    ]
    assert pod({"containers": containers})["status"]["qosClass"] == expected


def test_only_the_class_of_a_given_status_is_kept() -> None:
    """A new Pod is pending, but is of the class that its writer says."""
    obj, _ = read_wire("corev1.Pod", {"spec": {"containers": [CONTAINER]}})
    obj["status"] = {"phase": "Running", "qosClass": "Guaranteed"}
    KIND.default(obj)
    KIND.prepare_create(obj, context())
    assert obj["status"] == {"phase": "Pending", "qosClass": "Guaranteed"}


def test_an_old_profile_annotation_fills_in_its_field_and_warns() -> None:
    """An annotation for AppArmor becomes the profile of the container it names."""
    name = "container.apparmor.security.beta.kubernetes.io/c"
    obj, _ = read_wire("corev1.Pod", {"spec": {"containers": [CONTAINER]}})
    obj["metadata"] = {"name": "p", "annotations": {name: "localhost/a"}}
    warnings: list[str] = []
    KIND.default(obj)
    KIND.prepare_create(obj, context(warnings))
    profile = {"type": "Localhost", "localhostProfile": "a"}
    assert obj["spec"]["containers"][0]["securityContext"] == {"appArmorProfile": profile}
    assert len(warnings) == 1


def test_the_one_address_wins_over_the_list() -> None:
    """Where the first of all addresses is not the one, the one alone is kept."""
    obj, _ = read_wire("corev1.Pod", {"spec": {"containers": [CONTAINER]}})
    obj["status"] = {"podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.2"}, {"ip": "fd00::1"}]}
    KIND.default(obj)
    assert obj["status"]["podIPs"] == [{"ip": "10.0.0.1"}]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param(
            {"nodeName": "n", "schedulingGates": [{"name": "a.b/c"}]},
            [("spec.nodeName", "FORBIDDEN")],
            id="gated-on-node",
        ),
        pytest.param(
            {"hostUsers": False, "hostPID": True},
            [("spec.HostPID", "FORBIDDEN")],
            id="users-of-its-own",
        ),
        pytest.param(
            {"os": {"name": "windows"}, "hostUsers": True},
            [("spec.hostUsers", "FORBIDDEN")],
            id="not-for-windows",
        ),
        pytest.param({"dnsPolicy": "None"}, [("spec.dnsConfig", "REQUIRED")], id="nobody-to-ask"),
        pytest.param(
            {"hostnameOverride": "a.b", "setHostnameAsFQDN": True},
            [("spec.hostnameOverride", "FORBIDDEN")],
            id="two-host-names",
        ),
        pytest.param(
            {"resourceClaims": [{"name": "a"}]},
            [("spec.resourceClaims[0]", "INVALID")],
            id="claim-without-source",
        ),
        pytest.param(
            {"containers": [{**CONTAINER, "resources": {"claims": [{"name": "b"}]}}]},
            [("spec.containers[0].resources.claims[0]", "NOT_FOUND")],
            id="unknown-claim",
        ),
        pytest.param(
            {
                "initContainers": [
                    {"name": "i", "image": "x", "ports": [{"containerPort": 1, "hostPort": 1}] * 2}
                ]
            },
            [("spec.initContainers[0].ports[1].hostPort", "DUPLICATE")],
            id="ports-of-init-container",
        ),
        pytest.param(
            {
                "securityContext": {
                    "sysctls": [{"name": "net.core.somaxconn", "value": "1"}],
                },
                "hostNetwork": True,
            },
            [("spec.securityContext.sysctls[0].name", "INVALID")],
            id="sysctl-of-the-node",
        ),
        pytest.param(
            {"containers": [{**CONTAINER, "restartPolicyRules": [{"action": "Restart"}]}]},
            [
                ("spec.containers[0].restartPolicy", "REQUIRED"),
                ("spec.containers[0].restartPolicyRules[0].exitCodes", "REQUIRED"),
            ],
            id="restart-rules",
        ),
        pytest.param(
            {"resources": {"limits": {"ephemeral-storage": "1Gi"}}},
            [
                ("spec.resources.limits[ephemeral-storage]", "NOT_SUPPORTED"),
            ],
            id="not-for-pods",
        ),
    ],
)
def test_new_pods_keep_the_rules(spec: Wire, expected: list[tuple[str, str]]) -> None:
    """Each of these Pods breaks just these rules."""
    assert errors(pod(spec)) == expected


def test_a_mirror_pod_has_a_node() -> None:
    """The annotation of kubelets is only for Pods on a node."""
    name = "kubernetes.io/config.mirror"
    found = errors(pod(annotations={name: "x"}))
    assert found == [(f"metadata.annotations[{name}]", "INVALID")]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({}, {"activeDeadlineSeconds": 5}, [], id="deadline-set"),
        pytest.param(
            {"activeDeadlineSeconds": 5},
            {"activeDeadlineSeconds": 6},
            [("spec.activeDeadlineSeconds", "INVALID")],
            id="deadline-put-off",
        ),
        pytest.param(
            {"tolerations": [{"key": "a", "operator": "Exists"}]},
            {"tolerations": [{"key": "b", "operator": "Exists"}]},
            [("spec.tolerations", "FORBIDDEN")],
            id="toleration-gone",
        ),
        pytest.param(
            {"schedulingGates": [{"name": "a"}]},
            {"nodeSelector": {"a": "b"}},
            [],
            id="gated-is-narrowed",
        ),
        pytest.param(
            {"schedulingGates": [{"name": "a"}], "nodeSelector": {"a": "b"}},
            {"nodeSelector": {"a": "c"}},
            [("spec.nodeSelector", "INVALID")],
            id="gated-is-moved",
        ),
        pytest.param({}, {"nodeSelector": {"a": "b"}}, [("spec", "FORBIDDEN")], id="not-gated"),
        pytest.param({"hostname": "a"}, {"hostname": "b"}, [("spec", "FORBIDDEN")], id="other"),
    ],
)
def test_little_of_a_spec_may_change(
    before: Wire, after: Wire, expected: list[tuple[str, str]]
) -> None:
    """An update may set what these rules let it, and nothing else."""
    old = pod(before)
    assert errors(changed(old, **after), old) == expected


def test_a_gated_pod_may_get_node_affinity() -> None:
    """A Pod that is held back may be told where to go, if it was told nothing."""
    old = pod({"schedulingGates": [{"name": "a"}]})
    term = {"matchExpressions": [{"key": "a", "operator": "Exists"}]}
    required = {"nodeSelectorTerms": [term]}
    nodes = {"requiredDuringSchedulingIgnoredDuringExecution": required}
    new = changed(old, affinity={"nodeAffinity": nodes})
    assert errors(new, old) == []
    assert errors(changed(old, affinity={"podAffinity": {}, "nodeAffinity": nodes}), old) == [
        ("spec", "FORBIDDEN")
    ]


def test_a_container_that_has_ended_stays_so() -> None:
    """A status cannot bring back what is not started again."""
    ended = {"terminated": {"exitCode": 0, "startedAt": None, "finishedAt": None}}
    state = {"name": "c", "state": ended, "lastState": {}, "ready": False, "restartCount": 0}
    old = pod({"restartPolicy": "Never"}, status={"containerStatuses": [state]})
    new = copy.deepcopy(old)
    new["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": None}}
    found = errors(new, old, "status")
    assert found == [("status.containerStatuses[0].state", "FORBIDDEN")]


def test_conditions_keep_the_generation_they_were_of() -> None:
    """A writer that knows nothing of generations does not lose them."""
    ready = {"type": "Ready", "status": "True", "lastProbeTime": None, "lastTransitionTime": None}
    old = pod(status={"observedGeneration": 2, "conditions": [{**ready, "observedGeneration": 2}]})
    new = copy.deepcopy(old)
    new["status"] = {"phase": "Running", "conditions": [{**ready, "status": "False"}]}
    KIND.parts["status"].prepare(new, old, context())
    assert new["status"]["observedGeneration"] == 2
    assert new["status"]["conditions"][0]["observedGeneration"] == 2
    assert new["status"]["qosClass"] == "BestEffort"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"requests": {"cpu": "1"}}, {"requests": {"cpu": "2"}}, [], id="more"),
        pytest.param(
            {"requests": {"cpu": "1", "memory": "1Gi"}},
            {"requests": {"cpu": "1"}},
            [("spec.containers[0].resources.requests", "FORBIDDEN")],
            id="taken-away",
        ),
        pytest.param(
            {"requests": {"cpu": "1"}},
            {"requests": {"cpu": "1", "ephemeral-storage": "1Gi"}},
            [("spec", "FORBIDDEN")],
            id="not-resizable",
        ),
    ],
)
def test_a_resize_changes_cpu_and_memory(
    before: Wire, after: Wire, expected: list[tuple[str, str]]
) -> None:
    """Other resources stay as they are, and none is taken away."""
    old = pod({"containers": [{**CONTAINER, "resources": before}]})
    new = changed(old, containers=[{**old["spec"]["containers"][0], "resources": after}])
    KIND.parts["resize"].prepare(new, old, context())
    assert errors(new, old, "resize") == expected


def test_a_resize_does_not_rename() -> None:
    """A container of another name is refused, and not put back."""
    old = pod()
    new = changed(old, containers=[{**old["spec"]["containers"][0], "name": "d"}])
    KIND.parts["resize"].prepare(new, old, context())
    assert errors(new, old, "resize") == [("spec.containers[0].name", "FORBIDDEN")]


@pytest.mark.parametrize(
    ("spec", "status", "asked", "expected"),
    [
        pytest.param({}, {}, 5, 0, id="on-no-node"),
        pytest.param({"nodeName": "n"}, {}, None, 30, id="default"),
        pytest.param({"nodeName": "n"}, {}, 5, 5, id="asked"),
        pytest.param({"nodeName": "n"}, {"phase": "Failed"}, 5, 0, id="ended"),
        pytest.param({"nodeName": "n"}, {}, -1, 1, id="negative"),
    ],
)
def test_only_running_pods_are_given_time(
    spec: Wire, status: Wire, asked: int | None, expected: int
) -> None:
    """Who does not run needs no time to end."""
    assert KIND.grace_seconds is not None
    assert KIND.grace_seconds(pod(spec, status), asked) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param({"phase": "Running", "reason": "Evicted"}, "Evicted", id="reason"),
        pytest.param(
            {
                "phase": "Running",
                "containerStatuses": [
                    {
                        "name": "c",
                        "ready": True,
                        "restartCount": 1,
                        "state": {"running": {"startedAt": None}},
                        "lastState": {
                            "terminated": {
                                "exitCode": 1,
                                "startedAt": None,
                                "finishedAt": "1970-01-01T00:00:00Z",
                            }
                        },
                    }
                ],
            },
            "Running 1/1 1 (100s ago)",
            id="restarted",
        ),
    ],
)
def test_the_table_says_how_a_pod_is(status: Wire, expected: str) -> None:
    """The status is that of the container that says most."""
    obj = pod(status=status)
    _, ready, reason, restarts, *_ = KIND.table.cells(obj, 100.0)
    assert f"{reason} {ready} {restarts}".startswith(expected)


@pytest.mark.parametrize(
    ("spec", "count"),
    [
        pytest.param({"containers": [CONTAINER]}, 0, id="plain"),
        pytest.param({"nodeSelector": {"beta.kubernetes.io/os": "linux"}}, 1, id="old-label"),
        pytest.param(
            {"containers": [{**CONTAINER, "env": [{"name": "A", "value": "b"}] * 2}]},
            1,
            id="hidden-variable",
        ),
        pytest.param(
            {"containers": [{**CONTAINER, "ports": [{"containerPort": 1, "name": "a"}] * 2}]},
            2,
            id="same-port",
        ),
        pytest.param(
            {"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a"]}] * 2}, 1, id="same-address"
        ),
    ],
)
def test_oddities_are_warned_of(spec: Wire, count: int) -> None:
    """What is taken, but can hardly be meant, is told."""
    assert len(list(KIND.warnings(pod(spec), None))) == count
