"""What a reconciler is asked, and what it answers.

Source: ``sigs.k8s.io/controller-runtime/pkg/reconcile`` (v0.24).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast, final

from kubeobj.documents import Document, Wire

if TYPE_CHECKING:
    from kubeobj.models.unstructured import Unstructured


@final
class Request(NamedTuple):
    """Which object is to be looked at; never why: whoever is asked looks at all of it.

    Args:
        namespace: Its namespace; empty for an object of the whole cluster.
        name: Its name.

    >>> str(Request("shop", "web")), str(Request("", "node-1"))
    ('shop/web', 'node-1')
    """

    namespace: str
    name: str

    @classmethod
    def of(cls, document: Document) -> "Request":
        """Return the request to look at an object."""
        metadata: Any = document["metadata"]  # type: ignore[explicit-any]
        return cls(metadata.get("namespace", ""), metadata["name"])

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


@final
@dataclass(frozen=True, slots=True)
class Result:
    """What a reconciler answers, if it wants to be asked again.

    Args:
        requeue_after: In how many seconds to ask again; None for not before something changes.

    Raises:
        ValueError: If the time is negative.
    """

    requeue_after: float | None = None

    def __post_init__(self) -> None:
        if self.requeue_after is not None and not self.requeue_after >= 0:
            msg = f"requeue_after must be 0 seconds or more, not {self.requeue_after}"
            raise ValueError(msg)


DONE = Result()
"""Nothing is left to do until something changes."""

Cached: TypeAlias = Wire
"""A document out of a cache: everybody has the same one, so nobody changes it."""


def wire_of(item: "Unstructured") -> Wire:
    """Return the document of an object that a client has handed out, as the API has written it."""
    return cast("Wire", item.document)
