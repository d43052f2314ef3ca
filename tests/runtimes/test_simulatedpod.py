"""How simulated pods run: what begins when, ends when, is started again when."""

import pytest

from kubeobj.runtimes.behaviour import Behaviour
from kubeobj.runtimes.simulatedpod import KILLED, Happening, SimulatedPod
from tests.runtimes.pods import Document, doing, pod_of, run_of

ENDS = Behaviour(run_seconds=5)
FAILS = Behaviour(run_seconds=5, exit_code=1)


def test_containers_begin_at_once_where_nothing_takes_time() -> None:
    """By default a pod runs and is ready when its node takes it up."""
    run = run_of(pod_of({"name": "a"}, {"name": "b"}))
    assert doing(run) == {"a": "running", "b": "running"}
    assert run.phase == "Running"
    assert all(one.is_ready(0) for one in run.containers)
    assert run.next_news(0) is None


def test_a_pull_a_start_and_readiness_take_their_time() -> None:
    """One after the other, and each of them is news."""
    slow = Behaviour(pull_seconds=10, start_seconds=2, ready_seconds=3)
    run = run_of(pod_of({"name": "a"}), a=slow)
    seen = []
    at: float | None = 0.0
    while at is not None:
        run.go_on(at)
        seen.append((at, doing(run)["a"], run.containers[0].is_ready(at), run.phase))
        at = run.next_news(at)
    assert seen == [
        (0, "pulling", False, "Pending"),
        (10, "creating", False, "Pending"),
        (12, "running", False, "Running"),
        (15, "running", True, "Running"),
    ]


def test_an_image_that_is_there_is_not_pulled() -> None:
    """The second pod of a node begins at once."""
    pod, slow = pod_of({"name": "a"}), Behaviour(pull_seconds=10)
    first = run_of(pod, a=slow)
    first.go_on(10)
    first.containers[0].behaviour = slow
    second = run_of(pod, 11, a=slow)
    assert doing(second) == {"a": "pulling"}
    second = SimulatedPod.of(pod, "x", 11, _always(slow), first.images)
    second.go_on(11)
    assert doing(second) == {"a": "running"}


def _always(behaviour: Behaviour) -> object:
    class Always:
        def of(self, _pod: Document, _container: Document) -> Behaviour:
            return behaviour

    return Always()


def test_pulls_that_fail_are_tried_later_and_later() -> None:
    """10 s, 20 s, and at most five minutes."""
    run = run_of(pod_of({"name": "a"}), a=Behaviour(pull_fails=8, pull_seconds=1))
    tries, at = [], run.next_change
    while at is not None:
        run.go_on(at)
        if doing(run)["a"] == "pull-failed":
            tries.append((run.next_change or 0) - at)
        at = run.next_change
    assert tries == [10, 20, 40, 80, 160, 300, 300, 300]
    assert doing(run) == {"a": "running"}


def test_init_containers_run_one_after_the_other() -> None:
    """Each begins once the one before it has ended well, and the others after all of them."""
    inits = [{"name": "i"}, {"name": "j"}]
    run = run_of(pod_of({"name": "a"}, inits=inits), i=ENDS, j=ENDS)
    assert doing(run) == {"i": "running", "j": "pending", "a": "pending"}
    run.go_on(5)
    assert doing(run) == {"i": "exited", "j": "running", "a": "pending"}
    assert (run.is_initialized, run.phase) == (False, "Pending")
    run.go_on(10)
    assert doing(run) == {"i": "exited", "j": "exited", "a": "running"}
    assert (run.is_initialized, run.phase) == (True, "Running")


@pytest.mark.parametrize(
    ("policy", "phase", "does"),
    [
        ("Always", "Pending", "running"),
        ("OnFailure", "Pending", "running"),
        ("Never", "Failed", "exited"),
    ],
)
def test_an_init_container_that_fails(policy: str, phase: str, does: str) -> None:
    """It is tried again, unless the pod says never: then the pod has failed."""
    run = run_of(pod_of({"name": "a"}, inits=[{"name": "i"}], restartPolicy=policy), i=FAILS)
    run.go_on(5)
    assert (run.phase, doing(run)["i"]) == (phase, does)
    run.go_on(10)  # the second time it waits
    assert (run.phase, doing(run)["a"]) == (phase, "pending")
    assert run.is_over == (policy == "Never")


def test_a_sidecar_goes_on_beside_the_others_and_ends_after_them() -> None:
    """It holds up what comes after it until it runs; a pod is over without it."""
    inits = [{"name": "s", "restartPolicy": "Always"}, {"name": "i"}]
    pod = pod_of({"name": "a"}, inits=inits, restartPolicy="Never")
    run = run_of(pod, s=Behaviour(start_seconds=1, stop_seconds=2), i=ENDS, a=ENDS)
    assert doing(run) == {"s": "creating", "i": "pending", "a": "pending"}
    run.go_on(1)
    assert doing(run) == {"s": "running", "i": "running", "a": "pending"}
    run.go_on(6)
    assert doing(run) == {"s": "running", "i": "exited", "a": "running"}
    run.go_on(11)
    assert doing(run) == {"s": "running", "i": "exited", "a": "exited"}
    assert not run.is_over
    run.go_on(13)
    assert (run.phase, run.is_over) == ("Succeeded", True)


def test_a_sidecar_that_ends_is_started_again_whatever_the_policy() -> None:
    """Also where the pod's own containers are not."""
    pod = pod_of(inits=[{"name": "s", "restartPolicy": "Always"}], restartPolicy="Never")
    run = run_of(pod, s=FAILS)
    run.go_on(5)
    assert doing(run) == {"s": "running", "a": "running"}


@pytest.mark.parametrize(
    ("policy", "behaviour", "does", "phase"),
    [
        pytest.param("Always", ENDS, "running", "Running", id="always-well"),
        pytest.param("Always", FAILS, "running", "Running", id="always-badly"),
        pytest.param("OnFailure", ENDS, "exited", "Succeeded", id="on-failure-well"),
        pytest.param("OnFailure", FAILS, "running", "Running", id="on-failure-badly"),
        pytest.param("Never", ENDS, "exited", "Succeeded", id="never-well"),
        pytest.param("Never", FAILS, "exited", "Failed", id="never-badly"),
    ],
)
def test_restart_policies(policy: str, behaviour: Behaviour, does: str, phase: str) -> None:
    """What becomes of a container that ends."""
    run = run_of(pod_of(restartPolicy=policy), a=behaviour)
    run.go_on(5)
    assert (doing(run)["a"], run.phase) == (does, phase)
    assert run.is_over == (does == "exited")


@pytest.mark.parametrize(
    ("rule", "code", "does"),
    [
        ({"operator": "In", "values": [42]}, 42, "running"),
        ({"operator": "In", "values": [42]}, 1, "exited"),
        ({"operator": "NotIn", "values": [42]}, 1, "running"),
        ({"operator": "NotIn", "values": [42]}, 42, "exited"),
    ],
)
def test_rules_of_a_container_go_before_its_policy(rule: Document, code: int, does: str) -> None:
    """An exit code can start a container again that otherwise would not be."""
    rules = [{"action": "Restart", "exitCodes": rule}]
    container = {"name": "a", "restartPolicy": "Never", "restartPolicyRules": rules}
    run = run_of(pod_of(container), a=Behaviour(run_seconds=5, exit_code=code))
    run.go_on(5)
    assert doing(run) == {"a": does}


def test_a_container_that_keeps_failing_waits_longer_and_longer() -> None:
    """Not at first; then 10 s, doubled up to five minutes."""
    run = run_of(pod_of(), a=Behaviour(run_seconds=1, exit_code=1))
    waits, at = [], run.next_change
    while at is not None and len(waits) < 8:
        run.go_on(at)
        if doing(run)["a"] == "backing-off":
            waits.append((run.next_change or 0) - at)
        at = run.next_change
    assert waits == [10, 20, 40, 80, 160, 300, 300, 300]
    assert run.containers[0].runs == 9
    assert run.phase == "Running"


def test_failures_are_forgotten_after_ten_minutes_of_running() -> None:
    """Then a container is started again at once, as after its first failure."""
    run = run_of(pod_of(), a=Behaviour(run_seconds=1, exit_code=1, runs=3))
    run.go_on(100)
    assert (doing(run), run.containers[0].runs) == ({"a": "running"}, 3)
    run.crash("a", 33 + 599)  # it has run since 33
    assert doing(run) == {"a": "backing-off"}
    run.go_on(800)
    run.crash("a", 1500)
    assert doing(run) == {"a": "running"}


@pytest.mark.parametrize(
    ("takes", "grace", "ends", "code", "phase"),
    [
        pytest.param(3, 30, 3, 0, "Succeeded", id="in-time"),
        pytest.param(30, 30, 30, 0, "Succeeded", id="just-in-time"),
        pytest.param(31, 30, 30, KILLED, "Failed", id="killed"),
        pytest.param(5, 0, 0, KILLED, "Failed", id="killed-at-once"),
    ],
)
def test_a_pod_that_is_asked_to_end(
    takes: float, grace: float, ends: float, code: int, phase: str
) -> None:
    """Its containers have their time of grace, and no more."""
    run = run_of(pod_of(), a=Behaviour(stop_seconds=takes))
    run.stop(10, grace)
    assert run.is_over == (ends == 0)
    run.go_on(10 + ends)
    exited = run.containers[0].exited
    assert run.is_over
    assert run.phase == phase
    assert exited is not None
    assert (exited.code, exited.finished) == (code, 10 + ends)


def test_a_pod_that_is_asked_to_end_begins_nothing_more() -> None:
    """What waits, waits no longer."""
    run = run_of(pod_of(inits=[{"name": "i"}]), i=Behaviour(pull_seconds=10))
    run.stop(5, 30)
    assert (run.is_over, run.next_change, run.phase) == (True, None, "Failed")


def test_a_doomed_pod_fails_whatever_its_containers_say() -> None:
    """They may end well, and it has failed all the same."""
    run = run_of(pod_of())
    run.doom = ("DeadlineExceeded", "too long")
    run.stop(5, 30)
    assert run.phase == "Failed"


def test_a_crash_ends_a_run_and_only_that_of_its_container() -> None:
    """What runs not, cannot crash."""
    run = run_of(pod_of({"name": "a"}, {"name": "b"}, restartPolicy="Never"))
    assert run.crash("a", 7, 137, "OOMKilled")
    assert not run.crash("a", 8)
    assert doing(run) == {"a": "exited", "b": "running"}
    exited = run.containers[0].exited
    assert exited is not None
    assert (exited.code, exited.reason) == (137, "OOMKilled")


def test_after_a_reboot_everything_begins_again() -> None:
    """Init containers too; but not before somebody lets it go on."""
    run = run_of(pod_of(inits=[{"name": "i"}]), i=ENDS)
    run.go_on(6)
    assert doing(run) == {"i": "exited", "a": "running"}
    run.reboot(100)
    assert not run.is_running
    run.go_on(100)
    assert doing(run) == {"i": "running", "a": "pending"}
    assert not run.is_initialized
    run.go_on(105)
    assert doing(run) == {"i": "exited", "a": "running"}


def test_a_reboot_ends_a_pod_that_is_never_started_again() -> None:
    """Nothing of it begins anew."""
    run = run_of(pod_of(inits=[{"name": "i"}], restartPolicy="Never"), i=ENDS)
    run.go_on(6)
    run.reboot(100)
    run.go_on(200)
    assert doing(run) == {"i": "exited", "a": "exited"}
    assert (run.phase, run.is_over) == ("Failed", True)


def test_a_slow_node_takes_longer_for_what_begins() -> None:
    """Ten times as long."""
    run = SimulatedPod.of(pod_of(), "x", 0, _always(Behaviour(start_seconds=2)), {})
    run.slowness = 10
    run.go_on(0)
    assert run.next_change == 20


def test_a_copy_goes_on_by_itself() -> None:
    """What happens to one does not happen to the other."""
    run = run_of(pod_of())
    twin = run.copy(dict(run.images))
    twin.crash("a", 5)
    assert (twin.containers[0].runs, run.containers[0].runs) == (1, 0)
    run.stop(6, 30)
    assert doing(run) == {"a": "exited"}
    assert doing(twin) == {"a": "running"}


def test_the_journal_tells_what_happens() -> None:
    """In order."""
    run = run_of(pod_of(), a=Behaviour(pull_fails=1, run_seconds=1, exit_code=1))
    run.go_on(12)
    run.stop(12, 30)
    assert [happening for happening, _ in run.journal] == [
        Happening.PULL_FAILED,
        Happening.PULLED,
        Happening.STARTED,
        Happening.STARTED,
        Happening.BACKING_OFF,
    ]
