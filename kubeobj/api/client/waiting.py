"""Waiting until an object is as it should be.

No clock is read here, and nothing sleeps: whoever waits says how time passes. In process that lets
run whatever changes objects, on a virtual clock; over a network it sleeps.

Source: ``kubectl wait`` (v1.36).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias, TypeVar

from kubeobj.api.errors import NotFound, Timeout
from kubeobj.documents import Document, JsonValue
from kubeobj.models.codec import AnyObject

Item = TypeVar("Item", bound=AnyObject)

Advance: TypeAlias = Callable[[float], object]
"""Lets so many seconds pass."""

Wanted: TypeAlias = str | Callable[[Item], bool]
"""What is waited for: a condition as `wait_until_met` reads it, or a question about the object."""


def wait_until_met(
    look: Callable[[], Item],
    wanted: Wanted[Item],
    advance: Advance,
    *,
    within: float,
    every: float = 1.0,
    what: str = "the object",
) -> Item:
    """Return an object as soon as it is as it should be; it need not be there at first.

    Args:
        look: Returns the object as it is now, or raises `NotFound`.
        wanted: The condition that is to be true (``Ready``), or to have another status
            (``Ready=False``); or a function that says whether the object is as wanted.
        advance: Lets time pass.
        within: How long to wait, in seconds.
        every: How often to look, in seconds.
        what: What it is, for messages.

    Raises:
        Timeout: If it does not become so.
        ValueError: If *within* is negative, or *every* is not above 0.
    """
    found: Item | None = None
    for _ in _looks(advance, within, every):
        found = _seen(look)
        if found is not None and _is_met(found, wanted):
            return found
    aim = wanted if isinstance(wanted, str) else "as wanted"
    raise Timeout(f"{what} is not {aim} within {within:g} s: {_state(found, wanted)}")


def wait_until_gone(
    look: Callable[[], AnyObject],
    advance: Advance,
    *,
    within: float,
    every: float = 1.0,
    what: str = "the object",
) -> None:
    """Return as soon as an object is gone, or another has taken its place.

    The arguments are those of `wait_until_met`.

    Raises:
        Timeout: If it stays.
        ValueError: If *within* is negative, or *every* is not above 0.
    """
    uid = ""
    for _ in _looks(advance, within, every):
        found = _seen(look)
        if found is None or (uid and _uid(found) != uid):
            return
        uid = _uid(found)
    raise Timeout(f"{what} is not gone within {within:g} s")


def _looks(advance: Advance, within: float, every: float) -> Iterator[None]:
    """Yield whenever it is time to look, with time in between, and a last time at the end."""
    if within < 0 or every <= 0:
        msg = f"cannot look every {every:g} s within {within:g} s"
        raise ValueError(msg)
    left = within
    yield
    while left > 0:
        step = min(every, left)
        advance(step)
        left -= step
        yield


def _seen(look: Callable[[], Item]) -> Item | None:
    try:
        return look()
    except NotFound:
        return None


def _uid(found: AnyObject) -> str:
    metadata = found.to_document().get("metadata")
    return str(metadata.get("uid", "")) if isinstance(metadata, Mapping) else ""


def _is_met(found: Item, wanted: Wanted[Item]) -> bool:
    if not isinstance(wanted, str):
        return wanted(found)
    document = found.to_document()
    condition = _condition(document, wanted)
    if condition is None or not _is_current(condition, document):
        return False
    status = wanted.partition("=")[2] or "True"
    return str(condition.get("status")).lower() == status.lower()


def _condition(document: Document, wanted: str) -> Document | None:
    """Return the condition that *wanted* names, if the object has it."""
    name = wanted.partition("=")[0].lower()
    status = document.get("status")
    conditions = status.get("conditions") if isinstance(status, Mapping) else None
    for condition in conditions if isinstance(conditions, list | tuple) else ():
        if isinstance(condition, Mapping) and str(condition.get("type")).lower() == name:
            return condition
    return None


def _is_current(condition: Document, document: Document) -> bool:
    """Return whether a condition is about the object as it is wanted now."""
    observed, metadata = condition.get("observedGeneration"), document.get("metadata")
    generation = metadata.get("generation") if isinstance(metadata, Mapping) else None
    return not (
        isinstance(observed, int) and isinstance(generation, int) and 0 < observed < generation
    )


def _state(found: AnyObject | None, wanted: object) -> str:
    """Return how far it has come, for a message."""
    if found is None:
        return "it is not there"
    if not isinstance(wanted, str):
        return "it is there"
    condition = _condition(found.to_document(), wanted)
    if condition is None:
        return "it has no such condition"

    def said(field: str) -> JsonValue:
        return condition.get(field) or "nothing"

    return f"{said('type')} is {said('status')} for {said('reason')}: {said('message')}"
