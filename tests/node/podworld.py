"""A node's view of an API: a real server, what the pods of a node read, and a directory."""

import base64
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import AlreadyExists, NotFound
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource
from kubeobj.node.podfacts import ClusterDns, NodeFacts, PodFacts
from kubeobj.node.podsources import PodSources
from kubeobj.node.volumes.volumes import Volumes
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Request, wire_of

Document = dict[str, Any]

NODE = "here"


class PodWorld:
    """A server, and a node called ``here`` whose files are below a directory."""

    def __init__(self, directory: Path) -> None:
        self.clock = VirtualClock()
        self.server = ApiServer(clock=self.clock, ids=SeededIdSource(1))
        self.client = InProcessClient(self.server)
        self.changed: list[Request] = []
        self.manager = Manager(self.client, self.clock, ids=SeededIdSource(2), name="tests")
        self.sources = PodSources(self.manager, NODE, self.changed.append)
        self.manager.add(self.sources)
        self.directory = directory
        resolv_conf = directory / "resolv.conf"
        resolv_conf.write_text("nameserver 10.0.0.53\nsearch example.com\noptions rotate\n")
        hosts_file = directory / "hosts"
        hosts_file.write_text("127.0.0.1\tlocalhost\n")
        self.facts = NodeFacts(
            name=NODE,
            addresses=("192.168.1.5", "fd00::5"),
            pods_directory=directory / "node" / "pods",
            logs_directory=directory / "node" / "logs",
            memory_bytes=8 * 2**30,
            dns=ClusterDns(("127.9.128.10",)),
            resolv_conf=resolv_conf,
            hosts_file=hosts_file,
        )
        self.volumes = Volumes(self.facts, self.sources, self.token, self.clock)
        self.token_requests = 0
        status = {"allocatable": {"cpu": "3500m", "memory": "6Gi", "ephemeral-storage": "10Gi"}}
        self.create(
            "v1", "Node", NODE, namespace="", metadata={"labels": {"kubernetes.io/hostname": NODE}}
        )
        self.client.patch("nodes", NODE, {"status": status}, type="merge", part="status")

    def token(self, namespace: str, account: str, request: Document) -> Document:
        """Make a token as the API does."""
        self.token_requests += 1
        outcome = self.server.act(
            "serviceaccounts/token", request, namespace=namespace, name=account
        )
        document: Document = orjson.loads(outcome.data)
        return document

    def create(
        self, version: str, kind: str, name: str, namespace: str = "default", **fields: Any
    ) -> Document:
        """Make an object."""
        metadata = {"name": name, **fields.pop("metadata", {})}
        if namespace:
            metadata["namespace"] = namespace
            try:
                self.client.get("namespaces", namespace)
            except NotFound:
                self.client.create(
                    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
                )
        document = {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}
        return wire_of(self.client.create(document))

    def config_map(self, name: str, **data: str) -> Document:
        """Make a config map."""
        return self.create("v1", "ConfigMap", name, data=data)

    def secret(self, name: str, **data: str) -> Document:
        """Make a secret."""
        coded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
        return self.create("v1", "Secret", name, data=coded)

    def service(self, name: str, namespace: str = "default", **spec: Any) -> Document:
        """Make a Service."""
        return self.create("v1", "Service", name, namespace, spec=spec)

    def pod(self, name: str = "web", *containers: Document, **fields: Any) -> Document:
        """Make a pod that is bound to the node, and follow what it needs."""
        metadata = fields.pop("metadata", {})
        with suppress(AlreadyExists):
            self.create("v1", "ServiceAccount", "default")
        spec = {
            "nodeName": NODE,
            "automountServiceAccountToken": False,
            **fields,
            "containers": [
                {"image": "web:1", **one} for one in (containers or ({"name": "main"},))
            ],
        }
        pod = self.create("v1", "Pod", name, spec=spec, metadata=metadata)
        self.sources.follow(pod)
        self.manager.step()
        return pod

    def facts_of(self, pod: Document, *addresses: str) -> PodFacts:
        """Return what is known of a pod that has these addresses."""
        return self.facts.of_pod(pod, addresses)

    def step(self) -> None:
        """Read what has changed."""
        self.manager.settle()
