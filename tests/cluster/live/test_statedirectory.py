"""The state of a cluster: private, held by one, and found again."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from kubeobj.cluster.statedirectory import (
    Config,
    StateDirectory,
    StateError,
    StateInUse,
    default_state,
    socket_address,
)

HOLD = """
import sys
from pathlib import Path
from kubeobj.cluster.statedirectory import StateDirectory
directory = StateDirectory(Path(sys.argv[1]))
directory.hold()
print("held", flush=True)
sys.stdin.read()
"""

LOOK = """
import sys
from pathlib import Path
from kubeobj.cluster.statedirectory import StateDirectory
directory = StateDirectory(Path(sys.argv[1]))
print("looking", flush=True)
while True:
    directory.is_held
"""


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_everything_is_private(tmp_path: Path) -> None:
    """Also what was open before."""
    path = tmp_path / "deep" / "state"
    path.mkdir(parents=True, mode=0o755)
    directory = StateDirectory(path)
    directory.hold()
    directory.write_config(directory.read_config())
    assert mode(path) == 0o700
    assert {mode(one) for one in path.iterdir()} == {0o600}
    directory.release()


def test_what_was_chosen_is_kept_and_its_secret_not_shown(tmp_path: Path) -> None:
    """A new state has a secret of its own."""
    directory = StateDirectory(tmp_path / "state")
    directory.make()
    first = directory.read_config()
    assert (first.runtime, first.octet, len(first.token_secret)) == ("", 0, 64)
    assert first.token_secret != directory.read_config().token_secret
    directory.write_config(Config("process", 7, first.token_secret))
    found = directory.read_config()
    assert (found.runtime, found.octet, found.token_secret) == ("process", 7, first.token_secret)
    assert first.token_secret not in repr(found)
    assert sorted(one.name for one in directory.path.iterdir()) == ["config.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"runtime": "process"}', '{"octet": "x"}'])
def test_a_damaged_choice_is_named(tmp_path: Path, text: str) -> None:
    """And nothing is made up in its place."""
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(StateError, match=r"config\.json cannot be read.*restore it"):
        StateDirectory(tmp_path).read_config()


def test_one_process_holds_it(tmp_path: Path) -> None:
    """The others are told which, until it is gone, however it goes."""
    path = tmp_path / "state"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        directory = StateDirectory(path)
        assert directory.is_held
        assert directory.holder == other.pid
        with pytest.raises(StateInUse, match=f"process {other.pid}.*kubeobj down") as caught:
            directory.hold()
        assert (caught.value.path, caught.value.pid) == (path, other.pid)
        other.kill()
        other.wait()
    assert not directory.is_held
    directory.hold()
    assert directory.is_held
    directory.release()
    assert (directory.is_held, directory.holder) == (False, 0)


def test_a_temporary_state_goes_with_its_cluster() -> None:
    """With all that is in it."""
    directory = StateDirectory.temporary()
    directory.hold()
    (directory.path / "node").mkdir()
    directory.release()
    assert not directory.path.exists()


def test_where_it_cannot_be(tmp_path: Path) -> None:
    """A file is in the way."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StateError, match="Not a directory: name another with --state"):
        StateDirectory(tmp_path / "file" / "state").hold()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"KUBEOBJ_STATE": "/a", "XDG_STATE_HOME": "/b"}, Path("/a")),
        ({"XDG_STATE_HOME": "/b"}, Path("/b/kubeobj/default")),
        ({"XDG_STATE_HOME": "b"}, Path.home() / ".local/state/kubeobj/default"),
        ({}, Path.home() / ".local/state/kubeobj/default"),
    ],
)
def test_where_it_is_by_default(environment: dict[str, str], expected: Path) -> None:
    """As the specification of XDG has it."""
    assert default_state(environment) == expected


def test_a_socket_can_be_anywhere(tmp_path: Path) -> None:
    """The system takes a hundred bytes of a path; a longer one is reached all the same."""
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    (deep / "api.sock").write_text("here", encoding="utf-8")
    with socket_address(deep / "api.sock") as address:
        assert len(os.fsencode(address)) < 100
        assert Path(address).read_text(encoding="utf-8") == "here"


def test_who_only_looks_keeps_nobody_from_it(tmp_path: Path) -> None:
    """Commands look whether it is held, at whatever moment."""
    directory = StateDirectory(tmp_path / "state")
    directory.make()
    command = [sys.executable, "-c", LOOK, str(directory.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as looker:
        assert looker.stdout is not None
        looker.stdout.readline()
        try:
            for _ in range(2000):
                directory.hold()
                directory.release()
        finally:
            looker.kill()
