"""What a pod worker wants done, as a function of what there is: one step of each story."""

from pathlib import Path
from typing import Any

import pytest

from kubeobj.node.containerwords import container_hash
from kubeobj.node.podactions import (
    Action,
    PrepareVolumes,
    PullImage,
    RemoveContainer,
    RemoveSandbox,
    RunPreStop,
    RunSandbox,
    StartContainer,
    StopContainer,
    StopSandbox,
    TearDown,
)
from kubeobj.node.podmemory import Delay, Doom, Memory
from kubeobj.node.podview import PodView
from kubeobj.node.podworker import next_attempt, plan
from kubeobj.node.probes.kinds import ProbeKind
from kubeobj.node.situation import Decision, Flight, Situation
from kubeobj.runtimes.configs import PodIdentity
from kubeobj.runtimes.states import Container, ContainerState, Sandbox, SandboxState

Document = dict[str, Any]
NOW = 1000.0


def pod(*names: str, **spec: Any) -> Document:
    """Return a pod whose containers have these names."""
    return {
        "metadata": {"name": "p", "namespace": "d", "uid": "u"},
        "spec": {
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            "containers": [{"name": one, "image": f"{one}:1"} for one in names],
            **spec,
        },
        "status": {"phase": "Pending"},
    }


def sandbox(attempt: int = 0, state: SandboxState = SandboxState.READY) -> Sandbox:
    identity = PodIdentity("d", "p", "u", attempt)
    return Sandbox(f"s{attempt}", identity, state, 10.0 + attempt, ("10.0.0.1",))


def run(name: str, state: ContainerState, attempt: int = 0, **more: Any) -> Container:
    ended = {"finished_at": 900.0} if state is ContainerState.EXITED else {}
    values = {"created_at": 20.0 + attempt, "started_at": 20.0 + attempt, **ended, **more}
    sandbox_id = values.pop("sandbox_id", "s0")
    return Container(
        f"{name}{attempt}", sandbox_id, name, attempt, state, f"{name}:1", log_path=Path(), **values
    )


RUNNING, EXITED, CREATED, UNKNOWN = (
    ContainerState.RUNNING,
    ContainerState.EXITED,
    ContainerState.CREATED,
    ContainerState.UNKNOWN,
)


def decide(
    document: Document,
    *containers: Container,
    sandboxes: tuple[Sandbox, ...] = (sandbox(),),
    memory: Memory | None = None,
    flights: tuple[Action, ...] = (),
    findings: dict[tuple[str, ProbeKind], bool] | None = None,
    is_gone: bool = False,
    now: float = NOW,
) -> Decision:
    """Return what is decided about a pod of which there is this."""
    situation = Situation(
        document,
        PodView.of(sandboxes, containers),
        now,
        tuple(Flight(one, now - 1) for one in flights),
        findings or {},
        is_gone,
    )
    return plan(situation, memory or ready())


def ready(**more: Any) -> Memory:
    """Return what is remembered of a pod whose volumes are there."""
    return Memory(0.0, has_volumes=True, **more)


def start(name: str, attempt: int = 0) -> StartContainer:
    return StartContainer(name, attempt, sandbox())


def test_volumes_come_first_then_the_sandbox_then_the_containers() -> None:
    """Each begins when the one before is there."""
    document = pod("a", "b")
    assert decide(document, sandboxes=(), memory=Memory(0.0)).actions == [PrepareVolumes()]
    assert decide(document, sandboxes=()).actions == [RunSandbox(0)]
    assert decide(document).actions == [start("a")]
    assert decide(document, run("a", RUNNING)).actions == [start("b")]
    assert decide(document, run("a", RUNNING), run("b", RUNNING)).actions == []


def test_nothing_is_begun_twice() -> None:
    """While it is being done."""
    document = pod("a", "b")
    assert decide(document, sandboxes=(), flights=(RunSandbox(0),)).actions == []
    assert decide(document, flights=(start("a"),)).actions == []
    assert decide(document, memory=Memory(0.0), flights=(PrepareVolumes(),)).actions == []


def test_images_are_fetched_while_others_begin() -> None:
    """A container that has to be fetched holds up nobody."""
    memory = ready(wanted={"a": None})
    assert decide(pod("a", "b"), memory=memory).actions == [PullImage("a", "a:1"), start("b")]


def test_what_was_made_and_never_ran_is_removed_first() -> None:
    """And is not counted as a run."""
    decision = decide(pod("a"), run("a", CREATED))
    assert decision.actions == [RemoveContainer("a", "a0")]


def test_what_may_still_run_is_ended_first() -> None:
    """Two of it must never run."""
    (action,) = decide(pod("a"), run("a", UNKNOWN)).actions
    assert isinstance(action, StopContainer)
    assert action.message == 'Container is in "unknown" state, try killing it before restart'


@pytest.mark.parametrize(
    ("policy", "code", "again"),
    [
        ("Always", 0, True),
        ("Always", 1, True),
        ("OnFailure", 0, False),
        ("OnFailure", 1, True),
        ("Never", 0, False),
        ("Never", 1, False),
    ],
)
def test_what_has_ended_begins_again_as_the_policy_says(
    policy: str, code: int, again: bool
) -> None:
    """Its next run is counted."""
    decision = decide(
        pod("a", "b", restartPolicy=policy), run("a", EXITED, exit_code=code), run("b", RUNNING)
    )
    assert decision.actions == ([start("a", 1)] if again else [])


def test_it_waits_once_if_the_clock_of_the_runtime_is_ahead() -> None:
    """Or if this one was put back: from when the end was noticed, not for ever."""
    memory = ready()
    memory.restarts.delays[container_hash({"name": "a", "image": "a:1"})] = Delay(10, 890)
    ended = run("a", EXITED, finished_at=NOW + 3600)
    assert decide(pod("a"), ended, memory=memory).actions == []
    assert decide(pod("a"), ended, memory=memory, now=NOW + 9).actions == []
    assert decide(pod("a"), ended, memory=memory, now=NOW + 10).actions == [start("a", 1)]


def test_a_wait_is_kept_to_and_told_once() -> None:
    """When it is over is when to look again."""
    memory = ready()
    memory.restarts.delays[container_hash({"name": "a", "image": "a:1"})] = Delay(160, 890)
    document = pod("a")
    first = decide(document, run("a", EXITED, 3, exit_code=1), memory=memory)
    assert (first.actions, first.look_at) == ([], 1060.0)
    assert [note.reason for note in first.notes] == ["BackOff"]
    assert memory.waiting["a"].message == (
        "back-off 2m40s restarting failed container=a pod=p_d(u)"
    )
    assert decide(document, run("a", EXITED, 3, exit_code=1), memory=memory).notes == []


def test_attempts_never_go_back() -> None:
    """Even if the runtime has forgotten all of them."""
    document = pod("a")
    status = {"name": "a", "restartCount": 4, "containerID": "x://1"}
    document["status"]["containerStatuses"] = [status]
    assert next_attempt(document, "a", PodView()) == 5
    assert next_attempt(document, "a", PodView.of((), (run("a", EXITED, 7),))) == 8
    del status["containerID"]
    assert next_attempt(document, "a", PodView()) == 4


def test_a_failed_probe_ends_a_container_in_its_own_time() -> None:
    """And it is started again when it has ended, whatever its code is."""
    document = pod("a", restartPolicy="OnFailure")
    probe = {"terminationGracePeriodSeconds": 3}
    document["spec"]["containers"][0]["livenessProbe"] = probe
    memory = ready()
    findings = {("a0", ProbeKind.LIVENESS): False}
    decision = decide(document, run("a", RUNNING), memory=memory, findings=findings)
    message = "Container a failed liveness probe, will be restarted"
    assert decision.actions == [StopContainer("a", "a0", 3.0, message)]
    later = decide(document, run("a", EXITED, exit_code=0), memory=memory)
    assert later.actions == [start("a", 1)]


def test_a_new_sandbox_waits_for_the_end_of_what_ran_in_the_old_one() -> None:
    """Then init containers begin again, and the old one is removed at last."""
    document = pod("a", initContainers=[{"name": "i", "image": "i:1"}])
    old = sandbox(0, SandboxState.NOT_READY)
    decision = decide(document, run("a", RUNNING), sandboxes=(old,))
    assert decision.actions == [StopContainer("a", "a0", 30.0, "Stopping container a")]
    ended = (run("a", EXITED, exit_code=137), run("i", EXITED))
    assert decide(document, *ended, sandboxes=(old,)).actions == [RunSandbox(1)]
    new = sandbox(1)
    found = decide(document, *ended, sandboxes=(old, new)).actions
    assert found == [StartContainer("i", 1, new)]
    there = (
        *ended,
        run("i", EXITED, 1, sandbox_id="s1"),
        run("a", RUNNING, 1, sandbox_id="s1"),
    )
    assert decide(document, *there, sandboxes=(old, new)).actions == [RemoveSandbox("s0")]


def deleted(document: Document, seconds: int = 30) -> Document:
    """Return a pod that was just deleted."""
    document["metadata"] |= {
        "deletionTimestamp": f"1970-01-01T00:{(1000 + seconds) // 60}:{(1000 + seconds) % 60}Z",
        "deletionGracePeriodSeconds": seconds,
    }
    return document


def test_a_deleted_pod_ends_step_by_step() -> None:
    """Containers, sandbox, its removal, files; and then it may go."""
    document, memory = deleted(pod("a", "b")), ready()
    both = (run("a", RUNNING), run("b", RUNNING))
    assert decide(document, *both, memory=memory).actions == [
        StopContainer("b", "b0", 30.0, "Stopping container b"),
        StopContainer("a", "a0", 30.0, "Stopping container a"),
    ]
    ended = (run("a", EXITED), run("b", EXITED))
    assert decide(document, *ended, memory=memory).actions == [StopSandbox("s0")]
    stopped = (sandbox(0, SandboxState.NOT_READY),)
    found = decide(document, *ended, sandboxes=stopped, memory=memory)
    assert (found.actions, found.may_go) == ([RemoveSandbox("s0")], False)
    found = decide(document, sandboxes=(), memory=memory)
    assert (found.actions, found.may_go) == ([TearDown(is_gone=True)], False)
    memory.is_gone = True
    assert decide(document, sandboxes=(), memory=memory).may_go


def test_a_pod_that_is_over_keeps_its_containers() -> None:
    """Somebody may want their logs; but not its volumes."""
    document, memory = pod("a", restartPolicy="Never"), ready()
    assert decide(document, run("a", EXITED), memory=memory).actions == [StopSandbox("s0")]
    stopped = (sandbox(0, SandboxState.NOT_READY),)
    found = decide(document, run("a", EXITED), sandboxes=stopped, memory=memory)
    assert (found.actions, found.may_go) == ([TearDown(is_gone=False)], False)
    memory.is_emptied = True
    found = decide(document, run("a", EXITED), sandboxes=stopped, memory=memory)
    assert (found.actions, found.may_go) == ([], False)


def test_sidecars_wait_for_their_turn_and_use_it() -> None:
    """What is to be done before they stop is done at once."""
    hook = {"preStop": {"sleep": {"seconds": 1}}}
    inits = [{"name": "s", "image": "s:1", "restartPolicy": "Always", "lifecycle": hook}]
    document, memory = deleted(pod("a", initContainers=inits)), ready()
    both = (run("s", RUNNING), run("a", RUNNING))
    found = decide(document, *both, memory=memory)
    assert found.actions == [
        RunPreStop("s", "s0", 30.0),
        StopContainer("a", "a0", 30.0, "Stopping container a"),
    ]
    assert found.look_at == NOW + 30
    found = decide(document, run("s", RUNNING), run("a", EXITED), memory=memory)
    assert found.actions == [
        StopContainer("s", "s0", 30.0, "Stopping container s", runs_hook=False)
    ]


def test_less_time_is_asked_for_once() -> None:
    """And never more."""
    document = deleted(pod("a"), 10)
    memory = ready(ending_since=NOW - 1, grace_seconds=300.0)
    long = StopContainer("a", "a0", 300.0, "Stopping container a")
    found = decide(document, run("a", RUNNING), memory=memory, flights=(long,))
    assert found.actions == [StopContainer("a", "a0", 9.0, "", runs_hook=False)]
    short = StopContainer("a", "a0", 9.0, "", runs_hook=False)
    found = decide(document, run("a", RUNNING), memory=memory, flights=(long, short))
    assert found.actions == []


def test_a_pod_is_doomed_when_its_time_is_over() -> None:
    """It is told, and its containers end."""
    document = pod("a", activeDeadlineSeconds=100)
    document["status"] |= {"phase": "Running", "startTime": "1970-01-01T00:15:00Z"}
    memory = ready()
    found = decide(document, run("a", RUNNING), memory=memory)
    assert [note.reason for note in found.notes] == ["DeadlineExceeded"]
    assert isinstance(memory.doom, Doom)
    assert [type(action) for action in found.actions] == [StopContainer]


def test_what_has_failed_is_not_tried_again_at_once() -> None:
    """But when it is time."""
    memory = ready(again={"sandbox": NOW + 5})
    found = decide(pod("a"), sandboxes=(), memory=memory)
    assert (found.actions, found.look_at) == ([], NOW + 5)
