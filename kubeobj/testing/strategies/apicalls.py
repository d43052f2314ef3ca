"""Sequences of calls of an API, as data: to run against a server, a model of it, or both."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeobj.documents import Document, JsonValue
from kubeobj.testing.strategies.options import check_sizes


class Verb(StrEnum):
    """What a call does."""

    CREATE = "create"
    GET = "get"
    LIST = "list"
    UPDATE = "update"
    PATCH = "patch"
    DELETE = "delete"


class ApiCall(NamedTuple):
    """One call of an API, about ConfigMaps.

    Args:
        verb: What it does.
        name: Of which object; empty for a list.
        labels: The labels that the object is to have.
        data: The data that the object is to have.
        finalizers: The finalizers that the object is to have.
        selector: What a list asks for.
        is_stale: Whether an update gives a version that is not the object's.
    """

    verb: Verb
    name: str = ""
    labels: Mapping[str, str] = MappingProxyType({})
    data: Mapping[str, str] = MappingProxyType({})
    finalizers: tuple[str, ...] = ()
    selector: str = ""
    is_stale: bool = False

    @property
    def document(self) -> Document:
        """The object that the call sends."""
        metadata: dict[str, JsonValue] = {"name": self.name}
        if self.labels:
            metadata["labels"] = dict(self.labels)
        if self.finalizers:
            metadata["finalizers"] = list(self.finalizers)
        document: dict[str, JsonValue] = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata,
        }
        if self.data:
            document["data"] = dict(self.data)
        return document


_NAMES = ("a", "b", "c")
_SELECTORS = ("", "app=x", "app!=x", "app", "!app", "app in (x,y)")


def api_calls(*, max_size: int = 20) -> SearchStrategy[Sequence[ApiCall]]:
    """Draw calls that meet each other: few names, few labels, each verb.

    Args:
        max_size: How many at most.

    >>> from hypothesis import find
    >>> find(api_calls(), lambda calls: len(calls) == 1)[0].verb.value
    'create'
    """
    check_sizes(0, max_size)
    return st.lists(api_call(), max_size=max_size)


def api_call() -> SearchStrategy[ApiCall]:
    """Draw one call."""
    return st.builds(
        ApiCall,
        st.sampled_from(Verb),
        st.sampled_from(_NAMES),
        st.dictionaries(st.just("app"), st.sampled_from(("x", "y")), max_size=1),
        st.dictionaries(st.sampled_from("kl"), st.sampled_from(("", "1", "2")), max_size=2),
        st.sampled_from(((), (), ("a.io/keep",))),
        st.sampled_from(_SELECTORS),
        st.booleans(),
    )
