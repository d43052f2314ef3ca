"""What every `ContainerRuntime` that runs processes promises of them."""

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest

from kubeobj.runtimes.configs import ContainerConfig, Mount, Resources
from kubeobj.runtimes.errors import CreateFault, ImageFault, StartFault
from kubeobj.runtimes.states import ContainerState
from kubeobj.testing.conformance.runtimecase import RuntimeBox, RuntimeCase, refused


class RuntimeProcesses(RuntimeCase):
    """Processes run as they are asked to, and end as they are asked to.

    What is mounted is found under ``$KUBEOBJ_ROOT``, which is empty or not set where a container
    has a root of its own.
    """

    missing_image: ClassVar[str] = "missing.invalid/nothing:1"
    """The name of an image that cannot be had."""

    # ------------------------------------------------------------ what it is given

    def test_arguments_come_unchanged(self, box: RuntimeBox) -> None:
        """Whatever is in them: the command, and then the arguments."""
        config = replace(
            box.config(),
            command=("sh", "-c", 'for one in "$@"; do echo "[$one]"; done', "name"),
            args=("a  b", "$HOME", "*", "", "ü'\"\\"),
        )
        ended = box.run(config)
        expected = "[a  b]\n[$HOME]\n[*]\n[]\n[ü'\"\\]\n".encode()
        box.until_printed(ended.id, expected)
        assert box.printed(ended.id) == expected

    def test_a_process_has_its_environment(self, box: RuntimeBox) -> None:
        """With every character as it is."""
        variables = {"A": "1", "LONG": "x" * 10_000, "ODD": "a\tb 'c' \"d\" $A ü="}
        script = 'echo "$A"; echo "${#LONG}"; printf "%s\\n" "$ODD"; echo end'
        ended = box.run(replace(box.script(script), environment=variables))
        box.until_printed(ended.id, b"end\n")
        expected = f"1\n10000\n{variables['ODD']}\nend\n"
        assert box.printed(ended.id).decode() == expected

    def test_a_process_has_not_the_environment_of_who_started_it(
        self, box: RuntimeBox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its secrets are nobody else's."""
        monkeypatch.setenv("KUBEOBJ_TEST_SECRET", "hidden")
        ended = box.run(box.script("echo [$KUBEOBJ_TEST_SECRET]"))
        box.until_printed(ended.id, b"]\n")
        assert box.printed(ended.id) == b"[]\n"

    def test_a_process_starts_where_it_is_asked_to(self, box: RuntimeBox) -> None:
        """In its working directory."""
        config = replace(box.script("pwd"), working_directory="/usr")
        ended = box.run(config)
        box.until_printed(ended.id, b"/usr\n")
        assert ended.exit_code == 0

    def test_a_directory_is_seen(self, box: RuntimeBox, tmp_path: Path) -> None:
        """What is written there, each side sees."""
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "in").write_text("from outside")
        script = (
            'cat "$KUBEOBJ_ROOT/mounted/data/in"; echo inside > "$KUBEOBJ_ROOT/mounted/data/out"'
        )
        ended = box.run(_mounting(box, script, Mount("/mounted/data", tmp_path / "data")))
        box.until_printed(ended.id, b"from outside")
        assert (tmp_path / "data" / "out").read_text() == "inside\n"

    def test_a_file_is_seen(self, box: RuntimeBox, tmp_path: Path) -> None:
        """One alone, at its path."""
        (tmp_path / "one").write_text("content")
        script = 'cat "$KUBEOBJ_ROOT/mounted/deep/file.conf"'
        ended = box.run(_mounting(box, script, Mount("/mounted/deep/file.conf", tmp_path / "one")))
        box.until_printed(ended.id, b"content")
        assert ended.exit_code == 0

    def test_what_is_in_a_directory_may_be_changed_at_once(
        self, box: RuntimeBox, tmp_path: Path
    ) -> None:
        """As volumes of config maps are: by a link to the next version."""
        data = tmp_path / "data"
        for version in ("1", "2"):
            (data / version).mkdir(parents=True)
            (data / version / "key").write_text(version)
        (data / "..data").symlink_to("1")
        (data / "key").symlink_to("..data/key")
        mount = Mount("/mounted", data, read_only=True)
        container_id = box.running(_mounting(box, "echo ready; sleep 600", mount))
        look = 'cat "$KUBEOBJ_ROOT/mounted/key"'
        assert box.sh(container_id, look).stdout == b"1"
        (data / "..next").symlink_to("2")
        (data / "..next").rename(data / "..data")
        assert box.sh(container_id, look).stdout == b"2"

    def test_what_is_read_only_cannot_be_written_to(self, box: RuntimeBox, tmp_path: Path) -> None:
        """A directory as well as a file."""
        (tmp_path / "data").mkdir()
        (tmp_path / "file").write_text("kept")
        script = (
            'echo a > "$KUBEOBJ_ROOT/mounted/data/new"; echo b > "$KUBEOBJ_ROOT/mounted/file"; true'
        )
        mounts = (
            Mount("/mounted/data", tmp_path / "data", read_only=True),
            Mount("/mounted/file", tmp_path / "file", read_only=True),
        )
        assert box.run(_mounting(box, script, *mounts)).exit_code == 0
        assert list((tmp_path / "data").iterdir()) == []
        assert (tmp_path / "file").read_text() == "kept"

    def test_containers_of_a_pod_share_what_both_mount(
        self, box: RuntimeBox, tmp_path: Path
    ) -> None:
        """And nothing else."""
        (tmp_path / "shared").mkdir()
        sandbox = box.sandbox()
        mount = Mount("/shared", tmp_path / "shared")
        write = _mounting(box, 'echo words > "$KUBEOBJ_ROOT/shared/file"', mount)
        assert box.ended(box.start(sandbox, replace(write, name="a"))).exit_code == 0
        read = _mounting(box, 'cat "$KUBEOBJ_ROOT/shared/file"', mount)
        reader = box.start(sandbox, replace(read, name="b", log_path="b/0.log"))
        box.until_printed(reader, b"words\n")
        assert box.ended(reader).exit_code == 0

    # ------------------------------------------------------------ how it ends

    @pytest.mark.parametrize("number", [1, 9, 11, 15])
    def test_the_signal_that_ends_a_process_is_in_its_code(
        self, box: RuntimeBox, number: int
    ) -> None:
        """As 128 and its number."""
        script = f"sh -c 'kill -{number} $$'; exit $?"
        assert box.run(box.script(script)).exit_code == 128 + number

    def test_a_process_is_asked_to_end(self, box: RuntimeBox) -> None:
        """By ``SIGTERM``, and it may end as it likes."""
        container_id = box.running(
            box.script("trap 'echo bye; exit 5' TERM; echo ready; while true; do sleep 0.05; done")
        )
        box.runtime.stop_container(container_id, 30)
        assert box.runtime.container(container_id).exit_code == 5
        box.until_printed(container_id, b"bye\n")

    def test_a_process_may_want_another_signal(self, box: RuntimeBox) -> None:
        """As its image or its configuration says."""
        script = (
            "trap 'exit 6' QUIT; trap 'exit 7' TERM; echo ready; while true; do sleep 0.05; done"
        )
        container_id = box.running(replace(box.script(script), stop_signal="SIGQUIT"))
        box.runtime.stop_container(container_id, 30)
        assert box.runtime.container(container_id).exit_code == 6

    def test_a_process_that_does_not_end_is_ended(self, box: RuntimeBox) -> None:
        """Once its time of grace is over."""
        container_id = box.running(
            box.script("trap '' TERM; echo ready; while true; do sleep 0.05; done")
        )
        box.runtime.stop_container(container_id, 1)
        ended = box.runtime.container(container_id)
        assert (ended.state, ended.exit_code) == (ContainerState.EXITED, 137)

    def test_without_grace_a_process_is_ended_at_once(self, box: RuntimeBox) -> None:
        """As if by ``SIGKILL``."""
        script = "trap 'sleep 600; exit 0' TERM; echo ready; while true; do sleep 0.05; done"
        container_id = box.running(box.script(script))
        box.runtime.stop_container(container_id, 0)
        assert box.runtime.container(container_id).exit_code == 137

    def test_what_a_process_has_left_behind_ends_with_it(
        self, box: RuntimeBox, tmp_path: Path
    ) -> None:
        """Its children, also those that have gone their own way."""
        (tmp_path / "beats").mkdir()
        beat = 'while true; do n=$((n+1)); echo $n > "$KUBEOBJ_ROOT/beats/$1"; sleep 0.05; done'
        (tmp_path / "beats" / "beat.sh").write_text(beat)
        script = """
            beat="$KUBEOBJ_ROOT/beats/beat.sh"
            sh "$beat" child &
            setsid sh "$beat" leader < /dev/null > /dev/null 2>&1 &
            (setsid sh -c 'sh "$0" orphan &' "$beat" < /dev/null > /dev/null 2>&1 &)
            echo ready
            while true; do sleep 0.05; done
        """
        container_id = box.running(_mounting(box, script, Mount("/beats", tmp_path / "beats")))
        beats = [tmp_path / "beats" / name for name in ("child", "leader", "orphan")]
        box.until(lambda: all(one.exists() for one in beats))
        box.runtime.stop_container(container_id, 0)
        last = [one.read_text() for one in beats]
        box.case.pass_time(0.3)
        assert [one.read_text() for one in beats] == last

    def test_a_killed_process_is_noticed(self, box: RuntimeBox) -> None:
        """Whoever has killed it."""
        container_id = box.running(box.script("echo ready; sh -c 'sleep 0.2; kill -9 $PPID'"))
        assert box.ended(container_id).exit_code == 137

    # ------------------------------------------------------------ what it uses

    def test_what_a_container_uses_is_counted(self, box: RuntimeBox) -> None:
        """Time of cores, memory and processes."""
        container_id = box.running(box.script("echo ready; while true; do :; done"))
        box.until(lambda: container_id in box.runtime.usage())
        before = box.runtime.usage()[container_id]
        assert before.memory_bytes > 0
        assert before.processes >= 1
        box.until(
            lambda: (
                box.runtime.usage()[container_id].cpu_nanoseconds
                > before.cpu_nanoseconds + 50_000_000
            )
        )
        assert box.runtime.usage()[container_id].at >= before.at

    def test_resources_can_be_changed(self, box: RuntimeBox) -> None:
        """While it runs."""
        resources = Resources(100, 500, 16 << 20, 256 << 20)
        container_id = box.running(replace(box.config(), resources=resources))
        box.runtime.update_resources(container_id, Resources(100, 1000, 16 << 20, 512 << 20))
        assert box.state(container_id) is ContainerState.RUNNING
        assert box.sh(container_id, "echo fine").stdout == b"fine\n"

    # ------------------------------------------------------------ what cannot be

    def test_a_command_that_is_not_there_does_not_start(self, box: RuntimeBox) -> None:
        """The container has ended with 127 then, and says why."""
        _does_not_start(box, "/no/such/command", 127)

    def test_a_command_that_cannot_be_run_does_not_start(self, box: RuntimeBox) -> None:
        """The container has ended with 126 then, and says why."""
        _does_not_start(box, "/etc/hosts", 126)

    def test_an_image_that_cannot_be_had_is_refused(self, box: RuntimeBox) -> None:
        """And says so, with its name."""
        assert box.runtime.image(self.missing_image) is None
        with refused(ImageFault) as errors:
            box.runtime.pull_image(self.missing_image)
        assert self.missing_image.partition(":")[0] in errors[0].message
        assert box.runtime.image(self.missing_image) is None

    def test_a_mount_that_is_not_there_leaves_no_container(
        self, box: RuntimeBox, tmp_path: Path
    ) -> None:
        """Neither made nor started."""
        sandbox = box.sandbox()
        mount = Mount("/mounted", tmp_path / "absent")
        with refused(CreateFault):
            box.create(sandbox, _mounting(box, "true", mount))
        assert box.runtime.containers() == ()


def _mounting(box: RuntimeBox, script: str, *mounts: Mount) -> ContainerConfig:
    return replace(box.script(script), mounts=mounts)


def _does_not_start(box: RuntimeBox, command: str, code: int) -> None:
    sandbox = box.sandbox()
    container_id = box.create(sandbox, replace(box.config(), command=(command, "x"), args=()))
    with refused(StartFault) as errors:
        box.runtime.start_container(container_id)
    assert errors[0].exit_code == code
    assert command in errors[0].message
    found = box.runtime.container(container_id)
    assert (found.state, found.exit_code) == (ContainerState.EXITED, code)
    assert box.runtime.usage() == {}
    assert box.ended(box.start(sandbox, box.config("next", exits=0))).exit_code == 0
