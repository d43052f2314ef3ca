"""What a loop has written itself counts before its cache has heard of it.

Who binds several claims between two looks at a cache must know which volumes it has just given
away.

Source: ``k8s.io/kubernetes/pkg/controller/volume/persistentvolume`` storeObjectUpdate (v1.36).
"""

from typing import final

from kubeobj.documents import Wire
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.request import Cached, Request


@final
class OwnWrites:
    """A cache, with what was written since.

    Args:
        informer: Whose cache.
    """

    def __init__(self, informer: Informer) -> None:
        self._cache = informer.cache
        self._written: dict[Request, Wire] = {}
        informer.subscribe(self._heard)

    def _heard(self, old: Cached | None, new: Cached | None) -> None:
        document = old if new is None else new
        if document is None or not self._written:
            return
        key = Request.of(document)
        own = self._written.get(key)
        if own is not None and (new is None or _version(new) >= _version(own)):
            del self._written[key]

    def put(self, document: Wire) -> Wire:
        """Take in what was written, and return it."""
        self._written[Request.of(document)] = document
        return document

    def find(self, key: Request) -> Cached | None:
        """Return an object as it was last seen or written; None if there is none."""
        return self._written.get(key) or self._cache.find(key)

    def newest(self, document: Cached) -> Cached:
        """Return an object of the cache as it was last seen or written."""
        return self._written.get(Request.of(document), document) if self._written else document


def _version(document: Wire) -> int:
    return int(document["metadata"]["resourceVersion"])
