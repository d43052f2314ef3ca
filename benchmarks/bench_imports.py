"""What a fresh process pays: the bare interpreter beside ours, in turn, so that noise hits both."""

import subprocess
import sys

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

STARTS = {
    "bare": "pass",
    "kubeobj": "import kubeobj",
    "selector": "from kubeobj import Selector",
    "parse": "from kubeobj import Selector; Selector.parse('a=b')",
    "command": "import sys; sys.argv = ['kubeobj', 'selector', 'check', '-q', 'a=b']; "
    "from kubeobj.cli import main\n"
    "try: main()\n"
    "except SystemExit: pass",
}


@pytest.mark.parametrize("start", STARTS)
def test_start(benchmark: BenchmarkFixture, start: str) -> None:
    """A process that does this and ends."""
    command = [sys.executable, "-c", STARTS[start]]

    def run() -> None:
        subprocess.run(command, check=False, capture_output=True)

    benchmark.pedantic(run, rounds=20, warmup_rounds=2)
