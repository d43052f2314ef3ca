"""Jobs on a real server, and a kubelet that does what it is told."""

from collections.abc import Callable
from typing import Any

from kubeobj.controllers.job import JobController
from kubeobj.controllers.jobpods import completion_index, is_tracked
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import text_of
from tests.controllers.running import POD, Running

COMPLETE = [("SuccessCriteriaMet", "CompletionsReached"), ("Complete", "CompletionsReached")]


def failed(reason: str) -> list[tuple[str, str]]:
    """Return the conditions of a job that has failed."""
    return [("FailureTarget", reason), ("Failed", reason)]


class JobWorld(Running):
    """A server with the job controller, and whatever else."""

    def __init__(self, *loops: Any, **more: Any) -> None:
        super().__init__(JobController, *loops, **more)
        self.settle()

    def job(self, name: str = "j", *, restart: str = "Never", **spec: Any) -> Wire:
        """Create a job, and let its controller look at it."""
        metadata = spec.pop("template_metadata", {})
        template = {"metadata": metadata, "spec": {**POD, "restartPolicy": restart}}
        made = self.create("batch/v1/Job", name, spec={"template": template, **spec})
        self.settle()
        return made

    def status(self, name: str = "j") -> Wire:
        """Return the status of a job."""
        status: Wire = self.get("jobs", name).get("status", {})
        return status

    def ending(self, name: str = "j") -> list[tuple[str, str]]:
        """Return the types and reasons of the conditions that hold."""
        return [
            (one["type"], one["reason"])
            for one in self.status(name).get("conditions") or ()
            if one["status"] == "True"
        ]

    def pods(self, phase: str = "") -> list[Wire]:
        """Return the pods in a phase, or all, in the order in which they were made."""
        found = self.there("pods")
        found.sort(key=lambda pod: int(pod["metadata"]["resourceVersion"]))
        found.sort(key=lambda pod: (pod["metadata"]["creationTimestamp"], completion_index(pod)))
        return [pod for pod in found if phase in {"", pod["status"]["phase"]}]

    def indexes(self, phase: str = "Pending") -> list[int | None]:
        """Return the indexes of the pods in a phase that are to stay."""
        return [
            completion_index(pod)
            for pod in self.pods(phase)
            if "deletionTimestamp" not in pod["metadata"]
        ]

    def end(self, pod: Wire, code: int = 0, **more: Any) -> None:
        """Let a pod end, well if the exit code is 0."""
        now = text_of(self.clock.now())
        terminated = {"exitCode": code, "finishedAt": now}
        container = {
            "name": "c",
            "image": "img:1",
            "imageID": "x",
            "ready": False,
            "restartCount": 0,
            "state": {"terminated": terminated},
        }
        phase = "Failed" if code else "Succeeded"
        self.set_pod(pod, phase=phase, containerStatuses=[container], **more)

    def set_pod(self, pod: Wire, **status: Any) -> None:
        """Report something of a pod."""
        self.client.patch(
            "pods",
            pod["metadata"]["name"],
            {"status": status},
            type="merge",
            namespace="default",
            part="status",
        )

    def start(self, *pods: Wire) -> None:
        """Put pods on a node: from now on, deleting them takes time."""
        for pod in pods:
            self.client.bind(pod["metadata"]["name"], "n1", namespace="default")
            self.set_pod(pod, phase="Running")

    def kill(self, pod: Wire) -> None:
        """Let a pod that is being deleted go."""
        self.client.delete(
            "pods", pod["metadata"]["name"], namespace="default", grace_period_seconds=0
        )

    def change(self, name: str = "j", **spec: Any) -> None:
        """Change what a job asks for."""
        self.client.patch("jobs", name, {"spec": spec}, type="merge", namespace="default")
        self.settle()

    def run(self, code: Callable[[Wire, int], int], rounds: int = 40) -> None:
        """Let pods end, some each second, until the job has.

        Args:
            code: Returns the exit code of a pod, the n-th that ends.
            rounds: For how many times ten seconds at most.
        """
        ended = 0
        for _ in range(rounds):
            for pod in self.pods("Pending"):
                if "deletionTimestamp" not in pod["metadata"]:
                    self.end(pod, code(pod, ended))
                    ended += 1
                    self.advance(1.5)
            if {"Complete", "Failed"} & {type_ for type_, _ in self.ending()}:
                return
            self.advance(10)

    @property
    def tracked(self) -> int:
        """How many pods have the finalizer."""
        return sum(map(is_tracked, self.there("pods")))
