"""What a user's reconciler works with: one object, its children, its status, its events."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar, cast, final

from kubeobj.api.client import Client
from kubeobj.api.client.writer import Given
from kubeobj.api.patch.mergediff import merge_patch_between
from kubeobj.documents import JsonValue, Wire
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.base import ApiObject
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.children import Children
from kubeobj.reconcile.events import EventRecorder, EventType
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.request import Cached, Request, wire_of

if TYPE_CHECKING:
    from kubeobj.reconcile.manager import Manager

Model = TypeVar("Model", bound=ApiObject)


@final
class Work:
    """One piece of work: an object that is to be looked at, and what may be done for it.

    Args:
        manager: Whose client, clock and caches are used.
        kind: The kind of the object.
        document: The object.
        informers: The caches of the kinds of children.
        events: Records events.
    """

    __slots__ = (
        "_applied",
        "_document",
        "_events",
        "_kind",
        "_manager",
        "_status",
        "children",
        "requeue_after",
    )

    def __init__(
        self,
        manager: "Manager",
        kind: str,
        document: Cached,
        informers: Mapping[GroupVersionKind, Informer],
        events: EventRecorder,
    ) -> None:
        self.children: Children = Children(manager.client, document, informers)
        """Its children, as documents; `Work.owned` has them typed."""
        self.requeue_after: float | None = None
        """In how many seconds to look again; None for not before something changes."""
        self._manager = manager
        self._kind = kind
        self._document = document
        self._events = events
        self._status: Wire = {}
        self._applied: list[tuple[GroupVersionKind, Request]] = []

    @property
    def client(self) -> Client:
        """The client, for everything else."""
        return self._manager.client

    @property
    def now(self) -> float:
        """The time, in seconds since 1970."""
        return self._manager.clock.now()

    @property
    def request(self) -> Request:
        """Which object it is."""
        return Request.of(self._document)

    def owned(self, kind: type[Model]) -> list[Model]:
        """Return the children of a kind, as the cache has them.

        Raises:
            LookupError: If the reconciler has not said that it owns such objects.
        """
        return [kind.parse(one, unknown="keep") for one in self.children.of(kind.kind_of())]

    def apply(self, child: Given) -> None:
        """Let a child be there as it is given; see `Children.apply`.

        Unlike those that are returned, children that are applied so and no longer are stay there,
        unless others are returned.
        """
        request = self.children.apply(child)
        self._applied.append((_kind_of(child), request))

    @property
    def applied(self) -> list[tuple[GroupVersionKind, Request]]:
        """Which children have been applied so far."""
        return self._applied

    def status(self, **fields: JsonValue) -> None:
        """Set fields of the object's status: what is said last is written, once, at the end.

        Args:
            fields: The fields, by their names in the API: ``readyReplicas=3``; None for one that is
                to go.
        """
        self._status.update(fields)

    def event(self, reason: str, message: str, type_: EventType = "Normal") -> None:
        """Tell people something about the object."""
        self._events.record(self._document, reason, message, type_)

    def look_again(self, seconds: float) -> None:
        """Look at the object again in so many seconds, or earlier if something changes."""
        known = self.requeue_after
        self.requeue_after = seconds if known is None else min(known, seconds)

    def write_status(self) -> Wire:
        """Write the fields of the status that are to change, and return the object as it is then.

        Raises:
            ApiError: If the API refuses it.
        """
        said, self._status = self._status, {}
        if not said:
            return self._document
        status: Wire = self._document.get("status") or {}
        # A field that is a map is to be as it is said, without what it had before.
        changed = merge_patch_between(
            {name: status[name] for name in said if name in status},
            {name: value for name, value in said.items() if value is not None},
        )
        if changed:
            metadata = self._document["metadata"]
            written = self.client.patch(
                self._kind,
                metadata["name"],
                {"status": changed},
                type="merge",
                namespace=metadata.get("namespace", ""),
                part="status",
            )
            self._document = wire_of(written)
        return self._document


def _kind_of(child: Given) -> GroupVersionKind:
    if isinstance(child, ApiObject | Unstructured):
        return child.group_version_kind()
    return GroupVersionKind.from_object(cast("Wire", child))
