"""Events, waiting and applying: what kubectl says of the same cluster."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.answer import Run
from tests.cli.reaching.world import World

SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings-of-test}
data: {colour: blue}
"""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    state = tmp_path / "state"
    monkeypatch.setenv("KUBEOBJ_STATE", str(state))
    with World(state) as found:
        yield found


@pytest.mark.parametrize(
    "args",
    [
        ("events",),
        ("events", "-A"),
        ("events", "--types=Warning"),
        ("events", "--no-headers", "--for", "deployment/web"),
        ("wait", "--for=condition=Available", "deployment", "--all"),
        ("wait", "--for=delete", "pod/nobody"),
        ("wait", "--for=condition=Ready", "pod/nobody", "--timeout=1s"),
        ("wait", "--for=jsonpath={.spec.replicas}", "deployment", "--all", "--timeout=1s"),
        ("wait", "--for=condition=Nonsense", "deployment", "--all", "--timeout=0"),
    ],
    ids=" ".join,
)
def test_it_says_what_kubectl_says(kubeobj: Run, world: World, args: tuple[str, ...]) -> None:
    theirs = world.kubectl(*args)
    ours = kubeobj(*args)
    assert (ours.code, _lines(ours.out), ours.err) == (theirs.code, _lines(theirs.out), theirs.err)


def _lines(text: str) -> list[str]:
    """Return lines in an order of their own: kubectl sorts what is of one time as it likes."""
    return sorted(text.splitlines())


def test_applying_goes_on_where_kubectl_was(kubeobj: Run, world: World, tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    said = []
    for run in (world.kubectl, kubeobj, world.kubectl, kubeobj):
        path.write_text(SETTINGS.replace("blue", f"blue-{len(said) // 2}"), encoding="utf-8")
        said.append(run("apply", "-f", str(path)).out)
    assert said == [
        "configmap/settings-of-test created\n",
        "configmap/settings-of-test unchanged\n",
        "configmap/settings-of-test configured\n",
        "configmap/settings-of-test unchanged\n",
    ]


@pytest.mark.parametrize("dry_run", ["client", "server"])
def test_a_dry_run_changes_nothing(
    kubeobj: Run, world: World, tmp_path: Path, dry_run: str
) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    args = ("apply", "-f", str(path), f"--dry-run={dry_run}")
    assert kubeobj(*args).out == world.kubectl(*args).out
    assert kubeobj("get", "configmap", "settings-of-test").code == 1


def test_what_is_refused_is_said_and_the_rest_applied(
    kubeobj: Run, world: World, tmp_path: Path
) -> None:
    path = tmp_path / "settings.yaml"
    bad = SETTINGS.replace("settings-of-test", "Bad_Name")
    path.write_text(f"{bad}---\n{SETTINGS}", encoding="utf-8")
    answer = kubeobj("apply", "-f", str(path))
    assert answer.code == 1
    assert answer.out == "configmap/settings-of-test created\n"
    assert 'ConfigMap "Bad_Name" is invalid' in answer.err


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("name", ["secret-of-test", "secret-that-is-there"])
def test_what_a_secret_holds_is_not_told(kubeobj: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / "secret.yaml"
    head = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: {name}}}\n"
    if name == "secret-that-is-there":
        path.write_text(f"{head}stringData: {{password: hunter2}}\n", encoding="utf-8")
        assert kubeobj("apply", "-f", str(path)).code == 0
    for wrong in ("stringData: {p: 99887766}", "data: {p: 99887766-plain}", "data: [99887766]"):
        path.write_text(f"{head}{wrong}\n", encoding="utf-8")
        answer = kubeobj("apply", "-f", str(path))
        assert answer.code == 1
        assert "99887766" not in answer.out + answer.err


def test_what_is_not_measured_yet_is_said(kubeobj: Run, world: World) -> None:
    answer = kubeobj("top", "pods")
    assert answer.code == 1
    assert answer.err.startswith("Error from server (NotFound)")
