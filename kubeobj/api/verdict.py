"""What the API would say of an object, without a cluster: a verdict.

The object goes the way of a create, or of an apply onto what it would take the place of, on a
server that holds nothing else and admits everything: reading, defaults and all rules of its kind.
What hangs on the cluster is not asked: other objects, such as a namespace or a class of priority;
admission; which addresses are free.

A value of the wrong type ends the way of a request at once; a verdict takes it out and goes on, so
that it names every mistake there is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import orjson

from kubeobj.api.clientapply import apply_patch, at
from kubeobj.api.clusterless import at_home, empty_core, unbound, without_server_values
from kubeobj.api.core import Core, served
from kubeobj.api.creating import create
from kubeobj.api.customkinds import with_kinds
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import ApiError, Invalid, NotFound
from kubeobj.api.kind import Kind, User
from kubeobj.api.options import WriteOptions
from kubeobj.api.patch.errors import PatchError
from kubeobj.api.patching import patch
from kubeobj.api.request import Request
from kubeobj.api.wirecheck import Readable, readable
from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.errors import ROOT, FieldError, FieldErrorType, ObjectReferenceError
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.schema import FieldSchema
from kubeobj.models.scheme import Scheme

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

    Args:
        kinds: Kinds that are not Kubernetes' own, and known all the same.

    >>> pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "Web"}, "spec": {}}
    >>> [str(error.path) for error in Judge().judge(pod).errors]
    ['metadata.name', 'spec.containers']
    """

    __slots__ = ("_core", "_endpoints")

    def __init__(self, *, kinds: Iterable[Kind] = ()) -> None:
        kinds = tuple(kinds)
        self._core = empty_core(with_kinds(served(Scheme.builtin()), kinds), kinds, "")
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
                self._endpoints[gvk] = unbound(found)
        return self._endpoints[gvk]

    def _judge(self, endpoint: Endpoint, document: Document, against: Document | None) -> Verdict:
        found = readable(endpoint.type_name, document)
        body = at_home(found.body, endpoint)
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
        core = self._fresh(_uid_of(document))
        outcome = create(_request(core, endpoint, body), body)
        made: Wire = orjson.loads(outcome.data)
        if endpoint.kind.allocate is None:
            return without_server_values(made, body, endpoint), outcome.warnings
        # What is handed out is the cluster's to say, so the object is shown as it was before.
        plain = endpoint.view(endpoint.read(body)[0])
        return without_server_values(plain, body, endpoint), outcome.warnings

    def _apply(
        self, endpoint: Endpoint, body: Wire, before: tuple[Endpoint, Wire, Document]
    ) -> tuple[Document, tuple[str, ...]]:
        old_endpoint, old, against = before
        core = self._fresh(_uid_of(against))
        name = old["metadata"].get("name", "")
        request = _request(core, endpoint, body)
        _put_there(_request(core, old_endpoint, body), old, against)
        record = core.store.get(request.key(name))
        if record is None:
            return self._create(endpoint, body, body)
        current = endpoint.document(record)
        change, form = apply_patch(endpoint, body, current, (old_endpoint, against))
        outcome = patch(request, name, change, form)
        made: Wire = orjson.loads(outcome.data)
        return without_server_values(made, body, endpoint), outcome.warnings

    def _fresh(self, uid: str) -> Core:
        return empty_core(self._core.scheme, self._core.kinds.values(), uid)

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
        old = at_home(readable(found.type_name, against).body, found)
        names = ("name", "namespace") if found.kind.namespaced else ("name",)
        if any(old["metadata"].get(name) != body["metadata"].get(name) for name in names):
            return None
        return found, old, against


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
