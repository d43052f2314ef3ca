"""Which writes make a new version, and which change nothing."""

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.options import WriteOptions
from kubeobj.api.patching import PatchType
from kubeobj.documents import Document, Wire
from kubeobj.store.memory import MemoryStore
from kubeobj.store.snapshot import format_snapshot, parse_snapshot, take_snapshot
from tests.api.manifests import POD

JOB: Wire = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "sum"},
    "spec": {
        "template": {
            "spec": {"restartPolicy": "Never", "containers": [{"name": "a", "image": "b"}]}
        }
    },
}


def _patch(server: ApiServer, resource: str, name: str, change: Document, part: str = "") -> int:
    """Patch an object, and return how many versions that has made."""
    before = server.store.revision
    outcome = server.patch(resource, name, change, PatchType.MERGE, namespace="default", part=part)
    assert outcome.record is not None
    # What is stored is canonical JSON, whatever was written.
    assert outcome.record.data == outcome.record.data.strip()
    return server.store.revision - before


@pytest.mark.parametrize(
    ("part", "change"),
    [
        pytest.param("", {"metadata": {"managedFields": []}}, id="managers"),
        pytest.param("resize", {"spec": {"hostname": "other"}}, id="put-back"),
    ],
)
def test_what_is_put_back_makes_one_version(server: ApiServer, part: str, change: Document) -> None:
    """It tells who manages what; a write that says nothing makes none, before or after."""
    server.create("pods", POD, namespace="default")
    name = POD["metadata"]["name"]
    before = server.get("pods", name, namespace="default")
    watch = server.store.watch("pods")
    assert _patch(server, "pods", name, {}, part) == 0
    assert _patch(server, "pods", name, change, part) == 1
    assert _patch(server, "pods", name, {}, part) == 0
    assert _patch(server, "pods", name, {}) == 0
    after = server.get("pods", name, namespace="default")
    assert after.draft == before.draft
    assert [event.record for event in watch.poll()] == [after]


def test_what_is_put_back_in_a_dry_run_makes_none(server: ApiServer) -> None:
    """Nothing is kept."""
    server.create("pods", POD, namespace="default")
    before = server.store.revision
    server.patch(
        "pods",
        POD["metadata"]["name"],
        {"metadata": {"managedFields": []}},
        PatchType.MERGE,
        namespace="default",
        options=WriteOptions(dry_run=True),
    )
    assert server.store.revision == before


def test_what_was_completed_at_creation_makes_one_version(server: ApiServer) -> None:
    """A Job is told with labels that were not stored with it: the next write stores them."""
    server.create("jobs", JOB, namespace="default")
    before = server.get("jobs", "sum", namespace="default")
    assert before.labels["job-name"] == "sum"
    assert _patch(server, "jobs", "sum", {}) == 1
    assert _patch(server, "jobs", "sum", {}) == 0
    after = server.get("jobs", "sum", namespace="default")
    assert after.draft.body == before.draft.body


def test_what_was_completed_is_part_of_a_snapshot(server: ApiServer) -> None:
    """A server on what is restored of it does what the first would have done."""
    server.create("jobs", JOB, namespace="default")
    lines = list(format_snapshot(take_snapshot(server.store)))
    snapshot = parse_snapshot(lines)
    store = MemoryStore(snapshot.records, revision=snapshot.revision)
    assert _patch(ApiServer(store=store), "jobs", "sum", {}) == 1
