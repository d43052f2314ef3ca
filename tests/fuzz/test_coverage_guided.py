"""The coverage-guided fuzzer finds nothing in a bounded number of runs."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
RUNS = int(os.environ.get("FUZZ_RUNS", "2000"))


@pytest.mark.fuzz
@pytest.mark.skipif(find_spec("atheris") is None, reason="needs the extra fuzz")
@pytest.mark.parametrize("name", TARGETS)
def test_the_fuzzer_finds_nothing(name: str, tmp_path: Path) -> None:
    """From the seeds on, no text fails, and none takes seconds."""
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            f"tests.fuzz.{name}",
            f"-runs={RUNS}",
            "-seed=1",
            tmp_path / "texts",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert run.returncode == 0, run.stderr[-4000:]
