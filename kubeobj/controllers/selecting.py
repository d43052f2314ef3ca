"""Which objects select another by its labels: asked of an index, never by going through them."""

from collections.abc import Callable
from functools import lru_cache
from typing import final

import orjson

from kubeobj.documents import Wire
from kubeobj.errors import SelectorError
from kubeobj.labels.labelselector import selector_of
from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex
from kubeobj.reconcile.controller import Controller
from kubeobj.reconcile.informer import NOBODY, Informer
from kubeobj.reconcile.owners import controlled_by
from kubeobj.reconcile.request import Cached, Request


def selector_in(document: Wire | None) -> Selector:
    """Return the selector that a label selector of an object means; nothing for None.

    Equal ones are read once.

    Raises:
        SelectorInvalidError: If it breaks rules, which the API has not checked.
    """
    return _read(orjson.dumps(document))


@lru_cache(maxsize=8192)
def _read(text: bytes) -> Selector:
    return selector_of(orjson.loads(text))


def map_selector_in(labels: Wire | None) -> Selector:
    """Return the selector that a map of labels means; nothing for None or none."""
    return selector_in({"matchLabels": labels} if labels else None)


@final
class Selecting:
    """The objects of one kind by what they select.

    Args:
        informer: The objects.
        selector: Returns what one of them selects.
    """

    __slots__ = ("_indexes", "_selector")

    def __init__(self, informer: Informer, selector: Callable[[Cached], Selector]) -> None:
        self._selector = selector
        self._indexes: dict[str, SelectorIndex[str]] = {}
        informer.subscribe(self._change)

    def _change(self, old: Cached | None, new: Cached | None) -> None:
        if new is None:
            if old is not None:
                key = Request.of(old)
                index = self._indexes.get(key.namespace)
                if index is not None:
                    index.discard(key.name)
            return
        if old is not None and old["spec"].get("selector") == new["spec"].get("selector"):
            return
        key = Request.of(new)
        try:
            selector = self._selector(new)
        except SelectorError:
            selector = Selector.nothing()
        self._indexes.setdefault(key.namespace, SelectorIndex()).add(key.name, selector)

    def look_at_orphans(self, loop: Controller, informer: Informer) -> None:
        """Let a loop look at those that may adopt an object which nothing controls.

        Args:
            loop: Who looks.
            informer: Tells of such objects.
        """

        def handle(_: Cached | None, new: Cached | None) -> None:
            if new is None or controlled_by(new) is not None:
                return
            metadata = new["metadata"]
            if "deletionTimestamp" not in metadata:
                for owner in self.of(metadata["namespace"], metadata.get("labels")):
                    loop.queue.add(owner)

        informer.subscribe(handle, owner=NOBODY)

    def of(self, namespace: str, labels: Wire | None) -> list[Request]:
        """Return which objects of a namespace select labels, in order of their names."""
        index = self._indexes.get(namespace)
        if index is None:
            return []
        return [Request(namespace, name) for name in index.match(labels)]
