"""Volumes, environments and last words of real processes, through a live cluster."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kubeobj.clock import LiveClock
from kubeobj.cluster.cluster import Cluster

Document = dict[str, Any]
PATIENCE = 30.0
NOW = LiveClock().now

MANIFESTS = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {greeting: hello}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {password: s3cret}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  terminationGracePeriodSeconds: 1
  restartPolicy: Never
  containers:
  - name: main
    image: none
    command: [sh, -c]
    args:
    - |
      cd "$KUBEOBJ_ROOT/"
      echo "$(PASSWORD) $(ADDRESS) $(NAME)"
      cat "$KUBEOBJ_ROOT/etc/labels/labels"; echo
      test -s "$KUBEOBJ_ROOT/var/run/secrets/kubernetes.io/serviceaccount/token" && echo token
      echo kept > "$KUBEOBJ_ROOT/data/file"
      until [ "$(cat "$KUBEOBJ_ROOT/etc/settings/greeting")" = bye ]; do sleep 0.05; done
      echo "last words" > "$KUBEOBJ_ROOT/dev/termination-log"
      exit 3
    env:
    - {name: PASSWORD, valueFrom: {secretKeyRef: {name: keys, key: password}}}
    - {name: ADDRESS, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
    - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    volumeMounts:
    - {name: settings, mountPath: /etc/settings}
    - {name: labels, mountPath: /etc/labels}
    - {name: data, mountPath: /data, subPath: deep}
  volumes:
  - {name: settings, configMap: {name: settings}}
  - {name: labels, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
  - {name: data, persistentVolumeClaim: {claimName: data}}
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster of processes."""
    with Cluster(tmp_path / "state", runtime="process") as found:
        yield found


def pod(cluster: Cluster, until: Callable[[Document], bool]) -> Document:
    """Wait until the pod is so, and return it."""
    end = NOW() + PATIENCE
    while True:
        found: Document = cluster.client.get("pods", "web", namespace="default").document
        if until(found):
            return found
        assert NOW() < end, found["status"]
        time.sleep(0.02)


def test_a_pod_sees_what_it_asks_for(cluster: Cluster, tmp_path: Path) -> None:
    """And sees it change; its claim is a directory, which goes with the claim."""
    cluster.apply(MANIFESTS)
    running = pod(cluster, lambda found: found["status"].get("phase") == "Running")
    volumes = tmp_path / "state" / "volumes"
    change = {"data": {"greeting": "bye"}}
    cluster.client.patch("configmaps", "settings", change, namespace="default", type="merge")
    ended = pod(cluster, lambda found: found["status"].get("phase") == "Failed")
    state = ended["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (state["exitCode"], state["message"]) == (3, "last words\n")
    address = running["status"]["podIP"]
    said = "\n".join(cluster.logs("web", namespace="default")).split("\n")
    assert [line for line in said if line] == [f"s3cret {address} web", 'app="web"', "token"]
    (kept,) = volumes.glob("pvc-*_default_data/deep/file")
    assert kept.read_text() == "kept\n"
    assert (tmp_path / "state" / "node" / "pods").stat().st_mode & 0o777 == 0o700
    cluster.client.delete("pods", "web", namespace="default")
    cluster.client.delete("pvc", "data", namespace="default")
    end = NOW() + PATIENCE
    while any(volumes.iterdir()) or any((tmp_path / "state" / "node" / "pods").iterdir()):
        assert NOW() < end
        time.sleep(0.02)


def test_secrets_are_told_to_nobody(cluster: Cluster, tmp_path: Path) -> None:
    """Not in the pod, its events, nor in files that others may read."""
    cluster.apply(MANIFESTS.replace("name: keys, key: password", "name: keys, key: other"))
    message = "couldn't find key other in Secret default/keys"

    def is_refused(found: Document) -> bool:
        states = [one["state"] for one in found["status"].get("containerStatuses") or ()]
        return any(message in state.get("waiting", {}).get("message", "") for state in states)

    found = pod(cluster, is_refused)
    waiting = found["status"]["containerStatuses"][0]["state"]["waiting"]
    assert waiting["reason"] == "CreateContainerConfigError"
    events = [one.document for one in cluster.client.list("events", namespace="default").items]
    assert "s3cret" not in repr((found, events))
    assert "czNjcmV0" not in repr((found, events))
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
