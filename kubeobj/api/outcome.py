"""What a write has come to."""

from dataclasses import dataclass
from typing import final

from kubeobj.documents import Wire
from kubeobj.store.record import Record


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a write has come to.

    Args:
        record: What is stored now, or what was deleted; None where nothing was kept of a dry run.
        data: The answer, as JSON.
        created: Whether the object was not there before.
        deleted: Whether it is there no more.
        warnings: What the writer is told besides.
    """

    record: Record | None
    data: bytes
    created: bool = False
    deleted: bool = False
    warnings: tuple[str, ...] = ()


def success(group: str, resource: str, name: str, uid: str) -> Wire:
    """Return the status that says that an object was deleted."""
    details = {"name": name, "group": group, "kind": resource, "uid": uid}
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": {key: text for key, text in details.items() if text},
    }
