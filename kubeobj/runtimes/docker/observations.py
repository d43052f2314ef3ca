"""What an engine says of containers, read as the CRI has it.

Source: Docker Engine API 1.41, ``ContainerList`` and ``ContainerInspect``.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from kubeobj.documents import Wire
from kubeobj.runtimes.docker.records import ContainerRecord, SandboxRecord
from kubeobj.runtimes.errors import StartFault
from kubeobj.runtimes.states import Container, ContainerState, Sandbox, SandboxState

_STATES: Final = {
    "created": ContainerState.CREATED,
    "configured": ContainerState.CREATED,
    "initialized": ContainerState.CREATED,
    "running": ContainerState.RUNNING,
    "paused": ContainerState.RUNNING,
    "restarting": ContainerState.RUNNING,
    "stopping": ContainerState.RUNNING,
    "removing": ContainerState.EXITED,
    "exited": ContainerState.EXITED,
    "stopped": ContainerState.EXITED,
    "dead": ContainerState.EXITED,
}
_TIME: Final = re.compile(r"(\d+-\d+-\d+T\d+:\d+:\d+)(\.\d+)?(Z|[+-]\d\d:?\d\d)")
_ABSENT: Final = ("no such file or directory", "not found")
_FORBIDDEN: Final = ("permission denied", "is a directory", "exec format error")


def state_of(word: str) -> ContainerState:
    """Return a state by an engine's word for it.

    >>> state_of("exited").value, state_of("odd").value
    ('exited', 'unknown')
    """
    return _STATES.get(word.lower(), ContainerState.UNKNOWN)


def seconds_of(text: str) -> float:
    """Return a time of an engine in seconds since 1970; 0 if it says never.

    >>> seconds_of("1970-01-01T00:00:02.123456789Z"), seconds_of("0001-01-01T00:00:00Z")
    (2.123456789, 0.0)
    """
    match = _TIME.fullmatch(text)
    if match is None or match[1].startswith("0001"):
        return 0.0
    whole = datetime.fromisoformat(match[1] + match[3].replace("Z", "+00:00"))
    return whole.timestamp() + float(match[2] or 0)


def sandbox_of(listed: Wire) -> Sandbox:
    """Return a sandbox as a list of containers has its holder."""
    record = SandboxRecord.read(listed["Labels"])
    ready = state_of(str(listed["State"])) is ContainerState.RUNNING
    networks = (listed.get("NetworkSettings") or {}).get("Networks") or {}
    addresses = addresses_of(networks) if ready and not record.host_network else ()
    return made_sandbox(str(listed["Id"]), record, addresses, ready=ready)


def made_sandbox(
    sandbox_id: str, record: SandboxRecord, addresses: tuple[str, ...], *, ready: bool = True
) -> Sandbox:
    """Return a sandbox by what is known of it."""
    return Sandbox(
        sandbox_id,
        record.pod,
        SandboxState.READY if ready else SandboxState.NOT_READY,
        record.created_at,
        addresses,
        record.labels,
        record.annotations,
    )


def addresses_of(networks: Mapping[str, Wire]) -> tuple[str, ...]:
    """Return the addresses in what an engine says of networks; IPv4 first.

    >>> addresses_of({"bridge": {"IPAddress": "10.0.0.2", "GlobalIPv6Address": ""}})
    ('10.0.0.2',)
    """
    ends = [networks[name] for name in sorted(networks)]
    found = [end.get("IPAddress") for end in ends] + [end.get("GlobalIPv6Address") for end in ends]
    return tuple(str(address) for address in found if address)


def container_of(container_id: str, record: ContainerRecord, state: Wire) -> Container:
    """Return a container by what is known of it, and what the engine says of its state."""
    found = state_of(str(state.get("Status", "")))
    exited = found is ContainerState.EXITED
    started_at = seconds_of(str(state.get("StartedAt", "")))
    oom = exited and bool(state.get("OOMKilled"))
    return _container(
        container_id,
        record,
        found,
        started_at=0.0 if found is ContainerState.CREATED else started_at,
        finished_at=_finished(state, record, started_at) if exited else 0.0,
        exit_code=int(state.get("ExitCode") or 0) if exited else 0,
        reason="OOMKilled" if oom else "",
        message=str(state.get("Error") or "") if exited else "",
    )


def _finished(state: Wire, record: ContainerRecord, started_at: float) -> float:
    return max(seconds_of(str(state.get("FinishedAt", ""))), started_at, record.created_at)


def unstarted_container(
    container_id: str, record: ContainerRecord, at: float, fault: StartFault
) -> Container:
    """Return a container that could not be started."""
    return _container(
        container_id,
        record,
        ContainerState.EXITED,
        started_at=at,
        finished_at=at,
        exit_code=fault.exit_code,
        reason="StartError",
        message=fault.message,
    )


def _container(  # noqa: PLR0913 - what a container has
    container_id: str,
    record: ContainerRecord,
    state: ContainerState,
    *,
    started_at: float,
    finished_at: float,
    exit_code: int,
    reason: str,
    message: str,
) -> Container:
    return Container(
        container_id,
        record.sandbox_id,
        record.name,
        record.attempt,
        state,
        record.image,
        record.image_id,
        record.created_at,
        started_at,
        finished_at,
        exit_code,
        reason,
        message,
        Path(record.log_path) if record.log_path else Path(),
        record.labels,
        record.annotations,
    )


def start_fault(message: str) -> StartFault:
    """Return why a container has not started, by what the engine says of it.

    >>> fault = start_fault('exec: "nosuch": executable file not found in $PATH: unknown')
    >>> fault.exit_code, fault.message
    (127, 'failed to start container: exec: "nosuch": executable file not found in $PATH')
    """
    lowered = message.lower()
    exec_failed = "exec:" in lowered or "exec failed" in lowered
    code = 128
    if exec_failed and any(words in lowered for words in _FORBIDDEN):
        code = 126
    elif exec_failed and any(words in lowered for words in _ABSENT):
        code = 127
    words = message.removesuffix(": unknown")
    return StartFault(f"failed to start container: {words}", exit_code=code)
