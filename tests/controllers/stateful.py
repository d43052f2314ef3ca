"""Stateful sets whose pods get ready, fail and end when a test says so."""

from typing import Any

from kubeobj.controllers.garbagecollector import GarbageCollector
from kubeobj.controllers.pvcprotection import PvcProtectionController
from kubeobj.controllers.statefulset import StatefulSetController
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import text_of
from tests.controllers.running import POD, Running

NAME = "db"
LABELS = {"app": "db"}
REVISION = "controller-revision-hash"
CLAIM: Wire = {
    "metadata": {"name": "data"},
    "spec": {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
    },
}


class StatefulWorld(Running):
    """A StatefulSet ``db`` beside its loop and those that let claims go, and a kubelet by hand.

    Args:
        replicas: How many pods it asks for.
        dies_at_write: Before which write the loops end and begin anew; 0 for never.
        spec: The rest of its spec.
    """

    def __init__(self, replicas: int, *, dies_at_write: int = 0, **spec: Any) -> None:
        loops = StatefulSetController, GarbageCollector, PvcProtectionController
        super().__init__(*loops, dies_at_write=dies_at_write)
        template = {"metadata": {"labels": LABELS}, "spec": POD}
        self.create(
            "apps/v1/StatefulSet",
            NAME,
            spec={
                "replicas": replicas,
                "serviceName": "peers",
                "selector": {"matchLabels": LABELS},
                "template": template,
                **spec,
            },
        )
        self.settle()

    @property
    def stateful_set(self) -> Wire:
        """The set as it is."""
        return self.get("statefulsets.apps", NAME)

    @property
    def status(self) -> Wire:
        """Its status."""
        found: Wire = self.stateful_set["status"]
        return found

    def change(self, **spec: Any) -> None:
        """Change its spec, as a merge patch does."""
        change = {"spec": spec}
        self.client.patch("statefulsets.apps", NAME, change, type="merge", namespace="default")
        self.settle()

    def roll(self, image: str) -> None:
        """Let it have pods of another image."""
        self.change(template={"spec": {"containers": [{"name": "c", "image": image}]}})

    def ordinals(self) -> list[int]:
        """Return the numbers of the pods that are there."""
        return sorted(int(one.rpartition("-")[2]) for one in self.names("pods"))

    def images(self) -> list[str]:
        """Return the images of the pods, in order of their numbers."""
        pods = {int(one["metadata"]["name"].rpartition("-")[2]): one for one in self.there("pods")}
        return [pods[number]["spec"]["containers"][0]["image"] for number in sorted(pods)]

    def say(self, ordinal: int, *, ready: bool = True, phase: str = "Running") -> None:
        """Give a pod a status, as its node does."""
        self.report(ordinal, ready=ready, phase=phase)
        self.settle()

    def report(self, ordinal: int, *, ready: bool = True, phase: str = "Running") -> None:
        """Give a pod a status, and let nobody look at it yet."""
        now = text_of(self.clock.now())
        condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": now}
        self.client.patch(
            "pods",
            f"{NAME}-{ordinal}",
            {"status": {"phase": phase, "conditions": [condition]}},
            type="merge",
            part="status",
            namespace="default",
        )

    def bind(self, ordinal: int) -> None:
        """Put a pod on a node: from now on it takes its time to end."""
        self.client.bind(f"{NAME}-{ordinal}", "n1", namespace="default")

    def end(self, ordinal: int) -> None:
        """Let a pod that is on its way out be gone."""
        self.client.delete("pods", f"{NAME}-{ordinal}", namespace="default", grace_period_seconds=0)
        self.settle()

    def make_ready(self) -> None:
        """Let all pods get ready, and those that come then, until no more come."""
        for _ in range(200):
            waiting = [
                one
                for one in self.there("pods")
                if one["status"]["phase"] == "Pending"
                and "deletionTimestamp" not in one["metadata"]
            ]
            if not waiting:
                return
            for pod in waiting:
                self.report(int(pod["metadata"]["name"].rpartition("-")[2]))
            self.settle()
        raise AssertionError(self.names("pods"))
