"""Scaling what must be as it was seen, while others write to it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kubeobj.cli.connecting import Reach
from kubeobj.documents import Wire
from tests.cli.answer import Run
from tests.cli.reaching.world import World

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
"""
PATH = "/apis/apps/v1/namespaces/default/deployments/web"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    state = tmp_path / "state"
    monkeypatch.setenv("KUBEOBJ_STATE", str(state))
    with World(state, WEB, nodes=1) as found:
        yield found


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Wire], None]:
    """Let another write a change right after the scale has been looked at, once."""
    ask = Reach.ask

    def change_once(change: Wire) -> None:
        changes = [change]

        def asked(self: Reach, method: str, path: str, *args: object, **how: object) -> Wire:
            found: Wire = ask(self, method, path, *args, **how)  # type: ignore[arg-type]
            if method == "GET" and path.endswith("/scale") and changes:
                media = "application/merge-patch+json"
                ask(self, "PATCH", PATH, body=changes.pop(), media=media)
            return found

        monkeypatch.setattr(Reach, "ask", asked)

    return change_once


def _replicas(kubeobj: Run) -> int:
    return int(kubeobj("get", "deploy", "web", "-o", "jsonpath={.spec.replicas}").out)


def test_another_number_of_replicas_is_seen_though_it_comes_late(
    kubeobj: Run, world: World, meanwhile: Callable[[Wire], None]
) -> None:
    """The number is as expected when it is looked at, and another when it is written."""
    meanwhile({"spec": {"replicas": 7}})
    answer = kubeobj("scale", "deploy/web", "--current-replicas=2", "--replicas=3")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "error: Expected replicas to be 2, was 7\n"
    assert _replicas(kubeobj) == 7


def test_another_change_does_not_hinder_what_asks_for_a_number(
    kubeobj: Run, world: World, meanwhile: Callable[[Wire], None]
) -> None:
    """It is looked at again, and is still as expected."""
    meanwhile({"metadata": {"labels": {"a": "b"}}})
    answer = kubeobj("scale", "deploy/web", "--current-replicas=2", "--replicas=3")
    assert (answer.code, answer.out) == (0, "deployment.apps/web scaled\n")
    assert _replicas(kubeobj) == 3


def test_another_version_is_told(
    kubeobj: Run, world: World, meanwhile: Callable[[Wire], None]
) -> None:
    """What was to be scaled at a version is not at a later one."""
    version = kubeobj("get", "deploy", "web", "-o", "jsonpath={.metadata.resourceVersion}").out
    meanwhile({"metadata": {"labels": {"a": "b"}}})
    answer = kubeobj("scale", "deploy/web", f"--resource-version={version}", "--replicas=3")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"error: Expected resource version to be {version}, was ")
    assert _replicas(kubeobj) == 2


def test_what_need_not_be_anything_is_scaled_whoever_writes(
    kubeobj: Run, world: World, meanwhile: Callable[[Wire], None]
) -> None:
    """No condition was set."""
    meanwhile({"spec": {"replicas": 7}})
    assert kubeobj("scale", "deploy/web", "--replicas=3").code == 0
    assert _replicas(kubeobj) == 3


def test_a_version_is_that_of_one_object(kubeobj: Run, world: World) -> None:
    """In the words of kubectl."""
    args = ("scale", "deploy/web", "deploy/web", "--resource-version=9", "--replicas=3")
    theirs, ours = world.kubectl(*args), kubeobj(*args)
    assert (ours.code, ours.out, ours.err) == (theirs.code, theirs.out, theirs.err)
