"""Long texts take linear time: shown by counting work, and by texts that would take days if not."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TypeAlias

import pytest

from tests.fuzz.harness import Target
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]

# In parts that repeat; short enough for all texts to be cached, or none.
COUNTS = (80, 160, 320)

# So many lines may run once the text is too long for something, whatever its length.
ONCE = 300

# Linear work on all of a target's long texts takes a tenth of these; quadratic work in C, which no
# count of lines sees, takes more on any one of them.
CPU_SECONDS = 60


Tracer: TypeAlias = Callable[[FrameType, str, object], "Tracer"]


def lines_executed(check: Callable[[str], None], text: str) -> int:
    """Return how many lines of Python run to check *text*."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Tracer:
        nonlocal count
        if event == "line":
            count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        check(text)
    finally:
        sys.settrace(before)
    return count


def long_texts(target: Target, count: int) -> list[str]:
    """Return the target's texts with their parts repeated *count* times."""
    return [f"{before}{part * count}{after}" for before, part, after in target.repeated]


@pytest.mark.parametrize("name", TARGETS)
def test_work_grows_no_faster_than_the_text(name: str) -> None:
    """Twice the text takes at most two and a half times the lines of Python."""
    target = TARGETS[name]
    for part, *texts in zip(
        target.repeated, *(long_texts(target, count) for count in COUNTS), strict=True
    ):
        short, middle, long = (lines_executed(target.check, text) for text in texts)
        assert middle <= 2.5 * short + ONCE, part
        assert long <= 2.5 * middle + ONCE, part


def limit_cpu() -> None:
    """Let this process be ended once it has used its time."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


@pytest.mark.fuzz
@pytest.mark.parametrize("name", TARGETS)
def test_very_long_texts_come_to_an_end(name: str) -> None:
    """Not in time measured, but in a bound that no quadratic work would keep."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.test_linear", name],
        cwd=ROOT,
        preexec_fn=limit_cpu,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4000:]


if __name__ == "__main__":
    chosen = TARGETS[sys.argv[1]]
    for before, part, after in chosen.repeated:
        chosen.check(f"{before}{part * (chosen.long // len(part))}{after}")
