"""`kubeobj down --volumes`: what it removes, what it leaves, and what it says of both."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kubeobj.cluster.statedirectory import StateDirectory
from tests.cli.answer import Run

NOBODY = 65534


def made(path: Path) -> StateDirectory:
    """Make a state as a cluster leaves it that has had no pods."""
    directory = StateDirectory(path)
    directory.hold()
    directory.write_config(directory.read_config())
    for name in ("node", "volumes/data"):
        (path / name).mkdir(parents=True)
    (path / "volumes/data/file").write_text("x", encoding="utf-8")
    directory.release()
    return directory


@pytest.mark.parametrize(
    "name", ["notes.txt", "config.json", "volumes", "node", "store.sqlite.old", ".git"]
)
def test_what_is_no_state_is_left_as_it_is(kubeobj: Run, tmp_path: Path, name: str) -> None:
    """Whatever it holds, and nothing is added to it."""
    project = tmp_path / "project"
    project.mkdir(mode=0o755)
    (project / name).write_text("{}", encoding="utf-8")
    found = kubeobj("down", "--volumes", "--state", str(project))
    assert found.code == 2
    assert f"{project} is not the state of a cluster, and is left as it is" in found.err
    assert [one.name for one in project.iterdir()] == [name]
    assert project.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("names", [[], ["lock"], ["agent.log", "lock", "volumes", "config.json"]])
def test_what_is_left_of_a_state_is_removed(kubeobj: Run, tmp_path: Path, names: list[str]) -> None:
    """Half made, or half removed."""
    path = tmp_path / "state"
    path.mkdir()
    for name in names:
        (path / name).write_text('{"runtime":"","octet":0,"tokenSecret":""}', encoding="utf-8")
    found = kubeobj("down", "--volumes", "--state", str(path))
    assert (found.code, found.out.splitlines()[-1]) == (
        0,
        f"The state in {path} has been removed.",
    )
    assert not path.exists()


def test_what_is_not_the_clusters_stays(kubeobj: Run, tmp_path: Path) -> None:
    """A state may have been begun in a directory of one's own."""
    made(tmp_path)
    (tmp_path / "app.yaml").write_text("x", encoding="utf-8")
    found = kubeobj("down", "--volumes", "--state", str(tmp_path))
    assert found.code == 0
    assert "What is not the cluster's is left there: app.yaml." in found.out
    assert [one.name for one in tmp_path.iterdir()] == ["app.yaml"]
    assert kubeobj("down", "--state", str(tmp_path), "-o", "json").json["removed"] is False


def test_a_link_to_a_state_goes_with_it(kubeobj: Run, tmp_path: Path) -> None:
    """And what a link in it points to stays."""
    made(tmp_path / "state")
    (tmp_path / "mine").mkdir()
    (tmp_path / "state/volumes/link").symlink_to(tmp_path / "mine")
    (tmp_path / "link").symlink_to(tmp_path / "state")
    assert kubeobj("down", "--volumes", "--state", str(tmp_path / "link")).code == 0
    assert [one.name for one in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize("options", [(), ("--volumes",)])
def test_a_file_is_no_directory(kubeobj: Run, tmp_path: Path, options: tuple[str, ...]) -> None:
    """It is said, and the file is left."""
    file = tmp_path / "file"
    file.write_text("x", encoding="utf-8")
    found = kubeobj("down", *options, "--state", str(file))
    assert found.code == 2
    assert f"{file} is no directory: name another with --state" in found.err
    assert file.read_text(encoding="utf-8") == "x"


# As a user whom the system refuses something, whoever runs the tests.
REFUSED = """
import os, sys
import kubeobj.cli.app, kubeobj.cli.down, kubeobj.cluster.leftovers, kubeobj.remote.client
from kubeobj.cli import main
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
sys.exit(main(["down", "--volumes", "--state", sys.argv[1]]))
"""


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A directory that every user reaches."""
    with TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def test_what_cannot_be_removed_is_named(kubeobj: Run, reachable: Path) -> None:
    """The code says so, too; once it can be removed, it is."""
    path = reachable / "state"
    made(path)
    if os.geteuid() == 0:
        for one in (path, *path.rglob("*")):
            os.chown(one, NOBODY, NOBODY)
    (path / "volumes/data").chmod(0o500)
    refused = subprocess.run(
        [sys.executable, "-c", REFUSED, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert "can be removed: " in refused.stderr
    assert "volumes/data/file (Permission denied)" in refused.stderr
    assert "has been removed" not in refused.stdout
    assert (path / "volumes/data/file").exists()
    if os.geteuid() == 0:
        os.chown(path, 0, 0)
    (path / "volumes/data").chmod(0o700)
    assert kubeobj("down", "--volumes", "--state", str(path)).code == 0
    assert not path.exists()


def test_another_that_cleans_up_is_waited_for(kubeobj: Run, tmp_path: Path) -> None:
    """It is no program that has a cluster of its own."""
    path = tmp_path / "state"
    other = made(path)
    other.is_cleaned_up = True
    other.hold()
    timer = threading.Timer(0.5, other.release)
    timer.start()
    assert kubeobj("down", "--state", str(path)).code == 0
    timer.join()
    other.is_cleaned_up = False
    other.hold()
    found = kubeobj("down", "--state", str(path))
    assert (found.code, "is part of a program (process" in found.err) == (2, True)
    other.release()


def test_many_at_once_remove_it(tmp_path: Path) -> None:
    """Each waits for the one that is at it."""
    path = tmp_path / "state"
    made(path)
    for number in range(300):
        (path / f"volumes/{number}").mkdir()
    args = [sys.executable, "-m", "kubeobj", "down", "--volumes", "--state", str(path)]
    running = [subprocess.Popen(args, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert [(one.communicate()[0].splitlines()[-1], one.returncode) for one in running] == [
        (f"The state in {path} has been removed.", 0)
    ] * 4
    assert not path.exists()
