"""The chain of admission: plain callables, in order, first those that change, then those that look.

Each says which resources and operations it is about, so that a write asks no more of them than
concern it. Whoever refuses raises an `ApiError`.

Source: Admission Control (Kubernetes v1.36).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias, final

import orjson

from kubeobj.api.errors import ApiError, Forbidden, InternalError, forbidden
from kubeobj.api.kind import Context, User
from kubeobj.api.wireform import WireError
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind


class Operation(StrEnum):
    """What a request does."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"
    CONNECT = "CONNECT"


WRITES = frozenset({Operation.CREATE, Operation.UPDATE})
"""What brings an object."""


@final
@dataclass(slots=True, kw_only=True)
class AdmissionRequest:
    """A request as admission sees it.

    Args:
        operation: What it does.
        kind: Group, version and kind, as objects are stored.
        resource: The plural with its group.
        subresource: The part of the object; empty for the whole.
        namespace: In which namespace; empty for the whole cluster.
        name: Of which object; empty where it is not named yet.
        obj: The object as it is to be; None of a deletion. Who may change it changes it in place.
        old: The object as it is; None of a creation. It is to be read only.
        user: Who asks.
        context: What the request brings with it; by it, what is stored can be read.
        dry_run: Whether nothing is to be kept.
    """

    operation: Operation
    kind: GroupVersionKind
    resource: str
    subresource: str
    namespace: str
    name: str
    obj: Wire | None
    old: Wire | None
    user: User
    context: Context
    dry_run: bool = False

    @property
    def object(self) -> Wire:
        """The object as it is to be, which there is unless it is a deletion.

        Raises:
            ValueError: If there is none.
        """
        if self.obj is None:
            msg = f"a {self.operation} brings no object"
            raise ValueError(msg)
        return self.obj

    def refusal(self, why: str) -> Forbidden:
        """Return the error that the request is refused, to be raised."""
        plural, _, group = self.resource.partition(".")
        return forbidden(group, plural, self.name, why)


Step: TypeAlias = Callable[[AdmissionRequest], None]
"""One step of admission; it refuses by raising an `ApiError`."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """One member of the chain.

    Args:
        name: What it is called in errors.
        mutate: Changes the object of a request.
        validate: Looks at the object of a request as it would be stored.
        resources: What it is about: ``pods``, ``deployments.apps``, ``pods/status``; None for all.
        operations: Which operations it is about.
        is_builtin: Whether it leaves objects in wire form, so that they need not be read again,
            and changes nothing that it is only to look at.
        is_last: Whether it is asked after all others, because it books what it lets pass.

    >>> def refuse_latest(request):
    ...     for container in request.object["spec"]["containers"]:
    ...         if container.get("image", "").endswith(":latest"):
    ...             raise request.refusal("say which version")
    >>> Admission(name="no-latest", validate=refuse_latest, resources=frozenset({"pods"})).name
    'no-latest'
    """

    name: str
    mutate: Step | None = None
    validate: Step | None = None
    resources: frozenset[str] | None = None
    operations: frozenset[Operation] = field(default=WRITES)
    is_builtin: bool = False
    is_last: bool = False

    def concerns(self, resource: str, operation: Operation) -> bool:
        """Return whether it is about an operation on a resource."""
        if operation not in self.operations:
            return False
        return self.resources is None or resource in self.resources


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """Those of a chain who are asked about one kind of request.

    Args:
        mutating: Those who may change the object, in order.
        validating: Those who look at it, in order.
    """

    mutating: tuple[Admission, ...]
    validating: tuple[Admission, ...]

    @property
    def is_builtin(self) -> bool:
        """Whether all those who may change the object are built in."""
        return all(one.is_builtin for one in self.mutating)

    def mutate(self, request: AdmissionRequest, read: Callable[[Wire | None], Wire]) -> Wire:
        """Let those who may change the object do so, and return what they have made of it.

        Args:
            request: The request.
            read: Returns in wire form what somebody has made of the object that is not built in.

        Raises:
            ApiError: If it is refused.
        """
        old = request.old
        for one in self.mutating:
            if one.is_builtin:
                _ask(one, one.mutate, request)
                continue
            request.old = _copied(old)
            _ask(one, one.mutate, request)
            request.obj, request.old = _read_again(one, request, read), old
        return request.object

    def validate(self, request: AdmissionRequest) -> None:
        """Let those look at the object who only look. Who is not built in gets a copy.

        Raises:
            ApiError: If it is refused.
        """
        for one in self.validating:
            seen = request
            if not one.is_builtin:
                seen = replace(request, obj=_copied(request.obj), old=_copied(request.old))
            _ask(one, one.validate, seen)


@final
class Chain:
    """Those who are asked, in order.

    Args:
        admissions: All of them.
    """

    __slots__ = ("_plans", "admissions")

    def __init__(self, admissions: Iterable[Admission] = ()) -> None:
        # Sorting keeps the order of equals.
        self.admissions: tuple[Admission, ...] = tuple(
            sorted(admissions, key=lambda one: one.is_last)
        )
        self._plans: dict[tuple[str, str, Operation], Plan] = {}

    def plan(self, resource: str, subresource: str, operation: Operation) -> Plan:
        """Return who is asked about an operation on a resource, or a part of it."""
        key = (resource, subresource, operation)
        plan = self._plans.get(key)
        if plan is None:
            full = f"{resource}/{subresource}" if subresource else resource
            concerned = [one for one in self.admissions if one.concerns(full, operation)]
            plan = self._plans[key] = Plan(
                tuple(one for one in concerned if one.mutate),
                tuple(one for one in concerned if one.validate),
            )
        return plan


def _ask(admission: Admission, step: Step | None, request: AdmissionRequest) -> None:
    """Let a member of the chain see a request.

    Raises:
        ApiError: If it refuses, or fails; then it is named.
    """
    if step is None:
        return
    try:
        step(request)
    except ApiError:
        raise
    except Exception as error:
        why = f'admission "{admission.name}" failed: {type(error).__name__}: {error}'
        raise InternalError(f"Internal error occurred: {why}") from error


def _read_again(
    admission: Admission, request: AdmissionRequest, read: Callable[[Wire | None], Wire]
) -> Wire:
    """Return what a member of the chain has made of an object, in wire form.

    Raises:
        InternalError: If it is no object of the kind any more.
    """
    try:
        return read(request.obj)
    except (ApiError, WireError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = f'admission "{admission.name}" has made no such {request.kind.kind}: {error}'
        raise InternalError(f"Internal error occurred: {why}") from None


def _copied(obj: Wire | None) -> Wire | None:
    copy: Wire | None = orjson.loads(orjson.dumps(obj))
    return copy
