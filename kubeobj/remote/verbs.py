"""The verbs of a client, each one request to a server.

Source: API concepts, Resource URIs and the verbs (v1.36).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final
from urllib.parse import quote, urlencode

import orjson

from kubeobj.api.client.identity import Identity, identity_of
from kubeobj.api.client.results import ObjectList
from kubeobj.api.client.waiting import Advance
from kubeobj.api.errors import BadRequest, NotFound
from kubeobj.api.kind import User
from kubeobj.api.options import FieldValidation
from kubeobj.api.patching import PatchType
from kubeobj.documents import Wire
from kubeobj.models.codec import AnyObject
from kubeobj.models.resource import Resource
from kubeobj.models.unstructured import Unstructured
from kubeobj.remote.kinds import Kinds, path_of
from kubeobj.remote.transport import Answer, Transport
from kubeobj.remote.watch import RemoteWatch

if TYPE_CHECKING:
    from kubeobj.api.client.reader import AnyKind
    from kubeobj.api.client.writer import Given, Patch, PatchName
    from kubeobj.models.autoscalingv1 import Scale

_PATCH_TYPES: Mapping[str, PatchType] = {
    "json": PatchType.JSON,
    "merge": PatchType.MERGE,
    "strategic": PatchType.STRATEGIC,
}
_WATCHING = {
    "watch": "true",
    "allowWatchBookmarks": "true",
    "sendInitialEvents": "true",
    "resourceVersionMatch": "NotOlderThan",
}


@final
@dataclass(frozen=True, slots=True)
class Link:
    """What a remote client is connected to, and as whom.

    Args:
        transport: Asks the server.
        kinds: Which kinds it has.
        namespace: The namespace of what does not say one.
        user: In whose name it asks.
        field_manager: Under which name it writes.
        field_validation: What becomes of fields that a kind does not have.
        warn: Takes what the server warns of; None to let it pass.
        advance: Lets time pass for who waits.
        patience: How long a poll of a watch waits for something, in seconds.
    """

    transport: Transport
    kinds: Kinds
    namespace: str
    user: User
    field_manager: str
    field_validation: FieldValidation
    warn: Callable[[str], object] | None
    advance: Advance
    patience: float = 0.0


@final
class Verbs:
    """Asks a server, with the verbs of a client.

    Args:
        link: What it is connected to.
    """

    def __init__(self, link: Link) -> None:
        self.link: Link = link

    # ------------------------------------------------------------ reading

    def resources(self) -> tuple[Resource, ...]:
        """Return what is served; see `Reader.resources`."""
        return self.link.kinds.served.resources

    def get(self, kind: "AnyKind", name: str, *, namespace: str | None = None) -> AnyObject:
        """Return an object; see `Reader.get`."""
        resource = self.link.kinds.of(kind)
        if not name:
            raise BadRequest("an object has a name: say which")
        path = path_of(resource, self._place(resource, namespace), quote(name, safe=""))
        return _reader(kind)(orjson.loads(self._ask("GET", path).body))

    def list(
        self,
        kind: "AnyKind",
        *,
        namespace: str | None = None,
        selector: object = "",
        fields: object = "",
        **more: object,
    ) -> ObjectList[AnyObject]:
        """Return the objects of a kind; see `Reader.list`."""
        resource = self.link.kinds.of(kind)
        query = {
            **_selection(selector, fields),
            "limit": more.get("limit") or "",
            "continue": more.get("continue_token") or "",
            "resourceVersion": more.get("resource_version") or "",
            "resourceVersionMatch": more.get("resource_version_match") or "",
        }
        path = path_of(resource, self._scope(resource, namespace))
        return _listed(kind, self._ask("GET", path, query))

    def watch(
        self,
        kind: "AnyKind",
        *,
        namespace: str | None = None,
        selector: object = "",
        fields: object = "",
        resource_version: str = "",
    ) -> RemoteWatch[AnyObject]:
        """Return a watch of the objects of a kind; see `Reader.watch`."""
        resource = self.link.kinds.of(kind)
        query = {**_selection(selector, fields), **_WATCHING}
        if resource_version and resource_version != "0":
            query |= {"resourceVersion": resource_version}
            del query["sendInitialEvents"], query["resourceVersionMatch"]
        path = path_of(resource, self._scope(resource, namespace))
        connection, response = self.link.transport.open(_target(path, query))
        return RemoteWatch(
            connection, response, _reader(kind), resource_version, self.link.patience
        )

    def get_scale(self, kind: "AnyKind", name: str, *, namespace: str | None = None) -> "Scale":
        """Return how an object is scaled; see `Reader.get_scale`."""
        return _scale(self._ask("GET", self._scale_path(kind, name, namespace)))

    # ------------------------------------------------------------ writing

    def create(self, obj: "Given", *, dry_run: bool = False) -> AnyObject:
        """Create an object; see `Writer.create`."""
        identity = identity_of(obj)
        resource = self.link.kinds.of_kind(identity.kind)
        path = path_of(resource, self._own_place(resource, identity))
        answer = self._write("POST", path, identity.document, dry_run=dry_run)
        return _reader_of(obj)(orjson.loads(answer.body))

    def update(self, obj: "Given", *, dry_run: bool = False) -> AnyObject:
        """Put an object in the place of the one of its name; see `Writer.update`."""
        return self._update(obj, "", dry_run=dry_run)

    def update_status(self, obj: "Given", *, dry_run: bool = False) -> AnyObject:
        """Put the status of an object in place; see `Writer.update_status`."""
        return self._update(obj, "status", dry_run=dry_run)

    def patch(  # noqa: PLR0913 - a question has so many parts
        self,
        kind: "AnyKind",
        name: str,
        patch: "Patch",
        *,
        type: "PatchName | None" = None,  # noqa: A002 - its name in the API
        namespace: str | None = None,
        part: str = "",
        dry_run: bool = False,
    ) -> AnyObject:
        """Change an object as a patch says; see `Writer.patch`."""
        if part == "scale":
            raise BadRequest("a scale is no object of the kind: use scale()")
        resource = self.link.kinds.of(kind)
        path = path_of(resource, self._place(resource, namespace), quote(name, safe=""), part)
        answer = self._write(
            "PATCH", path, patch, dry_run=dry_run, media=self._patch_type(type, patch, resource)
        )
        return _reader(kind)(orjson.loads(answer.body))

    def delete(
        self,
        kind: "AnyKind | Given",
        name: str = "",
        *,
        namespace: str | None = None,
        dry_run: bool = False,
        **options: object,
    ) -> AnyObject | None:
        """Delete an object, or begin to; see `Writer.delete`."""
        if isinstance(kind, str | type):
            resource, read = self.link.kinds.of(kind), _reader(kind)
            place = self._place(resource, namespace)
        elif name or namespace is not None:
            raise TypeError("an object has its own name and namespace, so give no others")
        else:
            identity = identity_of(kind)
            resource, read = self.link.kinds.of_kind(identity.kind), _reader_of(kind)
            place, name = self._own_place(resource, identity), identity.name
        path = path_of(resource, place, quote(name, safe=""))
        body = _delete_options(options, dry_run=dry_run)
        answer = self._ask("DELETE", path, body=orjson.dumps(body))
        found: Wire = orjson.loads(answer.body)
        if found.get("kind") == "Status" and found.get("apiVersion") == "v1":
            return None
        return read(found) if dry_run else self._staying(path, found, read)

    def delete_all(
        self,
        kind: "AnyKind",
        *,
        namespace: str | None = None,
        selector: object = "",
        fields: object = "",
        dry_run: bool = False,
        **options: object,
    ) -> ObjectList[AnyObject]:
        """Delete the objects of a kind that are selected; see `Writer.delete_all`."""
        resource = self.link.kinds.of(kind)
        path = path_of(resource, self._scope(resource, namespace))
        body = _delete_options(options, dry_run=dry_run)
        query = _selection(selector, fields)
        return _listed(kind, self._ask("DELETE", path, query, body=orjson.dumps(body)))

    def evict(
        self,
        name: str,
        *,
        namespace: str | None = None,
        grace_period_seconds: int | None = None,
        dry_run: bool = False,
    ) -> None:
        """Delete a pod, if the budgets for disruptions allow it now; see `Writer.evict`."""
        body: Wire = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": name},
        }
        if grace_period_seconds is not None:
            body["deleteOptions"] = {"gracePeriodSeconds": grace_period_seconds}
        self._act_on_pod("eviction", name, body, namespace, dry_run=dry_run)

    def bind(
        self, name: str, node: str, *, namespace: str | None = None, dry_run: bool = False
    ) -> None:
        """Put a pod on a node, as a scheduler does; see `Writer.bind`."""
        body: Wire = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": name},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node},
        }
        self._act_on_pod("binding", name, body, namespace, dry_run=dry_run)

    def scale(
        self,
        kind: "AnyKind",
        name: str,
        *,
        replicas: int,
        namespace: str | None = None,
        dry_run: bool = False,
    ) -> "Scale":
        """Say how many replicas an object is to have; see `Writer.scale`."""
        path = self._scale_path(kind, name, namespace)
        change: Wire = {"spec": {"replicas": replicas}}
        return _scale(self._write("PATCH", path, change, dry_run=dry_run, media=PatchType.MERGE))

    # ------------------------------------------------------------ places

    def namespace_of(self, kind: "AnyKind") -> str:
        """Return the namespace that is meant where none is given; see `Reader.namespace_of`."""
        return self.link.namespace if self.link.kinds.of(kind).namespaced else ""

    def _place(self, resource: Resource, namespace: str | None) -> str:
        if resource.namespaced:
            place = self.link.namespace if namespace is None else namespace
            if not place:
                what = _full_name(resource)
                raise BadRequest(f"an object of {what} is in a namespace: say in which")
            return place
        if namespace:
            raise BadRequest(f"objects of {_full_name(resource)} are in no namespace")
        return ""

    def _own_place(self, resource: Resource, identity: Identity) -> str:
        if not resource.namespaced:
            return ""
        return identity.namespace or self._place(resource, None)

    def _scope(self, resource: Resource, namespace: str | None) -> str:
        return "" if namespace == "" else self._place(resource, namespace)

    def _scale_path(self, kind: "AnyKind", name: str, namespace: str | None) -> str:
        resource = self.link.kinds.of(kind)
        if resource.subresource("scale") is None:
            raise NotFound("the server could not find the requested resource", details={})
        return path_of(resource, self._place(resource, namespace), quote(name, safe=""), "scale")

    # ------------------------------------------------------------ asking

    def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        body: bytes | None = None,
        media: str = "application/json",
    ) -> Answer:
        answer = self.link.transport.ask(method, _target(path, query or {}), body, media)
        if self.link.warn is not None:
            for warning in answer.warnings:
                self.link.warn(warning)
        return answer

    def _write(
        self,
        method: str,
        path: str,
        body: object,
        *,
        dry_run: bool,
        media: str = "application/json",
    ) -> Answer:
        query = {
            "dryRun": "All" if dry_run else "",
            "fieldManager": self.link.field_manager,
            "fieldValidation": self.link.field_validation,
        }
        try:
            data = orjson.dumps(body, default=dict)
        except TypeError as error:
            raise BadRequest(str(error)) from None
        return self._ask(method, path, query, data, media)

    def _update(self, obj: "Given", part: str, *, dry_run: bool) -> AnyObject:
        identity = identity_of(obj)
        resource = self.link.kinds.of_kind(identity.kind)
        place = self._own_place(resource, identity)
        path = path_of(resource, place, quote(identity.name, safe=""), part)
        answer = self._write("PUT", path, identity.document, dry_run=dry_run)
        return _reader_of(obj)(orjson.loads(answer.body))

    def _act_on_pod(
        self, action: str, name: str, body: Wire, namespace: str | None, *, dry_run: bool
    ) -> None:
        pods = self.link.kinds.of("pods")
        path = path_of(pods, self._place(pods, namespace), quote(name, safe=""), action)
        self._write("POST", path, body, dry_run=dry_run)

    def _staying(
        self, path: str, found: Wire, read: Callable[[Wire], AnyObject]
    ) -> AnyObject | None:
        """Return a deleted object if it stays for a while, which the answer alone does not tell."""
        try:
            there: Wire = orjson.loads(self._ask("GET", path).body)
        except NotFound:
            return None
        is_same = there["metadata"].get("uid") == found["metadata"].get("uid")
        return read(found) if is_same else None

    def _patch_type(
        self, name: "PatchName | None", patch: "Patch", resource: Resource
    ) -> PatchType:
        if name is not None:
            return _PATCH_TYPES[name] if name in _PATCH_TYPES else PatchType(name)
        if isinstance(patch, list | tuple):
            return PatchType.JSON
        return PatchType.STRATEGIC if self.link.kinds.is_builtin(resource) else PatchType.MERGE

    # ------------------------------------------------------------ others

    def in_namespace(self, namespace: str) -> "Verbs":
        """Return the same with another namespace."""
        return Verbs(replace(self.link, namespace=namespace))

    def with_user(self, user: User) -> "Verbs":
        """Return the same in the name of another user."""
        kept = [one for one in self.link.transport.headers if not _is_about_user(one[0])]
        transport = self.link.transport.with_headers([*kept, *impersonating(user)])
        return Verbs(replace(self.link, user=user, transport=transport))


def impersonating(user: User) -> list[tuple[str, str]]:
    """Return the headers that ask to be taken for a user."""
    found = [("Impersonate-User", user.name)]
    found += [("Impersonate-Group", group) for group in user.groups]
    if user.uid:
        found.append(("Impersonate-Uid", user.uid))
    found += [
        (f"Impersonate-Extra-{quote(name, safe='')}", value)
        for name, values in user.extra.items()
        for value in values
    ]
    return found


def _is_about_user(header: str) -> bool:
    return header.startswith("Impersonate-")


def _full_name(resource: Resource) -> str:
    return str(resource.group_version_resource.group_resource)


def _target(path: str, query: Mapping[str, object]) -> str:
    said = {name: str(value) for name, value in query.items() if value not in {"", None}}
    return f"{path}?{urlencode(said)}" if said else path


def _selection(selector: object, fields: object) -> dict[str, str]:
    return {"labelSelector": str(selector), "fieldSelector": str(fields)}


def _delete_options(options: Mapping[str, object], *, dry_run: bool) -> Wire:
    preconditions = {"uid": options.get("uid"), "resourceVersion": options.get("resource_version")}
    said = {name: value for name, value in preconditions.items() if value is not None}
    found = {
        "gracePeriodSeconds": options.get("grace_period_seconds"),
        "propagationPolicy": options.get("propagation_policy"),
        "preconditions": said or None,
        "dryRun": ["All"] if dry_run else None,
    }
    body = {name: value for name, value in found.items() if value is not None}
    return {"kind": "DeleteOptions", "apiVersion": "v1", **body}


def _reader(kind: "AnyKind") -> Callable[[Wire], AnyObject]:
    return Unstructured if isinstance(kind, str) else kind.parse


def _reader_of(obj: "Given") -> Callable[[Wire], AnyObject]:
    from kubeobj.models.base import ApiObject

    return type(obj).parse if isinstance(obj, ApiObject) else Unstructured


def _listed(kind: "AnyKind", answer: Answer) -> ObjectList[AnyObject]:
    found: Wire = orjson.loads(answer.body)
    metadata = found.get("metadata") or {}
    # The items of a list do not say what the list says for all of them.
    named = {"apiVersion": found["apiVersion"], "kind": found["kind"].removesuffix("List")}
    read = _reader(kind)
    items = tuple(read({**named, **item}) for item in found["items"])
    return ObjectList(
        items,
        metadata.get("resourceVersion", ""),
        metadata.get("continue", ""),
        metadata.get("remainingItemCount"),
    )


def _scale(answer: Answer) -> "Scale":
    from kubeobj.models.autoscalingv1 import Scale

    return Scale.parse(orjson.loads(answer.body))
