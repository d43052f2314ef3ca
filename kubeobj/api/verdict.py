"""What the API would say of an object, without a cluster: a verdict.

The object goes the way of a create, or of an apply onto what it would take the place of, on a
server that holds nothing else and admits everything: reading, defaults and all rules of its kind.
What hangs on the cluster is not asked: other objects, such as a namespace or a class of priority;
admission; which addresses are free.

A value of the wrong type ends the way of a request at once; a verdict takes it out and goes on, so
that it names every mistake there is.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, final

import orjson

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Chain, Operation
from kubeobj.api.admission.podsecurity import NAMESPACE_LEVELS
from kubeobj.api.allocation.allocators import Allocators
from kubeobj.api.clientapply import apply_patch, at
from kubeobj.api.core import Core, served
from kubeobj.api.creating import create
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import ApiError, Invalid, NotFound
from kubeobj.api.kind import Context, User
from kubeobj.api.options import WriteOptions
from kubeobj.api.patch.errors import PatchError
from kubeobj.api.patching import PatchType, patch
from kubeobj.api.request import Request
from kubeobj.api.wirecheck import Readable, readable
from kubeobj.clock import VirtualClock
from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.entropy import SeededIdSource
from kubeobj.errors import ROOT, FieldError, FieldErrorType, ObjectReferenceError
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.schema import FieldSchema
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
# Nobody in particular asks; what the API would write of a user is not to be shown.
_OPTIONS = WriteOptions(user=User(""), field_validation="Ignore")


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """What the API would say of an object.

    Args:
        errors: Every rule that it breaks; unknown fields among them.
        warnings: What the API would warn of.
        stored: The object as it would be stored, without what only a server can say; None if it
            would not be.
        is_known: Whether Kubernetes has the kind at all; nothing is said of others.
    """

    errors: tuple[FieldError, ...] = ()
    warnings: tuple[str, ...] = ()
    stored: Document | None = None
    is_known: bool = True


@final
class Judge:
    """Says what the API would say of objects, each by itself.

    >>> pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "Web"}, "spec": {}}
    >>> [str(error.path) for error in Judge().judge(pod).errors]
    ['metadata.name', 'spec.containers']
    """

    __slots__ = ("_core", "_endpoints")

    def __init__(self) -> None:
        self._core = _new_core(served(Scheme.builtin()), "")
        self._endpoints: dict[GroupVersionKind, Endpoint | None] = {}

    def judge(self, document: Document, *, against: Document | None = None) -> Verdict:
        """Return what the API would say of an object that is created, or applied.

        Args:
            document: The object.
            against: What is there: an object as it was exported, or a manifest that was applied
                before. None for nothing, and then the object is created.
        """
        try:
            gvk = GroupVersionKind.from_object(document)
        except ObjectReferenceError as error:
            value = document.get("apiVersion")
            return Verdict((_error("apiVersion", value, FieldErrorType.INVALID, str(error)),))
        endpoint = self._endpoint(gvk)
        if endpoint is not None:
            return self._judge(endpoint, document, against)
        schema = FieldSchema.of_kind(gvk)
        if schema is not None:  # asked of a server, and never stored
            found = readable(schema.type, document)
            return Verdict((*found.unknown, *found.mistyped))
        if _is_of_kubernetes(gvk, self._core.scheme):
            return Verdict((_unserved(gvk, self._core.scheme),))
        return Verdict(is_known=False)

    def _endpoint(self, gvk: GroupVersionKind) -> Endpoint | None:
        """Return where objects of a kind are stored; None if nowhere."""
        if gvk not in self._endpoints:
            try:
                found = self._core.endpoint_of(self._core.scheme.resource(gvk))
            except (NotFound, ObjectReferenceError):
                self._endpoints[gvk] = None
            else:
                self._endpoints[gvk] = _unbound(found)
        return self._endpoints[gvk]

    def _judge(self, endpoint: Endpoint, document: Document, against: Document | None) -> Verdict:
        found = readable(endpoint.type_name, document)
        body = _at_home(found.body, endpoint)
        errors = [*found.unknown, *found.mistyped]
        before = None if against is None else self._before(endpoint, body, against)
        try:
            if before is None:
                stored, warnings = self._create(endpoint, body, document)
            else:
                stored, warnings = self._apply(endpoint, body, before)
        except Invalid as error:
            found_wrong = _independent(found, error)
            if against is None and _uid_of(document):
                found_wrong = self._still_wrong(endpoint, document, found_wrong)
            return Verdict((*errors, *found_wrong))
        except PatchError as error:
            # It cannot be applied; most likely because it could not even be created.
            alone = self._judge(endpoint, document, None)
            refusal = _error("", None, FieldErrorType.INVALID, str(error))
            return alone if alone.errors else Verdict((refusal,))
        except ApiError as error:
            return Verdict((*errors, _error("", None, FieldErrorType.INVALID, str(error))))
        return Verdict(tuple(errors), warnings, None if errors else stored)

    def _still_wrong(
        self, endpoint: Endpoint, document: Document, errors: list[FieldError]
    ) -> list[FieldError]:
        """Return those of *errors* that an export has in an update that changes nothing, too.

        What a server has written may be what nobody could create: with ephemeral containers, say.
        """
        left = self._judge(endpoint, document, document).errors
        kept = {(error.path, error.type) for error in left}
        return [error for error in errors if (error.path, error.type) in kept]

    # ------------------------------------------------------------ ways of a request

    def _create(
        self, endpoint: Endpoint, body: Wire, document: Document
    ) -> tuple[Document, tuple[str, ...]]:
        core = _new_core(self._core.scheme, _uid_of(document))
        outcome = create(_request(core, endpoint, body), body)
        made: Wire = orjson.loads(outcome.data)
        if endpoint.kind.allocate is None:
            return _without_server_values(made, body, endpoint), outcome.warnings
        # What is handed out is the cluster's to say, so the object is shown as it was before.
        plain = endpoint.view(endpoint.read(body)[0])
        return _without_server_values(plain, body, endpoint), outcome.warnings

    def _apply(
        self, endpoint: Endpoint, body: Wire, before: tuple[Endpoint, Wire, Document]
    ) -> tuple[Document, tuple[str, ...]]:
        old_endpoint, old, against = before
        core = _new_core(self._core.scheme, _uid_of(against))
        name = old["metadata"].get("name", "")
        request = _request(core, endpoint, body)
        _put_there(_request(core, old_endpoint, body), old, against)
        record = core.store.get(request.key(name))
        if record is None:
            return self._create(endpoint, body, body)
        change = apply_patch(endpoint, body, endpoint.document(record), (old_endpoint, against))
        outcome = patch(request, name, change, PatchType.STRATEGIC)
        made: Wire = orjson.loads(outcome.data)
        return _without_server_values(made, body, endpoint), outcome.warnings

    def _before(
        self, endpoint: Endpoint, body: Wire, against: Document
    ) -> tuple[Endpoint, Wire, Document] | None:
        """Return what an object would take the place of, if that is the same object."""
        try:
            found = self._endpoint(GroupVersionKind.from_object(against))
        except ObjectReferenceError:
            return None
        if found is None or found.kind.resource != endpoint.kind.resource:
            return None
        old = _at_home(readable(found.type_name, against).body, found)
        names = ("name", "namespace") if found.kind.namespaced else ("name",)
        if any(old["metadata"].get(name) != body["metadata"].get(name) for name in names):
            return None
        return found, old, against


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


def _new_core(scheme: Scheme, uid: str) -> Core:
    """Return a server's parts with nothing in its store, not even what servers begin with."""
    return Core(
        store=MemoryStore(),
        clock=VirtualClock(),
        ids=_OneUid(uid),
        chain=_CHAIN,
        allocators=Allocators(cidrs=_NETWORKS),
        scheme=scheme,
    )


def _request(core: Core, endpoint: Endpoint, body: Wire) -> Request:
    namespace = body["metadata"]["namespace"] if endpoint.kind.namespaced else ""
    return Request(core, endpoint, namespace, _OPTIONS)


def _put_there(request: Request, old: Wire, against: Document) -> None:
    """Store what is there: as it is, if a server has written it, and else as it would be created.

    Whether it keeps all rules is not the question: it is there.
    """
    if not _uid_of(against):
        try:
            create(request, old)
        except ApiError:
            pass
        else:
            return
    obj, _ = request.endpoint.read(old)
    obj["metadata"].setdefault("uid", request.context.ids.uid())
    obj["metadata"].pop("resourceVersion", None)
    try:
        request.core.store.put(request.draft(obj["metadata"].get("name", ""), obj))
    except ApiError:
        return


def _uid_of(document: Document) -> str:
    uid = at(document, "metadata", "uid")
    return uid if isinstance(uid, str) else ""


def _at_home(body: Wire, endpoint: Endpoint) -> Wire:
    """Return *body* in a namespace if it needs one, and without what only a server says."""
    metadata = dict(body.get("metadata") or {})
    for name in SERVER_FIELDS:
        metadata.pop(name, None)
    if endpoint.kind.namespaced:
        metadata["namespace"] = metadata.get("namespace") or "default"
    body["metadata"] = metadata
    return body


# ---------------------------------------------------------------- what hangs on the cluster


def _unbound(endpoint: Endpoint) -> Endpoint:
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


def _without_server_values(made: Wire, body: Wire, endpoint: Endpoint) -> Document:
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


# ---------------------------------------------------------------- errors


def _independent(found: Readable, error: Invalid) -> list[FieldError]:
    """Return the errors that are not there just because a value could not be read."""
    if not error.errors:
        return [_error("", None, FieldErrorType.INVALID, error.message)]
    return [one for one in error.errors if not found.is_consequence(one)]


def _error(name: str, value: JsonValue, wrong: FieldErrorType, detail: str) -> FieldError:
    path = ROOT.child(name) if name else ROOT
    return FieldError(path, wrong, value, detail, "request")


def _is_of_kubernetes(gvk: GroupVersionKind, scheme: Scheme) -> bool:
    """Return whether nobody but Kubernetes itself could have a kind of this group."""
    # A group that others define has a dot; those in *.k8s.io may be others', too.
    return "." not in gvk.group or gvk.group in {one.group for one in scheme.group_versions}


def _unserved(gvk: GroupVersionKind, scheme: Scheme) -> FieldError:
    """Return the error that there is no such kind, and where there is one that is called so."""
    kind = gvk.kind.lower()
    found = [one.kind for one in scheme.resources if one.kind.kind.lower() == kind]
    known = [one.api_version for one in found if one.kind == gvk.kind]
    detail = f"Kubernetes 1.36 serves no {gvk.kind} in {gvk.api_version}"
    if known:
        value, name = gvk.api_version, "apiVersion"
        detail += f", but in {' and '.join(known)}"
    else:
        value, name = gvk.kind, "kind"
        detail += f"; is {found[0].kind} meant?" if found else ""
    return FieldError(ROOT.child(name), FieldErrorType.NOT_FOUND, value, detail, "served")
