"""How a container is run as a process: what was asked for becomes a plan."""

import os
import pwd
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, final

from kubeobj.runtimes.configs import ContainerConfig, DnsConfig, Resources, Security
from kubeobj.runtimes.errors import CreateFault
from kubeobj.runtimes.process.capabilities import dropped
from kubeobj.runtimes.process.hostimages import ImageBase
from kubeobj.runtimes.process.plan import (
    NO_NAMESPACES,
    Identity,
    Limits,
    Plan,
    PlannedMount,
    World,
)
from kubeobj.runtimes.process.processtree import TOKEN
from kubeobj.runtimes.process.records import WORK, SandboxRecord

ROOT_VARIABLE: Final = "KUBEOBJ_ROOT"
"""Where a container finds what is mounted: before the path of the mount."""

LATE_VARIABLES: Final[Mapping[str, str]] = {
    name: f"\0{name}\0" for name in (ROOT_VARIABLE, "POD_IP", "HOST_IP")
}
"""What stands in commands and environments for what is known of a container once it is made.

No process could be given such a text, so none is taken for it that means something else.
"""

_INHERITED: Final = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR",
)  # fmt: skip
_ROOT_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_RESOLV: Final = "resolv.conf"


@final
@dataclass(frozen=True, slots=True)
class Surrounds:
    """What all containers of a runtime have in common.

    Args:
        namespaces: Which namespaces processes can have.
        host_address: The address of the node.
        environment: What containers of the machine itself have in their environment.
        keeps_user: Whether users that cannot be taken are passed over: it runs as its own.
    """

    namespaces: str
    host_address: str
    environment: Mapping[str, str]
    keeps_user: bool = False


@final
@dataclass(frozen=True, slots=True)
class Place:
    """Where a container has its files.

    Args:
        directory: Its own; made by now.
        sandbox_directory: That of its sandbox.
        token: What is in its environment to find it again.
    """

    directory: Path
    sandbox_directory: Path
    token: str


def inherited_environment() -> dict[str, str]:
    """Return what containers get of the environment of who runs them: where things are."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def write_resolv(path: Path, dns: DnsConfig) -> None:
    """Write what containers see as ``/etc/resolv.conf``."""
    lines = [f"nameserver {server}" for server in dns.servers]
    if dns.searches:
        lines.append(f"search {' '.join(dns.searches)}")
    if dns.options:
        lines.append(f"options {' '.join(dns.options)}")
    (path / _RESOLV).write_text("".join(f"{line}\n" for line in lines))
    (path / _RESOLV).chmod(0o644)


def plan_of(
    record: SandboxRecord,
    config: ContainerConfig,
    base: ImageBase,
    place: Place,
    around: Surrounds,
) -> Plan:
    """Return how a container is run; the directories and links that it needs are made.

    Raises:
        CreateFault: If it cannot be run as it is asked for.
        OSError: If what it needs cannot be made.
    """
    argv = _command(config, base)
    _check_mounts(config)
    if base.root and around.namespaces == NO_NAMESPACES:
        raise CreateFault(
            f'image "{config.image}" is a root file system, and this user may not change the root '
            "directory: allow unprivileged user namespaces, run as root, or map the image to a "
            "directory"
        )
    identity = _identity(config, base, around)
    world = _world(record, config, base, place, around)
    root = "" if around.namespaces != NO_NAMESPACES else str(place.directory / "root")
    if root:
        _link(Path(root), config)
    environment = _environment(record, config, base, around, root)
    environment[TOKEN] = place.token
    directory = _linked(config.working_directory or base.directory, config, root)
    known = _own_variables(record, around, root)
    return Plan(
        argv=tuple(_filled(word, known) for word in argv),
        environment={name: _filled(value, known) for name, value in environment.items()},
        directory=directory or str(place.sandbox_directory / WORK),
        token=place.token,
        log_path=str(Path(record.log_directory) / config.log_path) if config.log_path else "",
        stop_signal=signal_number(config.stop_signal or base.stop_signal),
        stdin=config.stdin,
        stdin_once=config.stdin_once,
        tty=config.tty,
        identity=identity,
        limits=limits_of(config.resources),
        world=world,
    )


def limits_of(resources: Resources) -> Limits:
    """Return what a container may use."""
    return Limits(
        resources.memory_limit_bytes,
        resources.cpu_limit_millis,
        resources.cpu_request_millis,
        resources.oom_score_adj,
    )


def signal_number(name: str) -> int:
    """Return the number of a signal: ``SIGQUIT``, ``QUIT``, ``3``, ``SIGRTMIN+3``; empty for TERM.

    Raises:
        CreateFault: If there is none.
    """
    if not name:
        return signal.SIGTERM
    bare = name.upper().removeprefix("SIG")
    first, _, further = bare.partition("+")
    with suppress(ValueError, AttributeError):
        if bare.isdigit():
            return signal.Signals(int(bare))
        number: int = getattr(signal, f"SIG{first}")
        return number + int(further or 0)
    raise CreateFault(f'there is no signal "{name}"')


# ---------------------------------------------------------------- its command


def _command(config: ContainerConfig, base: ImageBase) -> tuple[str, ...]:
    if config.command:
        return (*config.command, *config.args)
    argv = (*base.entrypoint, *(config.args or base.arguments))
    if argv and (base.entrypoint or base.root):
        return argv
    raise CreateFault(
        f'no command specified: image "{config.image}" stands for this machine itself, so '
        f"container {config.name} needs a command that this machine has; or map the image to a "
        "root file system, or use a container engine"
    )


def _check_mounts(config: ContainerConfig) -> None:
    for mount in config.mounts:
        if not os.path.lexists(mount.host_path):
            raise CreateFault(f"what is to be mounted at {mount.container_path} is not there")


def _filled(text: str, known: Mapping[str, str]) -> str:
    if "\0" in text:
        for name, value in known.items():
            text = text.replace(LATE_VARIABLES[name], value)
    return text


def _own_variables(record: SandboxRecord, around: Surrounds, root: str) -> dict[str, str]:
    address = "".join(record.sandbox.addresses[:1]) or around.host_address
    return {ROOT_VARIABLE: root, "POD_IP": address, "HOST_IP": around.host_address}


def _environment(
    record: SandboxRecord,
    config: ContainerConfig,
    base: ImageBase,
    around: Surrounds,
    root: str,
) -> dict[str, str]:
    environment = {"PATH": _ROOT_PATH} if base.root else dict(around.environment)
    environment["HOSTNAME"] = record.hostname
    environment.update(base.environment)
    environment.update(_own_variables(record, around, root))
    if base.first_on_path:
        path = environment.get("PATH", os.defpath)
        environment["PATH"] = f"{base.first_on_path}{os.pathsep}{path}"
    if config.tty:
        environment["TERM"] = "xterm"
    environment.update(config.environment)
    environment[ROOT_VARIABLE] = root
    return environment


# ---------------------------------------------------------------- as whom


def _identity(config: ContainerConfig, base: ImageBase, around: Surrounds) -> Identity:
    security = config.security
    user, group = security.run_as_user, security.run_as_group
    if user is None and base.user:
        user, group = _numbers(base.user, group)
    own = os.geteuid()
    if own != 0 and (user not in (None, own) or group not in (None, os.getegid())):
        if not around.keeps_user:
            raise CreateFault(
                f"container {config.name} is to run as user {user}, and user {own} may not become "
                "another: leave securityContext.runAsUser and runAsGroup out, or run as root",
                reason="CreateContainerConfigError",
            )
        user = group = None
    groups = security.supplemental_groups
    if user is not None and group is None:
        group = _primary_group(user)
    return Identity(user, group, groups, _dropped(security), security.no_new_privileges)


def _dropped(security: Security) -> tuple[int, ...]:
    if security.privileged or os.geteuid() != 0:
        return ()
    return dropped(security.drop_capabilities, security.add_capabilities)


def _numbers(user: str, group: int | None) -> tuple[int | None, int | None]:
    name, _, of_group = user.partition(":")
    if of_group.isdigit() and group is None:
        group = int(of_group)
    # A name is one of the image's own users, of whom the machine knows nothing but root.
    return (int(name) if name.isdigit() else None), group


def _primary_group(user: int) -> int | None:
    try:
        return pwd.getpwuid(user).pw_gid
    except KeyError:
        return None


# ---------------------------------------------------------------- what it sees


def _world(
    record: SandboxRecord,
    config: ContainerConfig,
    base: ImageBase,
    place: Place,
    around: Surrounds,
) -> World:
    if around.namespaces == NO_NAMESPACES:
        return World()
    mounts = {
        one.container_path: PlannedMount(one.container_path, str(one.host_path), one.read_only)
        for one in config.mounts
    }
    own = {"/etc/hosts": record.hosts_file}
    if record.has_dns:
        own["/etc/resolv.conf"] = str(place.sandbox_directory / _RESOLV)
    for target, source in own.items():
        if source:
            mounts.setdefault(target, PlannedMount(target, source))
    private = place.directory / "private"
    private.mkdir()
    private.chmod(0o755)
    world = World(
        around.namespaces,
        mounts=tuple(mounts.values()),
        private=str(private),
        hostname=record.hostname,
        read_only_root=config.security.read_only_root,
    )
    if not base.root:
        return world
    upper = place.directory / "changes"
    for name in ("upper", "work", "root"):
        (upper / name).mkdir(parents=True)
    return replace(world, root=base.root, upper=str(upper))


def _link(root: Path, config: ContainerConfig) -> None:
    """Make links in the place of mounts."""
    root.mkdir()
    mounts = sorted(config.mounts, key=lambda one: one.container_path.count("/"))
    paths = [root / one.container_path.lstrip("/") for one in mounts]
    for mount, path in zip(mounts, paths, strict=True):
        # Inside of another that is a link already: it is made there, as engines do.
        if path.exists() and not path.resolve().is_relative_to(root.resolve()):
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if any(path in other.parents for other in paths) and mount.host_path.is_dir():
            path.mkdir(exist_ok=True)
            for entry in mount.host_path.iterdir():
                (path / entry.name).symlink_to(entry)
        else:
            _replace(path, mount.host_path)


def _replace(path: Path, target: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    path.symlink_to(target)


def _linked(directory: str, config: ContainerConfig, root: str) -> str:
    """Return where a directory is, if what is mounted is elsewhere."""
    if root:
        for mount in config.mounts:
            inside = mount.container_path.rstrip("/")
            if directory == inside or directory.startswith(f"{inside}/"):
                return f"{root}{directory}"
    return directory
