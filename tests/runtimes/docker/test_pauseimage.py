"""The program that holds a pod together does what it is said to do: nothing."""

import hashlib
import io
import json
import platform
import signal
import struct
import subprocess
import tarfile
from pathlib import Path

import pytest

from kubeobj.runtimes.docker.pauseimage import PAUSE_IMAGE, pause_archive, pause_program

HERE = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]


def test_it_waits_until_it_is_ended(tmp_path: Path) -> None:
    """And ignores the end of children."""
    program = tmp_path / "pause"
    program.write_bytes(pause_program(HERE) or b"")
    program.chmod(0o755)
    process = subprocess.Popen([program])
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)
        status = Path(f"/proc/{process.pid}/status").read_text()
        ignored = next(line for line in status.splitlines() if line.startswith("SigIgn:"))
        assert int(ignored.split()[1], 16) & 1 << (signal.SIGCHLD - 1)
    finally:
        process.kill()
    assert process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(("architecture", "machine"), [("amd64", 62), ("arm64", 183)])
def test_it_is_a_static_program_for_its_processor(architecture: str, machine: int) -> None:
    program = pause_program(architecture) or b""
    assert program[:4] == b"\x7fELF"
    kind, found, _, entry, at = struct.unpack_from("<HHIQQ", program, 16)
    assert (kind, found, entry, at) == (2, machine, 0x400078, 64)
    size = struct.unpack_from("<Q", program, 64 + 32)[0]
    assert size == len(program) < 256


def test_the_image_is_whole_and_always_the_same() -> None:
    """Its parts go by what is in them."""
    archive = pause_archive("amd64") or b""
    assert archive == pause_archive("amd64")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        files = {name: tar.extractfile(name).read() for name in tar.getnames()}  # type: ignore[union-attr]
    manifest = json.loads(files["manifest.json"])[0]
    config = files[manifest["Config"]]
    assert manifest["RepoTags"] == [PAUSE_IMAGE]
    assert manifest["Config"] == f"{hashlib.sha256(config).hexdigest()}.json"
    layer = hashlib.sha256(files["layer.tar"]).hexdigest()
    assert json.loads(config)["rootfs"]["diff_ids"] == [f"sha256:{layer}"]


def test_there_is_none_for_other_processors() -> None:
    assert pause_archive("s390x") is None
