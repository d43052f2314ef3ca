"""One request that writes: who, what, how, and the warnings that it earns.

Source: ``k8s.io/apiserver/pkg/endpoints/handlers`` (v1.36).
"""

from collections.abc import Mapping
from types import TracebackType
from typing import final

import orjson

from kubeobj.api.admission.chain import AdmissionRequest, Operation, Plan
from kubeobj.api.core import Core, draft_of
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import ApiError, BadRequest, invalid, not_kept
from kubeobj.api.kind import Context, Part
from kubeobj.api.metadata import settle_namespace
from kubeobj.api.options import DeleteOptions, WriteOptions
from kubeobj.api.unknownfields import unknown_fields
from kubeobj.api.wireform import WireError
from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.errors import FieldError
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import RecordError, StoreUnwritable
from kubeobj.store.record import Draft, Record

OBJECT_BYTES_LIMIT = 1_572_864
"""The largest object that is kept, in bytes of JSON; what etcd takes in one request."""

# Nothing but plain JSON, so that what is the same is read as the same.
_PLAIN = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_SUBCLASS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
)


@final
class Request:
    """One request that writes.

    Args:
        core: What it works on.
        endpoint: The resource.
        namespace: In which namespace; empty for the whole cluster.
        options: How.
        subresource: The part of the object that it is about; empty for the whole.
    """

    __slots__ = (
        "context",
        "core",
        "endpoint",
        "kind",
        "namespace",
        "options",
        "resets_managers",
        "subresource",
        "warnings",
    )

    def __init__(
        self,
        core: Core,
        endpoint: Endpoint,
        namespace: str,
        options: WriteOptions | DeleteOptions,
        subresource: str = "",
    ) -> None:
        self.core = core
        self.endpoint = endpoint
        self.kind = endpoint.kind
        self.namespace = namespace
        self.options = options
        self.subresource = subresource
        self.resets_managers = False
        self.warnings: list[str] = []
        if self.kind.deprecated:
            self.warnings.append(self.kind.deprecated)
        self.context: Context = core.context(
            options.user, dry_run=options.dry_run, warn=self.warnings.append
        )

    def key(self, name: str) -> ObjectKey:
        """Return where the object called *name* is stored."""
        return ObjectKey(self.kind.resource, self.namespace, name)

    # ------------------------------------------------------------ reading

    def read(self, body: Document, old: Wire | None = None) -> Wire:
        """Return a body in stored form, with its defaults.

        Args:
            body: The body.
            old: What it is to take the place of, if anything: what is the same need not be read.

        Raises:
            BadRequest: If it is no object of the kind, or has fields that are refused.
        """
        check_type(self.endpoint.gvk, body)
        self.note_managers(body)
        try:
            if old is None or self.endpoint.version is not None or type(body) is not dict:
                obj, has_unknown = self.endpoint.read(body)
            else:
                obj, has_unknown = self._read_changes(body, old)
        except WireError as error:
            gvk = self.endpoint.gvk
            raise BadRequest(
                f'{gvk.kind} in version "{gvk.version}" cannot be handled as a {gvk.kind}: {error}'
            ) from None
        self.judge_strictly(body, has_unknown=has_unknown)
        return obj

    def _read_changes(self, body: Wire, old: Wire) -> tuple[Wire, bool]:
        part = self.sharing_part
        own = self.subresource if part is not None else ""
        # The part that the request is about is read in any case.
        same = {
            name: stored
            for name, stored in old.items()
            if name != own and _is_same(body.get(name), stored)
        }
        changed = body.keys() - same.keys()
        if part is not None and changed <= {own}:
            same["metadata"] = {**old["metadata"]}
            return self.endpoint.read_again({**body, **same}, {own}, part)
        copied: Wire = orjson.loads(orjson.dumps(same))
        return self.endpoint.read_again({**body, **copied}, changed)

    @property
    def sharing_part(self) -> Part | None:
        """The part that the request is about, if what else is stored can be shared meanwhile.

        Nobody changes it then: neither defaults, nor those who admit.
        """
        part = self.kind.parts.get(self.subresource) if self.subresource else None
        if part is None or part.default is None or self.endpoint.version is not None:
            return None
        return part if self._plan(Operation.UPDATE).is_builtin else None

    def judge_strictly(self, body: Document, *, has_unknown: bool) -> None:
        """Warn of fields that are unknown or given twice, or refuse them; see `judge_strictly`."""
        if isinstance(self.options, WriteOptions):
            type_name = self.endpoint.type_name
            self.warnings += judge_strictly(type_name, body, self.options, has_unknown=has_unknown)

    def note_managers(self, body: Document) -> None:
        """Note whether *body* says that nobody manages any field, which is a change by itself."""
        metadata = body.get("metadata")
        if isinstance(metadata, Mapping) and metadata.get("managedFields") in ([], [{}]):
            self.resets_managers = True

    # ------------------------------------------------------------ admission

    def mutate(self, operation: Operation, name: str, obj: Wire, old: Wire | None) -> Wire:
        """Let admission change *obj*, and return it in wire form.

        Raises:
            ApiError: If it is refused.
        """
        plan = self._plan(operation)
        if not plan.mutating:
            return obj
        return plan.mutate(self._admission(operation, name, obj, old), self._reread)

    def admit(self, operation: Operation, name: str, obj: Wire | None, old: Wire | None) -> None:
        """Let admission look at *obj* as it would be stored.

        Raises:
            ApiError: If it is refused.
        """
        plan = self._plan(operation)
        if plan.validating:
            plan.validate(self._admission(operation, name, obj, old))

    def _plan(self, operation: Operation) -> Plan:
        return self.core.chain.plan(self.kind.resource, self.subresource, operation)

    def _admission(
        self, operation: Operation, name: str, obj: Wire | None, old: Wire | None
    ) -> AdmissionRequest:
        kind = self.kind
        return AdmissionRequest(
            operation=operation,
            kind=kind.kind,
            resource=kind.resource,
            subresource=self.subresource,
            namespace=self.namespace,
            name=name or (obj["metadata"].get("generateName", "") if obj else ""),
            obj=obj,
            old=old,
            user=self.options.user,
            context=self.context,
            dry_run=self.options.dry_run,
        )

    def _reread(self, obj: Wire | None) -> Wire:
        """Return what somebody has made of an object in stored form, in stored form again."""
        read, _ = self.endpoint.read(None if obj is None else self.endpoint.view(obj))
        settle_namespace(read, self.kind, self.namespace)
        return read

    # ------------------------------------------------------------ writing

    def refuse_if(self, errors: list[FieldError], name: str) -> None:
        """Refuse an object that breaks rules.

        Raises:
            Invalid: If *errors* are any.
        """
        if errors:
            raise invalid(self.kind.group, self.kind.kind.kind, name, errors)

    def draft(self, name: str, obj: Wire) -> Draft:
        """Return *obj* as it is to be stored.

        Raises:
            BadRequest: If it cannot be written as JSON.
        """
        try:
            draft = draft_of(self.kind, self.key(name), obj)
        except RecordError as error:
            raise BadRequest(str(error)) from None
        if len(draft.body) > OBJECT_BYTES_LIMIT:
            raise ApiError("etcdserver: request is too large")
        return draft

    def stored(self, record: Record) -> Wire:
        """Return the object of *record*, for the caller to change."""
        obj: Wire = orjson.loads(record.data)
        return obj

    def answer(self, obj: Wire) -> bytes:
        """Return the JSON of an object that is not kept, in the version that is asked for."""
        return orjson.dumps(self.endpoint.view(obj), option=orjson.OPT_SORT_KEYS)


def _is_same(given: JsonValue, stored: JsonValue) -> bool:
    """Return whether two values are the same JSON, of the same types."""
    if given.__class__ is str:
        return given == stored
    try:
        return orjson.dumps(given, option=_PLAIN) == orjson.dumps(stored, option=_PLAIN)
    except TypeError:
        return False


def check_type(gvk: GroupVersionKind, body: Document) -> None:
    """Make sure that *body* is of the kind and version *gvk*, if it says of which it is.

    Raises:
        BadRequest: If not.
    """
    version, kind = body.get("apiVersion") or gvk.api_version, body.get("kind") or gvk.kind
    if version != gvk.api_version:
        raise BadRequest(
            f"the API version in the data ({version}) does not match the expected API version"
            f" ({gvk.api_version})"
        )
    if kind != gvk.kind:
        raise BadRequest(
            f"the kind in the data ({kind}) does not match the expected kind ({gvk.kind})"
        )


def judge_strictly(
    type_name: str, body: Document, options: WriteOptions, *, has_unknown: bool
) -> list[str]:
    """Return warnings of fields that are unknown or given twice, or refuse them, as options say.

    Raises:
        BadRequest: If there are any, and they are refused.
    """
    if options.field_validation == "Ignore":
        return []
    found = [f'duplicate field "{path}"' for path in options.duplicates]
    if has_unknown:
        found += [f'unknown field "{path}"' for path in unknown_fields(type_name, body)]
    if found and options.field_validation == "Strict":
        raise BadRequest(f"strict decoding error: {', '.join(found)}")
    return found


def as_document(body: object) -> Document:
    """Return a body as a JSON object.

    Args:
        body: A mapping, or JSON text in bytes or a string.

    Raises:
        BadRequest: If it is neither, or no object.
    """
    if isinstance(body, bytes | bytearray | memoryview | str):
        try:
            body = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BadRequest(f"couldn't get version/kind; json parse error: {error}") from None
    if not isinstance(body, Mapping):
        raise BadRequest("the body must be a JSON object")
    return body


@final
class warned:  # noqa: N801 - used as a function is
    """Lets errors tell the warnings that a request has earned before it failed.

    That the store cannot keep what was written is an error of the API from here on.

    Args:
        request: The request.
    """

    __slots__ = ("_request",)

    def __init__(self, request: Request) -> None:
        self._request = request

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, StoreUnwritable):
            raised = not_kept(error)
            raised.warnings = tuple(self._request.warnings)
            raise raised from None
        if isinstance(error, ApiError) and self._request.warnings:
            error.warnings = tuple(self._request.warnings)
