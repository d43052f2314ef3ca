"""A server's parts where there is no cluster: nothing stored, every address free, nobody admits.

What such a server makes of an object is what every server makes of it, once what only a server can
say is taken out again.
"""

import dataclasses
from collections.abc import Callable, Iterable
from typing import TypeAlias, final

from kubeobj.api.actions.tokens import Tokens
from kubeobj.api.admission.chain import Admission, AdmissionRequest, Chain, Operation
from kubeobj.api.admission.podsecurity import NAMESPACE_LEVELS
from kubeobj.api.allocation.allocators import Allocators
from kubeobj.api.core import Core
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import Invalid
from kubeobj.api.kind import Context, Kind
from kubeobj.clock import VirtualClock
from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.entropy import SeededIdSource
from kubeobj.models.scheme import Scheme
from kubeobj.names import SUFFIX_LENGTH, UID
from kubeobj.store.memory import MemoryStore

_Allocate: TypeAlias = Callable[[Wire, Wire | None, Context], Callable[[], None]]

SERVER_FIELDS = (
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
    "managedFields",
    "selfLink",
)
"""What only a server says in the metadata of an object, and an export of it therefore has."""


def _usual_account(request: AdmissionRequest) -> None:
    spec = request.object["spec"]
    name = spec.get("serviceAccountName") or "default"
    spec["serviceAccountName"] = spec["serviceAccount"] = name


# What every pod has in every cluster, and some rules take for granted. Of those who admit, nobody
# is asked who looks at other objects.
_USUAL = Admission(
    name="usual-account",
    mutate=_usual_account,
    resources=frozenset({"pods"}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
_CHAIN = Chain((_USUAL, NAMESPACE_LEVELS))
_NETWORKS = ("0.0.0.0/0", "fd00::/108")


@final
class _OneUid:
    """Ids for one object, which keeps its uid if it has one: what was made of it still fits."""

    __slots__ = ("_ids", "_uid")

    def __init__(self, uid: str) -> None:
        self._uid = uid
        self._ids = SeededIdSource(0)

    def uid(self) -> UID:
        """Return the uid."""
        return UID(self._uid) if self._uid else self._ids.uid()

    def suffix(self, length: int = SUFFIX_LENGTH) -> str:
        """Return the end of a generated name."""
        return self._ids.suffix(length)


def empty_core(scheme: Scheme, kinds: Iterable[Kind], uid: str) -> Core:
    """Return a server's parts with nothing in its store, not even what servers begin with.

    Args:
        scheme: What it serves.
        kinds: Kinds that are not Kubernetes' own.
        uid: The uid of the one object that is made; empty for any.
    """
    return Core(
        store=MemoryStore(),
        clock=VirtualClock(),
        ids=_OneUid(uid),
        chain=_CHAIN,
        allocators=Allocators(cidrs=_NETWORKS),
        tokens=Tokens(b""),
        scheme=scheme,
        kinds=kinds,
    )


def unbound(endpoint: Endpoint) -> Endpoint:
    """Return *endpoint* for a server that has every address."""
    kind = endpoint.kind
    if kind.allocate is None:
        return endpoint
    free = dataclasses.replace(kind, allocate=_if_there_is(kind.allocate), release=None)
    return dataclasses.replace(endpoint, kind=free)


def _if_there_is(allocate: _Allocate) -> _Allocate:
    """Return what hands out what there is, and lets pass what another cluster may have."""

    def allocate_if_there_is(obj: Wire, old: Wire | None, context: Context) -> Callable[[], None]:
        try:
            return allocate(obj, old, context)
        except Invalid as error:
            if any(one.origin != "allocation" for one in error.errors):
                raise
            for one in error.errors:
                # Networks are each cluster's own; the range of ports is hardly ever changed.
                if one.path.parts[-1] == "nodePort":
                    context.warn(f"{one.path}: {one.detail}, unless the cluster is set up for more")
            return _nothing_to_undo

    return allocate_if_there_is


def _nothing_to_undo() -> None:
    """Undo nothing."""


def without_server_values(made: Wire, body: Wire, endpoint: Endpoint) -> Document:
    """Return an object without what only a server says, and what hangs on that."""
    metadata = dict(made["metadata"])
    own = {metadata.get("uid", "")}
    if not body["metadata"].get("name"):
        own.add(metadata.pop("name", ""))
    for name in SERVER_FIELDS:
        metadata.pop(name, None)
    kept = {**made, "metadata": metadata}
    if "status" in endpoint.kind.parts:
        kept.pop("status", None)
    plain, _ = _without_values(kept, own - {""})
    return plain if isinstance(plain, dict) else kept


def _without_values(value: JsonValue, own: set[str]) -> tuple[JsonValue, bool]:
    """Return *value* without fields that are one of *own*, and whether that has emptied it."""
    if isinstance(value, str):
        return value, value in own
    if isinstance(value, list):
        return [_without_values(item, own)[0] for item in value], False
    if not isinstance(value, dict):
        return value, False
    kept: dict[str, JsonValue] = {}
    for name, part in value.items():
        plain, is_gone = _without_values(part, own)
        if not is_gone:
            kept[name] = plain
    return kept, bool(value) and not kept


def at_home(body: Wire, endpoint: Endpoint) -> Wire:
    """Return *body* in a namespace if it needs one, and without what only a server says."""
    metadata = dict(body.get("metadata") or {})
    for name in SERVER_FIELDS:
        metadata.pop(name, None)
    if endpoint.kind.namespaced:
        metadata["namespace"] = metadata.get("namespace") or "default"
    body["metadata"] = metadata
    return body
