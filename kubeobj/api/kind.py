"""What an API knows of one kind; everything general asks it, and has no kind of its own in mind.

A kind is a room: `kubeobj.api.kinds` has one for each, and each makes one `Kind`. Its functions
are pure. They get objects in wire form (see `kubeobj.api.wireform`), and change only those they
are told to prepare.

The way of a write, as in Kubernetes: the body is read into wire form and given its defaults;
admission may change it; it is prepared (what the writer may not say is put back or dropped),
validated, admitted, and stored.

Source: ``k8s.io/apiserver/pkg/registry/rest`` (v1.36), RESTCreateStrategy and its like.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar, final

from kubeobj.api.allocation.allocators import Allocators
from kubeobj.api.table import PLAIN_TABLE, Table
from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.entropy import IdSource
from kubeobj.errors import FieldError
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.schema import type_of_kind
from kubeobj.names import SUBDOMAIN_NAMES, NameRule

T = TypeVar("T")

Errors: TypeAlias = Iterator[FieldError]
"""The rules that an object breaks, as they are found."""


@final
@dataclass(frozen=True, slots=True)
class User:
    """Who asks.

    Args:
        name: The name of the user.
        groups: The groups that it is in.
        uid: Its uid, if it has one.
        extra: What else the authenticator says of it.
    """

    name: str
    groups: tuple[str, ...] = ()
    uid: str = ""
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ADMIN = User("kubeobj-admin", ("system:masters", "system:authenticated"))
"""Who asks where nobody is said to: one who may do everything."""


class Objects(Protocol):
    """What is stored, to be read by rules that look at other objects."""

    def find(self, resource: str, namespace: str, name: str) -> Wire | None:
        """Return the object as it is stored, or None. It is a copy, and the caller's own.

        Args:
            resource: The plural with its group: ``pods``, ``deployments.apps``.
            namespace: Empty for objects of the whole cluster.
            name: Its name.
        """
        ...

    def look(self, resource: str, namespace: str, name: str) -> Wire | None:
        """Return the same as `find`, but shared, and to be read only.

        It is for what many requests look at, such as the namespace that they are in.
        """
        ...

    def every(self, resource: str, namespace: str = "") -> Iterable[Wire]:
        """Yield the objects of a resource, in one namespace or all; copies, the caller's own."""
        ...

    def memo(self, name: str, resource: str, make: Callable[[], T]) -> T:
        """Return what *make* makes, made again only after an object of *resource* has changed.

        Args:
            name: What it is, one name for one way to make it.
            resource: What it is made of.
            make: Makes it; what it returns is shared, and to be read only.
        """
        ...

    def amend(self, resource: str, obj: Wire) -> None:
        """Keep an object of *resource* that has been found and changed, on the API's own account.

        It goes no way of a request: only bookkeeping is done so, such as of what is used.
        """
        ...


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a request brings with it.

    Args:
        user: Who asks.
        now: When, as the API writes times, to the second.
        clock: Where the time comes from, for what needs it finer.
        ids: Where uids and random names come from.
        objects: What is stored.
        dry_run: Whether nothing is to be kept.
        warn: Takes a warning for the asker.
        allocators: What hands out addresses and ports.
    """

    user: User
    now: str
    clock: Clock
    ids: IdSource
    objects: Objects
    dry_run: bool
    warn: Callable[[str], None]
    allocators: Allocators = field(default_factory=Allocators)


def _nothing(_obj: Wire, /) -> None:
    """Change nothing."""


def nothing_open(_obj: Wire, /) -> None:
    """Fill in nothing: the default of a part that leaves nothing open."""


def _nothing_to_prepare(_obj: Wire, _context: Context, /) -> None:
    """Change nothing."""


def _nothing_to_carry(_obj: Wire, _old: Wire, _context: Context, /) -> None:
    """Change nothing."""


def _no_errors(_obj: Wire, /) -> Errors:
    return iter(())


def _no_update_errors(_obj: Wire, _old: Wire, /) -> Errors:
    return iter(())


def _no_warnings(_obj: Wire, _old: Wire | None, /) -> Iterator[str]:
    return iter(())


def _nothing_to_complete(_obj: Wire, /) -> bool:
    return False


def _no_fields(_obj: Wire, /) -> Mapping[str, str]:
    return {}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of an object that is read and written by a path of its own, such as ``status``.

    It is the whole object that is sent and received; what else has changed is put back.

    Args:
        prepare: Puts back in the first object what may not be changed by this path, from the
            second, which is stored. What metadata may never change is put back anyway.
        validate: Finds what is wrong with the first object, which is to take the place of the
            second. Rules of metadata are checked anyway.
        default: Fills in what the part leaves open, of an object whose other fields are as they
            are stored, and are not to be touched: they are shared. None if only the kind as a
            whole knows; then the whole object is read again.
    """

    prepare: Callable[[Wire, Wire, Context], None]
    validate: Callable[[Wire, Wire], Errors] = _no_update_errors
    default: Callable[[Wire], None] | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version that a kind is served in, other than the one that it is stored in.

    Args:
        kind: Group, version and kind.
        to_stored: Makes the stored form of an object of this version, which it may change.
        from_stored: Makes this version's form of a stored object, which it may change.
        default: Fills in what an object of this version leaves open, before it is converted.
        table: What is printed, if it is not what the stored version has.
        validate: Finds what is wrong with an object that is created in this version, in stored
            form, where that is not what the kind itself finds.
        validate_update: The same for updates.
        fields: The fields by which objects can be selected in this version, and what they are in
            the stored one; empty if they are the same.
    """

    kind: GroupVersionKind
    to_stored: Callable[[Wire], Wire]
    from_stored: Callable[[Wire], Wire]
    default: Callable[[Wire], None] = _nothing
    table: Table | None = None
    validate: Callable[[Wire], Errors] | None = None
    validate_update: Callable[[Wire, Wire], Errors] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How a kind is scaled.

    Args:
        selector: Returns the label selector of a stored object, as text.
        replicas: The path of the field that says how many.
        status_replicas: The path of the field that says how many there are.
    """

    selector: Callable[[Wire], str]
    replicas: tuple[str, ...] = ("spec", "replicas")
    status_replicas: tuple[str, ...] = ("status", "replicas")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the API knows of one kind.

    Args:
        kind: Group, version and kind as it is stored.
        plural: The name of the resource.
        namespaced: Whether its objects live in namespaces.
        names: Which names they may have.
        default: Fills in what an object leaves open, as its version says.
        prepare_create: Drops what may not be said at creation, and says what the API says itself.
            The status is dropped before, for a kind that has the part ``status``.
        prepare_update: Puts back in the first object, from the second, what an update may not
            change. The status is put back before, for a kind that has the part ``status``.
        validate: Finds what is wrong with an object to be created, metadata apart.
        validate_update: Finds what is wrong with the first object, which is to take the place of
            the second, metadata apart.
        warnings: Finds what the asker should be told of the first object; the second is what it
            takes the place of, or None.
        counts_generations: Whether ``metadata.generation`` counts the changes of what is wanted:
            1 at creation, one more whenever anything but metadata and status changes.
        fields: The fields by which objects can be selected, other than those of metadata, with
            their values in one object.
        field_names: The names of those fields.
        table: What is printed.
        parts: The parts with paths of their own: ``status``, and others that are like it.
        scale: How it is scaled, if it can be.
        versions: The further versions in which it is served.
        grace_seconds: Returns how long the object is given to end, where it is given any; from
            what the deleter asks for, if anything. None deletes it at once.
        prepare_delete: Changes an object whose deletion has begun.
        orphans_by_default: Whether its dependents stay when nothing is said of them.
        creates_on_update: Whether an update of what is not there creates it.
        updates_blindly: Whether an update need not say which version it is based on.
        allocate: Hands out what the API allocates, such as addresses, before validation; the
            second object is what it takes the place of, or None. Returns what undoes it.
        release: Takes back what was handed out, when an object is gone.
        resets_on_create: Whether the status is dropped at creation.
        returns_deleted: Whether a deletion answers with the object, and not with a status.
        lingers: Whether an object whose deletion has begun stays for a reason of its own kind, as
            a namespace does until it has been emptied. It is then marked as deleted without a
            time of grace.
        indexed_fields: Those of the selectable fields that objects are found and watched by
            without looking at every one; such as tell few objects from many.
        complete: Fills in what the API fills in only when it reads from its store, and returns
            whether there was anything. What is stored first is then not what is answered, so that
            even an update that changes nothing is one.
        derived_annotations: Annotations that the API makes, for clients, of what it keeps
            elsewhere: metadata alone, as in tables, has none of them.
        deprecated: What whoever uses the kind is told; empty for nothing.
        delete_warning: What is told to who deletes an object and says nothing of its dependents.
        revalidates_metadata: Whether the rules of new metadata are asked at an update as well, as
            the API does for some kinds.
        updates_metadata_once: Whether the rules of updates of metadata are not the kind's own
            too, by which the API tells of each error twice.
    """

    kind: GroupVersionKind
    plural: str
    namespaced: bool
    names: NameRule = SUBDOMAIN_NAMES
    default: Callable[[Wire], None] = _nothing
    prepare_create: Callable[[Wire, Context], None] = _nothing_to_prepare
    prepare_update: Callable[[Wire, Wire, Context], None] = _nothing_to_carry
    validate: Callable[[Wire], Errors] = _no_errors
    validate_update: Callable[[Wire, Wire], Errors] = _no_update_errors
    warnings: Callable[[Wire, Wire | None], Iterator[str]] = _no_warnings
    counts_generations: bool = False
    fields: Callable[[Wire], Mapping[str, str]] = _no_fields
    field_names: frozenset[str] = frozenset()
    table: Table = PLAIN_TABLE
    parts: Mapping[str, Part] = field(default_factory=dict)
    scale: Scale | None = None
    versions: tuple[Version, ...] = ()
    grace_seconds: Callable[[Wire, int | None], int | None] | None = None
    prepare_delete: Callable[[Wire, Context], None] = _nothing_to_prepare
    orphans_by_default: bool = False
    creates_on_update: bool = False
    updates_blindly: bool = True
    allocate: "Callable[[Wire, Wire | None, Context], Callable[[], None]] | None" = None
    release: "Callable[[Wire, Context], None] | None" = None
    resets_on_create: bool = True
    returns_deleted: bool = False
    lingers: Callable[[Wire], bool] | None = None
    indexed_fields: frozenset[str] = frozenset()
    complete: Callable[[Wire], bool] = _nothing_to_complete
    derived_annotations: frozenset[str] = frozenset()
    deprecated: str = ""
    delete_warning: str = ""
    revalidates_metadata: bool = False
    updates_metadata_once: bool = False

    resource: str = field(init=False)
    """The resource with its group, which is the first part of keys."""

    def __post_init__(self) -> None:
        name = f"{self.plural}.{self.group}" if self.group else self.plural
        object.__setattr__(self, "resource", name)

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.kind.group

    @property
    def type_name(self) -> str:
        """The type of its objects as they are stored, as `FieldSchema` names it."""
        return type_of_kind(self.kind)


def keep_status(obj: Wire, old: Wire) -> None:
    """Put the status of *old* in place of that of *obj*."""
    put_back(obj, old, "status")


def put_back(obj: Wire, old: Wire, *names: str) -> None:
    """Put the fields of *old* in place of those of *obj*, or none where it has none."""
    for name in names:
        if name in old:
            obj[name] = old[name]
        else:
            obj.pop(name, None)


def _only_status(obj: Wire, old: Wire, _context: Context) -> None:
    for name in [*obj, *old]:
        if name not in {"status", "metadata"}:
            put_back(obj, old, name)


STATUS = Part(prepare=_only_status)
"""The status of a kind that has no rules for it: nothing but status and metadata may change."""
