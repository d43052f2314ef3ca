"""What every `ContainerRuntime` that runs processes promises of their logs.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime/logs`` and the design of the CRI's log format.
"""

import re
from typing import Final

from kubeobj.testing.conformance.runtimecase import RuntimeBox, RuntimeCase

LINE: Final = re.compile(
    r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}(Z|[+-]\d\d:\d\d) (stdout|stderr) [FP] .*$"
)
"""A line of a log: when, from where, whether it is full, and what was printed."""


class RuntimeLogs(RuntimeCase):
    """What containers print is in a file."""

    def test_a_log_has_the_format_of_the_cri(self, box: RuntimeBox) -> None:
        """Each line with its time, its stream, and that it is full."""
        ended = box.run(box.script("echo one; echo two >&2; echo; echo '  ü  '"))
        box.until(lambda: len(box.log(ended.id)) == 4)
        lines = ended.log_path.read_text().splitlines()
        assert all(LINE.match(line) for line in lines), lines
        streams = [[one for one in box.log(ended.id) if one.startswith(name)] for name in STREAMS]
        assert streams == [["stdout F one", "stdout F ", "stdout F   ü  "], ["stderr F two"]]

    def test_a_log_is_whole_when_its_container_has_ended(self, box: RuntimeBox) -> None:
        """However fast the process has printed, and ended: its last words are read then."""
        ended = box.run(box.script("seq 1 20000"))
        expected = b"".join(b"%d\n" % number for number in range(1, 20001))
        assert box.printed(ended.id) == expected

    def test_the_last_line_needs_no_end(self, box: RuntimeBox) -> None:
        """It is kept, as partial or as full."""
        ended = box.run(box.script("echo first; printf last"))
        box.until(lambda: len(box.log(ended.id)) >= 2)
        last = box.log(ended.id)
        assert last[0] == "stdout F first"
        assert last[1] in ("stdout P last", "stdout F last")

    def test_a_long_line_is_in_parts(self, box: RuntimeBox) -> None:
        """All but the last are partial, and together they are the line."""
        ended = box.run(box.script("head -c 100000 /dev/zero | tr '\\0' x; echo; echo end"))
        box.until(lambda: any(line.endswith("end") for line in box.log(ended.id)))
        *parts, end = [line.split(" ", 2) for line in box.log(ended.id)]
        assert "".join(part[2] for part in parts) == "x" * 100000
        assert len(parts) > 1
        assert [part[1] for part in parts] == ["P"] * (len(parts) - 1) + ["F"]
        assert end == ["stdout", "F", "end"]

    def test_a_line_in_pieces_is_one_line(self, box: RuntimeBox) -> None:
        """If it is ended soon enough."""
        ended = box.run(box.script("printf 'a'; printf 'b'; printf 'c\\n'"))
        box.until_printed(ended.id, b"abc\n")
        assert box.printed(ended.id) == b"abc\n"

    def test_a_log_goes_on_in_a_new_file(self, box: RuntimeBox) -> None:
        """Once it is reopened, and nothing is lost."""
        script = "echo ready; while read line < /dev/null || true; do echo tick; sleep 0.05; done"
        container_id = box.running(box.script(script))
        box.until_printed(container_id, b"tick")
        path = box.runtime.container(container_id).log_path
        moved = path.with_name(path.name + ".20260101-000000")
        path.rename(moved)
        box.runtime.reopen_log(container_id)
        box.until(lambda: path.is_file() and b"tick\n" in box.printed(container_id))
        before = moved.read_text()
        assert "ready" in before
        assert "ready" not in path.read_text()
        assert moved.read_text() == before

    def test_a_log_goes_on_after_a_restart(self, box: RuntimeBox) -> None:
        """In the same file."""
        script = "echo ready; n=0; while true; do n=$((n+1)); echo $n; sleep 0.05; done"
        container_id = box.running(box.script(script))
        box.reopen()
        seen = len(box.log(container_id))
        box.until(lambda: len(box.log(container_id)) > seen + 10)
        box.runtime.stop_container(container_id, 0)
        numbers = box.printed(container_id).decode().split()[1:]
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)]

    def test_a_log_stays_when_its_container_goes(self, box: RuntimeBox) -> None:
        """Whoever made its directory removes it."""
        ended = box.run(box.script("echo kept"))
        box.until_printed(ended.id, b"kept\n")
        box.runtime.remove_container(ended.id)
        box.runtime.remove_sandbox(ended.sandbox_id)
        assert "stdout F kept" in ended.log_path.read_text()

    def test_a_container_without_a_log_runs(self, box: RuntimeBox) -> None:
        """What it prints goes nowhere."""
        config = box.script("echo nothing; exit 4")
        ended = box.run(type(config)("main", 0, config.image, command=config.command))
        assert ended.exit_code == 4


STREAMS: Final = ("stdout", "stderr")
"""The streams of a process."""
