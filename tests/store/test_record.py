"""Drafts and records: the JSON of an object and the revision in it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.documents import JsonValue
from kubeobj.errors import KubeobjError
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import RecordError
from kubeobj.store.record import Draft

KEY = ObjectKey("pods", "x", "a")
texts = st.text(st.characters(exclude_categories=("Cs",)))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("document", "body"),
    [
        pytest.param({}, b'{"metadata":{"resourceVersion":""}}', id="nothing"),
        pytest.param(
            {
                "spec": {"b": 1, "a": 2},
                "kind": "Pod",
                "metadata": {"name": "a"},
                "apiVersion": "v1",
            },
            b'{"apiVersion":"v1","kind":"Pod","metadata":{"resourceVersion":"","name":"a"},'
            b'"spec":{"a":2,"b":1}}',
            id="all",
        ),
        pytest.param(
            {"metadata": {"resourceVersion": "77"}, "data": {"resourceVersion": ""}},
            b'{"metadata":{"resourceVersion":""},"data":{"resourceVersion":""}}',
            id="only-its-own-version",
        ),
        pytest.param(
            {"kind": "Pod"}, b'{"kind":"Pod","metadata":{"resourceVersion":""}}', id="bare"
        ),
    ],
)
def test_a_document_has_one_canonical_form(document: dict[str, JsonValue], body: bytes) -> None:
    """Sorted, but for what everybody looks for first."""
    assert Draft.of(KEY, document).body == body


def test_a_draft_knows_what_a_store_needs() -> None:
    """Uid, labels and owners, each owner once."""
    owners = [{"uid": "o"}, {"uid": "p", "name": "x"}, {"uid": "o"}]
    metadata = {"uid": "u", "labels": {"app": "web"}, "ownerReferences": owners}
    draft = Draft.of(KEY, {"metadata": metadata})
    assert (draft.uid, draft.labels, draft.owners) == ("u", {"app": "web"}, ("o", "p"))
    empty = Draft.of(KEY, {"metadata": {"uid": None, "labels": None, "ownerReferences": None}})
    assert (empty.uid, empty.labels, empty.owners) == ("", {}, ())


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"metadata": []}, id="metadata"),
        pytest.param({"metadata": {"uid": 5}}, id="uid"),
        pytest.param({"metadata": {"labels": "app=web"}}, id="labels"),
        pytest.param({"metadata": {"labels": {"app": None}}}, id="label"),
        pytest.param({"metadata": {"ownerReferences": {"uid": "x"}}}, id="owners"),
        pytest.param({"metadata": {"ownerReferences": "x"}}, id="owners-text"),
        pytest.param({"metadata": {"ownerReferences": ["x"]}}, id="owner"),
        pytest.param({"metadata": {"ownerReferences": [{"uid": 5}]}}, id="owner-uid"),
        pytest.param({"spec": "\ud800"}, id="surrogate"),
        pytest.param({"\ud800": 1}, id="surrogate-key"),
        pytest.param({"spec": 2**64}, id="integer"),
        pytest.param({"spec": {1: 2}}, id="key"),
        pytest.param({"metadata": {"x": object()}}, id="object"),
    ],
)
def test_what_is_no_json_is_refused(document: dict[str, JsonValue]) -> None:
    """Before anything is stored."""
    with pytest.raises(RecordError):
        Draft.of(KEY, document)


def test_nesting_too_deep_is_refused() -> None:
    """The encoder has a limit, and nothing recurses beyond it."""
    deep: JsonValue = {}
    for _ in range(5000):
        deep = {"a": deep}
    with pytest.raises(KubeobjError):
        Draft.of(KEY, {"spec": deep})


@given(st.dictionaries(texts, values), st.integers(1, 2**62), st.integers(1, 2**62))
def test_a_record_is_the_document_with_its_revision(
    document: dict[str, JsonValue], one: int, other: int
) -> None:
    """And is told from any revision, to the byte."""
    document.pop("metadata", None)
    document["metadata"] = {"name": "a", "resourceVersion": "stale"}
    draft = Draft.of(KEY, document)
    record = draft.at(one)
    expected = {**document, "metadata": {"name": "a", "resourceVersion": str(one)}}
    assert json.loads(record.data) == expected
    assert record.draft == draft
    assert record.at(other) == draft.at(other)
    assert record.holds(draft)


def test_bytes_without_a_place_stay_as_they_are() -> None:
    """What is stored need not be an API object."""
    draft = Draft(KEY, "", b"\x00\xff", None, {})
    assert draft.at(5).data == b"\x00\xff"
    assert draft.at(5).draft == draft
    assert not draft.at(5).holds(Draft(KEY, "", b"\x00\xff\x00", None, {}))
    assert not draft.at(5).holds(Draft(KEY, "", b"\x00\xff", None, {"a": ""}))
    assert not draft.at(5).holds(Draft(KEY, "u", b"\x00\xff", None, {}))
