"""The reverse question of a selector: which objects select the one that has changed?

A Service is to be looked at when one of its pods changes, and the pod does not say which that is.
So the selectors are in an index, and no object is gone through.

Source: the EndpointSlice controller, ``k8s.io/kubernetes/pkg/controller/util/endpoint`` (v1.36).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, final

from kubeobj.labels.labelselector import selector_of
from kubeobj.labels.selector import Selector, as_selector
from kubeobj.labels.selectorindex import SelectorIndex
from kubeobj.reconcile.controller import Controller
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.request import Cached, Request

Selects: TypeAlias = Callable[[Any], object]  # type: ignore[explicit-any]
"""Says what an object selects: a `Selector` or its text, a label selector (a model, or a document
with ``matchLabels`` or ``matchExpressions``), a map of labels, or None for nothing. An empty map
is nothing, as in a Service; an empty label selector is everything."""


@final
@dataclass(frozen=True, slots=True)
class Selected:
    """Says that those objects are concerned by another which select it; see `selected_by`."""

    selects: Selects


def selected_by(selects: Selects) -> Selected:
    """Let objects be looked at when one changes that they select, or did before.

        @reconciler(Service, watches={Pod: selected_by(lambda service: service.spec.selector)})

    What has a namespace selects in it; what belongs to the whole cluster, everywhere.

    Args:
        selects: Takes an object that the reconciler looks at, and says what it selects.
    """
    return Selected(selects)


def meant_by(found: object) -> Selector:
    """Return the selector that is meant by what `Selects` returns.

    Raises:
        SelectorError: If it is none.
        TypeError: If it is nothing that could be one.

    >>> str(meant_by({"app": "web"})), meant_by({}).selects_nothing
    ('app=web', True)
    """
    if isinstance(found, Selector | str):
        return as_selector(found)
    if isinstance(found, Mapping) and not {"matchLabels", "matchExpressions"} & set(found):
        return selector_of({"matchLabels": dict(found)} if found else None)
    return selector_of(found)  # type: ignore[arg-type]  # which raises if it is none


def on_selected(
    controller: Controller,
    informer: Informer,
    owners: Informer,
    selects: Callable[[Cached], Selector],
) -> None:
    """Look at the objects that select one which changes, as it was or as it is.

    Args:
        controller: Who looks.
        informer: Tells of changes.
        owners: Those who select.
        selects: Returns what one of them selects.
    """
    add = controller.queue.add
    # Per namespace; those of the whole cluster are in `""`.
    indexes: dict[str, SelectorIndex[str]] = {}

    def note(old: Cached | None, new: Cached | None) -> None:
        if new is not None:
            key = Request.of(new)
            indexes.setdefault(key.namespace, SelectorIndex()).add(key.name, selects(new))
        elif old is not None:
            key = Request.of(old)
            indexes[key.namespace].discard(key.name)

    def handle(old: Cached | None, new: Cached | None) -> None:
        for document in (old, new):
            if document is None:
                continue
            metadata = document["metadata"]
            for place in dict.fromkeys((metadata.get("namespace", ""), "")):
                found = indexes[place].match(metadata.get("labels")) if place in indexes else ()
                for name in found:
                    add(Request(place, name))

    owners.subscribe(note)
    informer.subscribe(handle)
