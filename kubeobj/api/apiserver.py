"""The API server, in process: every verb, on a store, a clock and a source of ids.

There is one way in. Whoever writes, a user, a controller or a node, is read, defaulted, admitted
and validated alike, and whoever reads gets what is stored. No thread, no socket, no time of its
own: what the same calls on the same clock and ids have done once, they do again.

Source: ``k8s.io/apiserver`` (v1.36).
"""

from collections.abc import Iterable
from typing import final

from kubeobj.api.acting import act
from kubeobj.api.actions.tokens import ISSUER, Tokens
from kubeobj.api.admission.builtin import builtin_admissions
from kubeobj.api.admission.chain import Admission, Chain
from kubeobj.api.allocation.allocators import NODE_PORTS, SERVICE_CIDR, Allocators
from kubeobj.api.bootstrap import bootstrap
from kubeobj.api.core import Core, served
from kubeobj.api.creating import create
from kubeobj.api.customkinds import with_kinds
from kubeobj.api.deleting import delete, delete_all
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import NotFound
from kubeobj.api.kind import Kind
from kubeobj.api.listing import Listing, get, list_objects
from kubeobj.api.localendpoints import kinds_with_loopback
from kubeobj.api.options import DeleteOptions, ListOptions, WriteOptions
from kubeobj.api.outcome import Outcome
from kubeobj.api.patching import PatchType, patch
from kubeobj.api.request import Request, as_document, warned
from kubeobj.api.scaling import patch_scale, read_scale, update_scale
from kubeobj.api.updating import update
from kubeobj.api.watching import ObjectWatch
from kubeobj.clock import Clock, LiveClock
from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.entropy import IdSource, SystemIdSource
from kubeobj.models.scheme import Scheme
from kubeobj.store.memory import MemoryStore
from kubeobj.store.record import Record
from kubeobj.store.store import Store

_WRITE = WriteOptions()
_DELETE = DeleteOptions()
_LIST = ListOptions()


@final
class ApiServer:
    """The API server, in process. One thread writes at a time.

    Args:
        store: Where objects are kept; None for a new store in memory.
        clock: Where the time comes from; None for the machine's.
        ids: Where uids and random names come from; None for the machine's.
        admissions: What may change or refuse a write, after what Kubernetes has built in.
        builtin: Whether to have what Kubernetes has built in.
        scheme: The resources to serve; None for all of Kubernetes 1.36.
        kinds: Kinds to serve that are not Kubernetes' own. Those of whose resources *scheme* says
            nothing are served with every verb, and have no short names.
        issuer: Who is said to issue the tokens of service accounts.
        token_secret: What those tokens are signed with, so that they outlive the server; empty for
            a secret that nobody knows.
        service_cidrs: The networks of Services, one or two.
        node_ports: The first and the last port of Services on nodes.
        allow_loopback_endpoints: Whether endpoints may have loopback addresses, as those of
            processes on the one machine there is.

    >>> from kubeobj.clock import VirtualClock
    >>> from kubeobj.entropy import SeededIdSource
    >>> server = ApiServer(clock=VirtualClock(), ids=SeededIdSource(7))
    >>> made = server.create("configmaps", {"metadata": {"name": "c"}}, namespace="default")
    >>> made.record.key.name, made.created
    ('c', True)
    """

    __slots__ = ("_core",)

    def __init__(  # noqa: PLR0913 - parts that are handed in, by name
        self,
        *,
        store: Store | None = None,
        clock: Clock | None = None,
        ids: IdSource | None = None,
        admissions: Iterable[Admission] = (),
        builtin: bool = True,
        scheme: Scheme | None = None,
        kinds: Iterable[Kind] = (),
        issuer: str = ISSUER,
        token_secret: bytes = b"",
        service_cidrs: tuple[str, ...] = (SERVICE_CIDR,),
        node_ports: tuple[int, int] = NODE_PORTS,
        allow_loopback_endpoints: bool = False,
    ) -> None:
        kinds = (*(kinds_with_loopback() if allow_loopback_endpoints else ()), *kinds)
        ids = SystemIdSource() if ids is None else ids
        chain = Chain((*(builtin_admissions() if builtin else ()), *admissions))
        self._core = Core(
            store=MemoryStore() if store is None else store,
            clock=LiveClock() if clock is None else clock,
            ids=ids,
            chain=chain,
            allocators=Allocators(cidrs=service_cidrs, node_ports=node_ports),
            tokens=Tokens(token_secret or f"{ids.uid()}{ids.uid()}".encode(), issuer),
            scheme=with_kinds(served(Scheme.builtin()) if scheme is None else scheme, kinds),
            kinds=kinds,
        )
        bootstrap(self._core)

    @property
    def core(self) -> Core:
        """The parts of the server."""
        return self._core

    @property
    def store(self) -> Store:
        """Where objects are kept."""
        return self._core.store

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        return self._core.clock

    def endpoint(self, resource: str | Endpoint) -> Endpoint:
        """Return the endpoint of a resource, by any of its names.

        Raises:
            NotFound: If no such resource is served, or its objects are not stored.
        """
        return resource if isinstance(resource, Endpoint) else self._core.endpoint(resource)

    # ------------------------------------------------------------ reading

    def get(self, resource: str | Endpoint, name: str, *, namespace: str = "") -> Record:
        """Return the record of an object, in the version that it is stored in.

        Raises:
            NotFound: If it is not there.
        """
        return get(self._core, self.endpoint(resource), namespace, name)

    def list(
        self, resource: str | Endpoint, *, namespace: str = "", options: ListOptions = _LIST
    ) -> Listing:
        """Return the objects of a resource, in one namespace or all.

        Raises:
            ApiError: If the options are wrong, or the history does not reach to when they ask for.
        """
        return list_objects(self._core, self.endpoint(resource), namespace, options)

    def watch(
        self, resource: str | Endpoint, *, namespace: str = "", options: ListOptions = _LIST
    ) -> ObjectWatch:
        """Return a watch of a resource, in one namespace or all.

        Raises:
            ApiError: If the options are wrong.
        """
        return ObjectWatch(self._core, self.endpoint(resource), namespace, options)

    def scale(self, resource: str | Endpoint, name: str, *, namespace: str = "") -> Wire:
        """Return how an object is scaled.

        Raises:
            NotFound: If there is no such object, or its kind does not scale.
        """
        return read_scale(self._request(resource, namespace, _WRITE, "scale"), name)

    # ------------------------------------------------------------ writing

    def create(
        self,
        resource: str | Endpoint,
        body: Document | bytes,
        *,
        namespace: str = "",
        options: WriteOptions = _WRITE,
    ) -> Outcome:
        """Create an object.

        Args:
            resource: The resource, by any of its names.
            body: The object, as a mapping or as JSON; it is not changed, and nothing is kept of it.
            namespace: In which namespace; empty for the whole cluster.
            options: How.

        Raises:
            ApiError: If it is no object of the kind, breaks rules, is refused, or is there already.
        """
        request = self._request(resource, namespace, options)
        with warned(request):
            return create(request, as_document(body))

    def update(
        self,
        resource: str | Endpoint,
        name: str,
        body: Document | bytes,
        *,
        namespace: str = "",
        part: str = "",
        options: WriteOptions = _WRITE,
    ) -> Outcome:
        """Put another object in the place of one, or of a part of it such as ``status``.

        Raises:
            ApiError: If it is no object of the kind, breaks rules, is refused, or is not there.
        """
        request = self._request(resource, namespace, options, part)
        with warned(request):
            document = as_document(body)
            if part == "scale":
                return update_scale(request, name, document)
            return update(request, name, document)

    def patch(  # noqa: PLR0913 - a question has so many parts
        self,
        resource: str | Endpoint,
        name: str,
        change: JsonValue,
        kind: PatchType = PatchType.STRATEGIC,
        *,
        namespace: str = "",
        part: str = "",
        options: WriteOptions = _WRITE,
    ) -> Outcome:
        """Change an object, or a part of it such as ``status``, as a patch says.

        Raises:
            ApiError: If it does not apply, or its result breaks rules, is refused, or is not there.
        """
        request = self._request(resource, namespace, options, part)
        with warned(request):
            if part == "scale":
                return patch_scale(request, name, change, kind)
            return patch(request, name, change, kind)

    def delete(
        self,
        resource: str | Endpoint,
        name: str,
        *,
        namespace: str = "",
        options: DeleteOptions = _DELETE,
    ) -> Outcome:
        """Delete an object, or begin to: it stays while finalizers or its time of grace keep it.

        Raises:
            ApiError: If it is not there, not as it is expected to be, or may not be deleted.
        """
        request = self._request(resource, namespace, options)
        with warned(request):
            return delete(request, name)

    def delete_collection(
        self,
        resource: str | Endpoint,
        *,
        namespace: str = "",
        selection: ListOptions = _LIST,
        options: DeleteOptions = _DELETE,
    ) -> tuple[Listing, tuple[str, ...]]:
        """Delete what *selection* asks for; return what that was, and the warnings.

        Raises:
            ApiError: If the options are wrong, or an object may not be deleted.
        """
        request = self._request(resource, namespace, options)
        with warned(request):
            listing = list_objects(self._core, request.endpoint, namespace, selection)
            warnings = delete_all(request, listing.records)
        return listing, tuple(warnings)

    def act(
        self,
        resource: str,
        body: Document | bytes,
        *,
        namespace: str = "",
        name: str = "",
        options: WriteOptions = _WRITE,
    ) -> Outcome:
        """Do what is asked by creating something that is not stored: review, bind, evict.

        Args:
            resource: Which: ``subjectaccessreviews.authorization.k8s.io``, ``pods/eviction``.
            body: What is asked.
            namespace: In which namespace; empty for the whole cluster.
            name: Of which object, of an action on one.
            options: How.

        Raises:
            ApiError: If it is refused, or cannot be read.
        """
        return act(self._core, resource, as_document(body), namespace, name, options)

    # ------------------------------------------------------------ copies

    def fork(self, *, clock: Clock | None = None, ids: IdSource | None = None) -> "ApiServer":
        """Return a server with the same objects and history that goes on by itself.

        Args:
            clock: Its clock; None for the same one.
            ids: Where its uids and random names come from; None for the same source.

        Raises:
            TypeError: If the store is none in memory.
        """
        store = self._core.store
        if not isinstance(store, MemoryStore):
            msg = f"a {type(store).__name__} cannot be forked"
            raise TypeError(msg)
        twin = object.__new__(ApiServer)
        core = self._core
        twin._core = Core(
            store=store.fork(),
            clock=core.clock if clock is None else clock,
            ids=core.ids if ids is None else ids,
            chain=core.chain,
            allocators=core.allocators.anew(),
            tokens=core.tokens,
            scheme=core.scheme,
            kinds=core.kinds.values(),
        )
        return twin

    def _request(
        self,
        resource: str | Endpoint,
        namespace: str,
        options: WriteOptions | DeleteOptions,
        part: str = "",
    ) -> Request:
        endpoint = self.endpoint(resource)
        if part and part != "scale" and part not in endpoint.kind.parts:
            raise NotFound("the server could not find the requested resource", details={})
        return Request(self._core, endpoint, namespace, options, part)
