"""Objects as YAML: whatever they hold, they are read back as they were."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.manifests import DEFAULT, read_manifests
from kubeobj.manifests.yamltext import to_yaml

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | texts,
    lambda parts: st.lists(parts) | st.dictionaries(texts, parts),
    max_leaves=12,
)


@given(st.lists(st.dictionaries(texts, values, min_size=1), min_size=1, max_size=3))
def test_objects_are_read_back_as_they_were(documents: list[dict[str, object]]) -> None:
    """Both Kubernetes' reading of YAML and PyYAML's give back the objects that were written."""
    for document in documents:
        document.pop("kind", None)
    text = to_yaml(documents)
    assert [manifest.document for manifest in read_manifests(text) if manifest.document] == [
        document for document in documents if document
    ]
    assert list(yaml.safe_load_all(text)) == documents


@pytest.mark.parametrize(
    "text", ["yes", "1e3", "0o17", "017", "1_000", "~", "", ".inf", "0x1F", "null", "<<", "1:30"]
)
def test_strings_that_look_like_something_else_stay_strings(text: str) -> None:
    """What some reader of YAML takes for a number, a boolean or null is in quotes."""
    (manifest,) = read_manifests(to_yaml([{text: text}]))
    assert manifest.document == {text: text}
    assert yaml.safe_load(to_yaml([{text: text}])) == {text: text}


def test_text_in_lines_is_written_in_lines() -> None:
    """A script in a ConfigMap stays readable."""
    assert to_yaml([{"run": "a\nb\n"}]) == b"run: |\n  a\n  b\n"


def test_what_an_alias_repeats_is_written_out() -> None:
    """An object read with aliases is written without them, as kubectl does."""
    (manifest,) = read_manifests("a: &x {b: 1}\nc: *x\n")
    assert to_yaml([manifest.document]) == b"a:\n  b: 1\nc:\n  b: 1\n"


def test_the_deepest_object_that_is_read_can_be_written() -> None:
    """The reader's limit of depth is within what the writers can do."""
    depth = DEFAULT.depth
    text = '{"a":' * depth + "1" + "}" * depth
    (manifest,) = read_manifests(text)
    (again,) = read_manifests(to_yaml([manifest.document]))
    assert again.document == manifest.document == json.loads(json.dumps(manifest.document))
