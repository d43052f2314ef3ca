"""Reconcilers as people write them: a function from an object to what should be there.

Such as::

    @reconciler(Website, owns=[Deployment, Service])
    def website(site, work):
        yield deployment_of(site)
        yield service_of(site)
        work.status(url=f"http://{site.metadata.name}")

What is returned or yielded is all that should be there: it is created, changed as far as it is
different, and deleted once it is no longer returned. Children have the object as their owner, and
go when it goes. What fails is tried again, later and later, with an event on the object.
"""

import inspect
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast, final

from kubeobj.api.client.identity import identity_of
from kubeobj.api.client.writer import Given
from kubeobj.api.errors import NotFound
from kubeobj.documents import Document
from kubeobj.labels.selector import Selector, as_selector
from kubeobj.models.base import ApiObject
from kubeobj.models.unstructured import Unstructured
from kubeobj.names.labels import is_label_key
from kubeobj.reconcile.awaiting import Awaiter
from kubeobj.reconcile.backoff import Backoff
from kubeobj.reconcile.children import NotAChild
from kubeobj.reconcile.controller import Controller, NoResult
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
from kubeobj.reconcile.selected import Selected, meant_by, on_selected
from kubeobj.reconcile.triggers import on_mapped, on_owned, on_self
from kubeobj.reconcile.work import Work

# What people hand in is checked when it answers, for no type can say "a model of the kind given".
Function: TypeAlias = Callable[[Any, Work], Any]  # type: ignore[explicit-any]
"""Takes an object and its work. It may be a coroutine function.

Returns None, a `Result`, an object, or objects; or it yields objects, and may return a `Result`
after them.
"""

Concerned: TypeAlias = Callable[[Any], Request | str | Iterable[Request | str | tuple[str, str]]]  # type: ignore[explicit-any]
"""Says which objects are concerned by another: requests, names in its namespace, or pairs of
namespace and name; or a single request or name."""


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
    watches: Mapping[AnyKind, Concerned | Selected] = field(default_factory=dict)
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

        The object stays until it has returned without an error, and without asking to look again.
        Objects that *selector* selects no longer, and that still have the finalizer, are cleaned
        up after as well; so all objects of the kind are read.

        Raises:
            TypeError: If the function does not take an object and its work.
            ValueError: If the name of the reconciler cannot be that of a finalizer.
        """
        _check(function, self.name)
        if not is_label_key(self.finalizer):
            msg = f"{self.finalizer!r} cannot be a finalizer: give the reconciler another name"
            raise ValueError(msg)
        self.cleans_up = function
        return function

    def __call__(self, manager: Manager) -> None:
        """Install it: make its loop, with the caches of a manager."""
        _Loop(self, manager)


def reconciler(  # noqa: PLR0913 - a reconciler says so much of itself, by name
    kind: AnyKind,
    *,
    owns: Sequence[AnyKind] = (),
    watches: Mapping[AnyKind, Concerned | Selected] | None = None,
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
        watches: Kinds whose objects concern others, each with a function that says which; or with
            `selected_by`, if they are those that select them.
        name: What it is called; empty for the name of the function.
        selector: Which objects it looks at, by their labels; empty for all.
        namespace: In which namespace; empty for all.
        backoff: How long it waits after failures.

    Raises:
        ObjectReferenceError: If a kind is named that is none.
        TypeError: If the function does not take an object and its work.
    """
    for one in (kind, *owns, *(watches or {})):
        kind_of(one)

    def made(function: Function) -> Reconciler:
        called = getattr(function, "__name__", type(function).__name__)
        _check(function, called)
        return Reconciler(
            kind,
            function,
            name or called.replace("_", "-").strip("-"),
            tuple(owns),
            dict(watches or {}),
            selector,
            namespace,
            backoff=backoff or Backoff(),
        )

    return made


def _check(function: Function, name: str) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # a built-in one, which does not say
    try:
        signature.bind(None, None)
    except TypeError as error:
        msg = f"the function of the reconciler {name!r} must take an object and its work: {error}"
        raise TypeError(msg) from None


@final
class _Loop:
    """A reconciler at work."""

    def __init__(self, reconciler: Reconciler, manager: Manager) -> None:
        self._reconciler = reconciler
        self._manager = manager
        self._awaiter = Awaiter()
        self._kind = name_of(kind_of(reconciler.kind))
        self._events: EventRecorder = manager.events.by(reconciler.name)
        self._objects = manager.informer(
            self._kind,
            namespace=reconciler.namespace,
            # Who cleans up must not lose sight of an object that is selected no longer.
            labels="" if reconciler.cleans_up else reconciler.selector,
        )
        self._selector = as_selector(reconciler.selector)
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
            on_owned(loop, informer, own.group, own.kind, owners=self._objects)
        for kind, informer in watched.items():
            how = reconciler.watches[kind]
            if isinstance(how, Selected):
                on_selected(loop, informer, self._objects, self._selecting(how, loop))
            else:
                on_mapped(loop, informer, self._mapped(kind, how, loop))

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
            if not self._selector.matches(document["metadata"].get("labels") or {}):
                return None
            client, finalizer = self._manager.client, self._reconciler.finalizer
            try:
                document = add_finalizer(client, self._kind, document, finalizer)
            except NotFound:
                return None  # it has gone meanwhile
        return self._bring_about(document)

    def _bring_about(self, document: Cached) -> Result | None:
        work = self._work(document)
        answer = self._awaiter.finished(self._reconciler.function(self._object(document), work))
        if isinstance(answer, Generator):
            answer = self._drained(answer, work)
        if isinstance(answer, Result):
            self._look_again(answer, work)
        elif answer is not None:
            for child in self._children_in(answer, document):
                work.apply(child)
            work.children.prune(work.applied)
        if self._written(work, document) is None:
            return None
        return Result(work.requeue_after)

    def _clean_up(self, document: Cached) -> Result | None:
        work = self._work(document)
        clean_up = cast("Function", self._reconciler.cleans_up)
        answer = self._awaiter.finished(clean_up(self._object(document), work))
        if isinstance(answer, Result):
            self._look_again(answer, work)
        elif answer is not None:
            raise NoResult(
                f"what cleans up after {self._reconciler.name!r} must return None or a Result, "
                f"not {answer!r:.80}"
            )
        written = self._written(work, document)
        if written is None:
            return None
        if work.requeue_after is not None:
            return Result(work.requeue_after)  # it is not done yet
        try:
            remove_finalizer(self._manager.client, self._kind, written, self._reconciler.finalizer)
        except NotFound:
            return None
        return None

    def _written(self, work: Work, document: Cached) -> Cached | None:
        """Write the status, and return the object; None if it has gone."""
        try:
            return work.write_status()
        except NotFound:
            # Either the object has gone, or its kind has no place for a status.
            metadata = document["metadata"]
            namespace = metadata.get("namespace", "")
            if self._manager.client.exists(self._kind, metadata["name"], namespace=namespace):
                raise
            return None

    def _drained(self, answer: Generator[Any, None, object], work: Work) -> object:  # type: ignore[explicit-any]
        """Return all that is yielded, before anything is done with it."""
        returned: object = None

        def whole() -> Generator[Any, None, None]:  # type: ignore[explicit-any]
            nonlocal returned
            returned = yield from answer

        children = list(whole())
        if isinstance(returned, Result):
            self._look_again(returned, work)
        elif returned is not None:
            raise self._nonsense(returned)
        return children

    def _look_again(self, result: Result, work: Work) -> None:
        if result.requeue_after is not None:
            work.look_again(result.requeue_after)

    def _work(self, document: Cached) -> Work:
        return Work(self._manager, self._kind, document, self._owned, self._events)

    def _object(self, document: Cached) -> ApiObject | Unstructured:
        return _object_of(self._reconciler.kind, document)

    def _children_in(self, answer: object, document: Cached) -> list[Document]:
        """Return the documents of the children, all of which are looked at before one is made."""
        if isinstance(answer, ApiObject | Unstructured | Mapping):
            answer = [answer]
        if isinstance(answer, str | bytes) or not isinstance(answer, Iterable):
            raise self._nonsense(answer)
        namespace = document["metadata"].get("namespace", "")
        found: dict[tuple[str, str, str], Document] = {}
        for child in answer:
            if not isinstance(child, ApiObject | Unstructured | Mapping):
                raise self._nonsense(child)
            identity = identity_of(cast("Given", child))
            key = identity.kind_name, identity.namespace or namespace, identity.name
            if identity.name and key in found:
                raise NotAChild(f"{identity.kind.kind} {identity.name!r} is there twice")
            found[key] = identity.document
        # The order of a set is another in each process.
        return [found[key] for key in (sorted(found) if isinstance(answer, AbstractSet) else found)]

    def _nonsense(self, answer: object) -> NoResult:
        return NoResult(
            f"the reconciler {self._reconciler.name!r} must return None, a Result, an object or "
            f"objects, not {answer!r:.80}"
        )

    def _mapped(
        self, kind: AnyKind, mapping: Concerned, loop: Controller
    ) -> Callable[[Cached], Iterable[Request]]:
        def mapped(document: Cached) -> Iterable[Request]:
            try:
                found = mapping(_object_of(kind, document))
                return _requests(found, document["metadata"].get("namespace", ""))
            except Exception as error:
                self._cannot_tell(document, error, loop)
                return ()

        return mapped

    def _selecting(self, how: Selected, loop: Controller) -> Callable[[Cached], Selector]:
        def selects(document: Cached) -> Selector:
            try:
                return meant_by(how.selects(self._object(document)))
            except Exception as error:
                self._cannot_tell(document, error, loop)
                return Selector.nothing()

        return selects

    def _cannot_tell(self, document: Cached, error: Exception, loop: Controller) -> None:
        """Say that it is not known whom an object concerns; so nobody can be asked again."""
        loop.metrics.errors += 1
        message = f"{loop.name}: {type(error).__name__}: {error}"
        self._events.record(document, "WatchError", message, "Warning")

    def _tell(self, request: Request, error: Exception) -> None:
        document = self._objects.cache.find(request)
        if document is not None:
            message = f"{type(error).__name__}: {error}"
            self._events.record(document, "ReconcileError", message, "Warning")


def _object_of(kind: AnyKind, document: Cached) -> ApiObject | Unstructured:
    if isinstance(kind, str):
        return Unstructured(document)
    return kind.parse(document, unknown="keep")


def _requests(found: object, namespace: str) -> list[Request]:
    """Return which objects a mapping has named.

    Raises:
        TypeError: If it has named something else.
        ValueError: If something has not two parts.
    """
    if isinstance(found, str | Request):
        found = (found,)
    requests: list[Request] = []
    for one in cast("Iterable[Any]", found):  # type: ignore[explicit-any]
        place, name = (namespace, one) if isinstance(one, str) else one
        requests.append(Request(place, name))
    # The order of a set is another in each process.
    return sorted(requests) if isinstance(found, AbstractSet) else requests
