"""What of a document can be read, and what is wrong with the rest."""

from typing import Any

import pytest
from hypothesis import given

from kubeobj.api.unknownfields import unknown_fields
from kubeobj.api.wirecheck import readable
from kubeobj.api.wireform import WireError, read_wire
from kubeobj.documents import JsonValue
from kubeobj.errors import FieldError, FieldErrors, FieldErrorType, FieldPath
from kubeobj.models.corev1 import Secret
from kubeobj.testing.strategies import workloads
from tests.api.test_any_request import damaged_objects

TYPES = {
    "Pod": "corev1.Pod",
    "Service": "corev1.Service",
    "ConfigMap": "corev1.ConfigMap",
    "Deployment": "appsv1.Deployment",
    "ReplicaSet": "appsv1.ReplicaSet",
    "DaemonSet": "appsv1.DaemonSet",
    "StatefulSet": "appsv1.StatefulSet",
    "Job": "batchv1.Job",
    "CronJob": "batchv1.CronJob",
}


@pytest.mark.parametrize(
    ("document", "body", "wrong"),
    [
        pytest.param({"spec": 3}, {}, ["spec"], id="no object"),
        pytest.param({"spec": None}, {"spec": None}, [], id="null"),
        pytest.param(
            {"spec": {"containers": {}, "nodeSelector": []}},
            {"spec": {}},
            ["spec.containers", "spec.nodeSelector"],
            id="no list, no map",
        ),
        pytest.param(
            {"spec": {"containers": [3, {"name": "a", "args": ["b", 1]}]}},
            {"spec": {"containers": [None, {"name": "a", "args": ["b", None]}]}},
            ["spec.containers[0]", "spec.containers[1].args[1]"],
            id="items leave gaps",
        ),
        pytest.param(
            {"metadata": {"labels": {"a": 1, "b": "c"}, "creationTimestamp": "now"}},
            {"metadata": {"labels": {"b": "c"}}},
            ["metadata.labels[a]", "metadata.creationTimestamp"],
            id="entries and scalars",
        ),
    ],
)
def test_what_cannot_be_read_is_left_out(
    document: dict[str, JsonValue], body: dict[str, JsonValue], wrong: list[str]
) -> None:
    """Every value of a wrong type is named, and the rest keeps its place."""
    found = readable("corev1.Pod", document)
    assert (found.body, [str(error.path) for error in found.mistyped]) == (body, wrong)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"stringData": {"password": 99887766}}, id="no string"),
        pytest.param({"data": {"password": {"a": 99887766}}}, id="no base64"),
        pytest.param({"data": {"password": "99887766-plain"}}, id="text"),
        pytest.param({"stringData": ["99887766"]}, id="no map"),
    ],
)
def test_what_a_secret_holds_is_not_said(document: dict[str, Any]) -> None:
    """Neither by a server, nor by a verdict, nor by the model."""
    (found,) = readable("corev1.Secret", document).mistyped
    with pytest.raises(WireError) as refused:
        read_wire("corev1.SecretList", {"items": [document]})
    with pytest.raises(FieldErrors) as mismodelled:
        Secret.parse(document)
    said = f"{found} {found.value} {refused.value} {mismodelled.value}"
    assert "must be" in said
    assert "99887766" not in said


@pytest.mark.parametrize(
    ("path", "kind", "is_consequence"),
    [
        pytest.param(("spec", "ports", 0, "port"), "REQUIRED", True, id="the value itself"),
        pytest.param(("spec", "ports", 0), "INVALID", True, id="what holds it"),
        pytest.param(("spec", "ports", 0, "targetPort"), "INVALID", True, id="made of it"),
        pytest.param(("spec", "ports", 0, "name"), "REQUIRED", False, id="missing beside it"),
        pytest.param(("spec", "ports", 0, "protocol"), "NOT_SUPPORTED", False, id="beside it"),
        pytest.param(("spec", "ports", 1, "port"), "REQUIRED", False, id="elsewhere"),
        pytest.param((), "INVALID", False, id="the whole"),
    ],
)
def test_errors_that_follow_from_a_mistyped_value(
    path: tuple[str | int, ...], kind: str, is_consequence: bool
) -> None:
    """Only what may be right once the value can be read is a consequence."""
    ports: JsonValue = [{"port": "80", "protocol": "tcp"}]
    found = readable("corev1.Service", {"spec": {"ports": ports}})
    error = FieldError(FieldPath(path), FieldErrorType[kind])
    assert found.is_consequence(error) is is_consequence


def _first_error(type_name: str, document: dict[str, Any]) -> str | None:
    """Return where a server finds the first value of a wrong type, or None."""
    try:
        read_wire(type_name, document)
    except WireError as error:
        return str(error.path)
    return None


@given(damaged_objects())
def test_what_is_left_can_be_read(document: dict[str, Any]) -> None:
    """Whatever is wrong with a document, and it has errors just if a server refuses it."""
    type_name = TYPES[document["kind"]]
    found = readable(type_name, document)
    assert [error.path for error in found.unknown] == unknown_fields(type_name, document)
    read_wire(type_name, found.body)
    first = _first_error(type_name, document)
    assert first in ([str(error.path) for error in found.mistyped] or [None])


@given(workloads())
def test_a_sound_document_is_left_as_it_is(document: dict[str, Any]) -> None:
    """Nothing is found, nothing changes, and the body is another one to put fields in."""
    found = readable(TYPES[document["kind"]], document)
    assert (found.unknown, found.mistyped, found.body) == ([], [], document)
    assert found.body is not document
