"""What goes on in threads: events that are heard, and, where the engine needs that, logs.

Podman writes logs in the format of the CRI itself, wherever it is told to; Docker has its own, and
they are followed.
"""

import threading
from pathlib import Path
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.runtimes.cri import Notify, Unsubscribe
from kubeobj.runtimes.docker.creation import NO_LOG, Logging
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.eventfollower import EventFollower
from kubeobj.runtimes.docker.logfollower import LogFollower
from kubeobj.runtimes.docker.observations import state_of
from kubeobj.runtimes.docker.records import CONTAINER, KIND, ContainerRecord
from kubeobj.runtimes.states import ContainerState

FINISH_SECONDS: Final = 10.0
"""How long is waited at most for the rest of a log, when a container is removed."""

KEPT_BACK_SECONDS: Final = 5.0
"""How long it is kept back at most that a container has ended, until its log is whole."""

# The engine's own copy, which a log can be read from again.
_DOCKER_LOG: Final = Logging("json-file", {"max-size": "64m", "max-file": "2"})


@final
class Watching:
    """Hears of events, and writes logs, until it is closed.

    Args:
        engine: The engine.
        owner: Whose containers matter.
        begun_at: From when on, in seconds since 1970.
    """

    def __init__(self, engine: Engine, owner: str, begun_at: float) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._logs: LogFollower | None = None
        self._closed = False
        self._events = EventFollower(engine, owner, begun_at, self._found)

    def subscribe(self, notify: Notify) -> Unsubscribe:
        """Tell of what happens from now on."""
        return self._events.subscribe(notify)

    def close(self) -> None:
        """Stop all of it."""
        self._events.close()
        with self._lock:
            self._closed = True
            if self._logs is not None:
                self._logs.close()
                self._logs = None

    # ------------------------------------------------------------ logs

    def logging(self, record: ContainerRecord) -> Logging:
        """Return how the engine is to keep what a container prints."""
        if not record.log_path:
            return NO_LOG
        if self._engine.is_podman:
            Path(record.log_path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return Logging("k8s-file", {"path": record.log_path})
        return _DOCKER_LOG

    def follow(self, container_id: str, record: ContainerRecord, *, ended: bool = False) -> None:
        """See to it that the log of a container is written."""
        follower = self._follower() if record.log_path else None
        if follower is not None:
            follower.follow(container_id, record.log_path, tty=record.tty, ended=ended)

    def finish(self, container_id: str, record: ContainerRecord) -> None:
        """Wait until the log of a container that has ended is whole, and let go of it."""
        self.catch_up(container_id, record, FINISH_SECONDS)
        follower = self._follower() if record.log_path else None
        if follower is not None:
            follower.forget(container_id)

    def catch_up(
        self, container_id: str, record: ContainerRecord, seconds: float = KEPT_BACK_SECONDS
    ) -> None:
        """Wait until the log of a container that has ended is whole, for so long at most."""
        follower = self._follower() if record.log_path else None
        if follower is not None:
            self.follow(container_id, record, ended=True)
            follower.finish(container_id, seconds)

    def reopen(self, container_id: str) -> None:
        """Go on in a new file."""
        follower = self._follower()
        if follower is not None:
            follower.reopen(container_id)

    def _follower(self) -> LogFollower | None:
        if self._engine.is_podman:
            return None
        with self._lock:
            if self._logs is None and not self._closed:
                self._logs = LogFollower(self._engine)
            return self._logs

    def _found(self, listed: list[Wire]) -> None:
        """Write on at the logs of what was there before."""
        for one in listed:
            state = state_of(str(one["State"]))
            if one["Labels"].get(KIND) == CONTAINER and state is not ContainerState.CREATED:
                record = ContainerRecord.read(one["Labels"])
                ended = state is ContainerState.EXITED
                self.follow(str(one["Id"]), record, ended=ended)
