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


def volume(**source: object) -> Document:
    """Return what a pod has of one volume."""
    return {"volumes": [{"name": "v", **source}]}


def projected(**source: object) -> Document:
    """Return what a pod has of a volume that shows one thing."""
    return volume(projected={"sources": [source]})


def environment(**origin: object) -> Document:
    """Return what a pod has that takes something into its environment."""
    env = [{"name": "A", "valueFrom": origin}]
    return {"containers": [{"name": "a", "image": "a:1", "env": env}]}


CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
KEY = {"name": "c", "key": "k"}


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ({"serviceAccountName": "builder"}, "serviceaccounts"),
        ({"serviceAccount": "builder"}, "serviceaccounts"),
        ({"imagePullSecrets": [{"name": "s"}]}, "secrets"),
        (environment(secretKeyRef=KEY), "secrets"),
        (environment(configMapKeyRef=KEY), "configmaps"),
        (volume(secret={"secretName": "s"}), "secrets"),
        (volume(configMap={"name": "c"}), "configmaps"),
        (projected(secret={"name": "s"}), "secrets"),
        (projected(configMap={"name": "c"}), "configmaps"),
        (
            projected(serviceAccountToken={"path": "token"}),
            "serviceaccounts (via projected volumes)",
        ),
        (projected(clusterTrustBundle={"name": "t", "path": "p"}), "clustertrustbundles"),
        (
            projected(
                podCertificate={
                    "signerName": "a.b/c",
                    "keyType": "ED25519",
                    "credentialBundlePath": "p",
                }
            ),
            "podcertificates",
        ),
        (volume(persistentVolumeClaim={"claimName": "c"}), "persistentvolumeclaims"),
        (
            volume(ephemeral={"volumeClaimTemplate": {"spec": CLAIM}}),
            "persistentvolumeclaims (via ephemeral volumes)",
        ),
        (volume(csi={"driver": "d"}), "csidrivers (via CSI volumes)"),
        ({"resourceClaims": [{"name": "r", "resourceClaimName": "r"}]}, "resourceclaims"),
    ],
    ids=str,
)
def test_a_file_that_needs_the_api_is_refused(
    world: AgentWorld, tmp_path: Path, spec: Document, named: str
) -> None:
    """It would wait for ever, or be shown by no mirror."""
    path = write(tmp_path, manifest(**spec))
    world.advance(LOOKED_EVERY_SECONDS + 1)
    assert world.failed == [(path, f"static pods may not reference {named}")]
    assert world.pod("web-n1") is None
    assert world.host.runs == {}


def test_a_file_may_have_volumes_of_the_node(world: AgentWorld, tmp_path: Path) -> None:
    items = [{"path": "name", "fieldRef": {"fieldPath": "metadata.name"}}]
    volumes = [
        {"name": "v", "hostPath": {"path": "/srv"}},
        {"name": "w", "emptyDir": {}, "secret": None},
        {"name": "x", "projected": {"sources": [{"downwardAPI": {"items": items}}]}},
    ]
    write(tmp_path, manifest(volumes=volumes))
    world.advance(LOOKED_EVERY_SECONDS + 1)
    assert world.failed == []
    assert world.status("web-n1")["phase"] == "Running"
