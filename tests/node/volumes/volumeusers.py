"""Pods that use volumes, and what one sees in them."""

import os
from pathlib import Path
from typing import Any

import pytest

from kubeobj.node.faults import MountFault
from tests.node.podworld import PodWorld

Document = dict[str, Any]


def using(world: PodWorld, *volumes: Document, name: str = "web", **fields: Any) -> Document:
    """Make a pod with a container that uses all of these volumes."""
    mounts = [{"name": one["name"], "mountPath": f"/{one['name']}"} for one in volumes]
    container = {"name": "main", "volumeMounts": mounts}
    return world.pod(name, container, volumes=list(volumes), **fields)


def texts(directory: Path) -> dict[str, str]:
    """Return what one sees in a volume that shows objects."""
    return {
        path.relative_to(directory).as_posix(): path.read_text()
        for folder, _, names in os.walk(directory, followlinks=True)
        for path in (Path(folder, name) for name in names)
        if not path.relative_to(directory).parts[0].startswith("..")
    }


def fault(world: PodWorld, *volumes: Document, **fields: Any) -> str:
    """Return why the volumes of a pod cannot be set up."""
    pod = using(world, *volumes, **fields)
    with pytest.raises(MountFault) as caught:
        world.volumes.set_up(pod)
    assert caught.value.reason == "FailedMount"
    return caught.value.message
