"""Lines about workloads: each piece of news once."""

import click

from kubeobj.cli.upshow import Lines
from kubeobj.cluster.podtroubles import Trouble
from kubeobj.cluster.workloadstates import Stage, WorkloadId, WorkloadState

WEB = WorkloadId("Deployment", "default", "web")
CRASH = Trouble("web-1", "CrashLoopBackOff", "it ends at once", advice="look at its log")


def state(ready: int, trouble: Trouble | None = None) -> WorkloadState:
    stage = Stage.READY if ready == 3 else Stage.PENDING
    return WorkloadState(WEB, stage, f"{ready}/3 ready", trouble)


def said(*states: WorkloadState, remembered: int = 0) -> list[str]:
    printed: list[str] = []
    lines = Lines(lambda text: printed.append(click.unstyle(text)))
    lines.remember(states[:remembered])
    for one in states[remembered:]:
        lines.update([one])
    return printed


WITH_REASON = """\
… deployment/web   0/3 ready
    pod web-1: CrashLoopBackOff: it ends at once
    → look at its log"""


def test_what_has_not_changed_is_not_said_again() -> None:
    assert said(state(1), state(1), state(2)) == [
        "… deployment/web   1/3 ready",
        "… deployment/web   2/3 ready",
    ]


def test_what_keeps_a_workload_is_said_once() -> None:
    assert said(state(0, CRASH), state(0), state(0, CRASH), state(1, CRASH)) == [
        WITH_REASON,
        "… deployment/web   1/3 ready",
    ]


def test_what_keeps_it_is_said_again_once_it_was_well() -> None:
    assert said(state(0, CRASH), state(3), state(0, CRASH)) == [
        WITH_REASON,
        "✓ deployment/web   3/3 ready",
        WITH_REASON,
    ]


def test_what_was_shown_in_another_way_is_not_said() -> None:
    assert said(state(3), state(3), state(2), remembered=1) == ["… deployment/web   2/3 ready"]
