"""What every verb of the API works on: the store, the clock, the kinds, the chain of admission.

Time, chance and identity are handed in, so two servers that are given the same do the same.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TypeVar, cast, final

import orjson

from kubeobj.api.actions.tokens import Tokens
from kubeobj.api.admission.chain import Chain
from kubeobj.api.allocation.allocators import Allocators
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import NotFound, not_kept
from kubeobj.api.kind import Context, Kind, User
from kubeobj.api.kinds.registry import ALIASES, MODULES, kind_of
from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.entropy import IdSource
from kubeobj.errors import ObjectReferenceError
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.meta.timestamps import Time
from kubeobj.models.resource import Resource
from kubeobj.models.scheme import Scheme
from kubeobj.store.errors import StoreUnwritable
from kubeobj.store.record import Draft
from kubeobj.store.store import Store, WatchCursor

T = TypeVar("T")

METRICS = "metrics.k8s.io"
"""The group that another server serves beside this one."""


# How many objects that are looked at are kept decoded, at most.
_LOOKED_AT_LIMIT = 1024


@final
class Core:
    """The parts of a server, and what is stored, for rules to read.

    Args:
        store: Where objects are kept.
        clock: Where the time comes from.
        ids: Where uids and random names come from.
        chain: What may change or refuse a write.
        allocators: What hands out addresses and ports.
        tokens: What makes and reads the tokens of service accounts.
        scheme: The resources that are served.
        kinds: What is known of kinds that are not Kubernetes' own.
    """

    __slots__ = (
        "_endpoints",
        "_looked_at",
        "_memos",
        "allocators",
        "chain",
        "clock",
        "ids",
        "kinds",
        "scheme",
        "store",
        "tokens",
    )

    def __init__(  # noqa: PLR0913 - parts that are handed in, by name
        self,
        *,
        store: Store,
        clock: Clock,
        ids: IdSource,
        chain: Chain,
        allocators: Allocators,
        tokens: Tokens,
        scheme: Scheme,
        kinds: Iterable[Kind] = (),
    ) -> None:
        self.store: Store = store
        self.clock: Clock = clock
        self.ids: IdSource = ids
        self.chain: Chain = chain
        self.allocators: Allocators = allocators
        self.tokens: Tokens = tokens
        self.scheme: Scheme = scheme
        self.kinds: dict[str, Kind] = {kind.resource: kind for kind in kinds}
        self._endpoints: dict[str, Endpoint] = {}
        # The revisions of objects that are looked at again and again, and what they say.
        self._looked_at: dict[ObjectKey, tuple[int, Wire]] = {}
        # What was made, and a cursor that says whether that still holds.
        self._memos: dict[str, tuple[WatchCursor, object]] = {}

    # ------------------------------------------------------------ what is served

    def endpoint(self, name: str) -> Endpoint:
        """Return the endpoint of a resource that is stored.

        Args:
            name: What people call it: ``pods``, ``deploy``, ``deployments.apps``, ``Deployment``,
                ``horizontalpodautoscalers.v1.autoscaling``.

        Raises:
            NotFound: If no such resource is served, or its objects are not stored.
        """
        found = self._endpoints.get(name)
        if found is None:
            try:
                found = self.endpoint_of(self.scheme.find(name))
            except ObjectReferenceError:
                raise _unknown(name) from None
            self._endpoints[name] = found
        return found

    def endpoint_of(self, resource: Resource) -> Endpoint:
        """Return the endpoint of *resource*.

        Raises:
            NotFound: If its objects are not stored.
        """
        full = str(resource.group_version_resource.group_resource)
        kind = self.kinds.get(full)
        if kind is not None:
            return Endpoint.of(kind, resource)
        if full not in MODULES and full not in ALIASES:
            raise _unknown(full)
        return Endpoint.of(kind_of(full), resource)

    # ------------------------------------------------------------ what is stored

    def find(self, resource: str, namespace: str, name: str) -> Wire | None:
        """Return an object as it is stored, or None; see `Objects.find`."""
        record = self.store.get(ObjectKey(resource, namespace, name))
        if record is None:
            return None
        found: Wire = orjson.loads(record.data)
        return found

    def look(self, resource: str, namespace: str, name: str) -> Wire | None:
        """Return an object as it is stored, or None, to be read only; see `Objects.look`."""
        key = ObjectKey(resource, namespace, name)
        record = self.store.get(key)
        if record is None:
            return None
        known = self._looked_at.get(key)
        if known is not None and known[0] == record.revision:
            return known[1]
        if len(self._looked_at) >= _LOOKED_AT_LIMIT:
            self._looked_at.clear()
        found: Wire = orjson.loads(record.data)
        self._looked_at[key] = record.revision, found
        return found

    def every(self, resource: str, namespace: str = "") -> Iterator[Wire]:
        """Yield the objects of a resource as they are stored; see `Objects.every`."""
        for record in self.store.list(resource, namespace=namespace).records:
            yield orjson.loads(record.data)

    def memo(self, name: str, resource: str, make: Callable[[], T]) -> T:
        """Return what *make* makes, as long as *resource* stays as it is; see `Objects.memo`."""
        known = self._memos.get(name)
        if known is not None and not known[0].pending:
            return cast(T, known[1])
        # A new cursor costs no more than to read the old one, and cannot have expired.
        cursor = self.store.watch(resource)
        made = make()
        self._memos[name] = (cursor, made)
        return made

    def amend(self, resource: str, obj: Wire) -> None:
        """Keep an object that was found and changed; see `Objects.amend`."""
        metadata = obj["metadata"]
        key = ObjectKey(resource, metadata.get("namespace", ""), metadata["name"])
        draft = draft_of(kind_of(resource), key, obj)
        try:
            self.store.put(draft, expected_revision=int(metadata["resourceVersion"]))
        except StoreUnwritable as error:
            raise not_kept(error) from None

    def context(self, user: User, *, dry_run: bool, warn: Callable[[str], None]) -> Context:
        """Return what a request of *user* brings with it."""
        return Context(
            user=user,
            now=written_time(int(self.clock.now())),
            clock=self.clock,
            ids=self.ids,
            objects=self,
            dry_run=dry_run,
            warn=warn,
            allocators=self.allocators,
        )


def served(scheme: Scheme) -> Scheme:
    """Return the resources of *scheme* that this server serves: all but the metrics."""
    return Scheme(one for one in scheme.resources if one.kind.group != METRICS)


def with_metrics(scheme: Scheme) -> Scheme:
    """Return *scheme* with what a server of metrics serves."""
    metrics = (one for one in Scheme.builtin().resources if one.kind.group == METRICS)
    return Scheme((*scheme.resources, *metrics))


def draft_of(kind: Kind, key: ObjectKey, obj: Wire) -> Draft:
    """Return *obj* as it is to be stored, with the words by which it is found.

    Raises:
        RecordError: If it cannot be written as JSON.
    """
    terms: tuple[str, ...] = ()
    if kind.indexed_fields:
        values = kind.fields(obj)
        named = sorted(kind.indexed_fields)
        terms = tuple(f"{one}={values[one]}" for one in named if values.get(one))
    return Draft.of(key, obj, terms=terms)


def _unknown(name: str) -> NotFound:
    return NotFound(f'the server doesn\'t have a resource type "{name}"', details={})


@lru_cache(maxsize=64)
def written_time(unix_seconds: int) -> str:
    """Return a time as the API writes it."""
    return str(Time(unix_seconds))
