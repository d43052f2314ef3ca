"""What the API itself says in the metadata of every object, and what it lets others say.

Source: ``k8s.io/apiserver/pkg/registry/rest`` BeforeCreate, BeforeUpdate and meta.go; the rule for
finalizers is that of ``k8s.io/kubernetes/pkg/apis/core/validation`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.errors import BadRequest
from kubeobj.api.fielderrors import invalid
from kubeobj.api.kind import Context, Kind
from kubeobj.documents import Wire
from kubeobj.errors import FieldError
from kubeobj.meta.metarules import (
    METADATA,
    validate_read_object_meta,
    validate_read_object_meta_update,
)
from kubeobj.names import generate_name

STANDARD_FINALIZERS = frozenset({"kubernetes", "orphan", "foregroundDeletion"})
"""The finalizers that have no domain before their name."""

_SYSTEM = ("selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields")
_OWNERS = "ownerReferences"


def settle_namespace(obj: Wire, kind: Kind, namespace: str) -> None:
    """Give *obj* the namespace of the request, or none if its kind has none.

    Raises:
        BadRequest: If it says another one.
    """
    metadata = obj["metadata"]
    given = metadata.get("namespace", "")
    if not kind.namespaced:
        metadata.pop("namespace", None)
    elif not given:
        metadata["namespace"] = namespace
    elif given != namespace:
        raise BadRequest(
            "the namespace of the provided object does not match the namespace sent on the request"
        )


def begin(obj: Wire, kind: Kind, context: Context) -> None:
    """Write what the API says of an object that is made now."""
    metadata = obj["metadata"]
    for name in _SYSTEM:
        metadata.pop(name, None)
    metadata["uid"] = context.ids.uid()
    metadata["creationTimestamp"] = context.now
    if not metadata.get("name") and metadata.get("generateName"):
        metadata["name"] = generate_name(metadata["generateName"], context.ids)
    if metadata.get("generation", 0) >= 0:  # a rule refuses one below 0
        metadata.pop("generation", None)
    if kind.counts_generations:
        metadata["generation"] = 1


def carry_over(obj: Wire, old: Wire) -> None:
    """Write what the API says of *obj*, which is to take the place of *old*."""
    metadata, before = obj["metadata"], old["metadata"]
    metadata.pop("managedFields", None)
    metadata.setdefault("uid", before.get("uid", ""))
    for name in ("creationTimestamp", "deletionTimestamp"):
        if name in before:
            metadata[name] = before[name]
    if "deletionGracePeriodSeconds" in before:
        metadata.setdefault("deletionGracePeriodSeconds", before["deletionGracePeriodSeconds"])


def drop_repeated_owners(obj: Wire, context: Context) -> None:
    """Keep one of several owner references that are the same, and warn."""
    owners = obj["metadata"].get(_OWNERS)
    if not owners or len(owners) < 2:
        return
    seen: list[Wire] = []
    for owner in owners:
        if owner in seen:
            context.warn(
                f".metadata.ownerReferences contains duplicate entries; API server dedups owner"
                f" references in 1.20+, and may reject such requests as early as 1.24; please fix"
                f" your requests; duplicate UID(s) observed: {owner.get('uid', '')}"
            )
        else:
            seen.append(owner)
    obj["metadata"][_OWNERS] = seen


def new_errors(obj: Wire, kind: Kind) -> Iterator[FieldError]:
    """Find what is wrong with the metadata of an object to be created."""
    metadata = obj["metadata"]
    yield from validate_read_object_meta(metadata, namespaced=kind.namespaced, names=kind.names)
    yield from _finalizer_errors(metadata)


def update_errors(obj: Wire, old: Wire, kind: Kind) -> list[FieldError]:
    """Find what is wrong with the metadata of *obj*, which is to take the place of *old*."""
    found = validate_read_object_meta_update(obj["metadata"], old["metadata"])
    if kind.updates_metadata_once:
        return [*found]
    # The API asks twice: once for all kinds, and once for this one.
    return [*found, *found, *_finalizer_errors(obj["metadata"])]


def _finalizer_errors(metadata: Wire) -> Iterator[FieldError]:
    for position, finalizer in enumerate(metadata.get("finalizers", ())):
        if "/" not in finalizer and finalizer not in STANDARD_FINALIZERS:
            here = METADATA.child("finalizers").index(position)
            detail = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid(here, finalizer, detail, "finalizer=standard")


def same_but_for(obj: Wire, old: Wire, *names: str) -> bool:
    """Return whether two objects are the same but for their top-level fields *names*."""
    if any(part != old.get(name) for name, part in obj.items() if name not in names):
        return False
    return all(name in obj or name in names or part is None for name, part in old.items())


def brings_more(obj: Wire, old: Wire, *names: str) -> bool:
    """Return whether *obj* has anything that *old* has not, but for top-level fields *names*."""
    return any(
        part != old.get(name) and _brings(part, old.get(name))
        for name, part in obj.items()
        if name not in names
    )


def _brings(new: object, old: object) -> bool:
    """Return whether *new*, which differs from *old*, has anything that *old* has not."""
    if isinstance(new, dict) and isinstance(old, dict):
        return any(
            part != old.get(key) and _brings(part, old.get(key)) for key, part in new.items()
        )
    if isinstance(new, list) and isinstance(old, list):
        return any(item not in old for item in new)
    return True
