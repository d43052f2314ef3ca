"""Pods that a node runs because there is a file that says so."""

import json
from pathlib import Path

import pytest

from kubeobj.node.staticpods import LOOKED_EVERY_SECONDS
from tests.node.agentworld import AgentWorld, Document


def manifest(**spec: object) -> Document:
    """Return what a file says."""
    containers = [{"name": "a", "image": "a:1"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "labels": {"app": "web"}},
        "spec": {"containers": containers, **spec},
    }


def write(directory: Path, document: Document, name: str = "web.json") -> Path:
    """Write a file as people do: it is there at once, and is newer than the one before."""
    path = directory / name
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def world(tmp_path: Path) -> AgentWorld:
    """Return a node with an empty directory."""
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}}
    return AgentWorld(static_pods=tmp_path, node=node)


def test_a_file_becomes_a_pod_that_the_api_shows(world: AgentWorld, tmp_path: Path) -> None:
    """By a mirror, with the annotations that tell what it is."""
    write(tmp_path, manifest())
    world.advance(LOOKED_EVERY_SECONDS + 1)
    pod = world.pod("web-n1")
    assert pod is not None
    assert pod["status"]["phase"] == "Running"
    annotations = pod["metadata"]["annotations"]
    assert annotations["kubernetes.io/config.source"] == "file"
    assert annotations["kubernetes.io/config.mirror"] == annotations["kubernetes.io/config.hash"]
    assert annotations["kubernetes.io/config.seen"]
    assert pod["metadata"]["labels"] == {"app": "web"}
    assert pod["metadata"]["ownerReferences"][0]["kind"] == "Node"
    run = next(iter(world.host.runs.values()))
    assert run.pod_uid == annotations["kubernetes.io/config.hash"]
    assert run.pod_uid != pod["metadata"]["uid"]


def test_a_deleted_mirror_comes_back(world: AgentWorld, tmp_path: Path) -> None:
    """And what it shows has run on."""
    write(tmp_path, manifest())
    world.advance(LOOKED_EVERY_SECONDS + 1)
    first = world.pod("web-n1")
    runs = list(world.host.runs)
    world.client.delete("pods", "web-n1", namespace="default")
    world.advance(5)
    second = world.pod("web-n1")
    assert first is not None
    assert second is not None
    assert first["metadata"]["uid"] != second["metadata"]["uid"]
    assert second["status"]["phase"] == "Running"
    assert list(world.host.runs) == runs


def test_a_changed_file_is_another_pod(world: AgentWorld, tmp_path: Path) -> None:
    """The one before ends first."""
    write(tmp_path, manifest())
    world.advance(LOOKED_EVERY_SECONDS + 1)
    before = world.pod("web-n1")
    write(tmp_path, manifest(terminationGracePeriodSeconds=7))
    world.advance(LOOKED_EVERY_SECONDS + 40)
    after = world.pod("web-n1")
    assert before is not None
    assert after is not None
    hashes = [
        one["metadata"]["annotations"]["kubernetes.io/config.hash"] for one in (before, after)
    ]
    assert hashes[0] != hashes[1]
    assert {one.pod_uid for one in world.host.runs.values()} == {hashes[1]}
    assert after["status"]["phase"] == "Running"


def test_a_removed_file_ends_its_pod(world: AgentWorld, tmp_path: Path) -> None:
    """And the API shows it no longer."""
    path = write(tmp_path, manifest())
    world.advance(LOOKED_EVERY_SECONDS + 1)
    path.unlink()
    world.advance(LOOKED_EVERY_SECONDS + 40)
    assert world.pod("web-n1") is None
    assert (world.host.runs, world.host.sandboxes) == ({}, {})


def test_a_new_agent_goes_on_with_a_static_pod(world: AgentWorld, tmp_path: Path) -> None:
    """It has the same uid, so nothing is started again."""
    write(tmp_path, manifest())
    world.advance(LOOKED_EVERY_SECONDS + 1)
    before, runs = world.pod("web-n1"), list(world.host.runs)
    world.restart_agent()
    world.advance(30)
    assert list(world.host.runs) == runs
    assert world.pod("web-n1") == before


def test_a_file_that_is_no_pod_is_told_of_and_does_no_harm(tmp_path: Path) -> None:
    """Others run."""
    world = AgentWorld(static_pods=tmp_path)
    write(tmp_path, manifest())
    write(tmp_path, {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "no"}}, "no.json")
    (tmp_path / "bad.yaml").write_text("{")
    (tmp_path / ".hidden").write_text("{")
    world.advance(LOOKED_EVERY_SECONDS + 1)
    assert [path.name for path, _ in world.failed] == ["bad.yaml", "no.json"]
    assert world.status("web-n1")["phase"] == "Running"
