"""`kubeobj backup` and `kubeobj restore`."""

from pathlib import Path

import pytest

from kubeobj.cluster.statedirectory import StateDirectory
from kubeobj.store.sqlite.sqlitestore import SqliteStore
from tests.cli.answer import Run
from tests.store.sqlite.objects import draft_of, names_in


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state of a cluster with two objects, which is the default."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUBEOBJ_STATE", str(tmp_path / "state"))
    with SqliteStore(tmp_path / "state" / "store.sqlite") as store:
        store.put(draft_of("a"))
        store.put(draft_of("b"))
    return tmp_path / "state"


def test_what_is_backed_up_can_be_restored(kubeobj: Run, state: Path) -> None:
    """While the cluster runs, and when it does not."""
    with SqliteStore(state / "store.sqlite") as store:
        answer = kubeobj("backup", "now.backup")
        assert (answer.code, answer.out) == (0, "now.backup holds 2 objects of revision 2\n")
        store.put(draft_of("c"))
    answer = kubeobj("restore", "now.backup", "--force")
    assert answer.code == 0
    assert answer.out == f"{state} has 2 objects again, and goes on from revision 3\n"
    with SqliteStore(state / "store.sqlite") as store:
        assert names_in(store) == ["a", "b"]


def test_another_state_can_be_named(kubeobj: Run, state: Path) -> None:
    """And what is done can be read by programs."""
    answer = kubeobj("backup", "now.backup", "-o", "json")
    size = Path("now.backup").stat().st_size
    expected = {"file": "now.backup", "revision": 2, "objects": 2, "bytes": size}
    assert answer.json == expected
    answer = kubeobj("restore", "--state", "other", "now.backup", "-ojson")
    assert answer.json == {**expected, "bytes": Path("other/store.sqlite").stat().st_size}
    assert Path("other").stat().st_mode & 0o777 == 0o700
    assert state.exists()


def test_nothing_is_replaced_unless_it_is_said(kubeobj: Run, state: Path) -> None:
    """Neither a file nor a cluster."""
    assert kubeobj("backup", "now.backup").code == 0
    for command in ("backup", "restore"):
        answer = kubeobj(command, "now.backup")
        assert answer.code == 2
        assert "is there already, and is not overwritten" in answer.err
    with SqliteStore(state / "store.sqlite") as store:
        assert store.revision == 2


def test_a_cluster_that_runs_is_not_replaced(kubeobj: Run, state: Path) -> None:
    """It says who runs it."""
    kubeobj("backup", "now.backup")
    held = StateDirectory(state)
    held.hold()
    answer = kubeobj("restore", "now.backup", "--force")
    held.release()
    assert answer.code == 2
    assert "is run by process" in answer.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(("backup", "--state", "nowhere", "x"), "store.sqlite is no file", id="none"),
        pytest.param(("restore", "missing.backup"), "missing.backup is no file", id="no-backup"),
        pytest.param(("restore", "text"), "is damaged or no store", id="text"),
        pytest.param(("backup", ""), "A path is empty", id="empty"),
        pytest.param(("backup", "no/such/x"), "cannot be made: No such file", id="no-directory"),
        pytest.param(("backup", "--state", "", "x"), "--state is empty", id="empty-state"),
    ],
)
def test_what_cannot_be_done_is_said(
    kubeobj: Run, state: Path, args: tuple[str, ...], said: str
) -> None:
    """Which file, and why."""
    Path("text").write_text("hello", encoding="utf-8")
    (state / "store.sqlite").rename(state / "gone") if args[0] == "restore" else None
    answer = kubeobj(*args)
    assert answer.code == 2
    assert said in answer.err
