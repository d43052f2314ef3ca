"""Simulated pods made of a few words."""

from typing import Any

from kubeobj.runtimes.behaviour import Behaviour, BehaviourRule, Behaviours
from kubeobj.runtimes.simulatedpod import SimulatedPod

Document = dict[str, Any]


def pod_of(*containers: Document, inits: list[Document] | None = None, **spec: Any) -> Document:
    """Return a pod as the API has it."""
    spec = {"restartPolicy": "Always", **spec, "containers": list(containers) or [{"name": "a"}]}
    if inits:
        spec["initContainers"] = inits
    for one in (*spec["containers"], *(inits or ())):
        one.setdefault("image", f"{one['name']}:1")
    metadata = {"name": "p", "namespace": "default", "uid": "u", "generation": 1}
    return {"metadata": metadata, "spec": spec, "status": {"phase": "Pending"}}


def run_of(pod: Document, now: float = 0.0, **behaviours: Behaviour) -> SimulatedPod:
    """Return how a pod runs whose containers behave so, by name, from *now* on."""
    rules = [BehaviourRule(one, container=name) for name, one in behaviours.items()]
    run = SimulatedPod.of(pod, "10.0.0.1", now, Behaviours(*rules), {})
    run.go_on(now)
    return run


def doing(run: SimulatedPod) -> dict[str, str]:
    """Return what each container does."""
    return {one.name: one.phase.value for one in run.containers}
