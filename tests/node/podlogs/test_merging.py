"""Many logs are one, line by line."""

import threading
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.node.podlogs.merging import MergedLogs, whole_lines
from kubeobj.node.podlogs.printing import LONGEST_BYTES


@given(st.lists(st.binary(max_size=4).map(lambda data: data.replace(b"\0", b"\n")), max_size=20))
def test_lines_are_put_together(chunks: list[bytes]) -> None:
    """However they come, they are the same bytes, and each has one end."""
    lines = list(whole_lines(chunks))
    assert b"".join(lines) == b"".join(chunks)
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines[:-1])
    assert all(lines)


def test_a_line_without_an_end_comes_in_pieces() -> None:
    """It would fill the memory else."""
    pieces = list(whole_lines([b"x" * 100_000] * 25))
    assert [len(piece) for piece in pieces[:-1]] == [1_100_000] * 2
    assert all(len(piece) <= LONGEST_BYTES + 100_000 for piece in pieces)


def test_every_line_comes_with_its_name() -> None:
    """Whole, in the order of its own log, and then it ends."""
    logs = MergedLogs()
    expected = {}
    for name in ("a", "b", "c"):
        expected[name] = [b"%s %d\n" % (name.encode(), number) for number in range(3000)]
        text = b"".join(expected[name])
        logs.add(name, [text[at : at + 7] for at in range(0, len(text), 7)])
    logs.seal()
    found: dict[str, list[bytes]] = {"a": [], "b": [], "c": []}
    for name, line in logs:
        found[name].append(line)
    assert found == expected


def test_what_breaks_is_told() -> None:
    """The others go on."""

    def breaks() -> Iterator[bytes]:
        yield b"one\n"
        raise ConnectionError("gone")

    logs = MergedLogs()
    logs.add("a", breaks())
    logs.add("b", [b"two\n"])
    logs.seal()
    assert sorted(logs) == [("a", b"one\n"), ("b", b"two\n")]
    assert str(logs.failures["a"]) == "gone"


def test_it_can_be_closed() -> None:
    """By whoever has enough, however full it is."""
    logs = MergedLogs()
    more = threading.Event()

    def endless() -> Iterator[bytes]:
        while not more.is_set():
            yield b"x\n"

    logs.add("a", endless())
    assert next(iter(logs)) == ("a", b"x\n")
    logs.close()
    assert list(logs) == []
    more.set()


def test_nothing_to_read_is_the_end() -> None:
    """Once nobody adds any more."""
    logs = MergedLogs()
    logs.seal()
    assert list(logs) == []
