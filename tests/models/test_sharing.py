"""Reading with shared parts comes to the same as reading without."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from kubeobj.errors import FieldErrors
from kubeobj.models import sharing
from kubeobj.models.base import ApiObject
from kubeobj.models.classes import class_of, has_class
from kubeobj.models.corev1 import LimitRange, Pod
from kubeobj.models.networkingv1 import NetworkPolicy
from kubeobj.models.sharing import parse_sharing
from tests.golden import golden

POD = {
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {
        "containers": [{"name": "c", "ports": [{"containerPort": 80}], "resources": {}}],
        "tolerations": [{"operator": "Exists"}],
        "nodeSelector": {"disk": "ssd"},
    },
}


def _recorded() -> Iterator[tuple[type[ApiObject], dict[str, Any]]]:
    for document in golden("created_objects"):
        if has_class(document["apiVersion"], document["kind"]):
            yield class_of(document["apiVersion"], document["kind"]), document


def _assert_alike(one: object, other: object) -> None:
    """Assert that two models are equal, down to what was set in each of their parts."""
    assert type(one) is type(other)
    if isinstance(one, BaseModel) and isinstance(other, BaseModel):
        assert one.model_fields_set == other.model_fields_set
        assert one.model_extra == other.model_extra
        for name in type(one).model_fields:
            _assert_alike(getattr(one, name), getattr(other, name))
    elif isinstance(one, tuple) and isinstance(other, tuple):
        assert len(one) == len(other)
        for part, counterpart in zip(one, other, strict=True):
            _assert_alike(part, counterpart)
    elif isinstance(one, dict) and isinstance(other, dict):
        assert [*one] == [*other]
        for name in one:
            _assert_alike(one[name], other[name])
    else:
        assert one == other


def test_every_recorded_object_is_read_as_parse_reads_it() -> None:
    """Of every kind, twice: when its parts are new, and when they are known."""
    kinds = set()
    for model, document in [*_recorded(), *_recorded()]:
        _assert_alike(parse_sharing(model, document), model.parse(document))
        kinds.add(model)
    assert len(kinds) > 20


def test_equal_parts_of_two_objects_are_one() -> None:
    """That is what makes it quick, and small."""
    one, other = parse_sharing(Pod, POD), parse_sharing(Pod, POD)
    assert one is not other
    assert one.spec is not None
    assert other.spec is not None
    assert one.spec is not other.spec
    assert one.spec.tolerations is other.spec.tolerations
    assert one.spec.containers[0].ports is other.spec.containers[0].ports
    assert one.spec.containers[0].resources is other.spec.containers[0].resources


def test_fields_that_the_class_does_not_have_are_dropped() -> None:
    """At every depth, shared or not."""
    spec = {
        "containers": [{"name": "c", "new": 1, "ports": [{"containerPort": 80, "new": 1}]}],
        "new": {},
    }
    document = {**POD, "spec": spec, "new": []}
    _assert_alike(parse_sharing(Pod, document), Pod.parse(document))


def test_nulls_are_read_as_parse_reads_them() -> None:
    """They mean that nothing was given."""
    spec = {"containers": [{"name": "c", "ports": None, "resources": {"limits": None}}]}
    document = {"metadata": {"name": "web", "labels": None}, "spec": spec}
    _assert_alike(parse_sharing(Pod, document), Pod.parse(document))


def test_the_null_of_a_list_that_must_be_given_is_an_empty_list() -> None:
    """The API writes it so where a user gave none; to parse it is a list that is missing."""
    document = {"metadata": {"name": "all"}, "spec": {"limits": None}}
    limits = parse_sharing(LimitRange, document)
    assert limits.spec is not None
    assert limits.spec.limits == ()
    assert document["spec"] == {"limits": None}
    with pytest.raises(FieldErrors, match=r"spec\.limits: Required value"):
        LimitRange.parse(document)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param({"spec": {"containers": 3}}, "spec.containers: ", id="shallow"),
        pytest.param({"spec": {"containers": [{}]}}, "spec.containers[0].name: ", id="missing"),
        pytest.param(
            {"spec": {"containers": [{"name": "c", "ports": [{"containerPort": "80"}]}]}},
            "spec.containers[0].ports[0].containerPort: ",
            id="shared",
        ),
        pytest.param({"spec": {"tolerations": "all", "containers": []}}, "spec.tol", id="no-list"),
    ],
)
def test_what_has_not_the_shape_is_refused_in_the_same_words(
    document: dict[str, Any], message: str
) -> None:
    """With every path, and "3" does not pass for 3."""
    with pytest.raises(FieldErrors) as plain:
        Pod.parse(document)
    with pytest.raises(FieldErrors) as sharing:
        parse_sharing(Pod, document)
    assert str(sharing.value) == str(plain.value)
    assert str(sharing.value).startswith(message)


def test_parts_that_never_come_again_do_not_pile_up() -> None:
    """What is kept has a bound, and is right beyond it."""
    for port in range(2000):
        document = {"spec": {"podSelector": {}, "ingress": [{"ports": [{"port": port}]}]}}
        policy = parse_sharing(NetworkPolicy, document)
        assert policy.spec is not None
        assert policy.to_document()["spec"] == document["spec"]


def test_an_older_pydantic_reads_the_same_without_sharing(monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose validators cannot be told to be made anew."""

    def older(_schema: object) -> None:
        raise AssertionError

    monkeypatch.setattr(sharing, "SchemaValidator", older)
    sharing._reader.cache_clear()
    try:
        _assert_alike(parse_sharing(Pod, POD), Pod.parse(POD))
    finally:
        sharing._reader.cache_clear()
