"""Objects by name, by label, by owner, and by anything else that is a function of an object.

An index is made when it is first asked, and kept up from then on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.labels.index import LabelIndex
from kubeobj.labels.selector import Selector
from kubeobj.reconcile.request import Cached, Request

Indexer: TypeAlias = Callable[[Wire], Iterable[str]]
"""Says under which words an object is to be found."""

_NOTHING: Mapping[Request, Cached] = {}


def owners(document: Wire) -> Iterable[str]:
    """Return the uids of the owners of an object."""
    return [reference["uid"] for reference in document["metadata"].get("ownerReferences") or ()]


def namespace(document: Wire) -> Iterable[str]:
    """Return the namespace of an object; the empty one for the whole cluster."""
    return (document["metadata"].get("namespace", ""),)


@final
class Index:
    """Objects by words."""

    __slots__ = ("_found", "_words")

    def __init__(self, words: Indexer) -> None:
        self._words = words
        self._found: dict[str, dict[Request, Cached]] = {}

    def change(self, key: Request, old: Cached | None, new: Cached | None) -> None:
        """Take in that *old* has become *new*; None for nothing."""
        after = dict.fromkeys(self._words(new)) if new is not None else {}
        if old is not None:
            for word in self._words(old):
                if word not in after:
                    self._leave(word, key)
        if new is not None:
            for word in after:
                self._found.setdefault(word, {})[key] = new

    def _leave(self, word: str, key: Request) -> None:
        found = self._found.get(word)
        if found is not None:
            found.pop(key, None)
            if not found:
                del self._found[word]

    def find(self, word: str) -> Mapping[Request, Cached]:
        """Return the objects under a word."""
        return self._found.get(word, _NOTHING)


@final
class Cache:
    """The objects of one kind. What it hands out is shared, and not to be changed.

    >>> cache = Cache()
    >>> pod = {"metadata": {"namespace": "shop", "name": "web-1", "labels": {"app": "web"}}}
    >>> cache.put(pod) is None
    True
    >>> [found["metadata"]["name"] for found in cache.select("shop", "app=web")]
    ['web-1']
    """

    __slots__ = ("_by_labels", "_indexes", "_objects")

    def __init__(self) -> None:
        self._objects: dict[Request, Cached] = {}
        self._indexes: dict[Indexer, Index] = {}
        # Per namespace; `""` has them all.
        self._by_labels: dict[str, LabelIndex[Request]] = {}

    # ------------------------------------------------------------ changing

    def put(self, document: Wire) -> Cached | None:
        """Keep an object; return the one that was there, or None."""
        key = Request.of(document)
        old = self._objects.get(key)
        self._objects[key] = document
        self._note(key, old, document)
        return old

    def discard(self, key: Request) -> Cached | None:
        """Forget an object; return it, or None if it was not there."""
        old = self._objects.pop(key, None)
        if old is not None:
            self._note(key, old, None)
        return old

    def _note(self, key: Request, old: Cached | None, new: Cached | None) -> None:
        for index in self._indexes.values():
            index.change(key, old, new)
        if self._by_labels:
            for place in dict.fromkeys(("", key.namespace)):
                labels = self._by_labels.get(place)
                if labels is None:
                    continue
                if new is None:
                    labels.discard(key)
                elif old is None or old["metadata"].get("labels") != new["metadata"].get("labels"):
                    labels.add(key, new["metadata"].get("labels"))

    # ------------------------------------------------------------ asking

    def get(self, namespace: str, name: str) -> Cached | None:
        """Return an object, or None if it is not there."""
        return self._objects.get(Request(namespace, name))

    def find(self, key: Request) -> Cached | None:
        """Return an object by its key, or None if it is not there."""
        return self._objects.get(key)

    def select(self, namespace: str, selector: Selector | str) -> list[Cached]:
        """Return the objects with certain labels, in one namespace or, if it is empty, in all.

        Raises:
            SelectorError: If a text is no selector.
        """
        index = self._by_labels.get(namespace)
        if index is None:
            index = self._by_labels[namespace] = LabelIndex()
            for document in self.in_namespace(namespace):
                index.add(Request.of(document), document["metadata"].get("labels"))
        return [self._objects[key] for key in index.select(selector)]

    def owned_by(self, uid: str) -> list[Cached]:
        """Return the objects that name an object among their owners."""
        return self.by(owners, uid)

    def in_namespace(self, name: str) -> list[Cached]:
        """Return the objects of a namespace, or all if it is empty."""
        return self.by(namespace, name) if name else list(self._objects.values())

    def by(self, indexer: Indexer, word: str) -> list[Cached]:
        """Return the objects under a word of an index, in the order in which they came there.

        Args:
            indexer: The index: the function itself, the same each time.
            word: The word.
        """
        index = self._indexes.get(indexer)
        if index is None:
            index = Index(indexer)
            for key, document in self._objects.items():
                index.change(key, None, document)
            self._indexes[indexer] = index
        return list(index.find(word).values())

    def __len__(self) -> int:
        return len(self._objects)

    def __contains__(self, key: object) -> bool:
        return key in self._objects

    def __iter__(self) -> Iterator[Cached]:
        return iter(list(self._objects.values()))
