"""A namespace that is deleted is emptied, and then goes.

Source: ``k8s.io/kubernetes/pkg/controller/namespace`` (v1.36); the concept page Namespaces.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, final

from kubeobj.api.errors import ApiError, NotFound
from kubeobj.api.kinds.namespace import FINALIZER
from kubeobj.controllers.namespacecontent import Emptied, content_kinds, empty
from kubeobj.controllers.storedkinds import StoredKinds
from kubeobj.documents import Wire
from kubeobj.models.resource import Resource
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import text_of
from kubeobj.reconcile.request import Cached, Request, Result, wire_of
from kubeobj.reconcile.triggers import on_self

AGAIN_AFTER_SECONDS = 8.0
"""When to look again after what nobody tells of, such as events that a finalizer keeps."""


@final
class _Condition(NamedTuple):
    """What a condition says, its type apart."""

    status: str
    reason: str
    message: str


_ALL_IS_WELL: Mapping[str, _Condition] = {
    "NamespaceDeletionDiscoveryFailure": _Condition(
        "False", "ResourcesDiscovered", "All resources successfully discovered"
    ),
    "NamespaceDeletionGroupVersionParsingFailure": _Condition(
        "False", "ParsedGroupVersions", "All legacy kube types successfully parsed"
    ),
    "NamespaceDeletionContentFailure": _Condition(
        "False",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
    ),
    "NamespaceContentRemaining": _Condition(
        "False", "ContentRemoved", "All content successfully removed"
    ),
    "NamespaceFinalizersRemaining": _Condition(
        "False", "ContentRemoved", "All content successfully removed"
    ),
}


@final
class NamespaceController:
    """Empties namespaces whose deletion has begun, and lets them go.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._namespaces = manager.informer("namespaces")
        # Those whose content somebody waits for.
        self._emptying: dict[str, None] = {}
        loop = manager.controller("namespace", self.reconcile, needs=[self._namespaces])
        self._add = loop.queue.add
        on_self(loop, self._namespaces)
        self._kinds = StoredKinds(manager, loop, self._follow)

    def _follow(self, resource: Resource, informer: Informer) -> None:
        """Be told when something leaves a namespace that is emptied."""
        if resource.namespaced:
            informer.subscribe(self._note)

    def _note(self, old: Cached | None, new: Cached | None) -> None:
        if self._emptying and old is not None:
            namespace = old["metadata"].get("namespace", "")
            is_less = new is None or new["metadata"].get("finalizers") != old["metadata"].get(
                "finalizers"
            )
            if is_less and namespace in self._emptying:
                self._add(Request("", namespace))

    def reconcile(self, request: Request) -> Result | None:
        """Empty one namespace a little further, or let it go."""
        seen = self._namespaces.cache.find(request)
        if seen is None or "deletionTimestamp" not in seen["metadata"]:
            self._emptying.pop(request.name, None)
            return None
        try:
            namespace = wire_of(self._client.get("namespaces", request.name))
        except NotFound:
            return None
        finalizers = namespace["spec"].get("finalizers") or []
        if "deletionTimestamp" not in namespace["metadata"] or FINALIZER not in finalizers:
            return None
        self._emptying[request.name] = None
        resources, undiscovered = self._discover()
        kinds = content_kinds(resources)
        emptied = empty(self._client, request.name, kinds)
        self._tell(namespace, emptied, undiscovered)
        errors = [*emptied.errors, *undiscovered]
        if errors:
            raise errors[0]
        if emptied.remaining:
            is_told = all(name in self._kinds.kinds for name in emptied.remaining)
            return None if is_told else Result(requeue_after=AGAIN_AFTER_SECONDS)
        self._let_go(namespace, [one for one in finalizers if one != FINALIZER])
        return None

    def _discover(self) -> tuple[tuple[Resource, ...], list[ApiError]]:
        """Return what is served, as far as that is known, and why no more is known."""
        try:
            return self._client.resources(), []
        except ApiError as error:
            return self._kinds.resources, [error]

    def _tell(self, namespace: Wire, emptied: Emptied, undiscovered: list[ApiError]) -> None:
        """Write the conditions, if they say something else by now."""
        now = text_of(self._clock.now())
        before = namespace["status"].get("conditions") or []
        told = {**_ALL_IS_WELL, **dict(_troubles(emptied, undiscovered))}
        after = [
            _told_anew(one, told[one["type"]], now) if one["type"] in told else one
            for one in before
        ]
        known = [one["type"] for one in before]
        after += [
            {"type": type_, **condition._asdict(), "lastTransitionTime": now}
            for type_, condition in told.items()
            if type_ not in known
        ]
        if after == before:
            return
        name = namespace["metadata"]["name"]
        change = {"status": {"conditions": after}}
        self._client.patch("namespaces", name, change, type="merge", part="status")

    def _let_go(self, namespace: Wire, finalizers: list[str]) -> None:
        name = namespace["metadata"]["name"]
        change = {"spec": {"finalizers": finalizers}}
        try:
            self._client.patch("namespaces", name, change, type="merge", part="finalize")
        except NotFound:
            return


def _told_anew(condition: Wire, now_so: _Condition, now: str) -> Wire:
    """Return a condition as it is to be, with the time of its last change of status."""
    fields = now_so._asdict()
    if condition.get("status") != now_so.status:
        fields["lastTransitionTime"] = now
    return {**condition, **fields}


def _troubles(emptied: Emptied, undiscovered: list[ApiError]) -> Iterator[tuple[str, _Condition]]:
    """Yield the conditions that hold, by type."""
    for error in undiscovered:
        yield (
            "NamespaceDeletionDiscoveryFailure",
            _Condition("True", "DiscoveryFailed", str(error)),
        )
    if emptied.errors:
        causes = ", ".join(sorted(str(one) for one in emptied.errors))
        message = f"Failed to delete all resource types, {len(emptied.errors)} remaining: {causes}"
        yield (
            "NamespaceDeletionContentFailure",
            _Condition("True", "ContentDeletionFailed", message),
        )
    if emptied.remaining:
        left = ", ".join(
            sorted(
                f"{name if '.' in name else f'{name}.'} has {count} resource instances"
                for name, count in emptied.remaining.items()
            )
        )
        message = f"Some resources are remaining: {left}"
        yield "NamespaceContentRemaining", _Condition("True", "SomeResourcesRemain", message)
    if emptied.finalizers:
        left = ", ".join(
            sorted(
                f"{name} in {count} resource instances"
                for name, count in emptied.finalizers.items()
            )
        )
        message = f"Some finalizers are remaining: {left}"
        yield "NamespaceFinalizersRemaining", _Condition("True", "SomeFinalizerRemain", message)
