"""Writing the part of a status that is to change, and nothing if nothing is.

Source: API concepts; the house's rule that a loop writes only what it changes.
"""

from collections.abc import Iterable

from kubeobj.api.client import Client
from kubeobj.documents import Wire
from kubeobj.reconcile.request import Cached


def changes_of(old: Wire, new: Wire, owned: Iterable[str]) -> Wire:
    """Return the merge patch from an old status to a new one.

    Args:
        old: The status that is there.
        new: What it is to say.
        owned: The fields that are taken away if *new* does not have them.

    >>> changes_of({"a": 1, "b": 2, "c": 3}, {"a": 1}, ["a", "b"])
    {'b': None}
    """
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    changed.update({name: None for name in owned if name in old and name not in new})
    return changed


def write_status(
    client: Client, kind: str, obj: Cached, status: Wire, owned: Iterable[str]
) -> bool:
    """Write what is to change of the status of an object; return whether anything was.

    Raises:
        Conflict: If the object has changed since it was read.
        ApiError: If the API refuses it.
    """
    changed = changes_of(obj.get("status") or {}, status, owned)
    if not changed:
        return False
    metadata = obj["metadata"]
    client.patch(
        kind,
        metadata["name"],
        {"metadata": {"resourceVersion": metadata["resourceVersion"]}, "status": changed},
        type="merge",
        namespace=metadata.get("namespace", ""),
        part="status",
    )
    return True
