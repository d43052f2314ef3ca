"""When answers are compressed."""

import gzip

import pytest

from kubeobj.api.compression import COMPRESSED_MIN_BYTES, compressed

LONG = b"x" * COMPRESSED_MIN_BYTES


@pytest.mark.parametrize(
    "accept",
    ["gzip", "gzip, deflate, br", "deflate;q=1, gzip;q=0.1", "*", "GZIP ; q=1", "gzip;x=0"],
)
def test_a_long_answer_is_compressed_for_who_takes_it(accept: str) -> None:
    """The answer says so, and that it depends on what is accepted."""
    body, headers = compressed(LONG, accept)
    assert gzip.decompress(body) == LONG
    assert headers == (("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))


@pytest.mark.parametrize(
    ("body", "accept"),
    [
        pytest.param(LONG, "", id="not asked"),
        pytest.param(LONG, "identity, br", id="others"),
        pytest.param(LONG, "gzip;q=0, *", id="refused"),
        pytest.param(LONG, "gzip;q=x", id="no quality"),
        pytest.param(LONG[1:], "gzip", id="short"),
    ],
)
def test_other_answers_stay_as_they_are(body: bytes, accept: str) -> None:
    """Short ones are not worth it."""
    assert compressed(body, accept) == (body, ())


def test_the_same_answer_is_the_same_bytes() -> None:
    """No time is in it."""
    assert compressed(LONG, "gzip") == compressed(LONG, "gzip")
