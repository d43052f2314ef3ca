"""A cluster in somebody's program: real processes, and what comes back after what."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kubeobj.api.errors import BadRequest, NotFound
from kubeobj.cluster.asynccluster import AsyncCluster
from kubeobj.cluster.cluster import Cluster
from kubeobj.cluster.options import Options
from kubeobj.cluster.statedirectory import StateDirectory, StateError
from kubeobj.documents import Wire
from kubeobj.models.corev1 import ConfigMap
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.reconciler import reconciler
from kubeobj.reconcile.request import wire_of


def pod(name: str, script: str, **spec: object) -> Wire:
    """Return a pod of one process."""
    container = {"name": "main", "image": "any", "command": ["sh", "-c", script]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 1, **spec},
    }


def deployment(name: str, replicas: int, script: str) -> Wire:
    """Return a Deployment of pods of one process."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": pod(name, script)["spec"]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }


def until(is_so: Callable[[], object], what: str) -> None:
    """Wait until something is so."""
    for _ in range(2400):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail(f"not so after 120 s: {what}")


def three_are_ready(found: Unstructured) -> bool:
    """Whether three pods of a Deployment are ready."""
    return found.at("status", "readyReplicas") == 3


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    """A place for a state; what runs there in the end is ended."""
    path = tmp_path / "state"
    yield path
    if path.exists():
        with Cluster(path):
            pass


def test_nothing_is_left_of_a_cluster_without_a_state() -> None:
    """Neither files nor processes."""
    with Cluster(runtime="process") as cluster:
        path = cluster.directory.path
        cluster.apply(deployment("web", 2, "exec sleep 1000"))
        cluster.wait("deployments", "web", "Available", within=120)
        found = [
            int(cluster.exec(name, ["sh", "-c", "echo $PPID"]).stdout) for name in _names(cluster)
        ]
        assert len(found) == 2
        assert cluster.is_running
    assert not path.exists()
    assert not cluster.is_running
    with pytest.raises(RuntimeError, match="does not run"):
        cluster.client.list("pods")


def _names(cluster: Cluster) -> list[str]:
    return [one.metadata.name for one in cluster.client.list("pods")]


def test_the_methods_of_a_cluster() -> None:
    """Apply, wait, scale, logs, exec, events, delete, status."""
    with Cluster(runtime="process") as cluster:
        cluster.apply(deployment("web", 1, "echo hello; exec sleep 1000"))
        cluster.wait("deployments", "web", "Available", within=120)
        cluster.scale("deployments", "web", replicas=3)
        cluster.wait(
            "deployments",
            "web",
            lambda one: wire_of(one)["status"].get("readyReplicas") == 3,
            within=120,
        )
        name = _names(cluster)[0]
        assert next(cluster.logs(name, follow=True)) == "hello"
        until(lambda: list(cluster.logs(name)) == ["hello"], "it has printed")
        result = cluster.exec(name, ["sh", "-c", "echo out; echo err >&2; exit 4"])
        assert (result.exit_code, result.stdout, result.stderr) == (4, "out\n", "err\n")
        reasons = {event["reason"] for event in cluster.events(about=name)}
        assert {"Scheduled", "Created", "Started"} <= reasons
        with pytest.raises(NotFound):
            cluster.logs("nobody")
        with pytest.raises(BadRequest):
            cluster.exec(name, ["true"], container="nobody")
        status = cluster.status()
        assert status["runtime"]["name"] == "process"
        assert status["troubles"] == []
        cluster.delete("deployments", "web")
        until(lambda: not _names(cluster), "its pods are gone")


def test_rollouts_are_watched_undone_and_held() -> None:
    """As with `kubeobj rollout`, for every kind that has them."""
    with Cluster(runtime="process") as cluster:
        cluster.apply(deployment("web", 2, "exec sleep 1001"))
        rollout = cluster.rollout("deploy", "web")
        rollout.wait(within=120)
        assert rollout.status() == ()
        before = set(_names(cluster))
        rollout.pause()
        cluster.apply(deployment("web", 2, "exec sleep 1002"))
        with pytest.raises(BadRequest, match="resume it first"):
            rollout.undo()
        assert set(_names(cluster)) == before
        rollout.resume()
        rollout.wait(within=120)
        commands = [
            one.template["spec"]["containers"][0]["command"][2] for one in rollout.history()
        ]
        assert commands == ["exec sleep 1001", "exec sleep 1002"]
        assert rollout.undo().number == 1
        rollout.wait(within=120)
        assert [one.number for one in rollout.history()] == [2, 3]
        rollout.restart()
        rollout.wait(within=120)
        assert not set(_names(cluster)) & before
        with pytest.raises(NotFound, match="revision 77"):
            rollout.undo(77)
        cluster.apply(pod("alone", "exec sleep 1000"))
        with pytest.raises(BadRequest, match="a Pod has no rollouts"):
            cluster.rollout("pods", "alone")


def test_a_namespace_can_be_used_at_once(tmp_path: Path) -> None:
    """It has the account that its pods need before the next object is applied."""
    manifests = tmp_path / "shop.yaml"
    manifests.write_text(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n"
        "apiVersion: v1\nkind: Pod\nmetadata: {name: one, namespace: shop}\n"
        "spec: {containers: [{name: main, image: any, command: [sleep, '1000']}],"
        " terminationGracePeriodSeconds: 1}\n",
        encoding="utf-8",
    )
    with Cluster(runtime="process", options=Options(node_name="here")) as cluster:
        cluster.apply(manifests)
        found = cluster.wait("pods", "one", "Ready", within=120, namespace="shop")
        assert found is not None
        assert wire_of(found)["spec"]["nodeName"] == "here"  # type: ignore[arg-type]


def test_what_was_applied_comes_back(state: Path) -> None:
    """With its data, and under the same identity."""
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
    }
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    keeper = pod("keeper", 'echo x >> "$KUBEOBJ_ROOT/data/log"; exec sleep 1000', volumes=[volume])
    keeper["spec"]["containers"][0]["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]

    def kept(cluster: Cluster) -> str:
        with suppress(BadRequest):  # it does not run yet
            return cluster.exec("keeper", ["sh", "-c", 'cat "$KUBEOBJ_ROOT/data/log"']).stdout
        return ""

    with Cluster(state, "process") as cluster:
        cluster.apply([claim, keeper])
        first = cluster.wait("pods", "keeper", "Ready", within=120)
        until(lambda: kept(cluster) == "x\n", "it has written")
    with Cluster(state) as cluster:
        until(lambda: kept(cluster) == "x\nx\n", "it has written again")
        again = cluster.wait("pods", "keeper", "Ready", within=120)
        assert first is not None
        assert again is not None
        assert first.metadata.uid == again.metadata.uid
        assert cluster.status()["runtime"]["why"] == "as they were before"
        cluster.delete("pods", "keeper")
        cluster.delete("persistentvolumeclaims", "data")
        until(lambda: not list((state / "volumes").iterdir()), "the volume is removed")
    with pytest.raises(StateError, match="run by process, not docker"):
        Cluster(state, "docker").start()


def test_pods_can_be_left_to_the_next(state: Path) -> None:
    """They go on meanwhile."""
    cluster = Cluster(state, "process")
    cluster.start()
    cluster.apply(pod("one", "echo $$$$; exec sleep 1000"))
    cluster.wait("pods", "one", "Ready", within=120)
    pid = int(next(cluster.logs("one", follow=True)))
    cluster.stop(leave_pods=True)
    cluster.stop()  # nothing more happens
    os.kill(pid, 0)
    with Cluster(state) as cluster:
        cluster.wait("pods", "one", "Ready", within=120)
        status = wire_of(cluster.client.get("pods", "one"))["status"]["containerStatuses"][0]
        assert status["restartCount"] == 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_is_hurried_before_it_begins_to_end() -> None:
    """Whoever asks for it twice may be quicker than the end."""
    cluster = Cluster(runtime="process")
    cluster.start()
    stubborn = pod("stubborn", "trap : TERM; while :; do sleep 0.1; done")
    stubborn["spec"]["terminationGracePeriodSeconds"] = 300
    cluster.apply(stubborn)
    cluster.wait("pods", "stubborn", "Ready", within=120)
    cluster.hurry()
    ending = threading.Thread(target=cluster.stop, daemon=True)
    ending.start()
    ending.join(120)
    assert not ending.is_alive()


KILLED = """
import sys, time
from kubeobj.cluster.cluster import Cluster
from tests.cluster.live.test_cluster import deployment
cluster = Cluster(sys.argv[1], "process")
cluster.start()
cluster.apply(deployment("web", 3, "exec sleep 1000"))
print("applied", flush=True)
time.sleep(float(sys.argv[2]))
print("still here", flush=True)
time.sleep(1000)
"""


@pytest.mark.parametrize("seconds", [0.0, 0.15, 0.4, 0.8])
def test_a_program_that_is_killed_at_any_moment(state: Path, seconds: float) -> None:
    """The next one makes of it what was asked for: three pods, each once."""
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(state), str(seconds)], stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"applied\n"
        assert program.stdout.readline() == b"still here\n"
        program.send_signal(signal.SIGKILL)
        program.wait()
    with Cluster(state) as cluster:
        cluster.wait(
            "deployments",
            "web",
            lambda one: wire_of(one)["status"].get("readyReplicas") == 3,
            within=120,
        )
        assert len(_names(cluster)) == 3
        runtime = cluster._there.chosen.runtime
        ready = [one for one in runtime.sandboxes() if one.state.value == "ready"]
        assert sorted(one.pod.name for one in ready) == sorted(_names(cluster))


def test_loops_of_ones_own() -> None:
    """They may take their time, and be added at any time."""
    seen: list[str] = []

    @reconciler("ConfigMap.v1", selector="watched", owns=["Secret.v1"])
    def slow(config: object, work: object) -> object:
        time.sleep(0.2)
        name = config.metadata.name  # type: ignore[attr-defined]
        seen.append(name)
        yield {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"of-{name}"}}

    @reconciler("Secret.v1", selector="")
    def another(secret: object, work: object) -> object:
        seen.append("secret")
        return ()

    cluster = Cluster(runtime="process")
    cluster.install(slow)
    with cluster:
        cluster.client.create(ConfigMap(metadata={"name": "a", "labels": {"watched": "yes"}}))
        cluster.wait("secrets", "of-a", lambda _: True, within=120)
        cluster.install(another)
        until(lambda: "secret" in seen, "the other has been asked")
    assert "a" in seen


def test_a_failed_start_leaves_nothing_held(tmp_path: Path) -> None:
    """So that it can be tried again."""
    state = tmp_path / "state"
    with pytest.raises(StateError, match="no runtime 'toaster'"):
        Cluster(state, "toaster").start()
    assert not StateDirectory(state).is_held
    with Cluster(state, "process"):
        pass


def test_the_same_for_coroutines() -> None:
    """Without holding up their loop."""

    async def main() -> list[object]:
        found: list[object] = []
        async with AsyncCluster(runtime="process") as cluster:
            await cluster.apply(deployment("web", 1, "echo one; echo two; exec sleep 1000"))
            await cluster.wait("deployments", "web", "Available", within=120)
            # Taken while it is the only one: another may come first and not have started.
            (pod,) = cluster.client.list("pods")
            name = pod.metadata.name
            await cluster.scale("deployments", "web", replicas=2)
            async for line in cluster.logs(name, follow=True):
                found.append(line)
                if len(found) == 2:
                    break
            result = await cluster.exec(name, ["echo", "hi"])
            found.append(result.stdout)
            assert await cluster.events(about=name)
            assert (await cluster.status())["runtime"]["name"] == "process"
            await cluster.delete("deployments", "web")
        return found

    assert asyncio.run(main()) == ["one", "two", "hi\n"]
