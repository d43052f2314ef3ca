"""Which changes make a controller look at which objects.

Source: ``sigs.k8s.io/controller-runtime/pkg/handler`` (v0.24).
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from kubeobj.labels.selector import Selector
from kubeobj.reconcile.controller import Controller
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.owners import controlled_by, owner_of
from kubeobj.reconcile.request import Cached, Request
from kubeobj.reconcile.workqueue import NORMAL

Mapped: TypeAlias = Callable[[Cached], Iterable[Request]]
"""Says which objects are concerned by another."""


def on_self(
    controller: Controller,
    informer: Informer,
    *,
    selector: Selector | str | None = None,
    priority: int = NORMAL,
) -> None:
    """Look at every object that changes.

    Args:
        controller: Who looks.
        informer: Tells of changes.
        selector: Only at objects that it selects now or did before.
        priority: How urgent it is.
    """
    add = controller.queue.add

    def handle(old: Cached | None, new: Cached | None) -> None:
        document = old if new is None else new
        if document is not None:
            add(Request.of(document), priority)

    informer.subscribe(handle, selector=selector)


def on_owned(
    controller: Controller,
    informer: Informer,
    group: str,
    kind: str,
    *,
    owners: Informer | None = None,
) -> None:
    """Look at the object that controls one that changes.

    Args:
        controller: Who looks.
        informer: Tells of changes.
        group: The group of the owner.
        kind: Its kind.
        owners: The owners, which tell whether they belong to the whole cluster; None if they have
            the namespaces of what they own.
    """
    add, owner = controller.queue.add, (group, kind)

    def handle(old: Cached | None, new: Cached | None) -> None:
        for document in (old, new):
            if document is not None and controlled_by(document) == owner:
                request = owner_of(document)
                above = Request("", request.name)
                add(above if owners is not None and above in owners.cache else request)

    informer.subscribe(handle, owner=owner)


def on_mapped(
    controller: Controller,
    informer: Informer,
    mapped: Mapped,
    *,
    selector: Selector | str | None = None,
) -> None:
    """Look at what *mapped* says of an object that changes, as it was and as it is.

    Args:
        controller: Who looks.
        informer: Tells of changes.
        mapped: Says which objects are concerned.
        selector: Only of objects that it selects now or did before.
    """
    add = controller.queue.add

    def handle(old: Cached | None, new: Cached | None) -> None:
        for document in (old, new):
            if document is not None:
                for request in mapped(document):
                    add(request)

    informer.subscribe(handle, selector=selector)
