"""The facts of fields."""

import pytest

from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.fieldtable import TYPES
from kubeobj.models.schema import FieldSchema


def _at(*names: str) -> FieldSchema:
    here = FieldSchema.of_kind(GroupVersionKind("apps", "v1", "Deployment"))
    for name in names:
        assert here is not None
        here = here.items if name == "[]" else here.child(name)
    assert here is not None
    return here


POD = ("spec", "template", "spec")


@pytest.mark.parametrize(
    ("way", "kind", "merge_key", "strategies"),
    [
        pytest.param(("spec", "strategy"), "object", None, {"retainKeys"}, id="retain"),
        pytest.param((*POD, "containers"), "list", "name", {"merge"}, id="merge"),
        pytest.param((*POD, "volumes"), "list", "name", {"merge", "retainKeys"}, id="both"),
        pytest.param((*POD, "tolerations"), "list", None, set(), id="plain-list"),
        pytest.param((*POD, "nodeSelector"), "map", None, set(), id="map"),
        pytest.param((*POD, "nodeSelector", "any"), "scalar", None, set(), id="map-entry"),
        pytest.param((*POD, "containers", "[]", "name"), "scalar", None, set(), id="scalar"),
        pytest.param(("metadata", "finalizers"), "list", None, {"merge"}, id="metadata"),
        pytest.param(("metadata", "ownerReferences"), "list", "uid", {"merge"}, id="owners"),
    ],
)
def test_how_a_field_is_patched(
    way: tuple[str, ...], kind: str, merge_key: str | None, strategies: set[str]
) -> None:
    """As the schema says."""
    field = _at(*way)
    assert (field.kind, field.merge_key, field.strategies) == (kind, merge_key, strategies)


def test_how_a_field_is_applied() -> None:
    """The topology and keys for Server-Side Apply."""
    ports = _at(*POD, "containers", "[]", "ports")
    assert (ports.topology, ports.list_map_keys) == ("map", ("containerPort", "protocol"))
    assert _at("spec", "selector").topology in {"atomic", ""}
    assert _at(*POD, "containers").is_required


def test_what_is_not_there_is_none() -> None:
    """Unknown kinds, types, fields."""
    assert FieldSchema.of_kind(GroupVersionKind("example.com", "v1", "Backup")) is None
    assert FieldSchema.of_type("corev1.Zap") is None
    assert _at("spec").child("zap") is None
    assert _at("spec", "replicas").child("zap") is None
    assert _at("spec").items is None
    data = FieldSchema.of_kind(GroupVersionKind("apps", "v1", "ControllerRevision"))
    assert data is not None
    assert data.fields["data"].kind == "json"


def test_every_type_that_is_named_is_there() -> None:
    """So that no path ends halfway."""
    for name in TYPES:
        field = FieldSchema.of_type(name)
        assert field is not None
        for part in field.fields.values():
            held = part.type.replace("[]", "").replace("{}", "")
            assert FieldSchema(held).kind in {"scalar", "json"} or held in TYPES, held
