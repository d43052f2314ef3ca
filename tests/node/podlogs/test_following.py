"""Logs are followed until their containers end, whatever becomes of the files."""

import contextlib
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeobj.node.podlogs.filewatch import FileWatch
from kubeobj.node.podlogs.following import LogFollower
from kubeobj.node.podlogs.logoptions import LogOptions
from kubeobj.node.podlogs.rotation import RotationPolicy, make_room, rotate_file
from tests.node.podlogs.logwriting import START, append, entry

PATIENCE = 20.0


class Container:
    """A container that prints to a log, and whoever follows it."""

    def __init__(self, path: Path, **options: object) -> None:
        self.path = path
        self.path.touch()
        self.runs = True
        self.said = b""
        self.changed = threading.Condition()
        self.follower = LogFollower(
            path,
            LogOptions(follow=True, **options),  # type: ignore[arg-type]
            lambda: self.runs,
        )
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self) -> None:
        """Note what is shown."""
        for printed in self.follower:
            with self.changed:
                self.said += printed.data
                self.changed.notify_all()

    def until(self, text: bytes) -> None:
        """Wait until something was shown."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.said.endswith(text), PATIENCE)

    def end(self) -> bytes:
        """End, and return all that was shown."""
        self.runs = False
        self.follower.look()
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        return self.said

    def rotate(self, now: float = START) -> None:
        """Put the log aside as an agent does."""
        make_room(self.path, RotationPolicy())
        rotate_file(self.path, now, self.path.touch)


@contextmanager
def following(path: Path, **options: object) -> Iterator[Container]:
    """Follow a log, and end it in any case."""
    container = Container(path, **options)
    try:
        yield container
    finally:
        container.follower.close()
        container.thread.join(PATIENCE)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a log is."""
    return tmp_path / "0.log"


def test_what_is_printed_comes(path: Path) -> None:
    """As soon as it is, and nothing twice."""
    append(path, entry(b"before"))
    with following(path) as container:
        container.until(b"before\n")
        append(path, entry(b"a"))
        container.until(b"a\n")
        append(path, entry(b"b"), entry(b"c"))
        container.until(b"c\n")
        assert container.end() == b"before\na\nb\nc\n"


def test_what_is_printed_last_comes_too(path: Path) -> None:
    """Even a line that was never ended."""
    with following(path) as container:
        append(path, entry(b"a"), entry(b"rest", whole=False))
        assert container.end() == b"a\nrest"


def test_a_line_that_is_being_written_is_waited_for(path: Path) -> None:
    """Half a line is not shown as a whole one."""
    with following(path) as container:
        whole = entry(b"whole")
        append(path, entry(b"a") + whole[:-3])
        container.until(b"a\n")
        append(path, whole[-3:])
        container.until(b"whole\n")
        assert container.end() == b"a\nwhole\n"


def test_from_the_end(path: Path) -> None:
    """What was printed before is shown as far as it is wanted."""
    append(path, *(entry(b"%d" % number) for number in range(5)))
    with following(path, tail_lines=1) as container:
        container.until(b"4\n")
        append(path, entry(b"5"))
        container.until(b"5\n")
        assert container.end() == b"4\n5\n"


def test_not_more_than_wanted(path: Path) -> None:
    """It ends by itself when it is enough, while the container goes on."""
    with following(path, limit_bytes=3) as container:
        append(path, entry(b"abcdef"))
        container.thread.join(PATIENCE)
        assert container.said == b"abc"


def test_across_rotation(path: Path) -> None:
    """What is written to the old file while it is put aside is not lost."""
    with following(path) as container:
        append(path, entry(b"a"))
        container.until(b"a\n")
        with path.open("ab", buffering=0) as old:
            container.rotate()
            old.write(entry(b"late"))
            append(path, entry(b"b"))
        container.until(b"b\n")
        container.rotate()
        append(path, entry(b"c"))
        container.until(b"c\n")
        assert container.end() == b"a\nlate\nb\nc\n"


def test_files_that_come_and_go_between_two_looks(path: Path) -> None:
    """Are read as well, packed or not."""
    append(path, entry(b"0"))
    follower = LogFollower(path, LogOptions(follow=True), lambda: False)
    for number in range(1, 4):
        make_room(path, RotationPolicy())
        rotate_file(path, START + number, path.touch)
        append(path, entry(b"%d" % number))
    assert b"".join(one.data for one in follower) == b"0\n1\n2\n3\n"


def test_a_log_that_is_emptied(path: Path) -> None:
    """Is read from its beginning again."""
    with following(path) as container:
        append(path, entry(b"a long line to begin with"))
        container.until(b"with\n")
        path.write_bytes(b"")
        append(path, entry(b"b"))
        container.until(b"b\n")


def test_whoever_has_enough_closes_it(path: Path) -> None:
    """From any thread, more than once, and before it has begun."""
    with following(path) as container:
        container.follower.close()
        container.follower.close()
        container.follower.look()
        container.thread.join(PATIENCE)
        assert not container.thread.is_alive()
    unused = LogFollower(path, LogOptions(follow=True), lambda: True)
    unused.close()
    unused.close()
    assert list(unused) == []


def test_a_log_that_is_not_there(path: Path) -> None:
    """Cannot be followed."""
    with pytest.raises(FileNotFoundError):
        LogFollower(path, LogOptions(follow=True), lambda: True)


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_nothing_is_lost_and_nothing_comes_twice(
    tmp_path_factory: pytest.TempPathFactory, chance: Random
) -> None:
    """However it is written, put aside and packed meanwhile."""
    path = tmp_path_factory.mktemp("logs") / "0.log"
    with following(path) as container:
        expected = b""
        rotations = 0
        for number in range(chance.randrange(1, 60)):
            data = b"%d %s" % (number, b"x" * chance.randrange(50))
            whole = entry(data)
            cut = chance.randrange(len(whole))
            append(path, whole[:cut], whole[cut:])
            expected += data + b"\n"
            # No more than are kept: what has been removed cannot be read.
            if chance.random() < 0.1 and rotations < 3:
                rotations += 1
                container.rotate(START + number)
        assert container.end() == expected


def test_a_directory_is_watched(tmp_path: Path) -> None:
    """Whoever waits is told, or woken."""
    watch = FileWatch(tmp_path)
    try:
        assert not watch.wait(0)
        (tmp_path / "file").write_text("x")
        assert watch.wait(PATIENCE) or not watch.is_told
        while watch.wait(0):
            pass
        watch.wake()
        assert watch.wait(PATIENCE)
    finally:
        watch.close()
        watch.close()
    watch.wake()


def test_a_directory_that_is_not_there_is_looked_at_now_and_then(tmp_path: Path) -> None:
    """As where the kernel does not tell."""
    watch = FileWatch(tmp_path / "none")
    assert not watch.is_told
    assert not watch.wait(0)
    watch.close()


def test_what_happens_is_told_of_however_many_files_are_open(tmp_path: Path) -> None:
    """A process that follows hundreds of logs has more than a thousand."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2048)), hard))
    with contextlib.ExitStack() as opened:
        for _ in range(1100):
            opened.enter_context(Path("/dev/null").open("rb"))
        watch = FileWatch(tmp_path)
        (tmp_path / "made").touch()
        assert watch.wait(PATIENCE)
        watch.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
