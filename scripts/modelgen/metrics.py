"""The resource metrics API, which the published schema leaves out: ``metrics.k8s.io/v1beta1``.

Source: ``k8s.io/metrics/pkg/apis/metrics/v1beta1`` (v1.36).
"""

from typing import Any

_PREFIX = "io.k8s.metrics.pkg.apis.metrics.v1beta1."
_META = "io.k8s.apimachinery.pkg.apis.meta.v1."
_TEXT = {"type": "string"}


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


_USAGE = {
    "additionalProperties": _reference("io.k8s.apimachinery.pkg.api.resource.Quantity"),
    "type": "object",
}


def _object(kind: str, required: list[str], fields: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a kind."""
    metadata = "ListMeta" if kind.endswith("List") else "ObjectMeta"
    gvk = {"group": "metrics.k8s.io", "kind": kind, "version": "v1beta1"}
    says = {"apiVersion": _TEXT, "kind": _TEXT, "metadata": _reference(f"{_META}{metadata}")}
    return {
        "properties": {**says, **fields},
        "required": required,
        "x-kubernetes-group-version-kind": [gvk],
    }


def _list_of(name: str) -> dict[str, Any]:
    return {"items": _reference(f"{_PREFIX}{name}"), "type": "array"}


_MEASURED = {"timestamp": _reference(f"{_META}Time"), "window": _TEXT}
_CONTAINERS = {**_list_of("ContainerMetrics"), "x-kubernetes-list-type": "atomic"}

DEFINITIONS: dict[str, dict[str, Any]] = {
    f"{_PREFIX}ContainerMetrics": {
        "properties": {"name": _TEXT, "usage": _USAGE},
        "required": ["name", "usage"],
    },
    f"{_PREFIX}NodeMetrics": _object(
        "NodeMetrics", ["timestamp", "usage", "window"], {**_MEASURED, "usage": _USAGE}
    ),
    f"{_PREFIX}NodeMetricsList": _object(
        "NodeMetricsList", ["items"], {"items": _list_of("NodeMetrics")}
    ),
    f"{_PREFIX}PodMetrics": _object(
        "PodMetrics",
        ["timestamp", "window", "containers"],
        {**_MEASURED, "containers": _CONTAINERS},
    ),
    f"{_PREFIX}PodMetricsList": _object(
        "PodMetricsList", ["items"], {"items": _list_of("PodMetrics")}
    ),
}
"""The types, by their full names."""


def _served(name: str, kind: str, *, namespaced: bool) -> dict[str, Any]:
    return {
        "name": name,
        "singularName": "",
        "namespaced": namespaced,
        "kind": kind,
        "verbs": ["get", "list"],
    }


RESOURCES = {
    "groupVersion": "metrics.k8s.io/v1beta1",
    "resources": [
        _served("nodes", "NodeMetrics", namespaced=False),
        _served("pods", "PodMetrics", namespaced=True),
    ],
}
"""What a metrics server says it serves."""
