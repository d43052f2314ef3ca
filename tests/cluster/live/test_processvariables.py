"""What variables say in processes, through a live cluster: what the pod says, and no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kubeobj.cluster.cluster import Cluster
from kubeobj.models.codec import AnyObject

MANIFESTS = """
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {password: pa$(HOST_IP)ss}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  restartPolicy: Never
  containers:
  - name: main
    image: none
    command: [printenv, PASSWORD, ESCAPED, URL, PLACE]
    env:
    - {name: PASSWORD, valueFrom: {secretKeyRef: {name: keys, key: password}}}
    - {name: ESCAPED, value: $$(POD_IP)}
    - {name: URL, value: "http://$(POD_IP):$(PORT)"}
    - {name: PLACE, value: "root$(KUBEOBJ_ROOT)"}
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster of processes."""
    with Cluster(tmp_path / "state", runtime="process") as found:
        yield found


def test_only_what_a_manifest_refers_to_is_put_in(cluster: Cluster) -> None:
    """A secret says what it says, and what is escaped is a reference no more."""
    cluster.apply(MANIFESTS)
    ended = cluster.wait("pods", "web", _is_over, within=30)
    assert ended is not None
    document = ended.document
    assert document["status"]["phase"] == "Succeeded"
    said = "\n".join(cluster.logs("web", namespace="default"))
    password, escaped, url, place = said.split()
    assert (password, escaped) == ("pa$(HOST_IP)ss", "$(POD_IP)")
    assert url == f"http://{document['status']['podIP']}:$(PORT)"
    assert place.startswith("root")
    assert "$" not in place


def _is_over(pod: AnyObject) -> bool:
    return pod.document["status"].get("phase") in ("Succeeded", "Failed")
