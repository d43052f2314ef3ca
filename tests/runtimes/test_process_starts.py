"""What is told of a process that cannot be started: short enough to be passed on, and all there."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kubeobj.runtimes.errors import StartFault
from kubeobj.runtimes.process.spawning import NOT_EXECUTABLE, NOT_STARTED, read_failure
from kubeobj.runtimes.process.supervised import START_ERROR
from kubeobj.runtimes.states import ContainerState
from kubeobj.testing.conformance.runtimecase import RuntimeBox, refused
from tests.runtimes.processes import processes, warden_of

LONG_WORDS = (
    pytest.param("set -e; " + "echo meant for a shell; " * 200, id="a script"),
    pytest.param("/" + "x" * 6000, id="a path"),
    pytest.param("\u00e4\u20ac" * 450, id="letters of two and three bytes"),
    pytest.param("\U0001f41a" * 900, id="letters of four bytes"),
    pytest.param("\x01" * 5000, id="what is escaped"),
    pytest.param("\udcff" * 5000, id="what is no text"),
    pytest.param("w" * 200_000, id="more than the kernel takes"),
)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[RuntimeBox]:
    """Have a runtime of processes."""
    with processes(tmp_path) as box:
        yield box


@pytest.mark.parametrize("word", LONG_WORDS)
def test_a_long_word_that_is_no_command_ends_its_container_alone(
    box: RuntimeBox, word: str
) -> None:
    """What is said of it is short, begins with the word, and ends with what was wrong."""
    sandbox = box.sandbox()
    container_id = box.create(sandbox, replace(box.config(), command=(word,)))
    warden = warden_of(box)
    with refused(StartFault) as errors:
        box.runtime.start_container(container_id)
    assert errors[0].exit_code == NOT_EXECUTABLE
    found = box.runtime.container(container_id)
    assert (found.state, found.exit_code) == (ContainerState.EXITED, NOT_EXECUTABLE)
    assert found.reason == START_ERROR
    assert len(found.message) < 700
    assert found.message.startswith(f'exec: "{word[:200]}'.encode(errors="replace").decode())
    assert found.message.endswith('": file name too long')
    assert warden_of(box) == warden


@pytest.mark.parametrize("word", LONG_WORDS)
def test_a_long_word_that_is_no_command_ends_its_execution_alone(
    box: RuntimeBox, word: str
) -> None:
    """The container goes on, and so does its warden."""
    container_id = box.running()
    warden = warden_of(box)
    result = box.runtime.exec_sync(container_id, (word,), 30)
    assert result.exit_code == NOT_EXECUTABLE
    assert result.stderr.endswith(b'": file name too long\n')
    assert box.state(container_id) is ContainerState.RUNNING
    assert warden_of(box) == warden


def test_what_nobody_can_read_is_a_failure_nevertheless() -> None:
    """Whoever waits for the start must not end because of it."""
    read, write = os.pipe()
    os.write(write, b'{"message": "cut o')
    assert read_failure(read) == {"message": '{"message": "cut o', "code": NOT_STARTED}
    os.close(write)
    assert read_failure(read) is None
    os.close(read)
