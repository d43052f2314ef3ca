"""Fields of a pod, as texts."""

from pathlib import Path
from typing import Any

import pytest

from kubeobj.node.podfacts import NodeFacts
from kubeobj.node.podfields import field_value, quoted, resource_value, resource_value_by_name

Document = dict[str, Any]
NODE = NodeFacts("here", ("192.168.1.5",), Path("/pods"), Path("/logs"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '""'),
        ("a b", '"a b"'),
        ("é日", '"é日"'),
        ('"\\', '"\\"\\\\"'),
        ("\a\b\f\n\r\t\v", '"\\a\\b\\f\\n\\r\\t\\v"'),
        ("\x00\x7f", '"\\x00\\x7f"'),
        ("\u00a0\u2028", '"\\u00a0\\u2028"'),
        ("\U000e0001", '"\\U000e0001"'),
    ],
)
def test_texts_in_quotes(text: str, expected: str) -> None:
    """As Go prints them with ``%q``."""
    assert quoted(text) == expected


def pod(*containers: Document, **spec: Any) -> Document:
    """Return a pod as the API has it."""
    metadata = {"name": "web", "namespace": "default", "uid": "u"}
    return {"metadata": metadata, "spec": {"containers": list(containers), **spec}}


@pytest.mark.parametrize("path", ["spec.containers", "metadata.name['x']", "status.phase", ""])
def test_fields_that_there_are_not(path: str) -> None:
    """Are told."""
    document = pod()
    with pytest.raises(ValueError, match="unsupported fieldPath: "):
        field_value(document, path, NODE.of_pod(document))


def test_a_pod_on_the_network_of_its_node_has_its_addresses() -> None:
    """Unless its sandbox says otherwise."""
    document = pod(hostNetwork=True)
    assert field_value(document, "status.podIP", NODE.of_pod(document)) == "192.168.1.5"
    assert field_value(document, "status.podIP", NODE.of_pod(document, ("10.0.0.1",))) == "10.0.0.1"


BIG = {"name": "big", "resources": {"requests": {"cpu": "1500m", "hugepages-2Mi": "4Mi"}}}


@pytest.mark.parametrize(
    ("resource", "divisor", "expected"),
    [
        ("requests.cpu", "1", "2"),
        ("requests.hugepages-2Mi", "1Mi", "4"),
        ("limits.cpu", "1m", "0"),
    ],
)
def test_resources_of_another_container(resource: str, divisor: str, expected: str) -> None:
    """One is found by its name, be it one that prepares the pod."""
    document = pod({"name": "main"}, initContainers=[BIG])
    reference = {"resource": resource, "divisor": divisor}
    assert resource_value_by_name(document, "big", reference, {}) == expected


def test_resources_that_there_are_not() -> None:
    """Are told, and so are containers."""
    document = pod(BIG)
    for resource in ("cpu", "limits.", "used.cpu"):
        with pytest.raises(ValueError, match="unsupported container resource"):
            resource_value(document, BIG, {"resource": resource}, {})
    with pytest.raises(ValueError, match="container none not found"):
        resource_value_by_name(document, "none", {"resource": "limits.cpu"}, {})


@pytest.mark.parametrize(("limit", "expected"), [("2Gi", "2"), ("0", "6")])
def test_the_limit_of_the_pod(limit: str, expected: str) -> None:
    """Counts where a container has none; none at all is that of the node."""
    document = pod({"name": "main"}, resources={"limits": {"memory": limit}})
    reference = {"resource": "limits.memory", "divisor": "1Gi"}
    allocatable = {"memory": "6Gi"}
    assert resource_value_by_name(document, "main", reference, allocatable) == expected
