"""What pods and nodes use, answered like any other resource: ``metrics.k8s.io``.

Nothing of it is stored: whoever measures is asked each time.

Source: ``sigs.k8s.io/metrics-server/pkg/api`` (v0.8): which answers there are, and the tables.
"""

from collections.abc import Callable, Iterable
from typing import Final, Protocol, final

from kubeobj.api.errors import MethodNotAllowed, not_found
from kubeobj.api.kind import User
from kubeobj.api.negotiation import Form
from kubeobj.api.rest.answers import answer
from kubeobj.api.rest.message import HttpRequest, HttpResponse
from kubeobj.api.rest.query import read_list_options
from kubeobj.api.rest.route import Route
from kubeobj.documents import Wire
from kubeobj.fields.selector import FieldSelector
from kubeobj.labels.selector import Selector
from kubeobj.meta.quantity import Quantity

VERSION: Final = "metrics.k8s.io/v1beta1"
"""The version in which measurements are given."""

_KINDS: Final = {"pods": "PodMetrics", "nodes": "NodeMetrics"}


class Measurements(Protocol):
    """Knows what pods and nodes use, as PodMetrics and NodeMetrics."""

    def pods(self) -> Iterable[Wire]:
        """Return what each pod uses."""
        ...

    def nodes(self) -> Iterable[Wire]:
        """Return what each node uses."""
        ...


@final
class MeasuredApi:
    """Answers requests for measurements.

    Args:
        measurements: Who measures.
    """

    __slots__ = ("_sources",)

    def __init__(self, measurements: Measurements) -> None:
        self._sources: dict[str, Callable[[], Iterable[Wire]]] = {
            "pods": measurements.pods,
            "nodes": measurements.nodes,
        }

    def answer(self, request: HttpRequest, route: Route, user: User, form: Form) -> HttpResponse:
        """Return the answer to a request.

        Raises:
            MethodNotAllowed: If something is to be changed.
            NotFound: If nothing is known of what it asks for.
            BadRequest: If a selector is none.
        """
        if request.method not in {"GET", "HEAD"} or route.is_watch or route.resource is None:
            raise MethodNotAllowed(
                "the server does not allow this method on the requested resource", details={}
            )
        plural = route.resource.plural
        there = [
            one
            for one in self._sources[plural]()
            if not route.namespace or one["metadata"].get("namespace") == route.namespace
        ]
        if route.name:
            return answer(200, self._one(there, plural, route.name, form), form)
        options = read_list_options(request, user)
        labels = Selector.parse(options.label_selector)
        fields = FieldSelector.parse(options.field_selector)
        chosen = [one for one in there if _matches(one, labels, fields)]
        if form.kind == "Table":
            return answer(200, table_of(chosen, form.version), form)
        kind = _KINDS[plural]
        body: Wire = {"kind": f"{kind}List", "apiVersion": VERSION, "metadata": {}, "items": chosen}
        return answer(200, body, form)

    def _one(self, there: list[Wire], plural: str, name: str, form: Form) -> Wire:
        for one in there:
            if one["metadata"]["name"] == name:
                if form.kind == "Table":
                    return table_of([one], form.version)
                return {"kind": _KINDS[plural], "apiVersion": VERSION, **one}
        raise not_found("metrics.k8s.io", plural, name)


def _matches(one: Wire, labels: Selector, fields: FieldSelector) -> bool:
    metadata: Wire = one["metadata"]
    named = {
        "metadata.name": metadata["name"],
        "metadata.namespace": metadata.get("namespace") or "",
    }
    return labels.matches(metadata.get("labels") or {}) and fields.matches(named)


def table_of(measured: list[Wire], version: str) -> Wire:
    """Return a table of measurements, with a column for each resource."""
    sums = [_usage(one) for one in measured]
    names = sorted({name for usage in sums for name in usage})
    columns: list[Wire] = [
        _column("Name", "name", "Name of the resource"),
        *(_column(name, "quantity", f"{name} used") for name in names),
        _column("Window", "duration", "Over how long it was measured"),
    ]
    rows: list[Wire] = [
        {
            "cells": [
                one["metadata"]["name"],
                *(usage.get(name, "0") for name in names),
                one["window"],
            ],
            "object": {
                "kind": "PartialObjectMetadata",
                "apiVersion": f"meta.k8s.io/{version}",
                "metadata": one["metadata"],
            },
        }
        for one, usage in zip(measured, sums, strict=True)
    ]
    return {
        "kind": "Table",
        "apiVersion": f"meta.k8s.io/{version}",
        "metadata": {},
        "columnDefinitions": columns,
        "rows": rows,
    }


def _usage(one: Wire) -> dict[str, str]:
    """Return what something uses, all of its containers together."""
    if "usage" in one:
        return dict(one["usage"])
    total: dict[str, Quantity] = {}
    for container in one.get("containers") or ():
        for name, amount in container["usage"].items():
            total[name] = total.get(name, Quantity("0")) + Quantity(amount)
    return {name: str(amount) for name, amount in total.items()}


def _column(name: str, form: str, description: str) -> Wire:
    return {
        "name": name,
        "type": "string",
        "format": form,
        "description": description,
        "priority": 0,
    }
