"""Writes that read only what they change: the same comes of them as if all were read."""

import copy
import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.admission.chain import Admission, AdmissionRequest
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import ApiError, BadRequest, Invalid
from kubeobj.api.kinds.registry import kind_of
from kubeobj.api.options import WriteOptions
from kubeobj.api.patch import apply_merge_patch
from kubeobj.api.patching import PatchType
from kubeobj.api.wireform import WireError, read_again, read_wire
from kubeobj.clock import VirtualClock
from kubeobj.documents import Document, Wire
from kubeobj.entropy import SeededIdSource
from tests.api.manifests import DEPLOYMENT, POD

NODE: Wire = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "web-0"}}
RUNNING: Wire = {
    "phase": "Running",
    "podIP": "10.0.0.1",
    "conditions": [{"type": "Ready", "status": "True", "lastProbeTime": None}],
    "containerStatuses": [
        {
            "name": "web",
            "image": "nginx",
            "imageID": "",
            "ready": True,
            "restartCount": 0,
            "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
        }
    ],
}


def _look(request: AdmissionRequest) -> None:
    """Change nothing, but as one who could: then nothing is shared."""
    assert request.obj is not None


LOOKS = Admission(name="looks", mutate=_look)


def _server(*admissions: Admission) -> ApiServer:
    server = ApiServer(clock=VirtualClock(), ids=SeededIdSource(1), admissions=admissions)
    server.create("serviceaccounts", {"metadata": {"name": "default"}}, namespace="default")
    server.create("pods", POD, namespace="default")
    server.create("deployments", DEPLOYMENT, namespace="default")
    server.create("nodes", NODE)
    return server


SHARING, READING = _server(), _server(LOOKS)


# ---------------------------------------------------------------- reading again


@pytest.mark.parametrize("resource", ["pods", "deployments.apps", "nodes"])
@pytest.mark.parametrize("names", [(), ("status",), ("metadata", "spec"), ("spec", "other")])
def test_what_is_read_again_is_what_is_read(resource: str, names: tuple[str, ...]) -> None:
    """Of what is in wire form, any part may be taken as it is."""
    namespace = "" if resource == "nodes" else "default"
    stored = orjson.loads(
        SHARING.get(resource, POD["metadata"]["name"], namespace=namespace).data
        if resource != "deployments.apps"
        else SHARING.get(resource, DEPLOYMENT["metadata"]["name"], namespace=namespace).data
    )
    type_name = kind_of(resource).type_name
    changed = {**stored, **({"other": 1} if "other" in names else {})}
    assert read_again(type_name, changed, names) == read_wire(type_name, changed)


def test_what_is_read_again_has_its_zeros() -> None:
    """A field that is always written comes back, and what is mistyped is told with its path."""
    assert read_again("corev1.Pod", {"metadata": {}}, {"spec"})[0]["spec"]["containers"] is None
    with pytest.raises(WireError) as caught:
        read_again("corev1.Pod", {"metadata": {}, "status": {"phase": 1}}, {"status"})
    assert str(caught.value.path) == "status.phase"


# ---------------------------------------------------------------- the same by both ways


def _with_which(change: Wire, stored: Wire) -> Wire:
    """Return a patch that says for which version of which object it is."""
    which = {name: stored["metadata"][name] for name in ("uid", "resourceVersion")}
    return {"metadata": which, **change}


@pytest.mark.parametrize("change", [{}, {"status": RUNNING}, {"status": {"phase": 1}}])
@pytest.mark.parametrize("kind", [PatchType.MERGE, PatchType.STRATEGIC])
def test_a_patch_for_one_version_makes_the_same(kind: PatchType, change: Wire) -> None:
    """As one for any; the metadata that it names is not written anew."""
    stored = orjson.loads(SHARING.get("pods", POD["metadata"]["name"], namespace="default").data)
    _both("status", _with_which(change, stored), kind, "pods")


def _both(
    part: str,
    change: Document | list[Document],
    kind: PatchType,
    resource: str,
    first: Wire | None = None,
) -> None:
    """Patch on two servers, one of which shares nothing; compare what comes of it."""
    seen: list[tuple[int, str | bytes, tuple[str, ...]]] = []
    for server in (SHARING, READING):
        twin, namespace = server.fork(), "" if resource == "nodes" else "default"
        manifest = DEPLOYMENT if resource == "deployments" else POD
        name = manifest["metadata"]["name"]
        if first is not None:
            twin.patch(resource, name, first, kind, namespace=namespace, part=part)
        before = twin.get(resource, name, namespace=namespace)
        kept = bytes(before.data)
        try:
            outcome = twin.patch(resource, name, change, kind, namespace=namespace, part=part)
        except ApiError as error:
            seen.append((error.code, error.message, error.warnings))
        else:
            seen.append((twin.store.revision - before.revision, outcome.data, outcome.warnings))
        assert before.data == kept
    assert seen[0] == seen[1]


@pytest.mark.parametrize("resource", ["pods", "deployments", "nodes"])
@pytest.mark.parametrize("kind", [PatchType.MERGE, PatchType.STRATEGIC])
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"status": {}}, id="no-change"),
        pytest.param({"status": None}, id="removed"),
        pytest.param({"status": RUNNING}, id="running"),
        pytest.param({"status": {"phase": 1}}, id="mistyped"),
        pytest.param({"status": {"colour": "red"}}, id="unknown"),
        pytest.param({"status": {"conditions": [{"type": "a b", "status": "True"}]}}, id="invalid"),
        pytest.param({"status": {"capacity": {"cpu": "0.5"}, "replicas": -1}}, id="canonical"),
        pytest.param({"status": RUNNING, "spec": {"replicas": 7}}, id="more-than-status"),
        pytest.param({"status": RUNNING, "metadata": {"labels": {"a": "b"}}}, id="labels"),
        pytest.param({"metadata": {"resourceVersion": "1"}}, id="outdated"),
        pytest.param({"metadata": {"resourceVersion": 1}, "status": {}}, id="mistyped-version"),
        pytest.param({"metadata": {"resourceVersion": ""}, "status": RUNNING}, id="no-version"),
        pytest.param({"metadata": {"uid": "other"}, "status": RUNNING}, id="other-uid"),
        pytest.param({"metadata": {"uid": None}, "status": RUNNING}, id="no-uid"),
        pytest.param({"metadata": None, "status": RUNNING}, id="no-metadata"),
        pytest.param({"status": {"$patch": "delete"}}, id="directive"),
        pytest.param({"$retainKeys": ["status"], "status": {}}, id="directive-on-top"),
        pytest.param({"kind": "Other"}, id="other-kind"),
    ],
)
def test_a_patch_of_a_status_makes_the_same(
    resource: str, kind: PatchType, change: Document
) -> None:
    """Whether the rest is shared or read."""
    _both("status", change, kind, resource)


@pytest.mark.parametrize("resource", ["pods", "deployments", "nodes"])
@pytest.mark.parametrize(
    "change",
    [
        {"conditions": None},
        {"conditions": []},
        {"phase": None, "podIP": ""},
        {"colour": "red", "phase": "Failed"},
        {"podIP": "10.0.0.2"},
        {"replicas": 0, "observedGeneration": 3},
        {"capacity": {"cpu": "0.5", "memory": None}},
        dict.fromkeys((*RUNNING, "qosClass", "observedGeneration", "nodeInfo")),
    ],
)
def test_a_second_patch_of_a_status_makes_the_same(resource: str, change: Wire) -> None:
    """Of what is there, only what the patch names is read again."""
    before = {"status": {**RUNNING, "observedGeneration": 1, "capacity": {"cpu": "4"}}}
    _both("status", {"status": change}, PatchType.MERGE, resource, first=before)


_PARTS = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "Running", "True", "x"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["phase", "conditions", "type", "status", "podIP", "podIPs", "ip"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@given(change=_PARTS)
def test_any_patch_of_a_status_makes_the_same(change: object) -> None:
    """Mistakes and all."""
    _both("status", {"status": change}, PatchType.MERGE, "pods")  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"status": RUNNING}, id="status"),
        pytest.param({"spec": {"hostNetwork": 0}}, id="a-number-is-no-boolean"),
        pytest.param({"spec": {"terminationGracePeriodSeconds": 30.0}}, id="a-float-is-no-integer"),
        pytest.param({"spec": {"colour": "red"}}, id="unknown"),
        pytest.param({"metadata": {"labels": {"app": "x y"}}}, id="invalid"),
        pytest.param({"kind": "Node"}, id="other-kind"),
    ],
)
@pytest.mark.parametrize("part", ["", "status"])
def test_an_update_makes_the_same(change: Wire, part: str) -> None:
    """What is sent as it is stored need not be read, be it all or a part."""
    seen: list[tuple[int, str | bytes, tuple[str, ...]]] = []
    for server in (SHARING, READING):
        twin, name = server.fork(), POD["metadata"]["name"]
        stored = twin.get("pods", name, namespace="default")
        body = apply_merge_patch(orjson.loads(stored.data), change)
        assert isinstance(body, dict)
        given, kept = copy.deepcopy(body), bytes(stored.data)
        try:
            outcome = twin.update("pods", name, body, namespace="default", part=part)
        except ApiError as error:
            seen.append((error.code, error.message, error.warnings))
        else:
            seen.append((twin.store.revision - stored.revision, outcome.data, outcome.warnings))
        assert (body, stored.data) == (given, kept)
    assert seen[0] == seen[1]


def test_a_refused_write_leaves_nothing_behind() -> None:
    """Not even in what the next write starts from."""
    twin, name = SHARING.fork(), POD["metadata"]["name"]
    before = twin.get("pods", name, namespace="default").data
    bad = {"status": {**RUNNING, "podIP": "300.1.1.1"}}
    with pytest.raises(Invalid):
        twin.patch("pods", name, bad, PatchType.MERGE, namespace="default", part="status")
    dry = WriteOptions(dry_run=True)
    twin.patch(
        "pods",
        name,
        {"status": RUNNING},
        PatchType.MERGE,
        namespace="default",
        part="status",
        options=dry,
    )
    assert twin.get("pods", name, namespace="default").data == before


@pytest.mark.parametrize("value", [math.nan, math.inf, b"bytes", {1: 2}, {1, 2}])
def test_a_patch_that_is_no_json_is_refused(value: object) -> None:
    """Wherever it has what is none."""
    name = POD["metadata"]["name"]
    for change in ({"status": {"phase": value}}, {"status": value}, {"new": value}, value):
        with pytest.raises(BadRequest):
            SHARING.fork().patch(
                "pods",
                name,
                change,  # type: ignore[arg-type]
                PatchType.MERGE,
                namespace="default",
                part="status",
            )


# ---------------------------------------------------------------- looking at others


def test_what_is_looked_at_is_as_it_is_now() -> None:
    """It is read once for each version, and forgotten when it is gone."""
    twin = SHARING.fork()
    objects = twin.core
    first = objects.look("namespaces", "", "default")
    assert first == objects.find("namespaces", "", "default")
    assert objects.look("namespaces", "", "default") is first
    labels = {"metadata": {"labels": {"a": "b"}}}
    twin.patch("namespaces", "default", labels, PatchType.MERGE)
    second = objects.look("namespaces", "", "default")
    assert second is not None
    assert second["metadata"]["labels"]["a"] == "b"
    twin.create("namespaces", {"metadata": {"name": "going"}})
    assert objects.look("namespaces", "", "going") is not None
    twin.store.delete(twin.get("namespaces", "going").key)
    assert objects.look("namespaces", "", "going") is None
