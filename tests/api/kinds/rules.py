"""A kind asked without a server: what it makes of an object, and what it finds wrong with it."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TypeAlias, TypeVar

from kubeobj.api.kind import ADMIN, Context
from kubeobj.api.kinds.registry import kind_of
from kubeobj.api.wireform import read_wire
from kubeobj.clock import VirtualClock
from kubeobj.documents import Wire
from kubeobj.entropy import SeededIdSource
from kubeobj.errors import FieldError

T = TypeVar("T")

NOW = "2026-01-01T00:00:00Z"

Found: TypeAlias = dict[tuple[str, str], int]
"""Errors as pairs of path and type, each with how often it is there."""


class Nothing:
    """A store with nothing in it."""

    def find(self, _resource: str, _namespace: str, _name: str) -> None:
        """Find nothing."""
        return

    def look(self, _resource: str, _namespace: str, _name: str) -> None:
        """Find nothing."""
        return

    def every(self, _resource: str, _namespace: str = "") -> tuple[()]:
        """Return nothing."""
        return ()

    def memo(self, _name: str, _resource: str, make: Callable[[], T]) -> T:
        """Return what *make* makes."""
        return make()

    def amend(self, _resource: str, _obj: Wire) -> None:
        """Keep nothing."""


def context() -> Context:
    """Return the context of a request."""
    return Context(
        user=ADMIN,
        now=NOW,
        clock=VirtualClock(),
        ids=SeededIdSource(1),
        objects=Nothing(),
        dry_run=False,
        warn=list[str]().append,
    )


def read(resource: str, document: Wire) -> Wire:
    """Return a document in wire form with its defaults."""
    kind = kind_of(resource)
    obj, has_unknown = read_wire(kind.type_name, document)
    if kind.namespaced:
        obj["metadata"].setdefault("namespace", "default")
    assert not has_unknown, "the document has fields that the kind does not have"
    kind.default(obj)
    return obj


def created(resource: str, document: Wire) -> Wire:
    """Return what would be stored of a new object."""
    obj = read(resource, document)
    kind_of(resource).prepare_create(obj, context())
    return obj


def updated(resource: str, document: Wire, old: Wire) -> Wire:
    """Return what would be stored in place of *old*, which is stored."""
    obj = read(resource, document)
    kind_of(resource).prepare_update(obj, old, context())
    return obj


def found(errors: Iterable[FieldError]) -> Found:
    """Return which errors there are."""
    return dict(Counter((str(error.path), error.type.name) for error in errors))


def create_errors(resource: str, document: Wire) -> Found:
    """Return what is wrong with a new object."""
    return found(kind_of(resource).validate(created(resource, document)))


def update_errors(resource: str, document: Wire, before: Wire) -> Found:
    """Return what is wrong with an update of an object that is created as *before*."""
    old = created(resource, before)
    obj = updated(resource, document, old)
    return found(kind_of(resource).validate_update(obj, old))


def warned(resource: str, document: Wire) -> int:
    """Return how many warnings a new object earns."""
    return len(list(kind_of(resource).warnings(created(resource, document), None)))
