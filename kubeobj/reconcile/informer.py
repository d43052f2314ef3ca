"""A cache that follows the API, and tells what changes in it.

Source: ``k8s.io/client-go/tools/cache`` SharedIndexInformer (v1.36).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias, final

from kubeobj.api.client import Client
from kubeobj.clock import Clock
from kubeobj.labels.selector import Selector, as_selector
from kubeobj.labels.selectorindex import SelectorIndex
from kubeobj.reconcile.cache import Cache
from kubeobj.reconcile.owners import controlled_by
from kubeobj.reconcile.reflector import Changed, Delta, Reflector, Removed, Replaced, Selection
from kubeobj.reconcile.request import Cached, Request

Handler: TypeAlias = Callable[[Cached | None, Cached | None], object]
"""Takes what an object was and what it is; None for not there. One of the two is an object."""


NOBODY: Final = ("", "")
"""Who controls what nothing controls."""


@final
class Informer:
    """A cache of the objects of one kind, which follows the API whenever it is polled.

    Nobody misses anything: an object that has come and gone between two polls may be told as
    nothing, but what is told last is what is so. Whoever subscribes late is told what there is.

    Args:
        client: Whom to ask.
        clock: Tells when to ask again after a failure.
        selection: What to follow.
    """

    __slots__ = (
        "_handlers",
        "_owned",
        "_raised",
        "_reflector",
        "_selected",
        "_selectors",
        "cache",
        "is_synced",
    )

    def __init__(self, client: Client, clock: Clock, selection: Selection) -> None:
        self.cache: Cache = Cache()
        """The objects, as they were at the last poll."""
        self.is_synced: bool = False
        """Whether what there was at the beginning is there."""
        self._reflector = Reflector(client, clock, selection)
        self._handlers: list[Handler] = []
        # By group and kind of the owner that controls.
        self._owned: dict[tuple[str, str], list[Handler]] = {}
        self._selectors: SelectorIndex[int] = SelectorIndex()
        self._selected: dict[int, Handler] = {}
        self._raised: Exception | None = None

    @property
    def selection(self) -> Selection:
        """What it follows."""
        return self._reflector.selection

    @property
    def reflector(self) -> Reflector:
        """What asks the API for it."""
        return self._reflector

    @property
    def lack(self) -> str:
        """What is missing as long as it is not synced, and why, for people."""
        error = self._reflector.error
        why = "not read yet" if error is None else f"{type(error).__name__}: {error}"
        return f"{self.selection.kind}: {why}"

    def subscribe(
        self,
        handler: Handler,
        *,
        selector: Selector | str | None = None,
        owner: tuple[str, str] | None = None,
    ) -> None:
        """Tell *handler* of every change, beginning with what there is.

        Args:
            handler: Whom to tell.
            selector: Only of objects that it selects now or did before; None for all. However many
                ask with selectors, those that are not concerned cost nothing.
            owner: Only of objects that are controlled by an object of this group and kind; `NOBODY`
                for those that nothing controls.

        Raises:
            SelectorError: If a text is no selector.
            ValueError: If both are given.
        """
        if selector is not None and owner is not None:
            msg = "a subscription is by selector or by owner, not both"
            raise ValueError(msg)
        if selector is not None:
            selector = as_selector(selector)
            number = len(self._selected)
            self._selectors.add(number, selector)
            self._selected[number] = handler
        elif owner is not None:
            self._owned.setdefault(owner, []).append(handler)
        else:
            self._handlers.append(handler)
        for document in self.cache:
            labels = document["metadata"].get("labels") or {}
            if selector is not None and not selector.matches(labels):
                continue
            if owner is not None and (controlled_by(document) or NOBODY) != owner:
                continue
            handler(None, document)

    def poll(self) -> bool:
        """Take in what has happened, and tell those who subscribed; return whether anything has.

        Raises:
            Exception: What a handler has raised first, once all has been told to all.
        """
        deltas = self._reflector.poll()
        if not deltas:
            return False
        for delta in deltas:
            self._take(delta)
        self.is_synced = True
        if self._raised is not None:
            raised, self._raised = self._raised, None
            raise raised
        return True

    def _take(self, delta: Delta) -> None:
        cache = self.cache
        match delta:
            case Changed(document):
                old = cache.find(Request.of(document))
                if old is None or _is_newer(document, old):
                    cache.put(document)
                    self._tell(old, document)
            case Removed(document):
                key = Request.of(document)
                old = cache.find(key)
                if old is not None and not _is_newer(old, document):
                    cache.discard(key)
                    self._tell(document, None)
            case Replaced(documents):
                self._replace(documents)

    def _replace(self, documents: Sequence[Cached]) -> None:
        cache = self.cache
        there = {Request.of(document): document for document in documents}
        for gone in [key for key in map(Request.of, cache) if key not in there]:
            self._tell(cache.discard(gone), None)
        for key, document in there.items():
            old = cache.find(key)
            if old is not None and old["metadata"]["uid"] != document["metadata"]["uid"]:
                # Another object under the same name: nobody may take it for the same one.
                self._tell(cache.discard(key), None)
                old = None
            if old is None or version_of(old) != version_of(document):
                cache.put(document)
                self._tell(old, document)

    def _tell(self, old: Cached | None, new: Cached | None) -> None:
        for handler in self._handlers:
            self._call(handler, old, new)
        if self._owned:
            kinds = [controlled_by(one) or NOBODY for one in (old, new) if one is not None]
            for kind in dict.fromkeys(kinds):
                for handler in self._owned.get(kind, ()):
                    self._call(handler, old, new)
        if self._selected:
            for number in self._selecting(old, new):
                self._call(self._selected[number], old, new)

    def _call(self, handler: Handler, old: Cached | None, new: Cached | None) -> None:
        """Call a handler; what it raises must not keep the others from what they are to know."""
        try:
            handler(old, new)
        except Exception as error:
            self._raised = error if self._raised is None else self._raised

    def _selecting(self, old: Cached | None, new: Cached | None) -> Iterable[int]:
        """Return who selects an object as it was or as it is."""
        sets = [one["metadata"].get("labels") for one in (old, new) if one is not None]
        found = self._selectors.match(sets[0])
        if len(sets) == 1 or sets[0] == sets[1]:
            return found  # nearly always: labels seldom change
        return dict.fromkeys([*found, *self._selectors.match(sets[1])])


def version_of(document: Cached) -> str:
    """Return the resource version of an object."""
    version: str = document["metadata"].get("resourceVersion", "")
    return version


def _is_newer(document: Cached, old: Cached) -> bool:
    """Return whether *document* is of a later version than *old*, or they cannot be compared.

    Versions of one resource are decimal numbers that grow (KEP-5504).
    """
    new, known = version_of(document), version_of(old)
    if not (new.isdigit() and known.isdigit()):
        return new != known
    return int(new) > int(known)
