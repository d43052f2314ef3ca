"""The command as a process: pipes, full disks, signals, closed streams, and what it imports."""

import errno
import os
import pty
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import kubeobj.cli
from tests.cli.answer import Run

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "kubeobj")
PATIENCE_SECONDS = 60
"""Longer than any of this takes; a process that hangs fails its test."""

BUFFERED = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
"""The environment, but with streams that hold back what they write, as they do by default."""


def test_exit_codes_reach_the_shell() -> None:
    """True is 0, false is 1, misuse is 2."""
    codes = [
        subprocess.run(
            [*COMMAND, "selector", *args],
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        ).returncode
        for args in (["check", "a=b"], ["check", "a b"], ["overlap", "a"], [])
    ]
    assert codes == [0, 1, 2, 2]


def test_the_installed_script_is_the_same_command() -> None:
    """The entry point of the package and ``python -m kubeobj`` answer alike."""
    script = Path(sys.executable).parent / "kubeobj"
    version = [
        subprocess.run(
            [*command, "--version"], capture_output=True, timeout=PATIENCE_SECONDS, check=True
        ).stdout
        for command in (COMMAND, (script,))
    ]
    assert version[0] == version[1]
    assert version[0].startswith(b"kubeobj ")


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(("selector", "check", "a=b"), id="selector"),
        pytest.param(("validate", "-f", "docs/examples/shop"), id="validate"),
        pytest.param(("default", "-f", "docs/examples/shop"), id="default"),
        pytest.param(("convert", "-f", "docs/examples/shop", "-o", "json"), id="convert"),
        pytest.param(("diff", "-f", "docs/examples/jobs", "--against", "/dev/null"), id="diff"),
        pytest.param(("explain", "pod.spec"), id="explain"),
    ],
)
def test_nobody_reads_the_output(args: tuple[str, ...]) -> None:
    """A closed pipe ends the run quietly, with the code of a program that the pipe killed."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            [*COMMAND, *args],
            stdout=closed,
            stderr=subprocess.PIPE,
            env=BUFFERED,
            cwd=ROOT,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.parametrize("args", [["selector", "check", "a"], ["--help"], ["completion", "zsh"]])
def test_a_full_disk_is_one_line(args: list[str]) -> None:
    """What cannot be written gives 2 and the system's reason, without a traceback."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *args],
            stdout=full,
            stderr=subprocess.PIPE,
            env=BUFFERED,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    reason = os.strerror(errno.ENOSPC)
    assert done.stderr.decode() == f"Error: cannot write the output: {reason}\n"
    assert done.returncode == 2


def test_a_full_disk_under_both_streams_is_still_2() -> None:
    """Where not even the message can be written, the code remains."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "selector", "check", "a"],
            stdout=full,
            stderr=full,
            env=BUFFERED,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert done.returncode == 2


def test_a_full_disk_under_stderr_alone_is_still_2() -> None:
    """Where stdout is closed and the complaint cannot be written, the code remains."""
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&- 2>/dev/full', "sh", *COMMAND, "selector", "check", "a b"],
        env=BUFFERED,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 2


def test_closed_streams_are_no_traceback() -> None:
    """A process that was started without any stream still gives its answer's code."""
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *COMMAND, "selector", "check", "a b"],
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 1


def shell_code(process: subprocess.Popen[bytes]) -> int:
    """Return the exit code of *process* as a shell has it.

    CPython kills itself with the signal, after all is done, if the interrupt came while a module
    was loading; a shell has the same code for that.
    """
    return 128 - process.returncode if process.returncode < 0 else process.returncode


def test_control_c_is_130_without_a_traceback() -> None:
    """An interrupt while standard input is read ends the run at once."""
    process = subprocess.Popen(
        [*COMMAND, "selector", "check", "a=b", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    # The first answer is out, so what follows is reading.
    assert process.stdout is not None
    assert process.stdout.readline() == b"a=b\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (shell_code(process), err) == (130, b"")


@pytest.mark.parametrize("name", ["validate", "default", "convert"])
def test_control_c_while_manifests_are_read_is_130(tmp_path: Path, name: str) -> None:
    """An interrupt while a file is read ends the run at once, and prints nothing."""
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [*COMMAND, name, "-f", "-", "-f", str(pipe)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    # Who writes into a pipe that nobody reads waits, so what follows comes while it is read.
    process.stdin.write(b"# nothing\n" * 100_000)
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (shell_code(process), out, err) == (130, b"", b"")


def test_control_c_on_a_terminal_ends_the_line() -> None:
    """On a terminal, which shows ^C, the next prompt is on a line of its own."""
    terminal, side = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "selector", "check", "a=b", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=side,
    )
    os.close(side)
    assert process.stdout is not None
    assert process.stdout.readline() == b"a=b\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_SECONDS)
    assert os.read(terminal, 100) == b"\r\n"
    os.close(terminal)
    assert shell_code(process) == 130


def test_an_encoding_without_the_characters_escapes_them() -> None:
    """A locale that cannot print a character gets an escape instead of a traceback."""
    done = subprocess.run(
        [*COMMAND, "selector", "explain", "app", "--labels", "app="],
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    assert done.stdout.startswith(b'\\u2713 app  app is ""\n')


def test_a_selector_is_checked_without_heavy_imports() -> None:
    """A question about a selector loads no pydantic, no rich and no YAML."""
    code = (
        "import sys; from kubeobj.cli import main; main(['selector', 'check', 'a=b', '-']);"
        "print(sorted({'pydantic', 'rich', 'yaml', 'kubeobj.manifests', 'kubeobj.lint'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    assert done.stdout == b"a=b\n[]\n"


@pytest.mark.parametrize(
    ("missing", "named"),
    [
        pytest.param(["click"], "click", id="click"),
        pytest.param(["rich"], "rich", id="rich"),
        pytest.param(["click", "rich"], "click and rich", id="both"),
    ],
)
def test_without_its_toolkit_the_command_names_the_extra(
    kubeobj: Run, monkeypatch: pytest.MonkeyPatch, missing: list[str], named: str
) -> None:
    """An installation without the extra gives 2 and says what to install."""
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    answer = kubeobj("--version")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (f"Error: the kubeobj command needs {named}: pip install 'kubeobj[cli]'\n")


def test_importing_the_module_runs_nothing() -> None:
    """The module that ``python -m`` runs can be looked at by tools."""
    import_module("kubeobj.__main__")


def test_control_c_while_loading_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt before the command has begun ends it as well."""

    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("kubeobj.cli.app.run", interrupted)
    assert kubeobj.cli.main([]) == 130
