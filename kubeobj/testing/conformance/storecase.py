"""What the tests of a store have in common: how it is made, what is put in it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from kubeobj.documents import Document
from kubeobj.labels.selector import Selector
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.listing import Page
from kubeobj.store.record import Draft, Record
from kubeobj.store.store import Store, WatchCursor

REMEMBERED = 20
"""How many changes the stores that are tested remember."""

WEB = Selector.from_labels({"app": "web"})
"""Selects what the tests call web."""

E = TypeVar("E", bound=Exception)


class StoreCase(ABC):
    """A class of tests of one kind of store."""

    @abstractmethod
    def make_store(self, *, history_limit: int) -> Store:
        """Return an empty store at revision 0 that remembers the last *history_limit* changes."""

    def _store(self) -> Store:
        return self.make_store(history_limit=REMEMBERED)


@contextmanager
def refused(kind: type[E]) -> Iterator[list[E]]:
    """Make sure that the block raises *kind*; the list has the error afterwards."""
    errors: list[E] = []
    try:
        yield errors
    except kind as error:
        errors.append(error)
    assert errors, f"nothing has raised {kind.__name__}"


def replay(page: Page, watch: WatchCursor) -> tuple[Record, ...]:
    """Return the records of *page* after every event that *watch* has to tell, in order."""
    known = {record.key: record for record in page.records}
    for event in watch.poll():
        key, name = event.record.key, event.type.value
        assert (key in known) is (name != "ADDED"), f"{name} of {key} in a wrong place"
        if name == "DELETED":
            del known[key]
        else:
            known[key] = event.record
    return tuple(sorted(known.values(), key=lambda record: record.key.path))


def make_key(name: str, *, namespace: str = "x", resource: str = "pods") -> ObjectKey:
    """Return the key of an object, of a pod of namespace x unless told otherwise."""
    return ObjectKey(resource, namespace, name)


def make_draft(name: str, *, namespace: str = "x", resource: str = "pods", **labels: str) -> Draft:
    """Return the draft of an object with *labels*."""
    key = make_key(name, namespace=namespace, resource=resource)
    return Draft.of(key, {"metadata": {"name": name, "uid": f"uid-{name}", "labels": labels}})


def make_placed(name: str, node: int, *, namespace: str = "x", **labels: str) -> Draft:
    """Return the draft of a pod whose term says on which *node* it is."""
    key = make_key(name, namespace=namespace)
    return Draft(key, "", b"{}", None, labels, terms=(f"node={node}",))


def make_owned(name: str, *owners: str, resource: str = "pods") -> Draft:
    """Return the draft of an object with *owners*."""
    references: list[Document] = [{"uid": owner} for owner in owners]
    metadata: Document = {"name": name, "ownerReferences": references}
    return Draft.of(make_key(name, resource=resource), {"metadata": metadata})


def names_in(page: Page) -> list[str]:
    """Return the names of the records of *page*."""
    return [record.key.name for record in page.records]


def joined(pages: list[Page]) -> tuple[Record, ...]:
    """Return the records of *pages*."""
    return tuple(record for page in pages for record in page.records)


def pages_of(
    store: Store,
    *,
    limit: int,
    page: Page | None = None,
    selector: Selector = Selector.everything(),  # noqa: B008 - it is a constant
    namespace: str = "",
) -> Iterator[Page]:
    """Yield the pages of a list that come after *page*, or all of them."""
    while page is None or page.resume_after:
        page = store.list(
            "pods",
            namespace=namespace,
            selector=selector,
            revision=page.revision if page else None,
            limit=limit,
            after=page.resume_after if page else "",
        )
        yield page
