"""The engine goes away, and comes back: nothing is lost, and it is said what to do."""

import dataclasses
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kubeobj.errors import KubeobjError
from kubeobj.runtimes.cri import Happened, RuntimeEvent
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.images import Images
from kubeobj.runtimes.errors import NoSuchContainer, RuntimeUnavailable
from kubeobj.runtimes.states import ContainerState, SandboxState
from kubeobj.testing.conformance.runtimecase import RuntimeBox, refused
from tests.engines import OPEN_IMAGE, URLS, engine_url
from tests.runtimes.docker.enginerelay import EngineRelay
from tests.runtimes.docker.pods import box_of

COUNTING = "n=0; echo ready; while true; do n=$((n+1)); echo $n; echo $n >&2; sleep 0.02; done"


@pytest.fixture
def relay(kind: str, tmp_path: Path) -> Iterator[EngineRelay]:
    made = EngineRelay(tmp_path / "relay.sock", Path(engine_url(kind).removeprefix("unix://")))
    yield made
    made.close()


def told(events: list[RuntimeEvent], what: Happened, container_id: str) -> bool:
    return any(one.what is what and one.container_id == container_id for one in list(events))


def three(box: RuntimeBox) -> list[str]:
    """Start three containers of one pod."""
    sandbox, script = box.sandbox(), "echo ready; exec sleep 600"
    return [box.start(sandbox, box.script(script, name)) for name in ("ends", "goes", "lives")]


def all_is_told(
    box: RuntimeBox, events: list[RuntimeEvent], ends: str, goes: str, lives: str
) -> None:
    """Wait until it is told that one has ended and one is gone, and then, of the last, its end."""
    box.until(lambda: told(events, Happened.STOPPED, ends))
    box.until(lambda: told(events, Happened.REMOVED, goes))
    assert told(events, Happened.STOPPED, goes)
    assert not told(events, Happened.STOPPED, lives)
    box.runtime.stop_container(lives, 0)
    box.until(lambda: told(events, Happened.STOPPED, lives))


# ---------------------------------------------------------------- a broken socket


def test_without_an_engine_everything_says_so(
    kind: str, relay: EngineRelay, tmp_path: Path
) -> None:
    with box_of(kind, tmp_path, relay.url) as box:
        sandbox = box.sandbox()
        relay.cut()
        status = box.runtime.status()
        assert (status.ready, status.reason) == (False, "RuntimeUnavailable")
        assert "does not run; start it" in status.message
        for ask in (
            box.runtime.sandboxes,
            box.runtime.containers,
            box.runtime.images,
            box.runtime.usage,
            lambda: box.runtime.run_sandbox(box.sandbox_config("b")),
            lambda: box.runtime.create_container(sandbox, box.config()),
            lambda: box.runtime.exec_sync("0" * 64, ("true",)),
            lambda: box.runtime.pull_image(box.case.image),
        ):
            with refused(RuntimeUnavailable):
                ask()
        relay.mend()
        assert box.runtime.status().ready
        assert box.runtime.sandboxes() == (sandbox,)


def test_what_ended_while_the_socket_was_broken_is_told(
    kind: str, relay: EngineRelay, tmp_path: Path
) -> None:
    """And what went, and what is new."""
    with box_of(kind, tmp_path, relay.url) as box:
        ends, goes, lives = three(box)
        with box.listening() as events:
            box.until(lambda: box.state(lives) is ContainerState.RUNNING)
            relay.cut()
            engine = Engine(URLS[kind])
            engine.post(f"/containers/{ends}/kill", {"signal": "KILL"})
            engine.delete(f"/containers/{goes}", {"force": "1"})
            engine.close()
            relay.mend()
            all_is_told(box, events, ends, goes, lives)
        assert box.runtime.container(ends).exit_code == 137
        with refused(NoSuchContainer):
            box.runtime.container(goes)


def test_what_an_engine_forgets_to_tell_is_found_out(
    kind: str, relay: EngineRelay, tmp_path: Path
) -> None:
    """And then it is listened to anew, so that the next is heard at once."""
    with box_of(kind, tmp_path, relay.url) as box:
        ends, goes, lives = three(box)
        with box.listening() as events:
            relay.mute()
            box.runtime.stop_container(ends, 0)
            box.runtime.remove_container(goes)
            all_is_told(box, events, ends, goes, lives)
        assert len(events) == len({(one.what, one.container_id) for one in events}), "once each"


def test_a_life_that_an_engine_forgets_to_tell_is_told_whole(
    kind: str, relay: EngineRelay, tmp_path: Path
) -> None:
    """Who hears of an end has heard of the beginning."""
    with box_of(kind, tmp_path, relay.url) as box:
        sandbox = box.sandbox()
        with box.listening() as events:
            heard = box.start(sandbox, box.config("heard"))
            box.until(lambda: any(one.container_id == heard for one in events))
            relay.mute()
            forgotten = box.start(sandbox, box.config("forgotten", exits=0))

            def told() -> list[Happened]:
                return [one.what for one in events if one.container_id == forgotten]

            box.until(lambda: Happened.STOPPED in told())
            box.runtime.remove_container(forgotten)
            box.until(lambda: Happened.REMOVED in told())
        assert told() == list(Happened)


def test_a_log_misses_nothing_while_the_socket_is_broken(
    kind: str, relay: EngineRelay, tmp_path: Path
) -> None:
    """Nor has it anything twice, of either stream."""
    with box_of(kind, tmp_path, relay.url) as box:
        container_id = box.running(box.script(COUNTING))
        for _ in range(3):
            seen = len(box.log(container_id))
            box.until(lambda seen=seen: len(box.log(container_id)) > seen + 20)
            path = box.runtime.container(container_id).log_path
            relay.cut()
            box.case.pass_time(0.2)
            relay.mend()
        box.runtime.stop_container(container_id, 0)
        box.runtime.remove_container(container_id)
        lines = [line.split(" ", 3) for line in path.read_text().splitlines()]
        for stream in ("stdout", "stderr"):
            text = "".join(
                line[3] + ("\n" if line[2] == "F" else "") for line in lines if line[1] == stream
            )
            numbers = [word for word in text.split() if word != "ready"]
            assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


# ---------------------------------------------------------------- an engine that starts again


@contextmanager
def private_docker() -> Iterator[tuple[list[str], Path]]:
    """Have the command of a Docker of our own, in a network of its own, and where it is.

    Without that it would take the bridge away from the other one. Its sockets need a short path.
    """
    if "CI" not in os.environ and os.geteuid() != 0:
        pytest.skip("only root can start an engine")
    directory = Path(tempfile.mkdtemp(prefix="docker-"))
    command = [
        "unshare",
        "--net",
        "dockerd",
        f"--host=unix://{directory}/docker.sock",
        f"--data-root={directory}/data",
        f"--exec-root={directory}/exec",
        f"--pidfile={directory}/docker.pid",
        "--bridge=none",
        "--iptables=false",
        "--ip-forward=false",
        "--ip-masq=false",
        "--config-file=",
    ]
    try:
        yield command, directory
    finally:
        # What runs containers outlives whoever has begun it.
        subprocess.run(["pkill", "-KILL", "-f", f"{directory}/exec/containerd"], check=False)
        mounts = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for mount in reversed([one for one in mounts if one.startswith(str(directory))]):
            subprocess.run(["umount", "-l", mount], check=True)
        shutil.rmtree(directory, ignore_errors=True)


def started(command: list[str], url: str, log: Path) -> subprocess.Popen[bytes]:
    # What the killed one has left behind; that it is dead does not show where nobody buries it.
    Path(url.removeprefix("unix://")).unlink(missing_ok=True)
    (log.parent / "exec" / "containerd" / "containerd.pid").unlink(missing_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, start_new_session=True)
    for _ in range(600):
        engine = Engine(url)
        try:
            engine.ping()
        except KubeobjError:
            assert process.poll() is None, log.read_text()
            subprocess.run(["sleep", "0.05"], check=True)
        else:
            return process
        finally:
            engine.close()
    raise AssertionError(log.read_text())


def killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def test_what_podman_runs_outlives_its_service(tmp_path: Path) -> None:
    """The service is killed at a bad time, and started again; all is as it was."""
    engine_url("podman")
    url = f"unix://{tmp_path}/podman.sock"
    command = ["podman", "system", "service", "--time", "0", url]
    environment = {"CONTAINERS_CONF": "/run/kubeobj-engines/containers.conf"}
    command = ["env", *(f"{name}={value}" for name, value in environment.items()), *command]
    process = started(command, url, tmp_path / "log")
    try:
        with box_of("podman", tmp_path, url) as box:
            container_id = box.running(box.script(COUNTING))
            before = box.runtime.sandboxes()
            path = box.runtime.container(container_id).log_path
            with box.listening() as events:
                killed(process)
                assert not box.runtime.status().ready
                seen = path.stat().st_size
                box.until(lambda: path.stat().st_size > seen)  # it goes on alone
                process = started(command, url, tmp_path / "log")
                assert box.state(container_id) is ContainerState.RUNNING
                assert box.runtime.sandboxes() == before
                box.runtime.stop_container(container_id, 0)
                box.until(lambda: told(events, Happened.STOPPED, container_id))
    finally:
        killed(process)


def test_what_docker_ran_is_found_ended_after_it_was_killed(tmp_path: Path) -> None:
    """It is told, and the pod can be made anew."""
    engine_url("docker")
    with private_docker() as (command, directory):
        url = f"unix://{directory}/docker.sock"
        process = started(command, url, directory / "log")
        try:
            image_from(URLS["docker"], url)
            with box_of("docker", tmp_path, url) as box:
                config = dataclasses.replace(box.sandbox_config(), host_network=True)
                sandbox = box.runtime.run_sandbox(config)
                container_id = box.start(sandbox, box.script(COUNTING))
                box.until_printed(container_id, b"\n50\n")
                with box.listening() as events:
                    killed(process)
                    with refused(RuntimeUnavailable):
                        box.runtime.containers()
                    process = started(command, url, directory / "log")
                    box.until(lambda: told(events, Happened.STOPPED, container_id))
                assert box.state(container_id) is ContainerState.EXITED
                assert [one.state for one in box.runtime.sandboxes()] == [SandboxState.NOT_READY]
                pod = dataclasses.replace(config.pod, attempt=1)
                again = box.runtime.run_sandbox(dataclasses.replace(config, pod=pod))
                assert again.state is SandboxState.READY
                assert box.ended(box.start(again, box.config("next", exits=4))).exit_code == 4
        finally:
            killed(process)


def image_from(source: str, target: str) -> None:
    """Copy the image of the tests from one engine to another."""
    one, other = Engine(source), Engine(target)
    Images(one).pull(OPEN_IMAGE, ())
    stream = one.stream("GET", f"/images/{OPEN_IMAGE}/get")
    content = stream.begun()
    while (piece := stream.receive()) is not None:
        content += piece
    other.upload("/images/load", {"quiet": "1"}, content)
    stream.close()
    one.close()
    other.close()
