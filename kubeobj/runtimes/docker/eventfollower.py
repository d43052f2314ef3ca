"""One thread that hears what an engine tells of our containers, and passes it on.

Events are told in order, each once, and none is left out: who hears that a container has ended has
heard that it was made and started. When the engine was away, what has happened meanwhile is found
by asking what there is. So it is when it has told nothing for a while: Podman reads its events from
a file, and loses its place there at times.

Source: Docker Engine API 1.41, ``SystemEvents``.
"""

import json
import select
import threading
from collections import deque
from collections.abc import Callable
from enum import IntEnum
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError
from kubeobj.runtimes.cri import Happened, Notify, RuntimeEvent, Unsubscribe
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.enginestream import EngineStream
from kubeobj.runtimes.docker.observations import state_of
from kubeobj.runtimes.docker.records import KIND, OWNER, SANDBOX
from kubeobj.runtimes.states import ContainerState

_POD_UID: Final = "io.kubernetes.pod.uid"
_LONGEST_PAUSE: Final = 2.0
_FIRST_PAUSE: Final = 0.1
_CHECK_MILLISECONDS: Final = 200
_SILENT_CHECKS: Final = 25
_GONE_KEPT: Final = 1000
_LISTED_TRIES: Final = 20
_LISTED_PAUSE: Final = 0.01


class _Stage(IntEnum):
    """How far a container has come; it never goes back."""

    CREATED = 0
    STARTED = 1
    STOPPED = 2
    REMOVED = 3


_ACTIONS: Final = {
    "create": _Stage.CREATED,
    "start": _Stage.STARTED,
    "die": _Stage.STOPPED,
    "died": _Stage.STOPPED,
    "destroy": _Stage.REMOVED,
    "remove": _Stage.REMOVED,
}
_STATES: Final = {
    ContainerState.CREATED: _Stage.CREATED,
    ContainerState.RUNNING: _Stage.STARTED,
    ContainerState.EXITED: _Stage.STOPPED,
}
_TOLD: Final = {
    _Stage.CREATED: Happened.CREATED,
    _Stage.STARTED: Happened.STARTED,
    _Stage.STOPPED: Happened.STOPPED,
    _Stage.REMOVED: Happened.REMOVED,
}


@final
class EventFollower:
    """Listens to an engine until it is closed.

    Args:
        engine: The engine.
        owner: Whose containers matter.
        begun_at: From when on events matter, in seconds since 1970.
        found: Told what there is, whenever the engine has been reached anew.
    """

    def __init__(
        self, engine: Engine, owner: str, begun_at: float, found: Callable[[list[Wire]], None]
    ) -> None:
        self._engine = engine
        self._owner = owner
        self._begun_at = begun_at
        self._since = f"{begun_at:.9f}"
        self._found = found
        self._lock = threading.Lock()
        self._notified: tuple[Notify, ...] = ()
        self._stages: dict[str, _Stage] = {}
        self._pods: dict[str, tuple[str, bool]] = {}
        self._closed = threading.Event()
        self._stream: EngineStream | None = None
        # What has gone last: it may be told once more, by a stream that is behind.
        self._gone: deque[str] = deque(maxlen=_GONE_KEPT)
        self._has_looked = False
        self._thread = threading.Thread(target=self._run, name="kubeobj-events", daemon=True)
        self._thread.start()

    def subscribe(self, notify: Notify) -> Unsubscribe:
        """Tell of what happens from now on."""
        with self._lock:
            self._notified = (*self._notified, notify)

        def unsubscribe() -> None:
            with self._lock:
                self._notified = tuple(one for one in self._notified if one is not notify)

        return unsubscribe

    def close(self) -> None:
        """Stop listening."""
        self._closed.set()
        self._thread.join()

    # ------------------------------------------------------------ in its own thread

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._closed.is_set():
            try:
                self._listen()
                pause = _FIRST_PAUSE
            except (KubeobjError, OSError, ValueError):
                pause = min(pause * 2, _LONGEST_PAUSE)
            self._closed.wait(pause)

    def _listen(self) -> None:
        filters = {"type": ["container"], "label": [f"{OWNER}={self._owner}"]}
        query = {"filters": json.dumps(filters), "since": self._since}
        stream = self._engine.stream("GET", "/events", query)
        try:
            listed = self._listed()
            self._compare(listed)
            self._found(listed)
            self._hear(stream)
        finally:
            stream.close()

    def _listed(self) -> list[Wire]:
        label = {"label": [f"{OWNER}={self._owner}"]}
        return self._engine.get_list("/containers/json", {"all": "1", "filters": json.dumps(label)})

    def _hear(self, stream: EngineStream) -> None:
        """Read what is told, until the engine ends that, or has not told something."""
        poll = select.poll()
        poll.register(stream.connection, select.POLLIN)
        pending = stream.begun()
        while True:
            *lines, pending = pending.split(b"\n")
            # Podman ends an event with no line but the next one.
            if pending.startswith(b"{") and _whole(pending):
                lines, pending = [*lines, pending], b""
            for line in lines:
                if line.strip():
                    self._told(json.loads(line))
            silent = 0
            while not poll.poll(_CHECK_MILLISECONDS):
                silent += 1
                if self._closed.is_set():
                    return
                if silent % _SILENT_CHECKS == 0 and self._compare(self._listed()):
                    return
            data = stream.receive()
            if data is None:
                return
            pending += data

    def _told(self, event: Wire) -> None:
        self._since = _stamp(int(event.get("timeNano") or 0)) or self._since
        stage = _ACTIONS.get(str(event.get("Action") or event.get("status")))
        if stage is None:
            return
        actor = event["Actor"]
        labels = actor.get("Attributes") or {}
        container_id = str(actor["ID"])
        if _POD_UID in labels:
            self._pods[container_id] = (labels[_POD_UID], labels.get(KIND) == SANDBOX)
        if stage is _Stage.STOPPED:
            self._wait_until_listed(container_id)
        self._reached(container_id, stage)

    def _wait_until_listed(self, container_id: str) -> None:
        """Wait until an end shows in lists: Docker tells of it a moment before."""
        query = {"all": "1", "filters": json.dumps({"id": [container_id]})}
        for _ in range(_LISTED_TRIES):
            listed = self._engine.get_list("/containers/json", query)
            if all(state_of(str(one["State"])) is ContainerState.EXITED for one in listed):
                return
            if self._closed.wait(_LISTED_PAUSE):
                return

    def _compare(self, listed: list[Wire]) -> bool:
        """Find out what was missed; return whether anything was."""
        alive = {str(one["Id"]): one for one in listed}
        is_news = False
        for container_id, one in alive.items():
            labels = one["Labels"]
            self._pods[container_id] = (labels.get(_POD_UID, ""), labels.get(KIND) == SANDBOX)
            stage = _STATES.get(state_of(str(one["State"])))
            if stage is None:
                continue
            if not self._has_looked and int(one["Created"]) < int(self._begun_at):
                self._stages[container_id] = stage  # it had come so far before anyone listened
            is_news = self._reached(container_id, stage) or is_news
        self._has_looked = True
        for container_id in [one for one in self._stages if one not in alive]:
            is_news = self._reached(container_id, _Stage.REMOVED) or is_news
        return is_news

    def _reached(self, container_id: str, stage: _Stage) -> bool:
        """Tell how far a container has come, as far as that is news; return whether it is.

        What an engine left out is told, too, as Podman does with the end of what is removed right
        after it. Whether what is removed was ever started nobody can tell any more.
        """
        before = self._stages.get(container_id, -1)
        if before >= stage or container_id in self._gone:
            return False
        for one in _Stage:
            is_known = one is not _Stage.STARTED or stage is not _Stage.REMOVED
            if before < one <= stage and is_known:
                self._tell(container_id, one)
        if stage is _Stage.REMOVED:
            self._stages.pop(container_id, None)
            self._pods.pop(container_id, None)
            self._gone.append(container_id)
        else:
            self._stages[container_id] = stage
        return True

    def _tell(self, container_id: str, stage: _Stage) -> None:
        pod_uid, is_sandbox = self._pods.get(container_id, ("", False))
        if is_sandbox and stage is not _Stage.STOPPED:
            return
        event = RuntimeEvent(_TOLD[stage], pod_uid, "" if is_sandbox else container_id)
        for notify in self._notified:
            notify(event)


def _whole(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _stamp(nanoseconds: int) -> str:
    """Return the time right after an event, as an engine takes it."""
    if not nanoseconds:
        return ""
    seconds, rest = divmod(nanoseconds + 1, 1_000_000_000)
    return f"{seconds}.{rest:09d}"
