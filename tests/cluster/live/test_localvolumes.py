"""Local volumes are directories, which go with them unless they are kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.cluster.localvolumes import LocalVolumes
from kubeobj.entropy import SeededIdSource
from kubeobj.node.executor import VirtualExecutor
from kubeobj.reconcile.manager import Manager


class Directories:
    """A server, and what makes directories of its volumes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        clock = VirtualClock()
        self.client = InProcessClient(ApiServer(clock=clock, ids=SeededIdSource(1)))
        self.manager = Manager(self.client, clock, ids=SeededIdSource(2))
        self.executor = VirtualExecutor(clock)
        self.manager.add(self.executor)
        self.manager.install(lambda manager: LocalVolumes(manager, root, self.executor))
        self.manager.settle()

    def volume(self, name: str, path: Path, policy: str = "Delete", **annotations: str) -> None:
        """Make a volume as the provisioner does."""
        spec: dict[str, Any] = {
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": "1Gi"},
            "hostPath": {"path": str(path), "type": "DirectoryOrCreate"},
            "persistentVolumeReclaimPolicy": policy,
        }
        made = {"pv.kubernetes.io/provisioned-by": "kubeobj.io/local", **annotations}
        metadata = {"name": name, "annotations": made}
        self.client.create(
            {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}
        )
        self.manager.settle()

    def delete(self, name: str) -> None:
        """Delete a volume, whoever has it."""
        change = {"metadata": {"finalizers": None}}
        self.client.patch("persistentvolumes", name, change, type="merge")
        self.client.delete("persistentvolumes", name)
        self.manager.settle()

    def names(self) -> list[str]:
        """Return the directories that there are."""
        return sorted(path.name for path in self.root.iterdir())


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Directories]:
    """Volumes of a server that has just begun."""
    found = Directories(tmp_path)
    yield found
    found.executor.close()


def test_a_volume_is_a_directory_and_goes_with_it(there: Directories) -> None:
    """With all that is in it; links are not followed."""
    path = there.root / "pvc-1_default_a"
    there.volume("pvc-1", path)
    assert path.stat().st_mode & 0o777 == 0o777
    (path / "link").symlink_to("/")
    (path / "data").write_text("x")
    there.delete("pvc-1")
    assert there.names() == []


def test_a_volume_that_is_kept_stays(there: Directories) -> None:
    """Even if it is deleted, and another process begins."""
    path = there.root / "pvc-1_default_a"
    there.volume("pvc-1", path, policy="Retain")
    (path / "data").write_text("x")
    there.delete("pvc-1")
    again = Directories(there.root)
    assert again.names() == ["pvc-1_default_a"]
    assert (path / "data").read_text() == "x"
    again.executor.close()


def test_what_was_being_removed_is_removed_at_the_next_start(there: Directories) -> None:
    """And nothing else is."""
    (there.root / "..removed.pvc-1_default_a" / "deep").mkdir(parents=True)
    (there.root / "other").mkdir()
    again = Directories(there.root)
    assert again.names() == ["other"]
    again.executor.close()


def test_a_directory_of_another_name_is_nobodys_business(there: Directories) -> None:
    """Whoever makes a volume by hand does not get a directory removed."""
    path = there.root / "mine"
    path.mkdir()
    there.volume("pvc-1", path)
    there.delete("pvc-1")
    assert there.names() == ["mine"]
