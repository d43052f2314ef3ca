"""Waiting for objects: by time that somebody lets pass."""

from typing import Any

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.client import Client
from kubeobj.api.errors import (
    Timeout,
)
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import LiveClock, VirtualClock
from kubeobj.models.corev1 import ConfigMap, Pod
from tests.api.manifests import DEPLOYMENT, POD


class Kubelet:
    """Starts pods one second after another, as time passes."""

    def __init__(self, client: Client, clock: VirtualClock) -> None:
        self.client = client
        self.clock = clock
        self.seconds: list[float] = []

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds.append(seconds)
        self.clock.advance(seconds)
        if self.clock.now() >= VirtualClock().now() + 3:
            ready = {"type": "Ready", "status": "True"}
            status = {"phase": "Running", "conditions": [ready]}
            for pod in self.client.list(Pod):
                self.client.patch(Pod, pod.metadata.name, {"status": status}, part="status")


def test_waiting_lets_time_pass_until_a_condition_is_met(
    server: ApiServer, clock: VirtualClock
) -> None:
    """And no longer; what time brings about is the caller's."""
    client = InProcessClient(server)
    kubelet = Kubelet(client, clock)
    client = InProcessClient(server, advance=kubelet.advance)
    client.create(POD)
    pod = client.wait_for(Pod, "web-0", "Ready", within=30)
    assert pod.status is not None
    assert pod.status.phase == "Running"
    assert kubelet.seconds == [1, 1, 1]
    assert client.wait_for("pods", "web-0", "ready=true", within=0).at("status", "phase")
    ran = client.wait_for(Pod, "web-0", lambda one: one.status is not None, within=0)
    assert ran.metadata.name == "web-0"


def test_waiting_ends_with_what_was_seen_last(client: InProcessClient, clock: VirtualClock) -> None:
    """So that the message of a failed test says why."""
    start = clock.now()
    with pytest.raises(Timeout, match=r'Pod "web-0" is not Ready within 2.5 s: it is not there'):
        client.wait_for(Pod, "web-0", "Ready", within=2.5)
    assert clock.now() == start + 2.5
    client.create(POD)
    with pytest.raises(Timeout, match="it has no such condition"):
        client.wait_for(Pod, "web-0", "Ready", within=1)
    condition = {"type": "Ready", "status": "False", "reason": "Slow", "message": "not yet"}
    client.patch(Pod, "web-0", {"status": {"conditions": [condition]}}, part="status")
    with pytest.raises(Timeout, match="Ready is False for Slow: not yet"):
        client.wait_for(Pod, "web-0", "Ready", within=1)
    assert client.wait_for(Pod, "web-0", "Ready=False", within=0).metadata.name == "web-0"
    with pytest.raises(Timeout, match="is not as wanted within 1 s: it is there"):
        client.wait_for("pods", "web-0", lambda pod: False, within=1)
    with pytest.raises(Timeout, match="is not gone within 1 s"):
        client.wait_for(Pod, "web-0", "deleted", within=1)


def test_a_condition_of_an_older_generation_does_not_count(client: InProcessClient) -> None:
    """It is about what was wanted before."""
    client.create(DEPLOYMENT)
    condition = {"type": "Progressing", "status": "True", "observedGeneration": 1}
    old: dict[str, Any] = {"metadata": {"generation": 2}, "status": {"conditions": [condition]}}

    class Old:
        def to_document(self) -> dict[str, Any]:
            return old

    from kubeobj.api.client.waiting import wait_until_met

    with pytest.raises(Timeout):
        wait_until_met(Old, "Progressing", lambda _: None, within=1)  # type: ignore[type-var]
    condition["observedGeneration"] = 2
    wait_until_met(Old, "Progressing", lambda _: None, within=0)  # type: ignore[type-var]


def test_waiting_for_the_end_of_an_object(client: InProcessClient) -> None:
    """Another in its place means that it is gone."""
    kept = ConfigMap(metadata={"name": "kept", "finalizers": ["example.com/x"]})
    client.create(kept)
    client.delete(kept)

    def let_go(_: float) -> None:
        client.patch(ConfigMap, "kept", {"metadata": {"finalizers": None}}, type="merge")
        client.create(kept)

    client.wait_for(ConfigMap, "kept", "deleted", within=5, advance=let_go)
    assert client.exists(ConfigMap, "kept")
    client.wait_for(ConfigMap, "never", "deleted", within=0)


def test_waiting_needs_to_know_how_time_passes() -> None:
    """On a machine's clock it passes by itself, and nothing here sleeps."""
    client = InProcessClient(ApiServer(clock=LiveClock()))
    with pytest.raises(RuntimeError, match="say how to wait"):
        client.wait_for(ConfigMap, "a", "Ready", within=1)
    waited: list[float] = []
    with pytest.raises(Timeout):
        client.wait_for(ConfigMap, "a", "Ready", within=1, every=0.4, advance=waited.append)
    assert waited == pytest.approx([0.4, 0.4, 0.2])
    with pytest.raises(ValueError, match="cannot look every 0 s"):
        client.wait_for(ConfigMap, "a", "Ready", within=1, every=0, advance=waited.append)
