"""Every request that a server answers: paths, methods, parameters, bodies and answers.

It is the same in both dialects of OpenAPI; they only write it differently.

Source: ``k8s.io/apiserver/pkg/endpoints`` (v1.36), installer and openapi, for which paths there
are and what their operations are called; parameters from ``metav1.ListOptions`` and its like.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import final

from kubeobj.api.openapi.facts import PATCH
from kubeobj.api.openapi.names import capitalised, group_name, type_of
from kubeobj.meta.gvk import GroupVersion, GroupVersionKind
from kubeobj.models.fieldtable import TYPES
from kubeobj.models.resource import Resource, Subresource

_WRITE = ("dryRun", "fieldManager", "fieldValidation")
_LIST = (
    "allowWatchBookmarks",
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "timeoutSeconds",
    "watch",
)
_DELETE = (
    "dryRun",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "orphanDependents",
    "propagationPolicy",
)
_DELETE_COLLECTION = tuple(
    sorted({*_DELETE, *_LIST} - {"allowWatchBookmarks", "watch"}),
)
_STREAMS = ("container", "stderr", "stdin", "stdout", "tty")
_CONNECTIONS = {
    "attach": _STREAMS,
    "exec": ("command", *_STREAMS),
    "portforward": ("ports",),
    "proxy": ("path",),
}
_LOG = (
    "container",
    "follow",
    "insecureSkipTLSVerifyBackend",
    "limitBytes",
    "previous",
    "sinceSeconds",
    "stream",
    "tailLines",
    "timestamps",
)
_PROXY_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")

# Kinds whose deletion answers with the object.
_RETURNED = frozenset(
    {
        "CSIDriver",
        "CSINode",
        "DeviceClass",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "Pod",
        "PodTemplate",
        "ResourceClaim",
        "ResourceClaimTemplate",
        "ResourceQuota",
        "ResourceSlice",
        "Service",
        "ServiceAccount",
        "StorageClass",
        "VolumeAttachment",
        "VolumeAttributesClass",
    }
)

JSON = "application/json"
"""The media type that everything comes in."""

STREAMED = f"{JSON};stream=watch"
"""The media type of a watch."""

ANSWERS = (JSON, "application/yaml")
"""The media types of answers."""

BODIES = ("*/*",)
"""The media types of bodies that are no patches: what they are is found by looking."""

PATCHES = (
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
)
"""The media types of patches; custom resources have all but the last."""

TEXT = "string"
"""The answer of an operation that answers with text."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A request that a server answers.

    Args:
        path: The path, with ``{namespace}``, ``{name}`` and ``{path}`` for what varies.
        method: The method of HTTP, in small letters.
        id: What it is called; no other operation is called so.
        tag: What it belongs to.
        action: What it does, in a word of Kubernetes' own; empty for discovery.
        kind: The kind that it is about.
        body: The type of the body; empty for none.
        needs_body: Whether there must be a body.
        answer: The type of the answer, `TEXT` for text; empty for none.
        codes: The status codes of success.
        parameters: The names of the query's parameters, beside those of every operation.
        consumes: The media types of the body.
        produces: The media types of the answer.
    """

    path: str
    method: str
    id: str
    tag: str
    action: str = ""
    kind: GroupVersionKind | None = None
    body: str = ""
    needs_body: bool = True
    answer: str = ""
    codes: tuple[int, ...] = (200,)
    parameters: tuple[str, ...] = ()
    consumes: tuple[str, ...] = BODIES
    produces: tuple[str, ...] = ANSWERS


@final
@dataclass(frozen=True, slots=True)
class _Place:
    """Where operations are: a path, and how their names say so.

    Args:
        path: The path.
        version: The group and version that it belongs to.
        kind: The kind that is served there.
        before: What stands in names before the kind.
        after: What stands in names behind it.
    """

    path: str
    version: GroupVersion
    kind: GroupVersionKind
    before: str
    after: str = ""

    def operation(self, method: str, action: str, verb: str, noun: str = "") -> Operation:
        """Return an operation here, without what goes in and out."""
        return Operation(
            path=self.path,
            method=method,
            id=f"{verb}{_prefix(self.version)}{noun}{self.before}{self.after}",
            tag=_tag(self.version),
            action=action,
            kind=self.kind,
        )


def _prefix(version: GroupVersion) -> str:
    return group_name(version.group) + capitalised(version.version)


def _tag(version: GroupVersion) -> str:
    group = group_name(version.group)
    return f"{group[:1].lower()}{group[1:]}_{version.version}"


def operations_of(resource: Resource) -> Iterator[Operation]:
    """Yield every operation on a resource, its objects and their parts."""
    version = resource.kind.group_version
    root = f"/apis/{version}" if version.group else f"/api/{version}"
    scope = "/namespaces/{namespace}" if resource.namespaced else ""
    name = ("Namespaced" if resource.namespaced else "") + resource.kind.kind
    path = f"{root}{scope}/{resource.plural}"
    place = _Place(path, version, resource.kind, name)
    yield from _on_collection(resource, place)
    yield from _on_object(resource, replace(place, path=f"{path}/{{name}}"))
    if resource.namespaced and "list" in resource.verbs:
        everywhere = replace(place, path=f"{root}/{resource.plural}", before=resource.kind.kind)
        yield _listing(resource, replace(everywhere, after="ForAllNamespaces"))
    if "watch" in resource.verbs:
        yield from _watches(resource, root, scope, place)
    for part in resource.subresources:
        yield from _on_part(resource, part, place)


def _on_collection(resource: Resource, place: _Place) -> Iterator[Operation]:
    if "list" in resource.verbs:
        yield _listing(resource, place)
    if "create" in resource.verbs:
        yield _creation(place)
    if "deletecollection" in resource.verbs:
        yield replace(
            place.operation("delete", "deletecollection", "delete", "Collection"),
            parameters=_DELETE_COLLECTION,
            body="metav1.DeleteOptions",
            needs_body=False,
            answer="metav1.Status",
        )


def _listing(resource: Resource, place: _Place) -> Operation:
    answer = type_of(replace(resource.kind, kind=f"{resource.kind.kind}List"))
    watchable = "watch" in resource.verbs
    return replace(
        place.operation("get", "list", "list"),
        answer=answer,
        parameters=_LIST,
        produces=(*ANSWERS, STREAMED) if watchable else ANSWERS,
    )


def _creation(place: _Place) -> Operation:
    kind = type_of(place.kind)
    made = place.operation("post", "post", "create")
    return replace(made, body=kind, answer=kind, codes=(200, 201, 202), parameters=_WRITE)


def _on_object(resource: Resource, place: _Place) -> Iterator[Operation]:
    yield from _readings(place, resource.verbs)
    if "delete" in resource.verbs:
        returned = resource.kind.kind in _RETURNED
        yield replace(
            place.operation("delete", "delete", "delete"),
            parameters=_DELETE,
            body="metav1.DeleteOptions",
            needs_body=False,
            answer=type_of(resource.kind) if returned else "metav1.Status",
            codes=(200, 202),
        )


def _readings(place: _Place, verbs: Iterable[str]) -> Iterator[Operation]:
    """Yield the operations that read an object or a part of one, and that change it."""
    kind = type_of(place.kind)
    if "get" in verbs:
        yield replace(place.operation("get", "get", "read"), answer=kind)
    if "update" in verbs:
        made = place.operation("put", "put", "replace")
        yield replace(made, body=kind, answer=kind, codes=(200, 201), parameters=_WRITE)
    if "patch" in verbs:
        yield replace(
            place.operation("patch", "patch", "patch"),
            body=PATCH,
            answer=kind,
            codes=(200, 201),
            parameters=(*_WRITE, "force"),
            consumes=PATCHES if kind in TYPES else PATCHES[:-1],
        )


def _watches(resource: Resource, root: str, scope: str, place: _Place) -> Iterator[Operation]:
    """Yield the operations that watch by a path of their own; an old form."""
    listed = f"{root}/watch{scope}/{resource.plural}"
    ways = [
        (listed, "watchlist", place.before, "List"),
        (f"{listed}/{{name}}", "watch", place.before, ""),
    ]
    if resource.namespaced:
        every = f"{root}/watch/{resource.plural}"
        ways.append((every, "watchlist", resource.kind.kind, "ListForAllNamespaces"))
    for path, action, before, after in ways:
        here = replace(place, path=path, before=before, after=after)
        yield replace(
            here.operation("get", action, "watch"),
            answer="metav1.WatchEvent",
            parameters=_LIST,
            produces=(*ANSWERS, STREAMED),
        )


def _on_part(resource: Resource, part: Subresource, place: _Place) -> Iterator[Operation]:
    here = replace(
        place,
        path=f"{place.path}/{{name}}/{part.name}",
        kind=part.kind,
        after=capitalised(part.name),
    )
    if part.name in _CONNECTIONS:
        yield from _connections(part.name, here)
        return
    if part.name == "log":
        made = here.operation("get", "get", "read")
        yield replace(made, answer=TEXT, parameters=_LOG, produces=("text/plain", *ANSWERS))
        return
    yield from _readings(here, part.verbs)
    if "create" in part.verbs:
        yield _creation(here)


def _connections(name: str, place: _Place) -> Iterator[Operation]:
    """Yield the operations that talk to what is behind an object."""
    methods = _PROXY_METHODS if name == "proxy" else ("get", "post")
    places = [place]
    if name == "proxy":
        places.append(replace(place, path=f"{place.path}/{{path}}", after="ProxyWithPath"))
    for here in places:
        for method in methods:
            yield replace(
                here.operation(method, "connect", "connect", method.capitalize()),
                answer=TEXT,
                parameters=_CONNECTIONS[name],
                produces=("*/*",),
            )


# ---------------------------------------------------------------- documents


def about_version(version: GroupVersion) -> Operation:
    """Return the operation that lists the resources of a group and version."""
    return Operation(
        path=f"/apis/{version}/" if version.group else f"/api/{version}/",
        method="get",
        id=f"get{_prefix(version)}APIResources",
        tag=_tag(version),
        answer="metav1.APIResourceList",
    )


def about_group(group: str) -> Operation:
    """Return the operation that lists the versions of a group; empty for the core group."""
    name = group_name(group)
    return Operation(
        path=f"/apis/{group}/" if group else "/api/",
        method="get",
        id=f"get{name}APIGroup" if group else "getCoreAPIVersions",
        tag=f"{name[:1].lower()}{name[1:]}",
        answer="metav1.APIGroup" if group else "metav1.APIVersions",
    )


def about_server() -> Iterator[Operation]:
    """Yield the operations that tell of the server."""
    yield Operation(
        path="/apis/", method="get", id="getAPIVersions", tag="apis", answer="metav1.APIGroupList"
    )
    yield Operation(
        path="/version/",
        method="get",
        id="getCodeVersion",
        tag="version",
        answer="io.k8s.apimachinery.pkg.version.Info",
        produces=(JSON,),
    )
    yield Operation(
        path="/.well-known/openid-configuration/",
        method="get",
        id="getServiceAccountIssuerOpenIDConfiguration",
        tag="WellKnown",
        answer=TEXT,
        produces=(JSON,),
    )
    yield Operation(
        path="/openid/v1/jwks/",
        method="get",
        id="getServiceAccountIssuerOpenIDKeyset",
        tag="openid",
        answer=TEXT,
        produces=("application/jwk-set+json",),
    )
