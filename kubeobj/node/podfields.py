"""The downward API: fields of a pod, and resources of its containers, as texts.

Source: ``k8s.io/kubernetes/pkg/fieldpath``, ``pkg/api/v1/resource`` and ``pkg/kubelet``
kubelet_resources.go (v1.36).
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from kubeobj.api.podspec.visiting import containers_of
from kubeobj.api.quantities import quantity_of
from kubeobj.documents import Wire
from kubeobj.node.podfacts import PodFacts

_subscripted = re.compile(r"(?P<path>.+?)\['(?P<key>.+)'\]", re.DOTALL).fullmatch

_DEFAULTED: Final = ("cpu", "memory", "ephemeral-storage")
"""Of what a container without a limit is said to have all that the node can give."""

_ESCAPES: Final = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}

_Field: TypeAlias = Callable[[Wire, PodFacts], str]


def quoted(text: str) -> str:
    r"""Return a text in quotes, as Go's ``%q`` prints it.

    >>> print(quoted('a "b"\n'))
    "a \"b\"\n"
    """
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def lines_of(values: Mapping[str, str] | None) -> str:
    """Return labels or annotations as lines, in the order of their keys.

    >>> print(lines_of({"b": "2", "a": "1"}))
    a="1"
    b="2"
    """
    return "\n".join(f"{key}={quoted(value)}" for key, value in sorted((values or {}).items()))


_FIELDS: Final[Mapping[str, _Field]] = {
    "metadata.name": lambda pod, _: pod["metadata"]["name"],
    "metadata.namespace": lambda pod, _: pod["metadata"]["namespace"],
    "metadata.uid": lambda pod, _: pod["metadata"]["uid"],
    "metadata.labels": lambda pod, _: lines_of(pod["metadata"].get("labels")),
    "metadata.annotations": lambda pod, _: lines_of(pod["metadata"].get("annotations")),
    "spec.nodeName": lambda pod, _: pod["spec"].get("nodeName", ""),
    "spec.serviceAccountName": lambda pod, _: pod["spec"].get("serviceAccountName", ""),
    "status.hostIP": lambda _, facts: "".join(facts.node.addresses[:1]),
    "status.hostIPs": lambda _, facts: ",".join(facts.node.addresses),
    "status.podIP": lambda _, facts: "".join(facts.addresses[:1]),
    "status.podIPs": lambda _, facts: ",".join(facts.addresses),
}


def field_value(pod: Wire, path: str, facts: PodFacts) -> str:
    """Return the text of a field of a pod.

    Args:
        pod: The pod.
        path: Which field: ``metadata.name``, ``metadata.labels['app']``, ``status.podIP``.
        facts: What is known of the pod and its node.

    Raises:
        ValueError: If the downward API has no such field.
    """
    match = _subscripted(path)
    if match is not None:
        part = {"metadata.labels": "labels", "metadata.annotations": "annotations"}.get(
            match["path"]
        )
        if part is not None:
            value: str = (pod["metadata"].get(part) or {}).get(match["key"], "")
            return value
    field = _FIELDS.get(path)
    if field is None:
        raise ValueError(f"unsupported fieldPath: {path}")
    return field(pod, facts)


def resource_value(pod: Wire, container: Wire, reference: Wire, allocatable: Wire) -> str:
    """Return how much of a resource a container asks for or gets at most, as a whole number.

    Args:
        pod: The pod.
        container: The container.
        reference: Which resource, and in which unit: ``resource`` and ``divisor``.
        allocatable: What the node can give to pods: the limit of who has none.

    Raises:
        ValueError: If the downward API has no such resource.
    """
    part, _, name = reference["resource"].partition(".")
    if part not in ("limits", "requests") or not name:
        raise ValueError(f"unsupported container resource : {reference['resource']}")
    stated = ((container.get("resources") or {}).get(part) or {}).get(name, "0")
    if part == "limits" and name in _DEFAULTED and not quantity_of(stated):
        stated = _ceiling(pod, name, allocatable)
    amount, divisor = quantity_of(stated), quantity_of(reference.get("divisor") or "1")
    if not divisor:
        divisor = quantity_of("1")
    if name == "cpu":
        return str(-(-amount.milli_value // divisor.milli_value))
    return str(-(-amount.value // divisor.value))


def resource_value_by_name(
    pod: Wire, container_name: str, reference: Wire, allocatable: Wire
) -> str:
    """Return the same of a container that is named.

    Raises:
        ValueError: If there is no such container, or no such resource.
    """
    for container in containers_of(pod["spec"]):
        if container["name"] == container_name:
            return resource_value(pod, container, reference, allocatable)
    raise ValueError(f"container {container_name} not found")


def _ceiling(pod: Wire, name: str, allocatable: Wire) -> str:
    """Return the limit of a container that has none: that of its pod, or all the node can give."""
    given: str = allocatable.get(name, "0")
    of_pod: str = ((pod["spec"].get("resources") or {}).get("limits") or {}).get(name, "0")
    is_pods = name in allocatable and name != "ephemeral-storage" and bool(quantity_of(of_pod))
    return of_pod if is_pods else given
