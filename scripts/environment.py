"""The virtual environment that the other scripts run in: made on first use, kept up to date."""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv"
BIN = FOLDER / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
# What an installed environment was made from.
INPUTS = ("pyproject.toml", "constraints.txt")


def ensure(*extras: str) -> None:
    """Install the package with *extras* unless that has been done since its inputs changed."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this runs before anything is installed
        sys.exit(f"kubeobj needs Python 3.11 or newer; this is {sys.version.split()[0]}")
    stamp = FOLDER / f"installed-{'-'.join(extras)}"
    inputs = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in INPUTS)).hexdigest()
    with _alone():
        if stamp.is_file() and stamp.read_text(encoding="ascii") == inputs:
            return
        # pip is the last thing a new environment gets: without it, its making was cut short.
        if not shutil.which("pip", path=str(BIN)):
            _create()
        print(f"installing kubeobj[{','.join(extras)}] into {FOLDER.name} …", flush=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        package = ["--constraint", "constraints.txt", "--editable", f".[{','.join(extras)}]"]
        run(str(PYTHON), *install, *package)
        # Last, so that an installation that was cut short is done again.
        stamp.write_text(inputs, encoding="ascii")


def run(*command: str) -> None:
    """Run *command* in the project's folder, and stop with its exit code if that is not 0."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        code = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PATH": path}, check=False
        ).returncode
    except KeyboardInterrupt:
        code = 130
    if code:
        sys.exit(code)


def show(*command: str) -> None:
    """Print *command* as a person would type it, and run it."""
    print(f"\n$ {shlex.join(command)}", flush=True)
    run(str(BIN / command[0]), *command[1:])


def _create() -> None:
    try:
        venv.create(FOLDER, with_pip=True)
    except (ImportError, subprocess.CalledProcessError):
        sys.exit(
            "this Python has no venv with pip; install it (Debian and Ubuntu: python3-venv) "
            "and run the command again"
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Hold off a second run in the same folder until the first has installed."""
    try:
        import fcntl
    except ImportError:  # Windows: two at once are on their own
        yield
        return
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
