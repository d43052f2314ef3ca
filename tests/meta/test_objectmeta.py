"""Object metadata as a model."""

import contextlib
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kubeobj.errors import FieldErrors, FieldErrorType, FieldPath
from kubeobj.meta.metarules import validate_object_meta
from kubeobj.meta.objectmeta import ManagedFieldsEntry, ObjectMeta
from kubeobj.meta.ownership import OwnerReference
from kubeobj.meta.timestamps import Time
from tests.golden import golden

FULL: dict[str, Any] = {
    "name": "web",
    "generateName": "web-",
    "namespace": "shop",
    "selfLink": "/x",
    "uid": "1",
    "resourceVersion": "7",
    "generation": 2,
    "creationTimestamp": "2024-01-02T03:04:05Z",
    "deletionTimestamp": "2024-01-02T03:04:06Z",
    "deletionGracePeriodSeconds": 0,
    "labels": {"app": "web"},
    "annotations": {"example.com/note": ""},
    "ownerReferences": [
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "name": "web",
            "uid": "2",
            "controller": True,
            "blockOwnerDeletion": False,
        }
    ],
    "finalizers": ["example.com/backup"],
    "managedFields": [
        {
            "manager": "kubectl",
            "operation": "Apply",
            "apiVersion": "v1",
            "time": "2024-01-02T03:04:05Z",
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:metadata": {"f:labels": {}}},
            "subresource": "status",
        }
    ],
}


def test_full_metadata_comes_back_as_it_was() -> None:
    """Every field of the API has an attribute, and goes back to the wire as it came."""
    meta = ObjectMeta.parse(FULL)
    assert meta.to_document() == FULL
    assert meta.owner_references[0] == OwnerReference(
        api_version="apps/v1",
        kind="ReplicaSet",
        name="web",
        uid="2",
        controller=True,
        block_owner_deletion=False,
    )
    assert isinstance(meta.managed_fields[0], ManagedFieldsEntry)
    assert meta.creation_timestamp == Time.parse("2024-01-02T03:04:05Z")


def test_both_spellings_are_accepted() -> None:
    """Attributes may be given by Python's names or the wire's."""
    assert ObjectMeta(generate_name="a-") == ObjectMeta.parse({"generateName": "a-"})
    assert ObjectMeta(generateName="a-") == ObjectMeta.parse({"generate_name": "a-"})


def test_what_is_not_set_is_left_out() -> None:
    """Empty and unset fields are not on the wire; unknown ones are dropped; null is unset."""
    assert ObjectMeta().to_document() == {}
    meta = {"name": "web", "labels": {}, "creationTimestamp": None, "finalizers": [], "color": 1}
    assert ObjectMeta.parse(meta).to_document() == {"name": "web"}
    assert ObjectMeta.parse({"labels": {"app": None}}).labels == {"app": ""}


def test_any_mapping_type_will_do() -> None:
    """Documents need not be dictionaries."""
    meta = MappingProxyType({"labels": MappingProxyType({"a": "b"}), "finalizers": ("c/d",)})
    assert ObjectMeta.parse(meta).to_document() == {"labels": {"a": "b"}, "finalizers": ["c/d"]}


def test_metadata_is_frozen() -> None:
    """Nothing of a model can be set."""
    with pytest.raises(ValidationError, match="frozen"):
        ObjectMeta().name = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("document", "path", "error_type"),
    [
        (5, "m", FieldErrorType.TYPE_INVALID),
        (None, "m", FieldErrorType.TYPE_INVALID),
        ({"name": 5}, "m.name", FieldErrorType.TYPE_INVALID),
        ({"generation": "1"}, "m.generation", FieldErrorType.TYPE_INVALID),
        ({"generation": True}, "m.generation", FieldErrorType.TYPE_INVALID),
        ({"generation": 2**63}, "m.generation", FieldErrorType.TYPE_INVALID),
        ({"generation": -(10**4000)}, "m.generation", FieldErrorType.TYPE_INVALID),
        ({"deletionTimestamp": "x"}, "m.deletionTimestamp", FieldErrorType.TYPE_INVALID),
        ({"labels": {"a.b/c": 5}}, "m.labels[a.b/c]", FieldErrorType.TYPE_INVALID),
        ({"labels": {5: "a"}}, "m.labels", FieldErrorType.TYPE_INVALID),
        ({"finalizers": "abc"}, "m.finalizers", FieldErrorType.TYPE_INVALID),
        ({"finalizers": ["a", 5]}, "m.finalizers[1]", FieldErrorType.TYPE_INVALID),
        ({"ownerReferences": [5]}, "m.ownerReferences[0]", FieldErrorType.TYPE_INVALID),
        (
            {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "x"}]},
            "m.ownerReferences[0].uid",
            FieldErrorType.REQUIRED,
        ),
        (
            {"managedFields": [{"time": 5}]},
            "m.managedFields[0].time",
            FieldErrorType.TYPE_INVALID,
        ),
        (
            {"managedFields": [{"fieldsV1": {"f:a": {"b": object()}}}]},
            "m.managedFields[0].fieldsV1[f:a]",
            FieldErrorType.TYPE_INVALID,
        ),
    ],
)
def test_wrong_types_are_errors_of_ours(
    document: Any,
    path: str,
    error_type: FieldErrorType,
) -> None:
    """A value of the wrong type is told by its path on the wire, and never as pydantic's error."""
    with pytest.raises(FieldErrors) as caught:
        ObjectMeta.parse(document, FieldPath.of("m"))
    assert [(str(error.path), error.type) for error in caught.value] == [(path, error_type)]
    assert "Input" not in str(caught.value)


def test_construction_tells_all_errors_too() -> None:
    """Building a model in Python reports like reading one does."""
    with pytest.raises(FieldErrors) as caught:
        ObjectMeta(name=5, labels={"a": 1}, owner_references=[{"kind": 5}])  # type: ignore[arg-type]
    assert [str(error.path) for error in caught.value] == [
        "name",
        "labels[a]",
        "ownerReferences[0].apiVersion",
        "ownerReferences[0].kind",
        "ownerReferences[0].name",
        "ownerReferences[0].uid",
    ]


def test_depth_is_no_trouble() -> None:
    """Fields that are nested without end are refused, not followed."""
    fields: dict[str, Any] = {}
    for _ in range(100_000):
        fields = {"f": fields}
    with pytest.raises(FieldErrors, match="fieldsV1"):
        ObjectMeta.parse({"managedFields": [{"fieldsV1": fields}]})


def test_whatever_kubernetes_reads_the_model_reads() -> None:
    """Recorded metadata that is valid stays as valid when it has been through the model."""
    for line in golden("object_meta"):
        if line["ok"] and "namespaced" in line and "fill" not in line:
            document = ObjectMeta.parse(line["meta"]).to_document()
            assert not validate_object_meta(document, namespaced=line["namespaced"]), line


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.text(),
            "labels": st.dictionaries(st.text(), st.text()),
            "generation": st.integers(-(2**63), 2**63 - 1),
            "deletionGracePeriodSeconds": st.integers(-(2**63), 2**63 - 1),
            "finalizers": st.lists(st.text()),
        },
    )
)
def test_the_wire_form_reads_back_equal(document: dict[str, Any]) -> None:
    """Reading what was written gives the same metadata."""
    meta = ObjectMeta.parse(document)
    assert ObjectMeta.parse(meta.to_document()) == meta


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["name", "labels", "ownerReferences", "managedFields", "kind"]), x
            )
        ),
    )
)
def test_any_value_is_metadata_or_field_errors(value: Any) -> None:
    """Nothing but field errors comes out of reading."""
    with contextlib.suppress(FieldErrors):
        ObjectMeta.parse(value)
