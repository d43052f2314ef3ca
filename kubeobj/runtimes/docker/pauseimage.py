"""The image of what holds a pod together: a program that does nothing, made here.

There may be no registry to fetch one from, and an image of the pod's own may have nothing that
waits. So the image has one file of 192 bytes (208 for AArch64): a static program for Linux that
asks the kernel to clear away processes that have ended (it is process 1 where a pod shares
processes) and then sleeps for good. It needs nothing else; nothing is fetched.

The engine takes it as an archive in the format of ``docker save``; the same bytes each time.

Source: the ELF-64 object file format; the system calls of Linux for x86-64 and for AArch64;
the Docker image specification 1.2.
"""

import hashlib
import io
import json
import struct
import tarfile
from typing import Final

PAUSE_IMAGE: Final = "localhost/kubeobj/pause:1"
"""The name of the image."""

_BASE: Final = 0x400000
_HEADERS: Final = 64 + 56

# rt_sigaction(SIGCHLD, action, NULL, 8); for (;;) pause();
_X86_64: Final = bytes.fromhex(
    "b80d000000"  # mov eax, 13 (rt_sigaction)
    "bf11000000"  # mov edi, 17 (SIGCHLD)
    "488d3517000000"  # lea rsi, [rip + 23] (the action, behind the last instruction)
    "31d2"  # xor edx, edx
    "41ba08000000"  # mov r10d, 8
    "0f05"  # syscall
    "b822000000"  # mov eax, 34 (pause)
    "0f05"  # syscall
    "ebf7"  # jmp to the mov before
    "90909090"  # nops, so that the action is at a multiple of 8
)
# rt_sigaction(SIGCHLD, action, NULL, 8); for (;;) ppoll(NULL, 0, NULL, NULL, 0);
_AARCH64: Final = struct.pack(
    "<14I",
    0xD2800220,  # mov x0, 17 (SIGCHLD)
    0x100001A1,  # adr x1, . + 52 (the action)
    0xD2800002,  # mov x2, 0
    0xD2800103,  # mov x3, 8
    0xD28010C8,  # mov x8, 134 (rt_sigaction)
    0xD4000001,  # svc 0
    0xD2800000,  # mov x0, 0
    0xD2800001,  # mov x1, 0
    0xD2800002,  # mov x2, 0
    0xD2800003,  # mov x3, 0
    0xD2800928,  # mov x8, 73 (ppoll)
    0xD4000001,  # svc 0
    0x17FFFFFA,  # b to the first of the second call
    0xD503201F,  # nop; the action is at a multiple of 8
)
# Ignored signals of ended children leave no zombies: handler SIG_IGN, flags SA_NOCLDWAIT, no
# restorer, no mask.
_ACTION: Final = struct.pack("<4Q", 1, 2, 0, 0)

_PROGRAMS: Final = {"amd64": (62, _X86_64), "arm64": (183, _AARCH64)}


def pause_program(architecture: str) -> bytes | None:
    """Return the program for an architecture, in Go's word for it; None if there is none.

    >>> len(pause_program("amd64") or b""), pause_program("s390x")
    (192, None)
    """
    found = _PROGRAMS.get(architecture)
    if found is None:
        return None
    machine, code = found
    body = code + _ACTION
    size = _HEADERS + len(body)
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    entry = _BASE + _HEADERS
    header = struct.pack("<HHIQQQIHHHHHH", 2, machine, 1, entry, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, _BASE, _BASE, size, size, 0x1000)
    return ident + header + segment + body


def pause_archive(architecture: str) -> bytes | None:
    """Return the image for an architecture, as ``docker load`` takes it; None if there is none."""
    program = pause_program(architecture)
    if program is None:
        return None
    layer = _tar({"pause": (program, 0o755)})
    config = json.dumps(
        {
            "architecture": architecture,
            "os": "linux",
            "created": "1970-01-01T00:00:00Z",
            # As process 1 it takes no other signal.
            "config": {"Entrypoint": ["/pause"], "StopSignal": "SIGKILL", "User": "65535:65535"},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{_digest(layer)}"]},
            "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "kubeobj"}],
        },
        sort_keys=True,
    ).encode()
    name = f"{_digest(config)}.json"
    manifest = [{"Config": name, "RepoTags": [PAUSE_IMAGE], "Layers": ["layer.tar"]}]
    files = {"manifest.json": json.dumps(manifest).encode(), name: config, "layer.tar": layer}
    return _tar({path: (content, 0o644) for path, content in files.items()})


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _tar(files: dict[str, tuple[bytes, int]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, (content, mode) in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()
