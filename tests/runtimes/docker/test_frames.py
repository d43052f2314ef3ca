"""What an engine streams is read whole, in whatever pieces it comes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.runtimes.cri import Stream
from kubeobj.runtimes.docker.frames import ChunkReader, FrameReader

cuts = st.lists(st.integers(0, 400), max_size=8)


def pieces(data: bytes, places: list[int]) -> list[bytes]:
    ends = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(ends)]


@given(bodies=st.lists(st.binary(min_size=1, max_size=60), max_size=8), places=cuts)
def test_chunks_are_taken_off(bodies: list[bytes], places: list[int]) -> None:
    data = b"".join(b"%x\r\n%s\r\n" % (len(body), body) for body in bodies) + b"0\r\n\r\n"
    reader = ChunkReader()
    assert b"".join(reader.feed(piece) for piece in pieces(data, places)) == b"".join(bodies)
    assert reader.ended


@given(
    frames=st.lists(st.tuples(st.sampled_from(list(Stream)), st.binary(max_size=60)), max_size=8),
    places=cuts,
)
def test_frames_tell_streams_apart(frames: list[tuple[Stream, bytes]], places: list[int]) -> None:
    numbers = {Stream.STDOUT: 1, Stream.STDERR: 2}
    data = b"".join(
        bytes([numbers[stream], 0, 0, 0]) + len(body).to_bytes(4, "big") + body
        for stream, body in frames
    )
    reader = FrameReader()
    assert [one for piece in pieces(data, places) for one in reader.feed(piece)] == frames


def test_a_terminal_has_one_stream() -> None:
    reader = FrameReader(framed=False)
    assert reader.feed(b"\1\0\0") == [(Stream.STDOUT, b"\1\0\0")]
    assert reader.feed(b"") == []
