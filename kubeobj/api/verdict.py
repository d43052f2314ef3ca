"""What the API would say of an object, without a cluster: a verdict.

The object goes the way of a create, or of an update of what it is compared with, on a server that
holds nothing else and admits everything: reading, defaults and all rules of its kind. What hangs
on other objects, such as a namespace or a class of priority, is not asked.

A value of the wrong type ends the way of a request at once; a verdict takes it out and goes on, so
that it names every mistake there is.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import orjson

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import ApiError, Invalid, NotFound
from kubeobj.api.fielderrors import forbidden
from kubeobj.api.options import WriteOptions
from kubeobj.api.wireform import WireError, read_wire, unknown_fields
from kubeobj.clock import VirtualClock
from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.entropy import SeededIdSource
from kubeobj.errors import (
    ROOT,
    FieldError,
    FieldErrorType,
    FieldPath,
    ObjectReferenceError,
)
from kubeobj.meta.gvk import GroupVersionKind

_MISTYPED_LIMIT = 100
# What only a server says, and what an export of a stored object therefore may have.
_SAID_BY_SERVERS = ("uid", "resourceVersion", "creationTimestamp", "generation", "selfLink")


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """What the API would say of an object.

    Args:
        errors: Every rule that it breaks; unknown fields among them.
        warnings: What the API would warn of.
        stored: The object as it would be stored, if it breaks none.
        is_known: Whether the API serves the kind at all; nothing is said of others.
    """

    errors: tuple[FieldError, ...]
    warnings: tuple[str, ...] = ()
    stored: Document | None = None
    is_known: bool = True


@final
class Judge:
    """Says what the API would say of objects, each by itself."""

    __slots__ = ("_server",)

    def __init__(self) -> None:
        self._server = ApiServer(clock=VirtualClock(), ids=SeededIdSource(0), builtin=False)

    def endpoint(self, document: Document) -> Endpoint | None:
        """Return the endpoint of an object's kind; None if its group is none of Kubernetes' own.

        Raises:
            ObjectReferenceError: If its group is, but has no such kind.
        """
        gvk = GroupVersionKind.from_object(document)
        scheme = self._server.core.scheme
        try:
            return self._server.core.endpoint_of(scheme.resource(gvk))
        except NotFound:
            return None
        except ObjectReferenceError:
            if gvk.group in {one.group for one in scheme.group_versions}:
                raise
            return None

    def judge(self, document: Document, *, against: Document | None = None) -> Verdict:
        """Return what the API would say of an object that is created.

        Args:
            document: The object.
            against: What it would take the place of; None for nothing.
        """
        try:
            endpoint = self.endpoint(document)
        except ObjectReferenceError as error:
            path = ROOT.child("kind")
            return Verdict((_error(path, document.get("kind"), str(error)),))
        if endpoint is None:
            return Verdict((), is_known=False)
        body, errors = _readable(document, endpoint.type_name)
        body = _at_home(body, endpoint, keeps_version=against is not None)
        try:
            stored, warnings = self._store(endpoint, body, against)
        except Invalid as error:
            return Verdict((*errors, *error.errors))
        except ApiError as error:
            return Verdict((*errors, _error(ROOT, None, error.message)))
        return Verdict(tuple(errors), warnings, None if errors else stored)

    def _store(
        self, endpoint: Endpoint, body: Wire, against: Document | None
    ) -> tuple[Document, tuple[str, ...]]:
        server = self._server.fork()
        namespace = body["metadata"].get("namespace", "")
        options = WriteOptions(field_validation="Ignore")
        if against is None:
            made = server.create(endpoint, body, namespace=namespace, options=options)
            return orjson.loads(made.data), made.warnings
        old, _ = _readable(against, endpoint.type_name)
        old = _at_home(old, endpoint, keeps_version=False)
        name = old["metadata"].get("name", "")
        server.create(endpoint, old, namespace=namespace, options=options)
        body["metadata"].pop("resourceVersion", None)
        body["metadata"].pop("uid", None)
        current = server.get(endpoint, name, namespace=namespace)
        body["metadata"]["resourceVersion"] = str(current.revision)
        made = server.update(endpoint, name, body, namespace=namespace, options=options)
        return orjson.loads(made.data), made.warnings


def _readable(document: Document, type_name: str) -> tuple[Wire, list[FieldError]]:
    """Return a copy of what can be read of *document*, and what is wrong with the rest."""
    body: Wire = copy.deepcopy(dict(document))
    errors = [
        forbidden(path, f'unknown field "{path}"', "unknown")
        for path in unknown_fields(type_name, body)
    ]
    for _ in range(_MISTYPED_LIMIT):
        try:
            read_wire(type_name, body)
        except WireError as error:
            errors.append(_type_error(body, error))
            if not _take_out(body, error.path):
                break
        else:
            break
    return body, errors


def _type_error(body: Wire, error: WireError) -> FieldError:
    value = _at(body, error.path)
    return FieldError(error.path, FieldErrorType.TYPE_INVALID, value, error.reason, "type")


def _at(body: JsonValue, path: FieldPath) -> JsonValue:
    for part in path.parts:
        if isinstance(body, Mapping):
            body = body.get(str(part))
        elif isinstance(body, list) and isinstance(part, int):
            body = body[part]
    return body


def _take_out(body: Wire, path: FieldPath) -> bool:
    """Remove the value at *path* from *body*; return whether there was one."""
    if not path.parts:
        return False
    holder = _at(body, FieldPath(path.parts[:-1]))
    last = path.parts[-1]
    if isinstance(holder, dict):
        return holder.pop(str(last), None) is not None
    if isinstance(holder, list) and isinstance(last, int):
        holder[last] = None
        return True
    return False


def _at_home(body: Wire, endpoint: Endpoint, *, keeps_version: bool) -> Wire:
    """Return *body* in a namespace if it needs one, and without what only a server says."""
    metadata = dict(body.get("metadata") or {})
    for name in _SAID_BY_SERVERS if not keeps_version else ():
        metadata.pop(name, None)
    if endpoint.kind.namespaced:
        metadata.setdefault("namespace", "default")
    body["metadata"] = metadata
    return body


def _error(path: FieldPath, value: JsonValue, detail: str) -> FieldError:
    return FieldError(path, FieldErrorType.INVALID, value, detail, "request")
