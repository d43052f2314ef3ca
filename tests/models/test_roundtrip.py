"""Reading and writing: documents come out as they went in."""

from pathlib import Path

import pytest

from kubeobj.documents import JsonValue
from kubeobj.errors import FieldErrors, FieldPath, ManifestError, ObjectReferenceError
from kubeobj.manifests.reader import read_manifests
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.apiextensionsv1 import JSONSchemaProps
from kubeobj.models.codec import decode, encode, read_objects
from kubeobj.models.unstructured import Unstructured
from tests.golden import golden

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def _without_nulls(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {key: _without_nulls(part) for key, part in value.items() if part is not None}
    return [_without_nulls(part) for part in value] if isinstance(value, list) else value


def test_what_a_server_answers_comes_out_as_it_went_in() -> None:
    """Every recorded object, with no field unknown; nulls mean "not set"."""
    for document in golden("created_objects"):
        item = decode(document, unknown="refuse")
        assert not isinstance(item, Unstructured), document["kind"]
        assert encode(item) == _without_nulls(document)
        assert decode(encode(item)) == item


def test_the_examples_come_out_as_they_went_in() -> None:
    """Every manifest of the documentation, custom resources included."""
    paths = [path for path in EXAMPLES.rglob("*.yaml") if "broken" not in path.parts]
    assert paths
    for path in paths:
        for manifest in read_manifests(path.read_bytes(), source=str(path)):
            assert encode(decode(manifest.document, unknown="refuse")) == manifest.document


def test_nothing_of_the_document_is_changed() -> None:
    """A null that is read as empty is so in a copy."""
    container = {"name": "a", "args": None, "ports": [None]}
    document = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [container]}}
    with pytest.raises(FieldErrors) as caught:
        decode(document)
    assert str(caught.value) == "spec.containers[0].ports[0].containerPort: Required value"
    assert container == {"name": "a", "args": None, "ports": [None]}


@pytest.mark.parametrize(
    ("kind", "document", "expected"),
    [
        pytest.param("ConfigMap", {"data": {"a": None}}, {"data": {"a": ""}}, id="map-entry"),
        pytest.param("ConfigMap", {"data": None}, {}, id="map"),
        pytest.param("ConfigMap", {"immutable": None}, {}, id="scalar"),
        pytest.param("Secret", {"data": {"a": None}}, {"data": {"a": ""}}, id="bytes"),
        pytest.param("Endpoints", {"subsets": None}, {}, id="list"),
        pytest.param("Endpoints", {"subsets": [None]}, {"subsets": [{}]}, id="item"),
        pytest.param("ConfigMap", {"metadata": None}, {"metadata": {}}, id="metadata"),
    ],
)
def test_a_null_is_what_go_makes_of_it(
    kind: str, document: dict[str, JsonValue], expected: dict[str, JsonValue]
) -> None:
    """Not set, or empty where something must be."""
    says = {"apiVersion": "v1", "kind": kind}
    assert encode(decode({**says, **document})) == {**says, **expected}


def test_nulls_are_found_inside_what_has_two_forms() -> None:
    """Where the path of an error names a form as well; other errors stay."""
    inner = {"required": None, "enum": None, "type": "object"}
    props = JSONSchemaProps.parse({"items": inner, "additionalProperties": inner})
    plain = {"type": "object"}
    assert props.to_document() == {"items": plain, "additionalProperties": plain}
    wrong = {"items": [{"required": [None], "type": 3}], "dependencies": {"a": None}}
    with pytest.raises(FieldErrors) as caught:
        JSONSchemaProps.parse(wrong)
    assert {str(error.path) for error in caught.value} >= {"dependencies[a]"}


def test_unknown_fields_are_dropped_kept_or_refused() -> None:
    """As asked, at any depth; and a field's Python name is no wire name."""
    spec = {"nodeName": "n", "node_name": "x", "zap": {"a": None}, "containers": []}
    document = {"apiVersion": "v1", "kind": "Pod", "spec": spec}
    assert encode(decode(document))["spec"] == {"nodeName": "n", "containers": []}
    kept = decode(document, unknown="keep")
    assert encode(kept)["spec"] == spec
    with pytest.raises(FieldErrors) as caught:
        decode(document, FieldPath.of("items").index(0), unknown="refuse")
    assert [str(error) for error in caught.value] == [
        "items[0].spec.node_name: Forbidden: unknown field",
        "items[0].spec.zap: Forbidden: unknown field",
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param([], "Invalid value: []: must be an object", id="list"),
        pytest.param({"kind": "Pod"}, "apiVersion: Required value", id="no-version"),
        pytest.param(
            {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": 3}},
            "spec.containers: Invalid value: 3: must be a list",
            id="number-for-list",
        ),
        pytest.param(
            {"apiVersion": "v1", "kind": "ConfigMap", "binaryData": {"a": "?"}},
            "binaryData[a]: Invalid value: \"?\": must be base64, such as 'aGVsbG8='",
            id="base64",
        ),
        pytest.param(
            {"apiVersion": "v1", "kind": "Secret", "data": {"a": "?"}},
            'data[a]: Invalid value: "<secret contents redacted>": must be base64',
            id="secret",
        ),
        pytest.param(
            {"apiVersion": "v1", "kind": "Node", "status": {"capacity": {"cpu": "a"}}},
            'status.capacity[cpu]: Invalid value: "a"',
            id="quantity",
        ),
        pytest.param(
            {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [], "priority": 2**31}},
            "spec.priority: Invalid value: 2147483648: must be an integer of 32 bits",
            id="int32",
        ),
    ],
)
def test_what_has_the_wrong_shape_is_refused_with_its_path(
    document: JsonValue, message: str
) -> None:
    """By errors of our own."""
    with pytest.raises(FieldErrors) as caught:
        decode(document)
    assert str(caught.value).startswith(message)


def test_strange_text_comes_out_as_it_went_in() -> None:
    """NULs and lone surrogates."""
    spec = {"containers": [], "nodeName": "\0\ud800"}
    document = {"apiVersion": "v1", "kind": "Pod", "spec": spec}
    assert encode(decode(document)) == document


def test_deep_nesting_is_refused_or_read_but_never_crashes() -> None:
    """In what may be any JSON, and in what may not."""
    deep: JsonValue = 1
    for _ in range(1000):
        deep = {"a": deep}
    says = {"apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": 1}
    with pytest.raises(FieldErrors, match="nests too deeply"):
        decode({**says, "data": deep})
    kept = decode({**says, "zap": deep}, unknown="keep")
    with pytest.raises(FieldErrors, match="nests too deeply"):
        encode(kept)
    props: JsonValue = {}
    for _ in range(1000):
        props = {"not": props}
    validation = {"openAPIV3Schema": props}
    version = {"name": "v1", "served": True, "storage": True, "schema": validation}
    names = {"plural": "a", "kind": "A"}
    spec = {"group": "a.b", "names": names, "scope": "Cluster", "versions": [version]}
    says = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    with pytest.raises(FieldErrors):
        encode(decode({**says, "spec": spec}))


def test_text_holds_many_objects_and_lists() -> None:
    """YAML, JSON, documents, `List`; what has no class is kept as it is."""
    text = """
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Secret, data: {a: aGk=}}
- {apiVersion: example.com/v1, kind: Backup, metadata: {name: b}, spec: {days: [7]}}
"""
    secret, backup = read_objects(text)
    assert secret.group_version_kind() == GroupVersionKind("", "v1", "Secret")
    assert isinstance(backup, Unstructured)
    assert backup.metadata.name == "b"
    assert backup.at("spec", "days", 0) == 7
    assert backup.at("spec", "days", 1) is None
    assert backup.at("spec", "weeks", "x") is None
    with pytest.raises(ManifestError):
        list(read_objects("a: ["))
    with pytest.raises(ObjectReferenceError):
        list(read_objects("apiVersion: a/b/c\nkind: D\n"))
