"""What a warden is to run: everything about a process, decided."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final, Self, final

from kubeobj.documents import Wire

NO_NAMESPACES: Final = ""
"""Mounts are links; the process sees the machine as it is."""

ROOT_NAMESPACES: Final = "root"
"""The process has its own mounts, made by root."""

USER_NAMESPACES: Final = "user"
"""The process has its own mounts, made in a user namespace of its own."""


@final
@dataclass(frozen=True, slots=True)
class PlannedMount:
    """A file or directory that the process sees elsewhere.

    Args:
        target: Where it sees it.
        source: What it sees.
        read_only: Whether it cannot write to it.
    """

    target: str
    source: str
    read_only: bool = False


@final
@dataclass(frozen=True, slots=True)
class Limits:
    """What a process, with all that it starts, may use. None means: no limit.

    Args:
        memory_bytes: How much memory at most.
        cpu_millis: How much of the cores at most, in thousandths of one.
        cpu_shares_millis: How much of the cores when others want them too.
        oom_score_adj: How early the kernel ends it when memory is short.
    """

    memory_bytes: int | None = None
    cpu_millis: int | None = None
    cpu_shares_millis: int | None = None
    oom_score_adj: int = 0


@final
@dataclass(frozen=True, slots=True)
class Identity:
    """As whom a process runs, and what it may do. None means: as the warden.

    Args:
        user: The user, by number.
        group: The group, by number.
        groups: Further groups.
        dropped: Capabilities that it loses, by number.
        no_new_privileges: Whether programs that it runs gain no rights.
    """

    user: int | None = None
    group: int | None = None
    groups: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    no_new_privileges: bool = False


@final
@dataclass(frozen=True, slots=True)
class World:
    """What a process sees of the machine.

    Args:
        namespaces: `NO_NAMESPACES`, `ROOT_NAMESPACES` or `USER_NAMESPACES`.
        root: Its root directory; empty for that of the machine.
        upper: Where what it changes of that goes, if it can be laid over it.
        mounts: What it sees elsewhere.
        private: An empty directory of its own, where directories go that the machine lacks.
        hostname: What it takes for the name of its machine; empty for the machine's.
        read_only_root: Whether it cannot write to what is not mounted.
        join: Take all of that from this process instead; 0 for no.
    """

    namespaces: str = NO_NAMESPACES
    root: str = ""
    upper: str = ""
    mounts: tuple[PlannedMount, ...] = ()
    private: str = ""
    hostname: str = ""
    read_only_root: bool = False
    join: int = 0


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """A process that is to run.

    Args:
        argv: Its command and arguments.
        environment: Its environment, all of it. Never shown.
        directory: Where it starts.
        token: What is in its environment so that it can be found again.
        log_path: Where what it prints goes; empty for nowhere.
        stop_signal: What asks it to end, by number.
        stdin: Whether something may be sent to it.
        stdin_once: Whether that ends once the first who sends something is gone.
        tty: Whether it has a terminal.
        identity: As whom it runs.
        limits: What it may use.
        world: What it sees.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    directory: str
    token: str = field(default="", repr=False)
    log_path: str = ""
    stop_signal: int = 15
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False
    identity: Identity = Identity()
    limits: Limits = Limits()
    world: World = World()

    def to_wire(self) -> Wire:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def from_wire(cls, wire: Wire) -> Self:
        """Return what `to_wire` has made JSON of."""
        identity, world = dict(wire["identity"]), dict(wire["world"])
        identity.update(groups=tuple(identity["groups"]), dropped=tuple(identity["dropped"]))
        world["mounts"] = tuple(PlannedMount(**mount) for mount in world["mounts"])
        parts = {
            "argv": tuple(wire["argv"]),
            "identity": Identity(**identity),
            "limits": Limits(**wire["limits"]),
            "world": World(**world),
        }
        return cls(**{**wire, **parts})
