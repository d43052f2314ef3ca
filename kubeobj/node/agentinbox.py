"""What the agent is told from other threads, until its loop looks.

Source: the house's own rule, that one thread changes what a loop knows.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, final

from kubeobj.node.podjobs import Order, Result
from kubeobj.node.podview import PodView
from kubeobj.node.probes.board import Check, Outcome
from kubeobj.runtimes.cri import RuntimeEvent
from kubeobj.runtimes.states import RuntimeStatus


@final
@dataclass(frozen=True, slots=True)
class Done:
    """An action was carried out.

    Args:
        uid: For which pod.
        number: Which.
        order: The same, as it was ordered.
        result: What has come of it.
    """

    uid: str
    number: int
    order: Order
    result: Result


@final
@dataclass(frozen=True, slots=True)
class Looked:
    """A pod was looked at.

    Args:
        uid: Which.
        found: When, and what there is; None if the runtime did not say.
    """

    uid: str
    found: tuple[int, PodView] | None


@final
@dataclass(frozen=True, slots=True)
class Listed:
    """All pods were looked at.

    Args:
        found: When, and what there is, by uid; None if the runtime did not say.
        status: How the runtime is.
        name: What the runtime is called.
    """

    found: tuple[int, dict[str, PodView]] | None
    status: RuntimeStatus
    name: str


@final
@dataclass(frozen=True, slots=True)
class Answered:
    """A probe has an answer.

    Args:
        check: What was asked.
        outcome: The answer.
    """

    check: Check
    outcome: Outcome


@final
@dataclass(frozen=True, slots=True)
class Refreshed:
    """The volumes of a pod were brought up to date, as far as they could be.

    Args:
        uid: Of which.
        fault: What could not be, as a reason and a message.
    """

    uid: str
    fault: tuple[str, str] | None


@final
@dataclass(frozen=True, slots=True)
class LeftOver:
    """There are files of pods, some of which may have gone.

    Args:
        uids: Of which pods.
    """

    uids: tuple[str, ...]


Item: TypeAlias = RuntimeEvent | Done | Looked | Listed | Answered | Refreshed | LeftOver
"""Anything that the agent is told."""


@final
class Inbox:
    """Keeps what was told, and wakes who is to look.

    Args:
        wake: Called from the thread of who tells.
    """

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._items: deque[Item] = deque()

    def put(self, item: Item) -> None:
        """Tell something, from any thread."""
        self._items.append(item)
        self._wake()

    def take(self) -> Item | None:
        """Return what was told first; None if nothing was."""
        try:
            return self._items.popleft()
        except IndexError:
            return None

    def __len__(self) -> int:
        return len(self._items)
