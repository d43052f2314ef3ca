"""Deployments whose pods get ready or fail when a test says so."""

from typing import Any

from kubeobj.controllers.deployment import DeploymentController
from kubeobj.controllers.garbagecollector import GarbageCollector
from kubeobj.controllers.replicaset import ReplicaSetController
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import text_of
from tests.controllers.running import POD, Running

NAME = "web"
LABELS = {"app": "web"}


def template_of(image: str) -> Wire:
    """Return the template of pods of an image."""
    container = {**POD["containers"][0], "image": image}
    return {"metadata": {"labels": LABELS}, "spec": {**POD, "containers": [container]}}


class Rollout:
    """A Deployment ``web`` beside the loops that it needs, without any node.

    Args:
        replicas: How many pods it asks for.
        dies_at_write: Before which write the loops end and begin anew; 0 for never.
        spec: The rest of its spec.
    """

    def __init__(self, replicas: int, *, dies_at_write: int = 0, **spec: Any) -> None:
        self.world = Running(
            DeploymentController,
            GarbageCollector,
            ReplicaSetController,
            dies_at_write=dies_at_write,
        )
        asked = {"replicas": replicas, "selector": {"matchLabels": LABELS}, **spec}
        self.world.create(
            "apps/v1/Deployment", NAME, spec={"template": template_of("img:1"), **asked}
        )

    @property
    def deployment(self) -> Wire:
        """The Deployment as it is."""
        return self.world.get("deployments.apps", NAME)

    @property
    def status(self) -> Wire:
        """Its status."""
        found: Wire = self.deployment["status"]
        return found

    def condition(self, type_: str) -> tuple[str, str] | None:
        """Return status and reason of a condition."""
        for one in self.status.get("conditions") or ():
            if one["type"] == type_:
                return one["status"], one["reason"]
        return None

    def sizes(self) -> dict[str, int]:
        """Return how many pods the ReplicaSet of each image asks for."""
        return {
            one["spec"]["template"]["spec"]["containers"][0]["image"]: one["spec"]["replicas"]
            for one in self.world.there("replicasets.apps")
        }

    def revisions(self) -> dict[str, str]:
        """Return the revision of the ReplicaSet of each image."""
        return {
            one["spec"]["template"]["spec"]["containers"][0]["image"]: one["metadata"][
                "annotations"
            ]["deployment.kubernetes.io/revision"]
            for one in self.world.there("replicasets.apps")
        }

    def pods(self) -> list[Wire]:
        """Return the pods that are not on their way out."""
        return [
            one for one in self.world.there("pods") if "deletionTimestamp" not in one["metadata"]
        ]

    def available(self) -> int:
        """Return how many pods are ready."""
        return sum(1 for one in self.pods() if _is_ready(one))

    # ------------------------------------------------------------ what somebody does

    def change(self, **spec: Any) -> None:
        """Change the spec, as a merge patch does."""
        self._patch({"spec": spec})

    def annotate(self, **annotations: str) -> None:
        """Annotate it; dots and slashes are given as they are."""
        self._patch({"metadata": {"annotations": annotations}})

    def _patch(self, patch: Wire) -> None:
        self.world.client.patch("deployments.apps", NAME, patch, type="merge", namespace="default")

    def roll(self, image: str) -> None:
        """Let it have pods of another image."""
        self.change(template={"spec": {"containers": [{"name": "c", "image": image}]}})

    def say(self, pod: Wire, *, ready: bool, phase: str = "Running") -> None:
        """Give a pod a status, as its node does."""
        now = text_of(self.world.clock.now())
        condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": now}
        self.world.client.patch(
            "pods",
            pod["metadata"]["name"],
            {"status": {"phase": phase, "conditions": [condition]}},
            type="merge",
            part="status",
            namespace="default",
        )

    def make_ready(self) -> None:
        """Let all pods become ready, and those that come then, until no more come."""
        self.world.settle()
        while waiting := [one for one in self.pods() if not _is_ready(one)]:
            for pod in waiting:
                self.say(pod, ready=True)
            self.world.settle()


def _is_ready(pod: Wire) -> bool:
    if pod["status"].get("phase") != "Running":
        return False
    conditions = pod["status"].get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
