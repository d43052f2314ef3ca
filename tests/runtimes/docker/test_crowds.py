"""Many pods that come at once: what one of them finds out, the others need not."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kubeobj.runtimes.docker.ownership import Protection
from kubeobj.runtimes.docker.sharing import Shared

CROWD = 20
NOWHERE = "unix:///nowhere"


def test_who_comes_while_one_is_asked_shares_the_next_answer() -> None:
    asked: list[int] = []
    began, go_on = threading.Event(), threading.Event()

    def ask() -> int:
        asked.append(len(asked))
        began.set()
        assert go_on.wait(60)
        return asked[-1]

    shared = Shared(ask)
    with ThreadPoolExecutor(CROWD) as pool:
        first = pool.submit(shared.get)
        assert began.wait(60)
        others = [pool.submit(shared.get) for _ in range(CROWD - 1)]
        go_on.set()
        answers = [one.result() for one in others]
    assert first.result() == 0
    # Never the answer to a question that was asked before they came.
    assert min(answers) >= 1


def test_all_hear_what_went_wrong_and_the_next_asks_anew() -> None:
    problems = [OSError("away")]

    def ask() -> str:
        if problems:
            raise problems.pop()
        return "there"

    shared = Shared(ask)
    with pytest.raises(OSError, match="away"):
        shared.get()
    assert shared.get() == "there"


@pytest.mark.parametrize("allowed", [True, False])
def test_one_finds_out_what_the_engine_may(tmp_path: Path, *, allowed: bool) -> None:
    protection, vain = Protection(tmp_path, NOWHERE), []

    def start() -> None:
        with protection.finding_out():
            if protection.allowed and not allowed:
                vain.append(1)
                protection.refuse()
            protection.settle()

    with ThreadPoolExecutor(CROWD) as pool:
        for one in [pool.submit(start) for _ in range(CROWD)]:
            one.result()
    assert len(vain) == (0 if allowed else 1)
    assert Protection(tmp_path, NOWHERE).allowed == allowed
