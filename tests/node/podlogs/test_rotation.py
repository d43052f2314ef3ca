"""Logs stay small, and what was put aside can still be read."""

import gzip
from pathlib import Path

import pytest

from kubeobj.clock import VirtualClock
from kubeobj.node.executor import VirtualExecutor
from kubeobj.node.podlogs.logfiles import put_aside
from kubeobj.node.podlogs.logkeeper import LogKeeper
from kubeobj.node.podlogs.logoptions import LogOptions
from kubeobj.node.podlogs.reading import read_log
from kubeobj.node.podlogs.rotation import (
    LogRotator,
    RotationPolicy,
    make_room,
    remove_logs,
    rotate_file,
)
from kubeobj.reconcile.loop import advance
from kubeobj.runtimes.configs import ContainerConfig, PodIdentity, SandboxConfig
from kubeobj.runtimes.simulated import SimulatedRuntime
from tests.node.podlogs.logwriting import START, append, entry, text_of

POLICY = RotationPolicy(largest_bytes=100, most_files=3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a log is."""
    return tmp_path / "0.log"


def names(path: Path) -> list[str]:
    """Return the files that there are."""
    return sorted(one.name for one in path.parent.iterdir())


def test_the_oldest_goes_and_the_others_are_packed(path: Path) -> None:
    """There are never more files than allowed, and the newest is not packed at once."""
    for number in range(5):
        append(path, entry(b"%d" % number))
        make_room(path, POLICY)
        rotate_file(path, START + number, path.touch)
        assert len(names(path)) <= 3
    append(path, entry(b"5"))
    assert names(path) == [
        "0.log",
        "0.log.20260101-000003.gz",
        "0.log.20260101-000004",
    ]
    assert gzip.decompress(path.with_name(names(path)[1]).read_bytes()) == entry(b"3")
    assert text_of(read_log(path, LogOptions())) == b"3\n4\n5\n"


def test_two_in_one_second_have_two_names(path: Path) -> None:
    """Nothing is ever written over."""
    for number in range(3):
        append(path, entry(b"%d" % number))
        rotate_file(path, START, path.touch)
    assert [file.name for file in put_aside(path)] == [
        "0.log.20260101-000000",
        "0.log.20260101-000000.1",
        "0.log.20260101-000000.2",
    ]
    assert text_of(read_log(path, LogOptions())) == b"0\n1\n2\n"


def test_what_was_broken_off_is_cleared_away(path: Path) -> None:
    """A half-packed file goes, and so does one that was packed but not removed."""
    append(path.with_name("0.log.20260101-000000"), entry(b"0"))
    path.with_name("0.log.20260101-000000.gz").write_bytes(gzip.compress(entry(b"0")))
    path.with_name("0.log.20260101-000001.tmp").write_bytes(b"half")
    path.touch()
    make_room(path, POLICY)
    assert names(path) == ["0.log", "0.log.20260101-000000.gz"]


def test_a_runtime_that_fails_loses_nothing(path: Path) -> None:
    """The file is back in its place."""

    def fails() -> None:
        raise OSError("no engine")

    append(path, entry(b"0"))
    with pytest.raises(OSError, match="no engine"):
        rotate_file(path, START, fails)
    assert names(path) == ["0.log"]


def test_a_log_is_removed_whole(path: Path) -> None:
    """With all that was put aside, and nothing else."""
    append(path, entry(b"0"))
    rotate_file(path, START, path.touch)
    other = path.with_name("1.log")
    other.touch()
    remove_logs(path)
    remove_logs(path)
    assert names(path) == ["1.log"]


def test_a_log_has_two_files() -> None:
    """Or there would be nothing to put aside to."""
    with pytest.raises(ValueError, match="two files"):
        RotationPolicy(most_files=1)


def running(clock: VirtualClock, directory: Path) -> SimulatedRuntime:
    """Return a runtime with containers whose logs are of several sizes."""
    runtime = SimulatedRuntime(clock, sleep=clock.advance)
    runtime.pull_image("web:1")
    sandbox = runtime.run_sandbox(
        SandboxConfig(PodIdentity("default", "web", "u"), "web", directory)
    )
    image = runtime.image("web:1")
    assert image is not None
    for name in ("large", "small", "gone", "ended"):
        config = ContainerConfig(name, 0, "web:1", image.id, log_path=f"{name}.log")
        container = runtime.create_container(sandbox, config)
        runtime.start_container(container)
        if name != "gone":
            append(directory / f"{name}.log", entry(b"x" * (5 if name == "small" else 200)))
        if name == "ended":
            runtime.stop_container(container, 0)
    return runtime


def test_running_containers_are_looked_after(tmp_path: Path) -> None:
    """Those whose logs are too large; what fails with one does not hinder the others."""
    clock = VirtualClock(START)
    runtime = running(clock, tmp_path)
    assert LogRotator(runtime, clock, POLICY).rotate() == 1
    assert (tmp_path / "large.log.20260101-000000").exists()
    assert len(names(tmp_path / "x")) <= 4


def test_logs_are_looked_at_every_ten_seconds(tmp_path: Path) -> None:
    """Beside the loop, and again after what has grown since."""
    clock = VirtualClock(START)
    executor = VirtualExecutor(clock)
    keeper = LogKeeper(LogRotator(running(clock, tmp_path), clock, POLICY), clock, executor)
    log = tmp_path / "large.log"
    for number in range(3):
        assert keeper.deadline == clock.now() + 10
        advance(clock, (keeper, executor), 9.5)
        assert len(put_aside(log)) == min(number, 2)
        advance(clock, (keeper, executor), 0.5)
        append(log, entry(b"x" * 200))
    assert len(put_aside(log)) == 2
    executor.close()
