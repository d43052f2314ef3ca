"""The REST API: a request of HTTP in, a response out, no socket anywhere.

Source: API concepts (v1.36), and ``k8s.io/apiserver/pkg/endpoints`` for what answers what.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias, final

import orjson

from kubeobj.api.actions.registry import action_of
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.body import check_body, decode_body
from kubeobj.api.compression import compressed
from kubeobj.api.core import METRICS, with_metrics
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import (
    ApiError,
    BadRequest,
    InternalError,
    NotFound,
    UnsupportedMediaType,
    not_found,
    qualified,
)
from kubeobj.api.kind import User
from kubeobj.api.negotiation import Form, choose_form
from kubeobj.api.options import ListOptions, WriteOptions
from kubeobj.api.outcome import Outcome
from kubeobj.api.patching import PatchType
from kubeobj.api.rest.access import Access, check_method, is_watch
from kubeobj.api.rest.answers import answer, failure, warned
from kubeobj.api.rest.authentication import Authenticator, everybody_is_admin
from kubeobj.api.rest.documents import Documents
from kubeobj.api.rest.forms import (
    TableForm,
    list_bytes,
    list_metadata,
    partial,
    partial_list,
    table,
)
from kubeobj.api.rest.measured import MeasuredApi, Measurements
from kubeobj.api.rest.message import HttpRequest, HttpResponse
from kubeobj.api.rest.query import (
    OptionsKind,
    boolean,
    read_delete_options,
    read_list_options,
    read_write_options,
)
from kubeobj.api.rest.route import Route, Routes
from kubeobj.api.rest.streams import EventWriter, WatchStream
from kubeobj.api.scaling import scale_endpoint
from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.models.resource import Resource
from kubeobj.store.record import Record

_PATCH_TYPES = frozenset(PatchType)
# Programs whose users read what they get.
_READ_BY_PEOPLE = ("curl", "Wget", "Mozilla/5.0")
_Handler: TypeAlias = Callable[[HttpRequest, Route, Endpoint, User, Form], HttpResponse]


@final
class RestApi:
    """The REST API of a server.

    Args:
        server: The server.
        authenticate: Tells who asks; by default everybody may do everything.
        measurements: Knows what pods and nodes use; None if nobody does, and ``metrics.k8s.io`` is
            not served.

    >>> api = RestApi(ApiServer())
    >>> api.handle(HttpRequest("GET", "/api/v1/namespaces/default/pods")).status
    200
    """

    __slots__ = ("_access", "_documents", "_measured", "_routes", "server")

    def __init__(
        self,
        server: ApiServer,
        *,
        authenticate: Authenticator = everybody_is_admin,
        measurements: Measurements | None = None,
    ) -> None:
        self.server: ApiServer = server
        self._access = Access(server.core, authenticate)
        scheme = server.core.scheme
        self._measured = None
        if measurements is not None:
            self._measured = MeasuredApi(measurements)
            scheme = with_metrics(scheme)
        self._routes = Routes(scheme)
        self._documents = Documents(scheme)

    def handle(self, request: HttpRequest) -> HttpResponse:
        """Return the answer to *request*; whatever comes in, there is one."""
        form = Form()
        try:
            user = self._access.user(request)
            segments = request.segments
            route = self._routes.find(segments)
            if route is None:
                self._access.allow(user, request, None)
                return self._finish(request, self._documents.answer(request))
            if route.resource is None:
                raise NotFound("the server could not find the requested resource", details={})
            self._access.allow(user, request, route)
            form = self._form(request, route)
            return self._respond(request, route, user, form)
        except ApiError as error:
            return failure(error, form, error.warnings)
        except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
            return failure(InternalError(f"Internal error occurred: {error!r}"), form)

    def allow(self, request: HttpRequest) -> Route | None:
        """Return what a request names, once it is certain that its asker may ask it.

        For those who answer what this does not: logs, commands and ports of pods.

        Raises:
            ApiError: If the asker may not, or nobody knows who asks.
        """
        user = self._access.user(request)
        route = self._routes.find(request.segments)
        self._access.allow(user, request, route)
        return route

    # ------------------------------------------------------------ what

    def _form(self, request: HttpRequest, route: Route) -> Form:
        is_list = not route.name and request.method in {"GET", "HEAD"}
        kinds = {"Table", "PartialObjectMetadataList" if is_list else "PartialObjectMetadata"}
        is_stream = is_list and is_watch(request, route)
        if is_stream:
            kinds = {"Table", "PartialObjectMetadata"}
        form = choose_form(request.header("accept"), kinds=frozenset(kinds), is_stream=is_stream)
        if "pretty" in request.query:
            form = replace(form, pretty=boolean(request, "pretty"))
        elif request.header("user-agent").startswith(_READ_BY_PEOPLE):
            form = replace(form, pretty=True)
        return form

    def _respond(self, request: HttpRequest, route: Route, user: User, form: Form) -> HttpResponse:
        resource = route.resource
        assert resource is not None  # noqa: S101 - asked before
        check_method(request, route, resource)
        if self._measured is not None and resource.kind.group == METRICS:
            return self._finish(request, self._measured.answer(request, route, user, form))
        if route.subresource:
            return self._part(request, route, user, form)
        if "get" not in resource.verbs or resource.plural == "componentstatuses":
            return self._unstored(request, route, user, form)
        endpoint = self.server.core.endpoint_of(resource)
        handlers: dict[str, _Handler] = {
            "GET": self._get if route.name and not route.is_watch else self._list,
            "POST": self._create,
            "PUT": self._update,
            "PATCH": self._patch,
            "DELETE": self._delete if route.name else self._delete_all,
        }
        handler = handlers["GET" if request.method == "HEAD" else request.method]
        response = handler(request, route, endpoint, user, form)
        return self._finish(request, response)

    def _finish(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.method == "HEAD":
            return replace(response, body=b"")
        if response.stream is not None:
            return response
        body, headers = compressed(response.body, request.header("accept-encoding"))
        return replace(response, body=body, headers=(*response.headers, *headers))

    # ------------------------------------------------------------ reading

    def _get(
        self, request: HttpRequest, route: Route, endpoint: Endpoint, user: User, form: Form
    ) -> HttpResponse:
        del user
        record = self.server.get(endpoint, route.name, namespace=route.namespace)
        return self._object(request, endpoint, record, form)

    def _object(
        self, request: HttpRequest, endpoint: Endpoint, record: Record, form: Form
    ) -> HttpResponse:
        warnings = _deprecation(endpoint)
        if form.kind == "Table":
            metadata = {"resourceVersion": str(record.revision)}
            stored = orjson.loads(record.data)
            body = table(endpoint, [stored], metadata, self._table_form(request, form))
            return answer(200, body, form, warnings)
        if form.kind:
            return answer(
                200, partial(endpoint, endpoint.document(record), form.version), form, warnings
            )
        return answer(200, endpoint.write(record), form, warnings)

    def _list(
        self, request: HttpRequest, route: Route, endpoint: Endpoint, user: User, form: Form
    ) -> HttpResponse:
        options = read_list_options(request, user)
        if route.name:
            fields = ",".join(
                part for part in (options.field_selector, f"metadata.name={route.name}") if part
            )
            options = replace(options, field_selector=fields)
        if is_watch(request, route):
            return self._watch(request, route, endpoint, options, form)
        listing = self.server.list(endpoint, namespace=route.namespace, options=options)
        warnings = _deprecation(endpoint)
        if form.kind == "Table":
            stored = (orjson.loads(record.data) for record in listing.records)
            metadata = list_metadata(listing)
            body = table(endpoint, stored, metadata, self._table_form(request, form))
            return answer(200, body, form, warnings)
        if form.kind:
            return answer(200, partial_list(endpoint, listing, form.version), form, warnings)
        return answer(200, list_bytes(endpoint, listing), form, warnings)

    def _watch(
        self,
        request: HttpRequest,
        route: Route,
        endpoint: Endpoint,
        options: ListOptions,
        form: Form,
    ) -> HttpResponse:
        watch = self.server.watch(endpoint, namespace=route.namespace, options=options)
        now = self.server.clock.now()
        ends_at = None if not options.timeout_seconds else now + options.timeout_seconds
        table_form = self._table_form(request, form) if form.kind == "Table" else None
        version = form.version if form.kind and table_form is None else ""
        writer = EventWriter(endpoint, table_form, version)
        stream = WatchStream(self.server.core, watch, writer, ends_at)
        headers = (("Content-Type", "application/json"), *warned(_deprecation(endpoint)))
        return HttpResponse(200, headers, stream=stream)

    def _table_form(self, request: HttpRequest, form: Form) -> TableForm:
        include = request.parameter("includeObject")
        return TableForm.of(form.version, include, self.server.clock.now())

    # ------------------------------------------------------------ writing

    def _create(
        self, request: HttpRequest, route: Route, endpoint: Endpoint, user: User, form: Form
    ) -> HttpResponse:
        body, options = self._write(request, user, "CreateOptions")
        outcome = self.server.create(endpoint, body, namespace=route.namespace, options=options)
        return self._written(request, endpoint, outcome, form)

    def _update(
        self, request: HttpRequest, route: Route, endpoint: Endpoint, user: User, form: Form
    ) -> HttpResponse:
        body, options = self._write(request, user, "UpdateOptions")
        outcome = self.server.update(
            endpoint,
            route.name,
            body,
            namespace=route.namespace,
            part=route.subresource,
            options=options,
        )
        return self._written(request, endpoint, outcome, form)

    def _patch(
        self, request: HttpRequest, route: Route, endpoint: Endpoint, user: User, form: Form
    ) -> HttpResponse:
        media = request.header("content-type").partition(";")[0].strip()
        if media not in _PATCH_TYPES:
            listed = ", ".join(sorted(_PATCH_TYPES))
            raise UnsupportedMediaType(
                f"the body of the request was in an unknown format - accepted media types include:"
                f" {listed}",
                details={},
            )
        kind = PatchType(media)
        syntax = "application/yaml" if kind is PatchType.APPLY else "application/json"
        check_body(request.body, syntax)
        options = read_write_options(
            request, user, "PatchOptions", is_apply=kind is PatchType.APPLY
        )
        decoded = decode_body(request.body, syntax)
        options = replace(options, duplicates=decoded.duplicates)
        outcome = self.server.patch(
            endpoint,
            route.name,
            decoded.value,
            kind,
            namespace=route.namespace,
            part=route.subresource,
            options=options,
        )
        return self._written(request, endpoint, outcome, form)

    def _write(
        self, request: HttpRequest, user: User, kind: OptionsKind
    ) -> tuple[Document, WriteOptions]:
        """Return the body of a request that writes, and its options."""
        syntax = request.header("content-type")
        # What is wrong with the options is said before the body is looked into.
        check_body(request.body, syntax)
        options = read_write_options(request, user, kind)
        decoded = decode_body(request.body, syntax)
        return _as_object(decoded.value), replace(options, duplicates=decoded.duplicates)

    def _written(
        self, request: HttpRequest, endpoint: Endpoint, outcome: Outcome, form: Form
    ) -> HttpResponse:
        status = 201 if outcome.created else 200
        if not form.kind:
            return answer(status, outcome.data, form, outcome.warnings)
        written = orjson.loads(outcome.data)
        if written.get("kind") == "Status":
            return answer(status, written, form, outcome.warnings)
        if written.get("kind") == "Scale":
            return self._scale(request, endpoint, written, form, outcome.warnings)
        if form.kind == "Table":
            stored = orjson.loads(outcome.record.data) if outcome.record else written
            metadata = {"resourceVersion": stored["metadata"].get("resourceVersion", "")}
            written = table(endpoint, [stored], metadata, self._table_form(request, form))
        else:
            written = partial(endpoint, written, form.version)
        return answer(status, written, form, outcome.warnings)

    def _delete(
        self, request: HttpRequest, route: Route, endpoint: Endpoint, user: User, form: Form
    ) -> HttpResponse:
        options = read_delete_options(request, user, _optional_body(request))
        outcome = self.server.delete(
            endpoint, route.name, namespace=route.namespace, options=options
        )
        response = self._written(request, endpoint, outcome, form)
        if not outcome.deleted and options.orphan_dependents is False:
            return replace(response, status=202)
        return response

    def _delete_all(
        self, request: HttpRequest, route: Route, endpoint: Endpoint, user: User, form: Form
    ) -> HttpResponse:
        selection = read_list_options(request, user)
        options = read_delete_options(request, user, _optional_body(request))
        listing, warnings = self.server.delete_collection(
            endpoint, namespace=route.namespace, selection=selection, options=options
        )
        return answer(200, list_bytes(endpoint, listing), form, warnings)

    # ------------------------------------------------------------ parts and actions

    def _part(self, request: HttpRequest, route: Route, user: User, form: Form) -> HttpResponse:
        """Answer a request for a part of an object."""
        resource, method = route.resource, request.method
        assert resource is not None  # noqa: S101 - asked before
        if action_of(f"{_full(resource)}/{route.subresource}") is not None and method == "POST":
            return self._act(request, route, user, form, f"{_full(resource)}/{route.subresource}")
        endpoint = self.server.core.endpoint_of(resource)
        if route.subresource == "scale" and method in {"GET", "HEAD"}:
            scale = self.server.scale(endpoint, route.name, namespace=route.namespace)
            return self._finish(request, self._scale(request, endpoint, scale, form))
        if route.subresource not in {*endpoint.kind.parts, "scale"}:
            self.server.get(endpoint, route.name, namespace=route.namespace)
            raise BadRequest(f"{route.subresource} of {resource.plural} needs a node agent")
        handlers = {"GET": self._get, "HEAD": self._get, "PUT": self._update, "PATCH": self._patch}
        return self._finish(request, handlers[method](request, route, endpoint, user, form))

    def _scale(
        self,
        request: HttpRequest,
        endpoint: Endpoint,
        scale: Wire,
        form: Form,
        warnings: tuple[str, ...] = (),
    ) -> HttpResponse:
        """Answer with how an object is scaled."""
        endpoint = scale_endpoint(endpoint)
        if form.kind == "Table":
            metadata = {"resourceVersion": scale["metadata"]["resourceVersion"]}
            scale = table(endpoint, [scale], metadata, self._table_form(request, form))
        elif form.kind:
            scale = partial(endpoint, scale, form.version)
        return answer(200, scale, form, warnings)

    def _unstored(self, request: HttpRequest, route: Route, user: User, form: Form) -> HttpResponse:
        """Answer a request for what is not stored."""
        resource = route.resource
        assert resource is not None  # noqa: S101 - asked before
        if request.method == "POST":
            return self._act(request, route, user, form, _full(resource))
        warnings = ("v1 ComponentStatus is deprecated in v1.19+",)
        if route.name:
            error = not_found(resource.kind.group, resource.singular, route.name)
            return failure(error, form, warnings)
        body: Document = {
            "kind": "ComponentStatusList",
            "apiVersion": "v1",
            "metadata": {},
            "items": [],
        }
        return answer(200, body, form, warnings)

    def _act(
        self, request: HttpRequest, route: Route, user: User, form: Form, action: str
    ) -> HttpResponse:
        body, options = self._write(request, user, "CreateOptions")
        outcome = self.server.act(
            action, body, namespace=route.namespace, name=route.name, options=options
        )
        return self._finish(request, answer(201, outcome.data, form, outcome.warnings))


def _full(resource: Resource) -> str:
    return qualified(resource.kind.group, resource.plural)


def _as_object(value: JsonValue) -> Document:
    if value is None:
        # As Go reads it: an object of which nothing is said.
        return {}
    if not isinstance(value, dict):
        raise BadRequest("the body must be a JSON object")
    return value


def _optional_body(request: HttpRequest) -> Document | None:
    if not request.body:
        return None
    return _as_object(decode_body(request.body, request.header("content-type")).value)


def _deprecation(endpoint: Endpoint) -> tuple[str, ...]:
    return (endpoint.kind.deprecated,) if endpoint.kind.deprecated else ()
