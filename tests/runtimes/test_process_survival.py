"""What survives what: killed agents and wardens, full disks, and what is left over."""

import json
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from kubeobj.clock import VirtualClock
from kubeobj.runtimes.cri import Happened
from kubeobj.runtimes.errors import CreateFault, StartFault
from kubeobj.runtimes.process.logfile import LogFile
from kubeobj.runtimes.process.processtree import boot_id
from kubeobj.runtimes.states import ContainerState, SandboxState
from kubeobj.testing.conformance.runtimecase import RuntimeBox, refused
from tests.runtimes.processes import is_alive, kill_warden, pid_of, processes, warden_of

COUNTING = "echo ready; n=0; while true; do n=$((n+1)); echo $n; sleep 0.01; done"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[RuntimeBox]:
    """Have a runtime of processes."""
    with processes(tmp_path) as box:
        yield box


def test_a_killed_warden_is_followed_by_another(box: RuntimeBox) -> None:
    """The process is the same, its log misses nothing, and it can be stopped."""
    container_id = box.running(box.script(COUNTING))
    pid, before = pid_of(box, container_id), kill_warden(box)
    seen = len(box.log(container_id))
    box.until(lambda: len(box.log(container_id)) > seen + 50)
    assert warden_of(box) not in (0, before)
    assert box.state(container_id) is ContainerState.RUNNING
    assert is_alive(pid)
    box.runtime.stop_container(container_id, 1)
    assert not is_alive(pid)
    numbers = box.printed(container_id).decode().split()[1:]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


def test_commands_run_after_a_warden_was_killed(box: RuntimeBox) -> None:
    """In the same container."""
    container_id = box.running(box.script("echo ready; echo mark > here; sleep 600"))
    kill_warden(box)
    box.until(lambda: warden_of(box))
    assert box.sh(container_id, "cat here").stdout == b"mark\n"


def test_a_command_ends_with_its_warden(box: RuntimeBox) -> None:
    """Nobody waits for it for ever."""
    session = box.runtime.exec(box.running(), ("sh", "-c", "echo begun; sleep 600"))
    assert session.read(30) is not None
    kill_warden(box)
    assert session.wait(30) == 137
    session.close()


def test_what_ends_while_nobody_looks_is_told(box: RuntimeBox) -> None:
    """With its code, as long as the warden lives."""
    container_id = box.start(box.sandbox(), box.script("sleep 0.3; exit 7"))
    pid = pid_of(box, container_id)
    box.runtime.close()
    box.until(lambda: not is_alive(pid))
    box.reopen()
    ended = box.ended(container_id)
    assert (ended.exit_code, ended.reason) == (7, "Error")


def test_what_ends_while_not_even_a_warden_looks_has_no_code(box: RuntimeBox) -> None:
    """Nobody makes one up."""
    container_id = box.running()
    pid = pid_of(box, container_id)
    box.runtime.close()
    kill_warden(box)
    os.kill(pid, signal.SIGKILL)
    box.until(lambda: not is_alive(pid))
    box.reopen()
    ended = box.runtime.container(container_id)
    assert (ended.state, ended.exit_code) == (ContainerState.EXITED, 137)
    assert ended.reason == "ContainerStatusUnknown"
    assert ended.finished_at >= ended.started_at


def test_an_end_that_only_a_second_warden_saw_is_told(box: RuntimeBox) -> None:
    """Once, to whoever listens."""
    container_id = box.running()
    kill_warden(box)
    box.until(lambda: warden_of(box))
    with box.listening() as events:
        os.kill(pid_of(box, container_id), signal.SIGKILL)
        ended = box.ended(container_id)
    told = [one.what for one in events if one.container_id == container_id]
    assert (ended.exit_code, told) == (137, [Happened.STOPPED])


def test_nothing_runs_twice_when_wardens_are_killed(box: RuntimeBox, tmp_path: Path) -> None:
    """A container that was being started runs once or never."""
    sandbox = box.sandbox()
    script = f"echo $$ >> {tmp_path}/$HOSTNAME; echo ready; sleep 600"
    ids = [box.create(sandbox, box.script(script, f"c-{number}")) for number in range(12)]

    def start(container_id: str) -> None:
        with suppress(StartFault):
            box.runtime.start_container(container_id)

    for container_id in ids:
        starter = threading.Thread(target=start, args=(container_id,))
        starter.start()
        if pid := warden_of(box):
            os.kill(pid, signal.SIGKILL)
        starter.join()
    runs = [one for one in ids if box.state(one) is ContainerState.RUNNING]
    begun = tmp_path / sandbox.pod.name
    box.until(lambda: len(begun.read_text().split()) >= len(runs))
    assert sorted(begun.read_text().split()) == sorted(str(pid_of(box, one)) for one in runs)


def test_what_belongs_to_no_container_any_more_is_ended(box: RuntimeBox) -> None:
    """By the next warden, which knows it by its token."""
    container_id = box.running()
    pid = pid_of(box, container_id)
    box.runtime.close()
    kill_warden(box)
    shutil.rmtree(box.directory / "runtime" / "containers" / container_id)
    box.reopen()
    assert box.runtime.containers() == ()
    box.until(lambda: not is_alive(pid))


def test_a_warden_ends_when_nobody_needs_it(box: RuntimeBox) -> None:
    """And not before."""
    container_id = box.running()
    box.runtime.close()
    box.case.pass_time(2.5)
    assert warden_of(box)
    box.reopen()
    box.runtime.stop_container(container_id, 0)
    box.runtime.close()
    box.until(lambda: not warden_of(box))
    box.reopen()
    assert box.state(container_id) is ContainerState.EXITED


def _restarted(box: RuntimeBox, boots: tuple[object, object]) -> None:
    """Let another agent and warden begin, after a start of the machine that files say.

    Args:
        box: The runtime.
        boots: What sandboxes and what containers say of it; None for nothing.
    """
    box.runtime.close()
    if warden_of(box):
        kill_warden(box)
    for pattern, boot in zip(("*/*/sandbox.json", "*/*/run.json"), boots, strict=True):
        for path in (box.directory / "runtime").glob(pattern):
            content = {**json.loads(path.read_text()), "boot": boot}
            path.write_text(json.dumps({k: v for k, v in content.items() if v is not None}))
    box.reopen()


@pytest.mark.parametrize("of_sandbox", ["another", None])
def test_nothing_is_ready_after_the_machine_was_started_again(
    box: RuntimeBox, of_sandbox: str | None
) -> None:
    """A pod gets another sandbox, so what prepares it is run again; its address is free."""
    sandbox = box.sandbox()
    container_id = box.start(sandbox, box.script("echo ready; sleep 600"))
    box.runtime.close()
    kill_warden(box)
    os.kill(pid_of(box, container_id), signal.SIGKILL)
    _restarted(box, (of_sandbox, "another"))
    (found,) = box.runtime.sandboxes()
    assert found == replace(sandbox, state=SandboxState.NOT_READY)
    assert box.ended(container_id).reason == "ContainerStatusUnknown"
    with refused(CreateFault):
        box.create(found, box.config("again"))
    assert box.sandbox("next").addresses == sandbox.addresses
    box.runtime.remove_sandbox(found.id)
    assert [one.pod.name for one in box.runtime.sandboxes()] == ["next"]


def test_what_has_run_since_the_machine_was_started_is_ready(box: RuntimeBox) -> None:
    """Also if it was made before sandboxes said when; where nothing has run, nothing is lost."""
    sandbox, unused = box.sandbox(), box.sandbox("unused")
    container_id = box.start(sandbox, box.script("echo ready; sleep 600"))
    _restarted(box, (None, boot_id()))
    assert box.runtime.sandboxes() == (sandbox, replace(unused, state=SandboxState.NOT_READY))
    assert box.state(container_id) is ContainerState.RUNNING
    assert box.run(box.config("again", exits=0)).exit_code == 0
    box.runtime.stop_container(container_id, 0)


def test_a_frozen_process_is_ended(box: RuntimeBox) -> None:
    """Once its time of grace is over."""
    container_id = box.running()
    os.kill(pid_of(box, container_id), signal.SIGSTOP)
    box.runtime.stop_container(container_id, 0.2)
    assert box.runtime.container(container_id).exit_code == 137


def test_files_are_private_and_titles_tell_no_secret(box: RuntimeBox) -> None:
    """Neither a command line of the warden or the process, nor a file that others may read."""
    words = "hidden-words"
    container_id = box.running(replace(box.config(), environment={"PASSWORD": words}))
    for pid in (warden_of(box), pid_of(box, container_id)):
        assert words.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
    directory = box.directory / "runtime"
    assert directory.stat().st_mode & 0o077 == 0
    for path in directory.rglob("*.json"):
        assert path.parent.stat().st_mode & 0o077 == 0
    assert words not in repr(box.runtime.containers())


def test_a_full_disk_does_not_hold_up_what_is_printed(tmp_path: Path) -> None:
    """What does not fit is dropped; how much that was is said once there is room again."""
    path = tmp_path / "log"
    path.symlink_to("/dev/full")
    log = LogFile(str(path), VirtualClock(0))
    log.write("stdout", b"lost\n")
    log.write("stdout", b"lost too\n")
    path.unlink()
    log.reopen()
    log.write("stdout", b"kept\n")
    log.close()
    first, second = path.read_text().splitlines()
    assert first.startswith("1970-01-01T00:00:00.000000000Z stderr F kubeobj: the log could not")
    assert second == "1970-01-01T00:00:00.000000000Z stdout F kept"


def test_a_log_is_written_again_once_there_is_room(tmp_path: Path) -> None:
    """Without anybody who reopens it, if its directory was not even there."""
    log = LogFile(str(tmp_path / "absent" / "log"), VirtualClock(0))
    log.write("stderr", b"first\nsecond")
    log.write("stderr", b" half\n")
    log.close()
    lines = (tmp_path / "absent" / "log").read_text().splitlines()
    assert [line.partition(" ")[2] for line in lines] == [
        "stderr F first",
        "stderr F second half",
    ]
