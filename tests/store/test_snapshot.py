"""Snapshots: a store as text, and text that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import SnapshotError
from kubeobj.store.record import Draft
from kubeobj.store.snapshot import Snapshot, format_snapshot, parse_snapshot

HEAD = b'{"kubeobj":"snapshot","version":1,"revision":9,"records":1}'
RECORD = (
    b'{"resource":"pods","namespace":"x","name":"a","uid":"u","revision":3,"revisionAt":1,'
    b'"labels":{"app":"web"},"owners":["o"],"terms":["t"],"body":"{}"}'
)


def test_a_snapshot_reads_as_documented() -> None:
    """With or without line feeds."""
    draft = Draft(ObjectKey("pods", "x", "a"), "u", b"{}", 1, {"app": "web"}, ("o",), ("t",))
    snapshot = Snapshot(9, (draft.at(3),))
    assert parse_snapshot([HEAD, RECORD]) == snapshot
    assert list(format_snapshot(snapshot)) == [HEAD + b"\n", RECORD + b"\n"]


def _changed(before: bytes, after: bytes) -> list[bytes]:
    return [HEAD, RECORD.replace(before, after)]


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        pytest.param([], 1, id="nothing"),
        pytest.param([b"[]"], 1, id="list"),
        pytest.param([b"{"], 1, id="half"),
        pytest.param([b"\xff"], 1, id="bytes"),
        pytest.param([HEAD.replace(b"snapshot", b"config")], 1, id="other"),
        pytest.param([HEAD.replace(b":1,", b":2,")], 1, id="version"),
        pytest.param([HEAD.replace(b":9", b":true")], 1, id="revision"),
        pytest.param([HEAD.replace(b":9", b":-9"), RECORD], 1, id="negative"),
        pytest.param([HEAD], 1, id="cut"),
        pytest.param([HEAD, RECORD, RECORD], 3, id="twice"),
        pytest.param([HEAD, RECORD, RECORD.replace(b'"a"', b'"b"')], 3, id="more"),
        pytest.param([HEAD, b""], 2, id="empty"),
        pytest.param(_changed(b'"u"', b"5"), 2, id="uid"),
        pytest.param(_changed(b'"pods"', b"null"), 2, id="resource"),
        pytest.param(_changed(b"3", b"10"), 2, id="later"),
        pytest.param(_changed(b":3", b":0"), 2, id="never"),
        pytest.param(_changed(b'At":1', b'At":3'), 2, id="place"),
        pytest.param(_changed(b'{"app":"web"}', b"[]"), 2, id="labels"),
        pytest.param(_changed(b'"web"', b"5"), 2, id="label"),
        pytest.param(_changed(b'["o"]', b'"o"'), 2, id="owners"),
        pytest.param(_changed(b'"o"', b"{}"), 2, id="owner"),
        pytest.param(_changed(b'"t"', b"5"), 2, id="term"),
    ],
)
def test_what_is_no_snapshot_is_refused(lines: list[bytes], line: int) -> None:
    """The error says at which line."""
    with pytest.raises(SnapshotError) as caught:
        parse_snapshot(lines)
    assert caught.value.line == line


@given(st.lists(st.binary() | st.sampled_from([HEAD, RECORD, RECORD[:50], b"{}"]), max_size=4))
def test_any_lines_are_a_snapshot_or_refused(lines: list[bytes]) -> None:
    """With no other exception."""
    try:
        snapshot = parse_snapshot(lines)
    except SnapshotError:
        return
    assert parse_snapshot(format_snapshot(snapshot)) == snapshot
