"""Models as people write them in Python."""

import pytest
from pydantic import ValidationError

from kubeobj.errors import FieldErrors
from kubeobj.meta.intorstring import IntOrString
from kubeobj.meta.objectmeta import ObjectMeta
from kubeobj.meta.quantity import Quantity
from kubeobj.models import corev1
from kubeobj.models.base64text import decode_base64, encode_base64
from kubeobj.models.codec import decode


def test_a_pod_is_written_as_the_api_names_its_fields() -> None:
    """Exact types go out in their canonical text; what was not set is not written."""
    port = corev1.ContainerPort(container_port=80, host_ip="10.0.0.1")
    amounts = corev1.ResourceRequirements(requests={"cpu": Quantity("0.5")})
    container = corev1.Container(name="web", ports=(port,), resources=amounts)
    pod = corev1.Pod(
        metadata=ObjectMeta(name="web"), spec=corev1.PodSpec(containers=(container,), node_name="")
    )
    assert pod.to_document() == {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web"},
        "spec": {
            "containers": [
                {
                    "name": "web",
                    "ports": [{"containerPort": 80, "hostIP": "10.0.0.1"}],
                    "resources": {"requests": {"cpu": "500m"}},
                }
            ],
            "nodeName": "",
        },
    }
    assert decode(pod.to_document()) == pod


def test_both_names_are_taken_in_python() -> None:
    """The attribute's and the wire's."""
    named = corev1.ContainerPort(containerPort=80, host_ip="a")
    assert (named.container_port, named.host_ip) == (80, "a")


def test_python_words_have_an_underscore_behind() -> None:
    """`except`, `from` and the like."""
    from kubeobj.models import networkingv1

    block = networkingv1.IPBlock.parse({"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]})
    assert block.except_ == ("10.1.0.0/16",)
    rule = networkingv1.NetworkPolicyIngressRule.parse({"from": [{"ipBlock": {"cidr": "a"}}]})
    assert rule.to_document() == {"from": [{"ipBlock": {"cidr": "a"}}]}


def test_models_are_frozen() -> None:
    """What is shared cannot be changed by one who has it."""
    with pytest.raises(ValidationError, match="frozen"):
        corev1.EnvVar(name="a").name = "b"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        pytest.param({"nam": "a", "name": "a"}, "nam", id="misspelled"),
        pytest.param({"name": 3}, "name", id="type"),
        pytest.param({}, "name", id="missing"),
    ],
)
def test_a_wrong_argument_is_a_field_error(fields: dict[str, object], path: str) -> None:
    """Never an error of pydantic's."""
    with pytest.raises(FieldErrors) as caught:
        corev1.EnvVar(**fields)
    assert [str(error.path) for error in caught.value] == [path]


def test_a_wrong_kind_is_refused() -> None:
    """A class reads objects of its kind alone, or those that do not say."""
    with pytest.raises(FieldErrors, match="kind: Unsupported value"):
        corev1.Pod.parse({"apiVersion": "v1", "kind": "Service"})
    assert corev1.Pod.parse({}).kind == "Pod"


def test_a_port_is_a_number_or_a_text() -> None:
    """And stays which it was."""
    probes = [corev1.TCPSocketAction.parse({"port": port}) for port in (80, "80")]
    assert [probe.port for probe in probes] == [IntOrString(80), IntOrString("80")]
    assert [probe.to_document()["port"] for probe in probes] == [80, "80"]


def test_metadata_is_always_there() -> None:
    """So that no reader needs to ask."""
    assert corev1.Node().metadata.name == ""


def test_schemas_nest_and_have_two_forms() -> None:
    """`items` may be one schema or many, `additionalProperties` a schema or a boolean."""
    from kubeobj.models.apiextensionsv1 import JSONSchemaProps

    documents = [
        {"items": {"type": "string"}, "additionalProperties": True, "default": {"a": None}},
        {"properties": {"a": {"not": {"$ref": "#/b", "x-kubernetes-int-or-string": True}}}},
        {"additionalProperties": {"type": "integer"}, "enum": [1, "a", [2]]},
    ]
    for document in documents:
        assert JSONSchemaProps.parse(document, unknown="refuse").to_document() == document
    with pytest.raises(FieldErrors, match=r"properties\[a\].type: Invalid value: 3"):
        JSONSchemaProps.parse({"properties": {"a": {"type": 3}}})


def test_base64_is_read_as_go_reads_it() -> None:
    """Line breaks are nothing; other types are left for the type to refuse."""
    assert decode_base64("aG\nk=\r\n") == b"hi"
    assert decode_base64(None) == b""
    assert decode_base64(3) == 3
    assert encode_base64(b"hi") == "aGk="
    for wrong in ("aGk", "aGk=x", "é", "aG k="):
        with pytest.raises(ValueError, match="must be base64"):
            decode_base64(wrong)
