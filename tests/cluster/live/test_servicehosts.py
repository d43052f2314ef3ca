"""Names of Services in the hosts files of pods that can ask nobody for them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.cluster.servicehosts import ServiceHosts
from kubeobj.network.dns.zone import ServiceNames, Zone
from kubeobj.network.hostsfile import hosts_lines
from kubeobj.node.etchosts import write_hosts_file
from kubeobj.node.podfacts import NodeFacts
from kubeobj.reconcile.manager import Manager

Doc = dict[str, Any]
ADDRESS = "127.5.0.7"


class World:
    """A pod on a node, and the names of Services."""

    def __init__(self, path: Path) -> None:
        server = ApiServer(clock=VirtualClock())
        client = InProcessClient(server)
        account = {"apiVersion": "v1", "kind": "ServiceAccount"}
        client.create({**account, "metadata": {"name": "default", "namespace": "default"}})
        spec = {"nodeName": "here", "containers": [{"name": "web", "image": "web"}]}
        metadata = {"name": "web-1", "namespace": "default"}
        client.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
        status = {"status": {"podIP": ADDRESS, "podIPs": [{"ip": ADDRESS}]}}
        made = client.patch(
            "pods", "web-1", status, type="merge", namespace="default", part="status"
        )
        self.pod: Doc = made.document
        self.zone = Zone()
        self.facts = NodeFacts(
            "here",
            ("127.0.0.1",),
            path / "pods",
            path / "logs",
            service_names=lambda namespace: hosts_lines(self.zone, namespace),
        )
        self.manager = Manager(client, server.clock)
        self.manager.install(lambda manager: ServiceHosts(manager, self.zone, lambda: self.facts))
        self.about = self.facts.of_pod(self.pod, (ADDRESS,))

    def names(self) -> list[str]:
        """Return the lines of the pod's file that are about Services."""
        text = self.about.hosts_file.read_text()
        return text.partition("# Services")[2].splitlines()[1:]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_names_are_kept_up_in_the_file_that_the_pod_sees(world: World) -> None:
    write_hosts_file(world.pod, world.about)
    before = world.about.hosts_file.stat().st_ino
    assert world.names() == []

    world.zone.put("default", "db", ServiceNames(("127.5.128.7",)))
    world.manager.advance(1)
    line = "127.5.128.7\tdb db.default db.default.svc db.default.svc.cluster.local"
    assert world.names() == [line]
    assert world.about.hosts_file.stat().st_ino == before

    world.zone.put("default", "db", None)
    world.manager.advance(1)
    assert world.names() == []
    assert f"{ADDRESS}\tweb-1" in world.about.hosts_file.read_text()


def test_many_changes_are_written_once(world: World) -> None:
    write_hosts_file(world.pod, world.about)
    world.manager.advance(1)
    for number in range(5):
        world.zone.put("default", f"db-{number}", ServiceNames((f"127.5.128.{number + 20}",)))
        world.manager.settle()
    world.manager.advance(1)
    assert len(world.names()) == 5
    assert world.manager.deadline is None or world.manager.deadline > world.manager.clock.now()


def test_no_file_is_made_for_a_pod_that_has_not_begun(world: World) -> None:
    world.zone.put("default", "db", ServiceNames(("127.5.128.7",)))
    world.manager.advance(1)
    assert not world.about.hosts_file.exists()


def test_nothing_is_written_where_pods_can_ask(world: World) -> None:
    world.facts = replace(world.facts, service_names=None)
    write_hosts_file(world.pod, world.facts.of_pod(world.pod, (ADDRESS,)))
    before = world.about.hosts_file.stat().st_mtime_ns
    world.zone.put("default", "db", ServiceNames(("127.5.128.7",)))
    world.manager.advance(1)
    assert world.about.hosts_file.stat().st_mtime_ns == before
    assert "# Services" not in world.about.hosts_file.read_text()
