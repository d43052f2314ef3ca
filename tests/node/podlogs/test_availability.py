"""Whose log is meant, and why there is none, in Kubernetes' words."""

from typing import Any

import pytest

from kubeobj.node.podlogs.availability import (
    LogsUnavailable,
    container_id_meant,
    container_meant,
)

Document = dict[str, Any]


def pod(state: Document, last: Document | None = None, **fields: Any) -> Document:
    """Return a pod with one container, and how that is."""
    said = {"name": "a", "state": state, **({"lastState": last} if last else {}), **fields}
    return {
        "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "a"}]},
        "status": {"containerStatuses": [said]},
    }


ENDED = {"terminated": {"containerID": "process://old"}}
NEVER = {"terminated": {}}


@pytest.mark.parametrize(
    ("document", "previous", "expected"),
    [
        (pod({"running": {}}, containerID="process://now"), False, "process://now"),
        (pod({"running": {}}, ENDED, containerID="process://now"), True, "process://old"),
        (pod({"terminated": {"containerID": "process://x"}}), False, "process://x"),
        (pod(NEVER, ENDED), False, "process://old"),
        (pod({"waiting": {"reason": "CrashLoopBackOff"}}, ENDED), False, "process://old"),
    ],
)
def test_whose_log_is_meant(document: Document, previous: bool, expected: str) -> None:
    """The run that goes on, or the one before it."""
    assert container_id_meant(document, "a", previous=previous) == expected


@pytest.mark.parametrize(
    ("document", "previous", "message"),
    [
        (
            pod({"waiting": {"reason": "ContainerCreating"}}),
            False,
            'container "a" in pod "web" is waiting to start: ContainerCreating',
        ),
        (
            pod({"waiting": {"reason": "ImagePullBackOff"}}),
            False,
            'container "a" in pod "web" is waiting to start: trying and failing to pull image',
        ),
        (
            pod({"waiting": {"reason": "ErrImagePull"}}),
            False,
            'container "a" in pod "web" is waiting to start: image can\'t be pulled',
        ),
        (pod({}), False, 'container "a" in pod "web" is waiting to start - no logs yet'),
        (pod(NEVER), False, 'container "a" in pod "web" is terminated'),
        (pod({"waiting": {}}, NEVER), False, 'container "a" in pod "web" is terminated'),
        (
            pod({"running": {}}, containerID="process://now"),
            True,
            'previous terminated container "a" in pod "web" not found',
        ),
        ({**pod({}), "status": {}}, False, 'container "a" in pod "web" is not available'),
    ],
)
def test_why_there_is_none(document: Document, previous: bool, message: str) -> None:
    """As the kubelet tells it."""
    with pytest.raises(LogsUnavailable) as caught:
        container_id_meant(document, "a", previous=previous)
    assert caught.value.message == message


def several(**fields: list[str]) -> Document:
    """Return a pod with containers of these names."""
    spec = {field: [{"name": name} for name in names] for field, names in fields.items()}
    return {"metadata": {"name": "web"}, "spec": spec}


def test_which_container_is_meant() -> None:
    """The only one need not be named."""
    assert container_meant(several(containers=["a"], initContainers=["i"])) == "a"
    whole = several(containers=["a", "b"], initContainers=["i"], ephemeralContainers=["e"])
    for name in ("a", "b", "i", "e"):
        assert container_meant(whole, name) == name


@pytest.mark.parametrize(
    ("document", "name", "message"),
    [
        (
            several(containers=["a", "b"]),
            "",
            "a container name must be specified for pod web, choose one of: [a b]",
        ),
        (
            several(containers=["a", "b"], initContainers=["i", "j"], ephemeralContainers=["e"]),
            "",
            (
                "a container name must be specified for pod web, choose one of: [a b] or one of "
                "the init containers: [i j] or one of the ephemeral containers: [e]"
            ),
        ),
        (several(containers=["a"]), "x", "container x is not valid for pod web"),
    ],
)
def test_which_container_is_not_clear(document: Document, name: str, message: str) -> None:
    """As the API tells it."""
    with pytest.raises(LogsUnavailable) as caught:
        container_meant(document, name)
    assert caught.value.message == message
