"""Logs of containers end with them, and can be closed by anybody."""

import threading
from pathlib import Path

import pytest

from kubeobj.clock import VirtualClock
from kubeobj.node.podlogs.containerlogs import FollowedLog, WholeLog
from kubeobj.node.podlogs.logoptions import LogOptions
from kubeobj.runtimes.configs import ContainerConfig, PodIdentity, SandboxConfig
from kubeobj.runtimes.simulated import SimulatedRuntime
from kubeobj.runtimes.states import Container
from tests.node.podlogs.logwriting import append, entry

PATIENCE = 20.0
FOLLOW = LogOptions(follow=True)


class Running:
    """A container that runs, with a log."""

    def __init__(self, directory: Path) -> None:
        clock = VirtualClock()
        self.runtime = SimulatedRuntime(clock, sleep=clock.advance)
        image = self.runtime.pull_image("web:1")
        self.pod = PodIdentity("default", "web", "u")
        self.sandbox = self.runtime.run_sandbox(SandboxConfig(self.pod, "web", directory))
        config = ContainerConfig("main", 0, "web:1", image.id, log_path="0.log")
        self.id = self.runtime.create_container(self.sandbox, config)
        self.runtime.start_container(self.id)
        self.path = directory / "0.log"
        append(self.path, entry(b"a"))

    @property
    def container(self) -> Container:
        """The container as it is now."""
        return self.runtime.container(self.id)

    def follow(self) -> tuple[FollowedLog, threading.Thread, list[bytes]]:
        """Follow its log in a thread."""
        log = FollowedLog(self.runtime, self.container, self.path, FOLLOW)
        said: list[bytes] = []
        thread = threading.Thread(target=lambda: said.extend(log))
        thread.start()
        return log, thread, said


@pytest.fixture
def running(tmp_path: Path) -> Running:
    """A container that runs."""
    return Running(tmp_path)


def test_a_followed_log_ends_with_its_container(running: Running) -> None:
    """As soon as the runtime tells of the end, with all that was printed until then."""
    _, thread, said = running.follow()
    append(running.path, entry(b"b"))
    running.runtime.stop_container(running.id, 0)
    running.runtime.step()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert said == [b"a\n", b"b\n"]


def test_a_followed_log_ends_when_its_container_is_removed(running: Running) -> None:
    """Even with the whole sandbox."""
    _, thread, said = running.follow()
    running.runtime.remove_sandbox(running.sandbox.id)
    running.runtime.step()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert said == [b"a\n"]


def test_a_runtime_that_is_away_ends_nothing(running: Running) -> None:
    """The container may go on meanwhile."""
    log, thread, said = running.follow()
    running.runtime.host.is_reachable = False
    append(running.path, entry(b"b"))
    while said != [b"a\n", b"b\n"]:
        thread.join(0.01)
        assert thread.is_alive()
    log.close()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_whole_log_does_not_wait(running: Running) -> None:
    """It is what there is now, as far as somebody wants it."""
    append(running.path, entry(b"b"))
    assert list(WholeLog(running.path, LogOptions())) == [b"a\n", b"b\n"]
    log = WholeLog(running.path, LogOptions())
    items = iter(log)
    assert next(items) == b"a\n"
    log.close()
    assert list(items) == []


def test_a_log_that_is_not_there(running: Running) -> None:
    """Is told at once, and not when somebody reads it."""
    missing = running.path.with_name("1.log")
    with pytest.raises(FileNotFoundError):
        WholeLog(missing, LogOptions())
    with pytest.raises(FileNotFoundError):
        FollowedLog(running.runtime, running.container, missing, FOLLOW)
