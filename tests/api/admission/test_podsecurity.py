"""Pod Security: what each level refuses, in each version, and whom it warns."""

from collections.abc import Mapping

import pytest

from kubeobj.api.admission.podsecurity import PREFIX, Level, policy_of
from kubeobj.api.admission.podsecuritychecks import CHECKS, LATEST, faults
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Forbidden, Invalid
from kubeobj.api.options import WriteOptions
from kubeobj.documents import Wire
from tests.api.admission.making import change, container, found, make, pod, pod_body, said
from tests.api.manifests import DEPLOYMENT

GOOD: Wire = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def _label(server: ApiServer, **levels: str) -> tuple[str, ...]:
    """Say the levels of a namespace in its labels, and return the warnings."""
    namespace = found(server, "namespaces", "shop", "")
    namespace["metadata"]["labels"] = {
        PREFIX + mode.replace("_", "-"): level for mode, level in levels.items()
    }
    return change(server, "namespaces", namespace)


def _pod(context: Wire | None = None, of_pod: Wire | None = None, **spec: object) -> Wire:
    """Make the spec of a pod with one container that has a security context."""
    one = container(securityContext=GOOD if context is None else context)
    return {"containers": [one], "securityContext": of_pod or {}, **spec}


def _reasons(
    spec: Wire, level: str, minor: int = LATEST, annotations: Mapping[str, str] | None = None
) -> list[str]:
    metadata: Wire = {"annotations": dict(annotations or {})}
    return [fault.reason for fault in faults(metadata, spec, level, minor)]


def _with(**fields: object) -> Wire:
    return {**GOOD, **fields}


def _probing(host: str) -> Wire:
    one = container(
        securityContext=GOOD, livenessProbe={"httpGet": {"port": 1, "host": host}} if host else {}
    )
    return {"containers": [one]}


# ---------------------------------------------------------------- checks


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        pytest.param(_pod(hostNetwork=True), "host namespaces", id="network"),
        pytest.param(_pod(hostPID=True), "host namespaces", id="processes"),
        pytest.param(_pod(_with(privileged=True)), "privileged", id="privileged"),
        pytest.param(
            _pod(_with(capabilities={"add": ["SYS_ADMIN"], "drop": ["ALL"]})),
            "non-default capabilities",
            id="capabilities",
        ),
        pytest.param(
            _pod(volumes=[{"name": "v", "hostPath": {"path": "/"}}]), "hostPath volumes", id="path"
        ),
        pytest.param({"containers": [container(ports=[{"hostPort": 80}])]}, "hostPort", id="port"),
        pytest.param(
            _pod(of_pod={"appArmorProfile": {"type": "Unconfined"}}),
            "forbidden AppArmor profile",
            id="apparmor",
        ),
        pytest.param(
            _pod(of_pod={"seLinuxOptions": {"user": "root"}}), "seLinuxOptions", id="selinux"
        ),
        pytest.param(_pod(_with(procMount="Unmasked")), "procMount", id="proc"),
        pytest.param(
            _pod(_with(seccompProfile={"type": "Unconfined"})), "seccompProfile", id="seccomp"
        ),
        pytest.param(
            _pod(of_pod={"sysctls": [{"name": "kernel.msgmax"}]}), "forbidden sysctls", id="sysctl"
        ),
        pytest.param(
            _pod(of_pod={"windowsOptions": {"hostProcess": True}}), "hostProcess", id="windows"
        ),
        pytest.param(_probing("example.com"), "probe or lifecycle host", id="probe"),
        pytest.param(
            {
                "containers": [container()],
                "ephemeralContainers": _pod(_with(privileged=True))["containers"],
            },
            "privileged",
            id="ephemeral",
        ),
    ],
)
def test_what_the_baseline_refuses(spec: Wire, reason: str) -> None:
    """Each is refused by the baseline and not by the privileged level."""
    assert _reasons(spec, "baseline") == [reason]
    assert _reasons(spec, "privileged") == []


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        pytest.param(
            _pod(volumes=[{"name": "v", "nfs": {}}]), "restricted volume types", id="volume"
        ),
        pytest.param(
            _pod(_with(allowPrivilegeEscalation=True)),
            "allowPrivilegeEscalation != false",
            id="escalation",
        ),
        pytest.param(
            _pod(_with(capabilities={"drop": ["KILL"]})), "unrestricted capabilities", id="drop"
        ),
        pytest.param(
            _pod(_with(capabilities={"drop": ["ALL"], "add": ["CHOWN"]})),
            "unrestricted capabilities",
            id="add",
        ),
        pytest.param(_pod(_with(runAsNonRoot=False)), "runAsNonRoot != true", id="root"),
        pytest.param(_pod(_with(runAsNonRoot=None)), "runAsNonRoot != true", id="maybe-root"),
        pytest.param(_pod(_with(runAsUser=0)), "runAsUser=0", id="user-0"),
        pytest.param(_pod(_with(seccompProfile=None)), "seccompProfile", id="no-profile"),
    ],
)
def test_what_only_the_restricted_level_refuses(spec: Wire, reason: str) -> None:
    """Each is refused by the restricted level and not by the baseline."""
    assert _reasons(spec, "restricted") == [reason]
    assert _reasons(spec, "baseline") == []


@pytest.mark.parametrize("level", ["baseline", "restricted"])
@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(_pod(), id="container-says-all"),
        pytest.param(
            _pod(
                {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
                {"runAsNonRoot": True, "seccompProfile": {"type": "Localhost"}},
            ),
            id="pod-says-the-rest",
        ),
        pytest.param(
            _pod(_with(capabilities={"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]})), id="low-port"
        ),
        pytest.param(
            _pod(_with(runAsNonRoot=False, runAsUser=0), hostUsers=False), id="users-of-its-own"
        ),
        pytest.param(_pod({}, {"runAsNonRoot": True}, os={"name": "windows"}), id="windows"),
    ],
)
def test_what_no_level_refuses(spec: Wire, level: str) -> None:
    """A pod that asks for nothing of its node passes every level."""
    assert _reasons(spec, level) == []


@pytest.mark.parametrize(
    ("spec", "level", "reason", "since", "until"),
    [
        pytest.param(
            _probing("example.com"), "baseline", "probe or lifecycle host", 34, None, id="probe"
        ),
        pytest.param(_pod(_with(runAsUser=0)), "restricted", "runAsUser=0", 23, None, id="user-0"),
        pytest.param(
            _pod(_with(allowPrivilegeEscalation=None)),
            "restricted",
            "allowPrivilegeEscalation != false",
            8,
            None,
            id="escalation",
        ),
        pytest.param(
            _pod(of_pod={"sysctls": [{"name": "net.ipv4.tcp_rmem"}]}),
            "baseline",
            "forbidden sysctls",
            0,
            32,
            id="sysctl",
        ),
        pytest.param(
            _pod(of_pod={"seLinuxOptions": {"type": "container_engine_t"}}),
            "baseline",
            "seLinuxOptions",
            0,
            31,
            id="selinux",
        ),
        pytest.param(
            _pod(_with(runAsNonRoot=False), hostUsers=False),
            "restricted",
            "runAsNonRoot != true",
            0,
            35,
            id="users-of-its-own",
        ),
        pytest.param(
            _pod(_with(procMount="Unmasked"), hostUsers=False),
            "baseline",
            "procMount",
            0,
            35,
            id="proc",
        ),
        pytest.param(
            _pod(_with(procMount="Unmasked"), hostUsers=False),
            "restricted",
            "procMount",
            0,
            None,
            id="proc-restricted",
        ),
    ],
)
def test_a_version_of_a_level_refuses_what_it_refused(
    spec: Wire, level: str, reason: str, since: int, until: int | None
) -> None:
    """What was added or relaxed later is not in an older version."""
    refusing = [minor for minor in range(40) if reason in _reasons(spec, level, minor)]
    assert refusing == list(range(since, 40 if until is None else until))


def test_profiles_were_annotations_once() -> None:
    """Older versions look at annotations, newer ones at fields; those of AppArmor always count."""
    key = "container.seccomp.security.alpha.kubernetes.io/c"
    unsafe = {key: "unconfined"}
    assert _reasons(_pod(), "baseline", 18, unsafe) == ["seccompProfile"]
    assert _reasons(_pod(), "baseline", 18, {key: "localhost/mine"}) == []
    assert _reasons(_pod(), "baseline", 19, unsafe) == []
    armor = {"container.apparmor.security.beta.kubernetes.io/c": "unconfined"}
    assert _reasons(_pod(), "baseline", annotations=armor) == ["forbidden AppArmor profile"]


def test_a_check_that_another_replaces_is_not_made_twice() -> None:
    """The restricted level tells once of capabilities, volumes and profiles."""
    spec = _pod(
        {
            "capabilities": {"add": ["SYS_ADMIN"]},
            "seccompProfile": {"type": "Unconfined"},
            "procMount": "Unmasked",
        },
        volumes=[{"name": "v", "hostPath": {"path": "/"}}],
    )
    reasons = _reasons(spec, "restricted")
    assert len(reasons) == len(set(reasons)) == 6
    assert {"unrestricted capabilities", "restricted volume types"} < set(reasons)


def test_replaced_checks_are_there() -> None:
    """A name that is misspelt would replace nothing."""
    names = {check.name for check in CHECKS}
    assert {check.replaces for check in CHECKS} - {""} <= names
    assert all(list(one.versions) == sorted(one.versions, key=lambda v: v[0]) for one in CHECKS)


# ---------------------------------------------------------------- levels


@pytest.mark.parametrize(
    ("labels", "enforce", "warn"),
    [
        pytest.param({}, "privileged:latest", "privileged:latest", id="none"),
        pytest.param(
            {"enforce": "baseline"}, "baseline:latest", "baseline:latest", id="warn-follows"
        ),
        pytest.param(
            {"enforce": "baseline", "enforce-version": "v1.22"},
            "baseline:v1.22",
            "baseline:v1.22",
            id="warn-follows-the-version",
        ),
        pytest.param(
            {"enforce": "baseline", "warn-version": "v1.23"},
            "baseline:latest",
            "baseline:v1.23",
            id="warn-has-a-version",
        ),
        pytest.param(
            {"enforce": "restricted", "warn": "privileged"},
            "restricted:latest",
            "privileged:latest",
            id="warn-says-no",
        ),
        pytest.param(
            {"warn": "restricted"}, "privileged:latest", "restricted:latest", id="only-warn"
        ),
        pytest.param(
            {"enforce": "foo"}, "restricted:latest", "privileged:latest", id="wrong-enforce"
        ),
        pytest.param({"warn": "foo"}, "privileged:latest", "privileged:latest", id="wrong-warn"),
        pytest.param(
            {"enforce": "baseline", "enforce-version": "1.2"},
            "baseline:latest",
            "baseline:latest",
            id="wrong-version",
        ),
    ],
)
def test_labels_say_the_levels(labels: dict[str, str], enforce: str, warn: str) -> None:
    """Who enforces a level is warned of it, unless another is asked for."""
    policy = policy_of({PREFIX + key: value for key, value in labels.items()})
    assert (str(policy.enforce), str(policy.warn)) == (enforce, warn)


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param({"enforce": "strict"}, id="level"),
        pytest.param({"audit": ""}, id="empty"),
        pytest.param({"warn_version": "1.30"}, id="version"),
    ],
)
def test_a_level_that_there_is_not_is_refused(server: ApiServer, labels: dict[str, str]) -> None:
    """The error names the label."""
    with pytest.raises(Invalid) as refused:
        _label(server, **labels)
    (error,) = refused.value.errors
    (name,) = labels
    assert str(error.path) == f"metadata.labels[{PREFIX}{name.replace('_', '-')}]"


# ---------------------------------------------------------------- pods


def test_a_pod_that_breaks_the_level_is_refused_with_all_its_faults(server: ApiServer) -> None:
    """A workload that would make such pods is warned of."""
    _label(server, enforce="baseline", enforce_version="v1.30")
    with pytest.raises(Forbidden) as refused:
        pod(server, hostNetwork=True, hostPID=True, containers=[container(ports=[])])
    assert said(refused.value) == (
        'violates PodSecurity "baseline:v1.30": host namespaces (hostNetwork=true, hostPID=true)'
    )
    _label(server, enforce="privileged", warn="restricted")
    outcome = server.create("deployments.apps", DEPLOYMENT, namespace="shop")
    (warning,) = outcome.warnings
    assert warning.startswith('would violate PodSecurity "restricted:latest": ')
    outcome = server.create("pods", pod_body("warned"), namespace="shop")
    assert len(outcome.warnings) == 1


def test_an_update_is_judged_only_for_what_the_checks_are_about(server: ApiServer) -> None:
    """A pod of before the level may change its labels and tolerations, and not its images."""
    stored = pod(server)
    _label(server, enforce="restricted")
    stored["metadata"]["labels"] = {"a": "b"}
    stored["spec"]["tolerations"].append({"key": "k", "operator": "Exists"})
    change(server, "pods", stored)
    stored = found(server, "pods", "p")
    stored["spec"]["containers"][0]["image"] = "app:2"
    with pytest.raises(Forbidden, match="violates PodSecurity"):
        change(server, "pods", stored)


def test_a_container_that_is_added_is_judged(server: ApiServer) -> None:
    """Who debugs a pod gets no more than its level."""
    stored = pod(server)
    _label(server, enforce="baseline")
    one = container("d", securityContext={"privileged": True}, terminationMessagePolicy="File")
    stored["spec"]["ephemeralContainers"] = [one]
    with pytest.raises(Forbidden, match="privileged"):
        change(server, "pods", stored, part="ephemeralcontainers")
    del one["securityContext"]
    change(server, "pods", stored, part="ephemeralcontainers")


# ---------------------------------------------------------------- namespaces


def test_who_makes_a_level_stricter_is_told_of_pods_that_break_it(server: ApiServer) -> None:
    """Those that break it alike are told of together; who relaxes it is told nothing."""
    for name in ("b", "a", "c"):
        pod(server, name)
    pod(server, "good", **_pod())
    pod(server, "host", hostNetwork=True)
    warnings = _label(server, enforce="restricted")
    assert warnings[0] == (
        'existing pods in namespace "shop" violate the new PodSecurity enforce level'
        ' "restricted:latest"'
    )
    first, second = warnings[1:]
    assert first.startswith("a (and 2 other pods): allowPrivilegeEscalation != false")
    assert second.startswith("host: host namespaces, ")
    assert _label(server, enforce="baseline") == ()
    assert _label(server, enforce="baseline", audit="restricted") == ()
    assert _label(server) == ()


def test_a_level_in_a_newer_version_is_another(server: ApiServer) -> None:
    """Pods are looked at again when only the version changes."""
    pod(server, **_probing("example.com"))
    assert _label(server, enforce="baseline", enforce_version="v1.33") == ()
    assert len(_label(server, enforce="baseline")) == 2


def test_a_dry_run_is_told_as_well(server: ApiServer) -> None:
    """So one can ask before one changes a level."""
    pod(server)
    namespace = found(server, "namespaces", "shop", "")
    namespace["metadata"]["labels"] = {f"{PREFIX}enforce": "restricted"}
    options = WriteOptions(dry_run=True)
    assert len(server.update("namespaces", "shop", namespace, options=options).warnings) == 2
    make(server, "pods", pod_body("still"), namespace="shop")


def test_a_level_is_written_as_people_say_it() -> None:
    """With its version."""
    assert [str(Level("baseline", minor)) for minor in (LATEST, 30)] == [
        "baseline:latest",
        "baseline:v1.30",
    ]
