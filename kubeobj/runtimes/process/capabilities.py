"""The capabilities of Linux, by name, and which a container of root loses.

Source: the manual page capabilities(7).
"""

from typing import Final

_NAMES: Final = """
    CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
    NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO
    SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
    SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
    WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE
"""

CAPABILITIES: Final = {name: number for number, name in enumerate(_NAMES.split())}
"""The number of each, by name."""


def dropped(drop: tuple[str, ...], add: tuple[str, ...]) -> tuple[int, ...]:
    """Return the numbers of those that are lost; what is added is not.

    A process of the machine has what its user has, so nothing is gained by what is added.

    >>> dropped(("NET_RAW", "CAP_KILL"), ("KILL",))
    (13,)
    >>> len(dropped(("ALL",), ("NET_BIND_SERVICE",)))
    40
    """
    lost, kept = _named(drop), _named(add)
    return tuple(number for name, number in CAPABILITIES.items() if name in lost - kept)


def _named(names: tuple[str, ...]) -> set[str]:
    bare = {name.upper().removeprefix("CAP_") for name in names}
    return set(CAPABILITIES) if "ALL" in bare else bare
