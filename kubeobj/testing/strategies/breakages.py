"""Objects with one mistake each, and where the API finds it."""

import copy
from collections.abc import Mapping
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.errors import FieldErrorType
from kubeobj.testing.strategies.objects import workloads

_INVALID = FieldErrorType.INVALID
_REQUIRED = FieldErrorType.REQUIRED
_NOT_SUPPORTED = FieldErrorType.NOT_SUPPORTED


class Broken(NamedTuple):
    """An object with one mistake.

    Args:
        document: The object.
        field: The field that the API names, such as ``spec.containers[0].name``.
        type: Which kind of rule it says is broken.
    """

    document: Document
    field: str
    type: FieldErrorType


class _Breakage(NamedTuple):
    """One way to break an object: a value in place of a field, relative to the metadata or pod."""

    path: tuple[str | int, ...]
    value: JsonValue
    field: str
    type: FieldErrorType


_OF_METADATA = (
    _Breakage(("name",), "Upper", "metadata.name", _INVALID),
    _Breakage(("labels",), {"-a": "b"}, "metadata.labels", _INVALID),
    _Breakage(("labels",), {"a": "b c"}, "metadata.labels", _INVALID),
    _Breakage(("annotations",), {"a b": "c"}, "metadata.annotations", _INVALID),
)

_OF_PODS = (
    _Breakage(("containers",), [], "containers", _REQUIRED),
    _Breakage(("containers", 0, "name"), "", "containers[0].name", _REQUIRED),
    _Breakage(("containers", 0, "name"), "Upper", "containers[0].name", _INVALID),
    _Breakage(("containers", 0, "image"), "", "containers[0].image", _REQUIRED),
    _Breakage(
        ("containers", 0, "imagePullPolicy"),
        "Sometimes",
        "containers[0].imagePullPolicy",
        _NOT_SUPPORTED,
    ),
    _Breakage(
        ("containers", 0, "ports"),
        [{"containerPort": 70000}],
        "containers[0].ports[0].containerPort",
        _INVALID,
    ),
    _Breakage(
        ("containers", 0, "env"),
        [{"name": "", "value": "x"}],
        "containers[0].env[0].name",
        _REQUIRED,
    ),
    _Breakage(
        ("containers", 0, "resources"),
        {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}},
        "containers[0].resources.requests",
        _INVALID,
    ),
    _Breakage(
        ("containers", 0, "livenessProbe"),
        {"tcpSocket": {"port": 70000}},
        "containers[0].livenessProbe.tcpSocket.port",
        _INVALID,
    ),
    _Breakage(("dnsPolicy",), "Sometimes", "dnsPolicy", _NOT_SUPPORTED),
    _Breakage(("nodeSelector",), {"-a": "b"}, "nodeSelector", _INVALID),
    _Breakage(("tolerations",), [{"key": "a b"}], "tolerations[0].key", _INVALID),
)

_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
_IN_TEMPLATE = ("spec", "template", "spec")


def broken_workloads(*, namespace: str = "default") -> SearchStrategy[Broken]:
    """Draw objects that run pods, each with one mistake that the API refuses.

    Args:
        namespace: Where they are.

    >>> from hypothesis import find
    >>> find(broken_workloads(), lambda _: True).field
    'metadata.name'
    """
    return _broken(workloads(namespace=namespace))


@st.composite
def _broken(draw: DrawFn, objects: SearchStrategy[Document]) -> Broken:
    document: Wire = copy.deepcopy(dict(draw(objects)))
    pod = _TEMPLATES.get(document["kind"], _IN_TEMPLATE)
    breakage = draw(st.sampled_from((*_OF_METADATA, *_OF_PODS)))
    if breakage in _OF_METADATA:
        _put(document, ("metadata", *breakage.path), breakage.value)
        return Broken(document, breakage.field, breakage.type)
    _put(document, (*pod, *breakage.path), breakage.value)
    return Broken(document, f"{'.'.join(pod)}.{breakage.field}", breakage.type)


def _put(document: Wire, path: tuple[str | int, ...], value: JsonValue) -> None:
    here: Wire = document
    for step in path[:-1]:
        here = here[step]  # type: ignore[index]
    here[path[-1]] = copy.deepcopy(value)  # type: ignore[index]
