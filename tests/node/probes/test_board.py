"""Who is asked what and when, and what the answers mean: no threads, and time is a number."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.node.podview import PodView
from kubeobj.node.probes.board import Check, Outcome, ProbeBoard, Verdict
from kubeobj.node.probes.kinds import ProbeKind
from kubeobj.runtimes.states import Container, ContainerState

Document = dict[str, Any]
LIVENESS, READINESS, STARTUP = ProbeKind.LIVENESS, ProbeKind.READINESS, ProbeKind.STARTUP
WELL, ILL = Outcome(Verdict.SUCCESS), Outcome(Verdict.FAILURE, "ill")


def pod(**probes: Document) -> Document:
    """Return a pod with one container that has these probes."""
    container = {"name": "a", **probes}
    return {"metadata": {"uid": "u"}, "spec": {"containers": [container]}, "status": {}}


def running(id_: str = "a0", started: float = 0.0) -> PodView:
    """Return the view of a pod whose container runs."""
    run = Container(
        id_, "s", "a", 0, ContainerState.RUNNING, "a:1", started_at=started, log_path=Path()
    )
    return PodView((), (run,))


def look(
    board: ProbeBoard, document: Document, view: PodView, now: float, *, is_ending: bool = False
) -> None:
    board.look(document, view, "10.0.0.1", now, is_ending=is_ending)


def ask(board: ProbeBoard, now: float) -> Check:
    """Return the one question that is due."""
    (check,) = board.due(now)
    return check


def test_the_first_question_waits_for_its_delay_and_then_they_come_regularly() -> None:
    """One at a time."""
    board = ProbeBoard()
    document = pod(livenessProbe={"initialDelaySeconds": 5, "periodSeconds": 3})
    look(board, document, running(started=100), 101)
    assert board.deadline == 105
    assert board.due(104) == []
    check = ask(board, 105)
    assert (check.run_id, check.address, check.key) == ("a0", "10.0.0.1", ("u", "a", LIVENESS))
    assert board.due(200) == []
    board.note(check, WELL, 106)
    assert board.deadline == 108


def test_a_slow_answer_makes_the_next_question_late_and_no_more() -> None:
    """None is made up for."""
    board = ProbeBoard()
    look(board, pod(livenessProbe={"periodSeconds": 3}), running(), 0)
    board.note(ask(board, 0), WELL, 50)
    assert board.deadline == 50


@pytest.mark.parametrize(("kind", "before"), [(LIVENESS, None), (READINESS, False)])
def test_what_is_so_before_anything_was_asked(kind: ProbeKind, before: bool | None) -> None:
    """A container lives, and is not ready."""
    board = ProbeBoard()
    look(board, pod(**{kind.value: {}}), running(), 0)
    assert board.findings("u").get(("a0", kind)) is before


def test_an_error_changes_nothing() -> None:
    """But is told."""
    board = ProbeBoard()
    look(board, pod(livenessProbe={"failureThreshold": 1}), running(), 0)
    is_news, note = board.note(ask(board, 0), Outcome(Verdict.ERROR, "no idea"), 0)
    assert not is_news
    assert note is not None
    assert note.message == "Liveness probe errored and resulted in unknown state: no idea"
    assert board.findings("u") == {}


def test_a_warning_is_a_success_that_is_told() -> None:
    """A redirect elsewhere."""
    board = ProbeBoard()
    look(board, pod(readinessProbe={}), running(), 0)
    is_news, note = board.note(ask(board, 0), Outcome(Verdict.WARNING, "elsewhere"), 0)
    assert is_news
    assert note is not None
    assert (note.reason, note.message) == ("ProbeWarning", "Readiness probe warning: elsewhere")


def test_who_has_failed_for_good_is_asked_no_more_until_another_run() -> None:
    """It is being ended."""
    board = ProbeBoard()
    document = pod(livenessProbe={"failureThreshold": 1})
    look(board, document, running(), 0)
    board.note(ask(board, 0), ILL, 0)
    assert board.findings("u") == {("a0", LIVENESS): False}
    look(board, document, running(), 1)
    assert board.deadline is None
    look(board, document, running("a1", 20), 20)
    assert board.deadline == 20
    assert board.findings("u") == {}


def test_the_answer_of_a_run_that_is_over_is_not_heard() -> None:
    """It says nothing of the next one."""
    board = ProbeBoard()
    document = pod(livenessProbe={"failureThreshold": 1})
    look(board, document, running(), 0)
    check = ask(board, 0)
    look(board, document, running("a1", 1), 1)
    assert board.note(check, ILL, 2) == (False, None)
    assert board.findings("u") == {}


def test_a_pod_that_ends_is_only_asked_whether_it_is_ready() -> None:
    """So that nobody sends it anything new."""
    board = ProbeBoard()
    document = pod(livenessProbe={}, readinessProbe={})
    look(board, document, running(), 0)
    look(board, document, running(), 0, is_ending=True)
    assert [check.key[2] for check in board.due(100)] == [READINESS]


def test_a_container_without_an_address_or_a_process_is_not_asked() -> None:
    """And a pod that is forgotten neither."""
    board = ProbeBoard()
    document = pod(livenessProbe={})
    board.look(document, running(), "", 0, is_ending=False)
    assert board.deadline is None
    look(board, document, running(), 0)
    assert board.deadline == 0
    look(board, document, PodView(), 0)
    assert board.deadline is None
    look(board, document, running(), 0)
    board.forget("u")
    assert (board.deadline, board.due(10)) == (None, [])


def test_what_was_told_before_the_agent_began_still_holds() -> None:
    """A container that has started, and was ready."""
    board = ProbeBoard()
    document = pod(startupProbe={}, readinessProbe={})
    told = {"name": "a", "containerID": "x://a0", "started": True, "ready": True}
    document["status"] = {"containerStatuses": [told]}
    look(board, document, running(), 0)
    assert board.findings("u") == {("a0", STARTUP): True, ("a0", READINESS): True}
    assert [check.key[2] for check in board.due(0)] == [READINESS]


@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.lists(st.sampled_from([WELL, ILL, Outcome(Verdict.ERROR, "?")]), max_size=40),
)
def test_it_takes_so_many_in_a_row(success: int, failure: int, outcomes: list[Outcome]) -> None:
    """To become ready, or not ready; errors count for nothing."""
    board = ProbeBoard()
    probe = {"successThreshold": success, "failureThreshold": failure, "periodSeconds": 1}
    look(board, pod(readinessProbe=probe), running(), 0)
    expected, streak, last = False, 0, None
    for now, outcome in enumerate(outcomes):
        board.note(ask(board, now), outcome, now)
        if outcome.verdict is not Verdict.ERROR:
            is_so = outcome is WELL
            streak = streak + 1 if is_so is last else 1
            last = is_so
            if streak >= (success if is_so else failure):
                expected = is_so
        assert board.findings("u")["a0", READINESS] is expected
