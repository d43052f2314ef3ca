"""Workloads as text and as documents, as small as they can be."""

from typing import Any

import orjson

Document = dict[str, Any]


def template(name: str, image: str = "app:1", **spec: Any) -> Document:
    """Return the template of pods with one container."""
    behaviour = spec.pop("behaviour", None)
    metadata: Document = {"labels": {"app": name}}
    if behaviour is not None:
        text = orjson.dumps(behaviour).decode()
        metadata["annotations"] = {"simulation.kubeobj.io/behaviour": text}
    containers = spec.pop("containers", [{"name": "app", "image": image}])
    return {"metadata": metadata, "spec": {"containers": containers, **spec}}


def deployment(name: str, replicas: int = 3, image: str = "app:1", **rest: Any) -> Document:
    """Return a Deployment."""
    made = template(name, image, behaviour=rest.pop("behaviour", None))
    spec = {
        "replicas": replicas,
        "selector": {"matchLabels": {"app": name}},
        "template": made,
        **rest,
    }
    return _object("apps/v1", "Deployment", name, spec)


def stateful_set(name: str, replicas: int = 3, image: str = "app:1", **rest: Any) -> Document:
    """Return a StatefulSet."""
    made = template(name, image, behaviour=rest.pop("behaviour", None))
    spec = {
        "replicas": replicas,
        "serviceName": name,
        "selector": {"matchLabels": {"app": name}},
        "template": made,
        **rest,
    }
    return _object("apps/v1", "StatefulSet", name, spec)


def daemon_set(name: str, image: str = "app:1", **rest: Any) -> Document:
    """Return a DaemonSet."""
    made = template(name, image, behaviour=rest.pop("behaviour", None))
    spec = {"selector": {"matchLabels": {"app": name}}, "template": made, **rest}
    return _object("apps/v1", "DaemonSet", name, spec)


def job(name: str, completions: int = 3, parallelism: int = 2, **rest: Any) -> Document:
    """Return a Job whose pods take half a minute."""
    behaviour = rest.pop("behaviour", {"runSeconds": 30})
    made = template(name, behaviour=behaviour, restartPolicy=rest.pop("policy", "Never"))
    spec = {"completions": completions, "parallelism": parallelism, "template": made, **rest}
    return _object("batch/v1", "Job", name, spec)


def pod(name: str, **rest: Any) -> Document:
    """Return a pod that belongs to nobody."""
    made = template(name, **rest)
    made["metadata"]["name"] = name
    return {"apiVersion": "v1", "kind": "Pod", **made}


def budget(name: str, app: str, **spec: Any) -> Document:
    """Return a PodDisruptionBudget."""
    spec = {"selector": {"matchLabels": {"app": app}}, **spec}
    return _object("policy/v1", "PodDisruptionBudget", name, spec)


def _object(version: str, kind: str, name: str, spec: Document) -> Document:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}
