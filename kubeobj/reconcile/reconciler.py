"""Reconcilers as people write them: a function from an object to what should be there.

    @reconciler(Website, owns=[Deployment, Service])
    def website(site, work):
        yield deployment_of(site)
        yield service_of(site)
        work.status(url=f"http://{site.metadata.name}")

What is returned or yielded is all that should be there: it is created, changed as far as it is
different, and deleted once it is no longer returned. Children have the object as their owner, and
go when it goes. What fails is tried again, later and later, with an event on the object.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast, final

from kubeobj.api.client.writer import Given
from kubeobj.api.errors import NotFound
from kubeobj.models.base import ApiObject
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.awaiting import finished
from kubeobj.reconcile.backoff import Backoff
from kubeobj.reconcile.controller import NoResult
from kubeobj.reconcile.events import EventRecorder
from kubeobj.reconcile.finalizers import (
    add_finalizer,
    has_finalizer,
    is_deleting,
    remove_finalizer,
)
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.kinds import AnyKind, kind_of, name_of
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request, Result
from kubeobj.reconcile.triggers import on_mapped, on_owned, on_self
from kubeobj.reconcile.work import Work

# What people hand in is checked when it answers, for no type can say "a model of the kind given".
Function: TypeAlias = Callable[[Any, Work], Any]  # type: ignore[explicit-any]
"""Takes an object and its work. It may be a coroutine function.

Returns None, a `Result`, an object, or objects; or it yields objects.
"""

Concerned: TypeAlias = Callable[[Any], Iterable[Request | str | tuple[str, str]]]  # type: ignore[explicit-any]
"""Says which objects are concerned by another: requests, names in its namespace, or pairs of
namespace and name."""


@final
@dataclass(slots=True)
class Reconciler:
    """A reconciler that can be installed: ``manager.install(website)``.

    Args:
        kind: The kind of objects that it looks at.
        function: What it does.
        name: What it is called in events and metrics.
        owns: The kinds of children that it makes.
        watches: Kinds whose objects concern others, and which.
        selector: Which objects it looks at, by their labels; empty for all.
        namespace: In which namespace; empty for all.
        cleans_up: What it does before an object goes, with the finalizer that keeps it until then.
        backoff: How long it waits after failures.
    """

    kind: AnyKind
    function: Function
    name: str
    owns: Sequence[AnyKind] = ()
    watches: Mapping[AnyKind, Concerned] = field(default_factory=dict)
    selector: str = ""
    namespace: str = ""
    cleans_up: Function | None = None
    backoff: Backoff = field(default_factory=Backoff)

    @property
    def finalizer(self) -> str:
        """The finalizer that keeps objects until they have been cleaned up after."""
        return f"kubeobj.io/{self.name}"

    def finalize(self, function: Function) -> Function:
        """Let *function* be called before an object goes; to be used as a decorator.

        The object stays until it has returned without an error.
        """
        self.cleans_up = function
        return function

    def __call__(self, manager: Manager) -> None:
        """Install it: make its loop, with the caches of a manager."""
        _Loop(self, manager)


def reconciler(  # noqa: PLR0913 - a reconciler says so much of itself, by name
    kind: AnyKind,
    *,
    owns: Sequence[AnyKind] = (),
    watches: Mapping[AnyKind, Concerned] | None = None,
    name: str = "",
    selector: str = "",
    namespace: str = "",
    backoff: Backoff | None = None,
) -> Callable[[Function], Reconciler]:
    """Make a reconciler of a function.

    Args:
        kind: The kind of objects that it looks at: a class, or ``Website.v1.example.com``. The
            function gets models of the class, or `Unstructured` objects.
        owns: The kinds of children that it makes.
        watches: Kinds whose objects concern others, each with a function that says which.
        name: What it is called; empty for the name of the function.
        selector: Which objects it looks at, by their labels; empty for all.
        namespace: In which namespace; empty for all.
        backoff: How long it waits after failures.

    Raises:
        ObjectReferenceError: If a kind is named that is none.
    """
    for one in (kind, *owns, *(watches or {})):
        kind_of(one)

    def made(function: Function) -> Reconciler:
        return Reconciler(
            kind,
            function,
            name or function.__name__.replace("_", "-"),
            tuple(owns),
            dict(watches or {}),
            selector,
            namespace,
            backoff=backoff or Backoff(),
        )

    return made


@final
class _Loop:
    """A reconciler at work."""

    def __init__(self, reconciler: Reconciler, manager: Manager) -> None:
        self._reconciler = reconciler
        self._manager = manager
        self._kind = name_of(kind_of(reconciler.kind))
        self._events: EventRecorder = manager.events.by(reconciler.name)
        self._objects = manager.informer(
            self._kind, namespace=reconciler.namespace, labels=reconciler.selector
        )
        self._owned: dict[Any, Informer] = {  # type: ignore[explicit-any]
            kind_of(kind): manager.informer(name_of(kind_of(kind)), namespace=reconciler.namespace)
            for kind in reconciler.owns
        }
        watched = {kind: manager.informer(name_of(kind_of(kind))) for kind in reconciler.watches}
        loop = manager.controller(
            reconciler.name,
            self.reconcile,
            needs=[self._objects, *self._owned.values(), *watched.values()],
            backoff=reconciler.backoff,
            on_error=self._tell,
        )
        on_self(loop, self._objects)
        own = kind_of(reconciler.kind)
        for informer in self._owned.values():
            on_owned(loop, informer, own.group, own.kind)
        for kind, informer in watched.items():
            on_mapped(loop, informer, _mapped(kind, reconciler.watches[kind]))

    def reconcile(self, request: Request) -> Result | None:
        document = self._objects.cache.find(request)
        if document is None:
            return None
        clean_up = self._reconciler.cleans_up
        if is_deleting(document):
            if clean_up is None or not has_finalizer(document, self._reconciler.finalizer):
                return None
            return self._clean_up(document)
        if clean_up is not None:
            client, finalizer = self._manager.client, self._reconciler.finalizer
            document = add_finalizer(client, self._kind, document, finalizer)
        return self._bring_about(document)

    def _bring_about(self, document: Cached) -> Result | None:
        work = self._work(document)
        answer = finished(self._reconciler.function(self._object(document), work))
        if isinstance(answer, Result):
            if answer.requeue_after is not None:
                work.look_again(answer.requeue_after)
        elif answer is not None:
            for child in self._children_in(answer):
                work.apply(child)
            work.children.prune(work.applied)
        try:
            work.write_status()
        except NotFound:
            return None
        return Result(work.requeue_after)

    def _clean_up(self, document: Cached) -> Result | None:
        work = self._work(document)
        clean_up = cast("Function", self._reconciler.cleans_up)
        answer = finished(clean_up(self._object(document), work))
        if isinstance(answer, Result) and answer.requeue_after is not None:
            return answer  # it is not done yet
        try:
            remove_finalizer(self._manager.client, self._kind, document, self._reconciler.finalizer)
        except NotFound:
            return None
        return None

    def _work(self, document: Cached) -> Work:
        return Work(self._manager, self._kind, document, self._owned, self._events)

    def _object(self, document: Cached) -> ApiObject | Unstructured:
        return _object_of(self._reconciler.kind, document)

    def _children_in(self, answer: object) -> Iterable[Given]:
        if isinstance(answer, ApiObject | Unstructured | Mapping):
            return [cast("Given", answer)]
        if isinstance(answer, str | bytes) or not isinstance(answer, Iterable):
            raise self._nonsense(answer)
        children = list(answer)
        for child in children:
            if not isinstance(child, ApiObject | Unstructured | Mapping):
                raise self._nonsense(child)
        return children

    def _nonsense(self, answer: object) -> NoResult:
        return NoResult(
            f"the reconciler {self._reconciler.name!r} must return None, a Result, an object or "
            f"objects, not {answer!r:.80}"
        )

    def _tell(self, request: Request, error: Exception) -> None:
        document = self._objects.cache.find(request)
        if document is not None:
            message = f"{type(error).__name__}: {error}"
            self._events.record(document, "ReconcileError", message, "Warning")


def _object_of(kind: AnyKind, document: Cached) -> ApiObject | Unstructured:
    if isinstance(kind, str):
        return Unstructured(document)
    return kind.parse(document, unknown="keep")


def _mapped(kind: AnyKind, mapping: Concerned) -> Callable[[Cached], Iterable[Request]]:
    def mapped(document: Cached) -> Iterable[Request]:
        namespace = document["metadata"].get("namespace", "")
        for one in mapping(_object_of(kind, document)):
            if isinstance(one, str):
                yield Request(namespace, one)
            else:
                yield Request(*one)

    return mapped
