"""Volumes of pods, on a real disk, from objects of a real API."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kubeobj.node.faults import MountFault
from kubeobj.node.volumes.mounting import mount_points, unmount_below
from kubeobj.node.volumes.volumes import Volumes
from tests.node.podworld import PodWorld
from tests.node.volumes.volumeusers import fault, texts, using

Document = dict[str, Any]


# ---------------------------------------------------------------- empty directories


def test_an_empty_directory(world: PodWorld) -> None:
    """Everybody may write to it, nobody may find it who is not let in, and it stays."""
    pod = using(world, {"name": "v", "emptyDir": {}})
    path = world.volumes.set_up(pod)["v"]
    uid = pod["metadata"]["uid"]
    assert path == world.facts.pods_directory / uid / "volumes/kubernetes.io~empty-dir/v"
    assert path.stat().st_mode & 0o7777 == 0o777
    assert world.facts.pods_directory.stat().st_mode & 0o777 == 0o700
    (path / "kept").write_text("x")
    assert world.volumes.set_up(pod) == {"v": path}
    assert (path / "kept").exists()
    world.volumes.tear_down(uid)
    assert world.volumes.left_over() == ()
    world.volumes.tear_down(uid)


def test_an_empty_directory_in_memory(world: PodWorld) -> None:
    """It is mounted where that is allowed, and gone at the end."""
    pod = using(world, {"name": "v", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}})
    try:
        path = world.volumes.set_up(pod)["v"]
        (path / "file").write_text("x")
        assert world.volumes.set_up(pod) == {"v": path}
        assert (path / "file").read_text() == "x"
        if mount_points(world.directory):
            with pytest.raises(OSError, match="space"):
                (path / "large").write_bytes(b"x" * 2**21)
        world.volumes.tear_down(pod["metadata"]["uid"])
    finally:
        unmount_below(world.directory)
    assert not path.exists()


def test_volumes_that_nobody_uses_are_not_made(world: PodWorld) -> None:
    """They cannot keep a pod from running either."""
    pod = world.pod(volumes=[{"name": "v", "configMap": {"name": "none"}}])
    assert world.volumes.set_up(pod) == {}


# ---------------------------------------------------------------- objects


def test_a_config_map(world: PodWorld) -> None:
    """Its texts are files, and change with it."""
    world.config_map("c", a="1", b="2")
    pod = using(world, {"name": "v", "configMap": {"name": "c"}})
    path = world.volumes.set_up(pod)["v"]
    assert texts(path) == {"a": "1", "b": "2"}
    assert (path / "a").stat().st_mode & 0o777 == 0o644
    assert not world.volumes.refresh(pod)
    change = {"data": {"a": "3", "b": None, "c": "4"}}
    world.client.patch("configmaps", "c", change, namespace="default", type="merge")
    world.step()
    assert world.volumes.refresh(pod)
    assert texts(path) == {"a": "3", "c": "4"}


def test_some_keys_of_a_config_map(world: PodWorld) -> None:
    """Under other names, in directories, with modes of their own."""
    world.config_map("c", a="1", b="2")
    items = [{"key": "a", "path": "deep/A", "mode": 0o400}, {"key": "b", "path": "B"}]
    source = {"name": "c", "items": items, "defaultMode": 0o440}
    path = world.volumes.set_up(using(world, {"name": "v", "configMap": source}))["v"]
    assert texts(path) == {"deep/A": "1", "B": "2"}
    assert (path / "deep/A").stat().st_mode & 0o777 == 0o400
    assert (path / "B").stat().st_mode & 0o777 == 0o440


def test_bytes_of_a_config_map_and_of_a_secret(world: PodWorld) -> None:
    """They come out as they went in."""
    world.create("v1", "ConfigMap", "c", binaryData={"b": "/wA="}, data={"t": "é"})
    world.create("v1", "Secret", "s", data={"k": "gIE="})
    pod = using(
        world,
        {"name": "c", "configMap": {"name": "c"}},
        {"name": "s", "secret": {"secretName": "s", "defaultMode": 0o400}},
    )
    paths = world.volumes.set_up(pod)
    assert (paths["c"] / "b").read_bytes() == b"\xff\x00"
    assert (paths["c"] / "t").read_bytes() == "é".encode()
    assert (paths["s"] / "k").read_bytes() == b"\x80\x81"
    assert (paths["s"] / "k").stat().st_mode & 0o777 == 0o400


@pytest.mark.parametrize(
    ("volume", "message"),
    [
        ({"configMap": {"name": "none"}}, 'configmap "none" not found'),
        ({"secret": {"secretName": "none"}}, 'secret "none" not found'),
        (
            {"configMap": {"name": "c", "items": [{"key": "x", "path": "x"}]}},
            "configmap references non-existent config key: x",
        ),
        (
            {"secret": {"secretName": "s", "items": [{"key": "x", "path": "x"}]}},
            "references non-existent secret key: x",
        ),
        (
            {"projected": {"sources": [{"secret": {"name": "none"}}]}},
            'secret "none" not found',
        ),
        ({"emptyDir": {"medium": "HugePages"}}, 'this node has no storage medium "HugePages" for'),
        ({"nfs": {"server": "s", "path": "/"}}, "this node does not support volumes of type nfs"),
        (
            {"csi": {"driver": "csi.example.com"}},
            (
                "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name "
                "csi.example.com not found in the list of registered CSI drivers"
            ),
        ),
        ({"image": {"reference": "web:1"}}, "this node does not support image volumes"),
    ],
)
def test_what_cannot_be_had_is_told(world: PodWorld, volume: Document, message: str) -> None:
    """In the kubelet's words, and nothing is left of it."""
    world.config_map("c", a="1")
    world.secret("s", a="1")
    said = fault(world, {"name": "v", **volume})
    assert said.startswith(f'MountVolume.SetUp failed for volume "v" : {message}')
    (uid,) = world.volumes.left_over()
    assert list(world.facts.pods_directory.glob(f"{uid}/volumes/*/v")) == []


def test_what_is_optional_may_be_missing(world: PodWorld) -> None:
    """Then there is nothing, until it comes."""
    volume = {"name": "v", "configMap": {"name": "late", "optional": True}}
    pod = using(world, volume)
    path = world.volumes.set_up(pod)["v"]
    assert texts(path) == {}
    world.config_map("late", a="1")
    world.step()
    assert world.volumes.refresh(pod)
    assert texts(path) == {"a": "1"}


def test_what_goes_away_stays_as_it_was(world: PodWorld) -> None:
    """A pod that runs keeps its files when their config map is deleted."""
    world.config_map("c", a="1")
    pod = using(world, {"name": "v", "configMap": {"name": "c"}})
    path = world.volumes.set_up(pod)["v"]
    world.client.delete("configmaps", "c", namespace="default")
    world.step()
    with pytest.raises(MountFault, match='configmap "c" not found'):
        world.volumes.refresh(pod)
    assert texts(path) == {"a": "1"}


def test_what_went_away_keeps_no_other_volume_from_its_news(world: PodWorld) -> None:
    world.config_map("gone", a="1")
    world.config_map("kept", a="1")
    pod = using(
        world,
        {"name": "one", "configMap": {"name": "gone"}},
        {"name": "two", "configMap": {"name": "kept"}},
    )
    paths = world.volumes.set_up(pod)
    world.client.delete("configmaps", "gone", namespace="default")
    world.client.patch("configmaps", "kept", {"data": {"a": "2"}}, namespace="default")
    world.step()
    with pytest.raises(MountFault, match='configmap "gone" not found'):
        world.volumes.refresh(pod)
    assert texts(paths["two"]) == {"a": "2"}


def test_a_volume_that_is_there_is_set_up_without_its_object(world: PodWorld) -> None:
    """A container that is started again has what the one before had; a new volume is refused."""
    world.config_map("c", a="1")
    volume = {"name": "v", "configMap": {"name": "c"}}
    pod = using(world, volume)
    path = world.volumes.set_up(pod)["v"]
    world.client.delete("configmaps", "c", namespace="default")
    world.step()
    assert world.volumes.set_up(pod) == {"v": path}
    assert texts(path) == {"a": "1"}
    with pytest.raises(MountFault, match='configmap "c" not found'):
        world.volumes.set_up(using(world, volume, name="other"))


def test_the_pod_itself(world: PodWorld) -> None:
    """Its labels and annotations, its resources; labels change."""
    items = [
        {"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}},
        {"path": "notes", "fieldRef": {"fieldPath": "metadata.annotations"}},
        {"path": "name", "fieldRef": {"fieldPath": "metadata.name"}},
        {
            "path": "cpu",
            "resourceFieldRef": {
                "containerName": "main",
                "resource": "limits.cpu",
                "divisor": "1m",
            },
        },
    ]
    metadata = {"labels": {"b": "2", "a": "1"}, "annotations": {"n": 'x\n"y"'}}
    pod = using(world, {"name": "v", "downwardAPI": {"items": items}}, metadata=metadata)
    path = world.volumes.set_up(pod)["v"]
    assert texts(path) == {
        "labels": 'a="1"\nb="2"',
        "notes": 'n="x\\n\\"y\\""',
        "name": "web",
        "cpu": "3500",
    }
    changed = {**pod, "metadata": {**pod["metadata"], "labels": {"c": "3"}}}
    assert world.volumes.refresh(changed)
    assert texts(path)["labels"] == 'c="3"'


# ---------------------------------------------------------------- tokens


def projected(**fields: Any) -> Document:
    """Return the volume that admission gives to pods, all in one."""
    return {
        "name": "v",
        "projected": {
            "sources": [
                {"serviceAccountToken": {"path": "token", **fields}},
                {"configMap": {"name": "ca", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                {
                    "downwardAPI": {
                        "items": [
                            {"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}
                        ]
                    }
                },
            ]
        },
    }


def test_a_token_is_renewed_in_time(world: PodWorld) -> None:
    """At four fifths of its life, and not before."""
    world.create("v1", "ConfigMap", "ca", data={"ca.crt": "CERT"})
    pod = using(world, projected(expirationSeconds=1000))
    uid = pod["metadata"]["uid"]
    path = world.volumes.set_up(pod)["v"]
    first = texts(path)
    assert first["ca.crt"] == "CERT"
    assert first["namespace"] == "default"
    assert first["token"].count(".") == 2
    assert world.volumes.refresh_at(uid) == world.clock.now() + 800
    world.clock.advance(799)
    assert not world.volumes.refresh(pod)
    assert world.token_requests == 1
    world.clock.advance(1)
    assert world.volumes.refresh(pod)
    assert texts(path)["token"] != first["token"]
    assert world.volumes.refresh_at(uid) == world.clock.now() + 800
    world.volumes.tear_down(uid)
    assert world.volumes.refresh_at(uid) is None


def test_a_token_that_cannot_be_renewed_is_kept_while_it_is_good(world: PodWorld) -> None:
    """And asked for again."""
    world.create("v1", "ConfigMap", "ca", data={"ca.crt": "CERT"})
    calls = []

    def refuses(namespace: str, account: str, request: Document) -> Document:
        calls.append((namespace, account))
        if len(calls) > 1:
            raise ConnectionError("no route")
        return world.token(namespace, account, request)

    volumes = Volumes(world.facts, world.sources, refuses, world.clock)
    pod = using(world, projected(expirationSeconds=1000))
    volumes.set_up(pod)
    world.clock.advance(900)
    assert not volumes.refresh(pod)
    assert volumes.refresh_at(pod["metadata"]["uid"]) == world.clock.now() + 60
    world.clock.advance(100)
    with pytest.raises(MountFault, match="failed to fetch token: ConnectionError: no route"):
        volumes.refresh(pod)
    assert calls == [("default", "default")] * 3


def test_a_token_that_has_expired_is_asked_for_after_a_pause(world: PodWorld) -> None:
    """Not at once for ever, be it that the account has gone or that something else is missing."""
    world.create("v1", "ConfigMap", "ca", data={"ca.crt": "CERT"})
    volume = projected(expirationSeconds=1000)
    pod = using(world, volume)
    uid = pod["metadata"]["uid"]
    world.volumes.set_up(pod)
    world.client.delete("serviceaccounts", "default", namespace="default")
    world.clock.advance(1000)
    with pytest.raises(MountFault, match="failed to fetch token"):
        world.volumes.refresh(pod)
    assert world.volumes.refresh_at(uid) == world.clock.now() + 60
    world.clock.advance(60)
    volume["projected"]["sources"].reverse()
    world.client.delete("configmaps", "ca", namespace="default")
    world.step()
    asked = world.token_requests
    with pytest.raises(MountFault, match='configmap "ca" not found'):
        world.volumes.refresh({**pod, "spec": {**pod["spec"], "volumes": [volume]}})
    assert world.token_requests == asked
    assert world.volumes.refresh_at(uid) == world.clock.now() + 60


def test_a_token_belongs_to_its_user(world: PodWorld) -> None:
    """Where all containers run as the same one, only that one reads it."""
    world.create("v1", "ConfigMap", "ca", data={"ca.crt": "CERT"})
    pod = using(world, projected(), securityContext={"runAsUser": 1234})
    path = world.volumes.set_up(pod)["v"]
    found = (path / "token").stat()
    assert found.st_mode & 0o777 == 0o600
    assert found.st_uid == (1234 if os.geteuid() == 0 else os.geteuid())
    assert (path / "ca.crt").stat().st_mode & 0o777 == 0o644


def test_nobody_makes_tokens(world: PodWorld) -> None:
    """A node without an API says so."""
    world.create("v1", "ConfigMap", "ca", data={"ca.crt": "CERT"})
    volumes = Volumes(world.facts, world.sources, None, world.clock)
    with pytest.raises(MountFault, match="cannot use TokenManager when kubelet is in standalone"):
        volumes.set_up(using(world, projected()))


def test_trust_bundles_are_not_here(world: PodWorld) -> None:
    """What the node cannot show, it says."""
    source = {"clusterTrustBundle": {"name": "x", "path": "x"}}
    pod = using(world, {"name": "v", "emptyDir": {}})
    pod = {
        **pod,
        "spec": {**pod["spec"], "volumes": [{"name": "v", "projected": {"sources": [source]}}]},
    }
    with pytest.raises(MountFault, match="projected volumes have no clusterTrustBundle"):
        world.volumes.set_up(pod)


# ---------------------------------------------------------------- groups


def test_the_group_of_a_pod_may_write(world: PodWorld) -> None:
    """To its empty directory, and read what objects say."""
    world.config_map("c", a="1")
    group = os.getegid()
    pod = using(
        world,
        {"name": "e", "emptyDir": {}},
        {"name": "c", "configMap": {"name": "c", "defaultMode": 0o400}},
        securityContext={"fsGroup": group},
    )
    paths = world.volumes.set_up(pod)
    assert paths["e"].stat().st_gid == group
    assert paths["e"].stat().st_mode & 0o2070 == 0o2070
    assert (paths["c"] / "a").stat().st_mode & 0o777 == 0o440
    assert not world.volumes.refresh(pod)


# ---------------------------------------------------------------- the node's own files


def test_host_paths(world: PodWorld, tmp_path: Path) -> None:
    """A path is what it is, or becomes what it may become."""
    (tmp_path / "dir").mkdir()
    (tmp_path / "file").write_text("x")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
    wanted = {
        "a": ("dir", "Directory"),
        "b": ("file", "File"),
        "c": ("socket", "Socket"),
        "d": ("made/deep", "DirectoryOrCreate"),
        "e": ("new", "FileOrCreate"),
        "f": ("any", ""),
        "g": ("file", ""),
    }
    volumes = [
        {"name": name, "hostPath": {"path": str(tmp_path / path), "type": kind}}
        for name, (path, kind) in wanted.items()
    ]
    pod = using(world, *volumes)
    paths = world.volumes.set_up(pod)
    assert paths == {name: tmp_path / path for name, (path, _) in wanted.items()}
    assert (tmp_path / "made/deep").is_dir()
    assert (tmp_path / "any").is_dir()
    assert (tmp_path / "new").read_text() == ""
    world.volumes.tear_down(pod["metadata"]["uid"])
    assert all(path.exists() for path in paths.values())


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("Directory", "a directory"),
        ("File", "a file"),
        ("Socket", "a socket file"),
        ("CharDevice", "a character device"),
        ("BlockDevice", "a block device"),
    ],
)
def test_a_path_of_another_type_is_refused(
    world: PodWorld, tmp_path: Path, kind: str, what: str
) -> None:
    """Whether there is something else, or nothing."""
    path = tmp_path / "x"
    volume = {"name": "v", "hostPath": {"path": str(path), "type": kind}}
    expected = (
        f'MountVolume.SetUp failed for volume "v" : hostPath type check failed: {path} '
        f"is not {what}"
    )
    assert fault(world, volume) == expected
    os.mkfifo(path)
    assert fault(world, volume, name="other") == expected


# ---------------------------------------------------------------- troubles


@contextmanager
def read_only(directory: Path) -> Iterator[None]:
    """Let a file be where a directory is to be."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    directory.write_text("")
    yield
    directory.unlink()


def test_a_directory_that_cannot_be_made_is_told(world: PodWorld) -> None:
    """And once it can be, it is."""
    pod = using(world, {"name": "v", "emptyDir": {}})
    with read_only(world.facts.pods_directory), pytest.raises(MountFault, match="SetUp failed"):
        world.volumes.set_up(pod)
    assert world.volumes.set_up(pod)["v"].is_dir()


@pytest.mark.parametrize("uid", ["", ".", "..", "../other", "a/b", "/etc"])
def test_no_uid_leads_elsewhere(world: PodWorld, uid: str) -> None:
    """Only directories of pods are ever removed."""
    with pytest.raises(MountFault, match="is not the uid of a pod"):
        world.volumes.tear_down(uid)


def test_what_a_former_agent_has_left_is_found(world: PodWorld) -> None:
    """And removed by another one that has never seen the pod."""
    world.config_map("c", a="1")
    pod = using(world, {"name": "v", "emptyDir": {}}, {"name": "c", "configMap": {"name": "c"}})
    paths = world.volumes.set_up(pod)
    (paths["v"] / "link").symlink_to("/")
    later = Volumes(world.facts, world.sources, None, world.clock)
    assert later.left_over() == (pod["metadata"]["uid"],)
    later.tear_down(pod["metadata"]["uid"])
    assert later.left_over() == ()
    assert not later.refresh(pod)
