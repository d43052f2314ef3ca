"""What a server says of itself: discovery, OpenAPI, its version, its health.

Every document is made when it is first asked for, and kept as bytes.

Source: ``k8s.io/apiserver/pkg/endpoints/discovery`` and API concepts, API discovery (v1.36).
"""

from collections.abc import Callable
from typing import final

import orjson

from kubeobj.api.discovery.documents import (
    aggregated,
    api_group,
    api_group_list,
    api_resource_list,
    api_versions,
)
from kubeobj.api.discovery.health import check, health
from kubeobj.api.discovery.paths import root_paths
from kubeobj.api.discovery.version import version_info
from kubeobj.api.errors import MethodNotAllowed, NotFound
from kubeobj.api.negotiation import Form, choose_discovery, choose_form
from kubeobj.api.rest.answers import answer
from kubeobj.api.rest.message import HttpRequest, HttpResponse
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersion
from kubeobj.models.scheme import Scheme

_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
_HEALTH = frozenset({"healthz", "livez", "readyz"})
_TEXT = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))
_READING = frozenset({"GET", "HEAD"})


@final
class Documents:
    """The documents of a server.

    Args:
        scheme: The resources that it serves.
    """

    __slots__ = ("_kept", "_scheme")

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme
        self._kept: dict[str, bytes | None] = {}

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the answer to a request for a document; 404 if there is no such document.

        Raises:
            NotAcceptable: If there is no such form of it.
            MethodNotAllowed: If it is to be changed.
            NotFound: If it is about a version that is not served.
        """
        segments = request.segments
        if segments and segments[0] in _HEALTH:
            return _health(request, segments)
        if segments[:1] == ["openapi"]:
            return self._openapi(request, segments)
        make = self._maker(segments)
        if make is None:
            return self._nothing(segments)
        if request.method not in _READING:
            raise MethodNotAllowed(
                "the server does not allow this method on the requested resource", details={}
            )
        return self._discovery(request, segments, make)

    def _discovery(
        self, request: HttpRequest, segments: list[str], make: Callable[[], Wire | None]
    ) -> HttpResponse:
        path = "/".join(segments)
        if segments not in (["api"], ["apis"]):
            return self._document(request, path, make, choose_form(request.header("accept")))
        form, is_whole = choose_discovery(request.header("accept"))
        if not is_whole:
            return self._document(request, path, make, form)
        core = segments == ["api"]
        key = f"{path} aggregated"
        found = self._bytes(key, lambda: aggregated(self._scheme.resources, core=core))
        headers = (("Content-Type", _AGGREGATED), ("Vary", "Accept"))
        return HttpResponse(200, headers, found or b"")

    def _document(
        self, request: HttpRequest, key: str, make: Callable[[], Wire | None], form: Form
    ) -> HttpResponse:
        del request
        found = self._bytes(key, make)
        return self._nothing(key.split("/")) if found is None else answer(200, found, form)

    def _maker(self, segments: list[str]) -> Callable[[], Wire | None] | None:
        """Return what makes the document at a path; None if there is none."""
        resources = self._scheme.resources
        fixed: dict[str, Callable[[], Wire | None]] = {
            "": lambda: root_paths(resources),
            "version": version_info,
            "api": lambda: api_versions(resources),
            "apis": lambda: api_group_list(resources),
        }
        match segments:
            case ["api", version]:
                return lambda: api_resource_list(resources, GroupVersion("", version))
            case ["apis", group]:
                return lambda: api_group(resources, group)
            case ["apis", group, version]:
                return lambda: api_resource_list(resources, GroupVersion(group, version))
            case _:
                return fixed.get("/".join(segments))

    def _openapi(self, request: HttpRequest, segments: list[str]) -> HttpResponse:
        from kubeobj.api.openapi.serving import openapi_document  # not small, and seldom asked for

        key = "/".join(segments)
        found = self._bytes(key, lambda: openapi_document(self._scheme.resources, segments[1:]))
        if found is None:
            return self._nothing(segments)
        form = choose_form(request.header("accept"))
        return answer(200, found, form)

    def _bytes(self, key: str, make: Callable[[], Wire | None]) -> bytes | None:
        if key not in self._kept:
            document = make()
            # Whoever asks for paths at random is not to fill the memory.
            if document is None:
                return None
            self._kept[key] = orjson.dumps(document)
        return self._kept[key]

    def _nothing(self, segments: list[str]) -> HttpResponse:
        """Answer where there is nothing: as the API within its groups, as any server elsewhere."""
        groups = {version.group for version in self._scheme.group_versions}
        is_of_api = segments[:1] == ["api"] and len(segments) > 1
        if is_of_api or (segments[:1] == ["apis"] and len(segments) > 2 and segments[1] in groups):
            raise NotFound("the server could not find the requested resource", details={})
        return HttpResponse(404, _TEXT, b"404 page not found\n")


def _health(request: HttpRequest, segments: list[str]) -> HttpResponse:
    if len(segments) > 1:
        found = check(segments[0], "/".join(segments[1:]))
        if found is None:
            return HttpResponse(404, _TEXT, b"404 page not found\n")
    else:
        excluded = request.query.get("exclude", [])
        found = health(segments[0], is_verbose="verbose" in request.query, excluded=excluded)
    status, text = found
    return HttpResponse(status, _TEXT, text.encode())
