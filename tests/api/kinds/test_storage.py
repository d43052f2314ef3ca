"""Rules of volumes, claims and the kinds of storage that no recording shows."""

import pytest

from kubeobj.api.kind import keep_status
from kubeobj.api.kinds.persistentvolume import KIND as VOLUMES
from kubeobj.api.kinds.persistentvolumeclaim import KIND as CLAIMS
from kubeobj.api.kinds.registry import kind_of
from kubeobj.documents import JsonValue, Wire
from tests.api.kinds.rules import (
    NOW,
    Found,
    context,
    create_errors,
    created,
    found,
    read,
    update_errors,
    updated,
    warned,
)

PV = "persistentvolumes"
PVC = "persistentvolumeclaims"
TERM = {
    "matchExpressions": [{"key": "failure-domain.beta.kubernetes.io/zone", "operator": "Exists"}]
}
NEW_TERM = {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "Exists"}]}


def volume(**spec: JsonValue) -> Wire:
    """Return a PersistentVolume."""
    base = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]}
    return {"metadata": {"name": "v"}, "spec": {**base, **spec}}


def claim(**spec: JsonValue) -> Wire:
    """Return a PersistentVolumeClaim."""
    base = {"resources": {"requests": {"storage": "1Gi"}}, "accessModes": ["ReadWriteOnce"]}
    return {"metadata": {"name": "c"}, "spec": {**base, **spec}}


def local(*terms: Wire) -> Wire:
    """Return the spec of a volume on some nodes."""
    return {
        "local": {"path": "/d"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": list(terms)}},
    }


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({}, {("spec", "REQUIRED"): 1}, id="no source"),
        pytest.param(
            {"hostPath": {"path": "/"}, "persistentVolumeReclaimPolicy": "Recycle"},
            {("spec.persistentVolumeReclaimPolicy", "FORBIDDEN"): 1},
            id="the whole node is not recycled",
        ),
        pytest.param(
            {"hostPath": {"path": "/a"}, "gcePersistentDisk": {}, "cephfs": {"monitors": []}},
            {("spec.gcePersistentDisk", "FORBIDDEN"): 1, ("spec.cephFS", "FORBIDDEN"): 1},
            id="further sources are not looked into",
        ),
        pytest.param(
            {"hostPath": {"path": "/a"}, "flexVolume": {"driver": ""}},
            {("spec.flexVolume.driver", "REQUIRED"): 1},
            id="a flex volume is never one too many",
        ),
        pytest.param(
            {"local": {"path": "/d"}}, {("spec.nodeAffinity", "REQUIRED"): 1}, id="local nowhere"
        ),
        pytest.param(
            {"csi": {"driver": "d", "volumeHandle": "h", "nodeStageSecretRef": {}}},
            {},
            id="of the secret for staging nothing is asked",
        ),
        pytest.param(
            {"csi": {"driver": "d", "volumeHandle": "", "nodePublishSecretRef": {"name": "A"}}},
            {
                ("spec.csi.volumeHandle", "REQUIRED"): 1,
                ("spec.csi.nodePublishSecretRef.name", "INVALID"): 1,
                ("spec.csi.nodePublishSecretRef.namespace", "REQUIRED"): 1,
            },
            id="secrets of a CSI volume",
        ),
        pytest.param(
            {"nfs": {"server": "s", "path": "/p"}, "volumeAttributesClassName": "gold"},
            {("spec.csi", "REQUIRED"): 1},
            id="attributes are those of CSI volumes",
        ),
        pytest.param(
            {"hostPath": {"path": "/a"}, "accessModes": ["ReadWriteOncePod", "ReadOnlyMany"]},
            {("spec.accessModes", "FORBIDDEN"): 1},
            id="one pod alone",
        ),
    ],
)
def test_volumes_are_refused(spec: Wire, expected: Found) -> None:
    """A volume has one source, which is complete."""
    assert create_errors(PV, volume(**spec)) == expected


@pytest.mark.parametrize(
    ("spec", "before", "expected"),
    [
        pytest.param(
            {
                "csi": {
                    "driver": "d",
                    "volumeHandle": "h",
                    "controllerExpandSecretRef": {"name": "s", "namespace": "n"},
                }
            },
            {"csi": {"driver": "d", "volumeHandle": "h"}},
            {},
            id="the secret for growing can be added",
        ),
        pytest.param(local(NEW_TERM), local(TERM), {}, id="labels get their better names"),
        pytest.param(
            local({"matchExpressions": [{"key": "x", "operator": "Exists"}]}),
            local(TERM),
            {("nodeAffinity", "INVALID"): 1},
            id="nodes do not change",
        ),
        pytest.param(
            local(NEW_TERM, TERM), local(TERM), {("nodeAffinity", "INVALID"): 1}, id="one term more"
        ),
        pytest.param(
            {"hostPath": {"path": "/a"}, "accessModes": ["X"]},
            {"hostPath": {"path": "/a"}},
            {("spec.accessModes", "NOT_SUPPORTED"): 2},
            id="rules are asked twice",
        ),
    ],
)
def test_volumes_change_little(spec: Wire, before: Wire, expected: Found) -> None:
    """Where the data of a volume are does not change."""
    assert update_errors(PV, volume(**spec), volume(**before)) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param({"phase": "Pending"}, "2020-01-01T00:00:00Z", id="kept"),
        pytest.param({"phase": "Bound"}, NOW, id="now"),
        pytest.param(
            {"phase": "Bound", "lastPhaseTransitionTime": "2021-01-01T00:00:00Z"},
            "2021-01-01T00:00:00Z",
            id="as the writer says",
        ),
    ],
)
def test_phase_changes_are_dated(status: Wire, expected: str) -> None:
    """The time of a phase is that of its change, unless the writer knows better."""
    before = volume(hostPath={"path": "/a"})
    old = read(
        PV,
        {
            **before,
            "status": {"phase": "Pending", "lastPhaseTransitionTime": "2020-01-01T00:00:00Z"},
        },
    )
    obj = read(PV, {**before, "status": status})
    VOLUMES.parts["status"].prepare(obj, old, context())
    assert obj["status"]["lastPhaseTransitionTime"] == expected


def bound(size: str, asked: str) -> Found:
    """Return a claim that is bound, and what is asked of it now."""
    old = created(PVC, claim())
    old["status"] = {"phase": "Bound", "capacity": {"storage": size}}
    obj = updated(PVC, claim(resources={"requests": {"storage": asked}}), old)
    keep_status(obj, old)
    return found(CLAIMS.validate_update(obj, old))


def test_bound_claims_can_grow() -> None:
    """A claim that is bound may ask for more, and for less again if it never got it."""
    assert bound("1Gi", "2Gi") == {}
    assert bound("500Mi", "700Mi") == {}
    expected = {("spec.resources.requests.storage", "FORBIDDEN"): 1}
    assert bound("1Gi", "700Mi") == expected


def test_class_moves_from_annotation_to_field() -> None:
    """A claim whose annotation names its class may get it as a field, but no other."""
    annotated = claim()
    annotated["metadata"]["annotations"] = {"volume.beta.kubernetes.io/storage-class": "a"}
    assert update_errors(PVC, claim(storageClassName="a"), annotated) == {}
    where = "metadata.annotations.volume.beta.kubernetes.io/storage-class"
    expected = {("spec", "FORBIDDEN"): 1, (where, "INVALID"): 1}
    assert update_errors(PVC, claim(storageClassName="b"), annotated) == expected


def test_late_class_is_taken() -> None:
    """A claim that has no class may get one later."""
    assert update_errors(PVC, claim(storageClassName="a"), claim()) == {}


def test_sources_of_claims_agree() -> None:
    """Both fields that say what a volume is filled with say the same in the end."""
    source = {"apiGroup": None, "kind": "PersistentVolumeClaim", "name": "o"}
    assert created(PVC, claim(dataSource=source))["spec"]["dataSourceRef"] == source
    assert "dataSource" not in created(PVC, claim(dataSource={"kind": "Pod", "name": "o"}))["spec"]
    foreign = {**source, "namespace": "n"}
    assert "dataSourceRef" not in created(PVC, claim(dataSourceRef=foreign))["spec"]
    both = claim(dataSource={"kind": "Pod", "name": "o"}, dataSourceRef=source)
    expected = {("spec.dataSource", "INVALID"): 1, ("spec", "INVALID"): 1}
    assert create_errors(PVC, both) == expected


def test_status_of_claims_has_rules() -> None:
    """Only storage grows, in known steps."""
    status = {
        "capacity": {"storage": "-1"},
        "allocatedResources": {"cpu": "1"},
        "allocatedResourceStatuses": {"storage": "X"},
    }
    obj = read(PVC, {**claim(), "status": status})
    errors = CLAIMS.parts["status"].validate(obj, obj)
    assert found(errors) == {
        ("status.capacity[storage]", "INVALID"): 1,
        ("status.allocatedResources", "NOT_SUPPORTED"): 1,
        ("status.allocatedResourceStatus", "NOT_SUPPORTED"): 1,
    }


STORAGE = [
    pytest.param(
        "storageclasses.storage.k8s.io",
        {
            "provisioner": "a b",
            "parameters": {"": "x"},
            "volumeBindingMode": "X",
            "allowedTopologies": [
                {"matchLabelExpressions": [{"key": "a", "values": ["b", "b"]}]},
                {"matchLabelExpressions": [{"key": "a", "values": ["b"]}]},
                {"matchLabelExpressions": [{"key": "z", "values": []}]},
            ],
        },
        {
            ("provisioner", "INVALID"): 1,
            ("parameters", "INVALID"): 1,
            ("volumeBindingMode", "NOT_SUPPORTED"): 1,
            ("allowedTopologies[0].matchLabelExpressions[0].values[1]", "DUPLICATE"): 1,
            ("allowedTopologies[1].matchLabelExpressions", "DUPLICATE"): 1,
            ("allowedTopologies[2].matchLabelExpressions[0].values", "REQUIRED"): 1,
        },
        id="storage class",
    ),
    pytest.param(
        "volumeattributesclasses.storage.k8s.io",
        {"driverName": ""},
        {("driverName", "REQUIRED"): 1, ("parameters", "REQUIRED"): 1},
        id="attributes class",
    ),
    pytest.param(
        "csidrivers.storage.k8s.io",
        {
            "spec": {
                "fsGroupPolicy": "X",
                "volumeLifecycleModes": ["X"],
                "nodeAllocatableUpdatePeriodSeconds": 9,
                "tokenRequests": [
                    {"audience": "a", "expirationSeconds": 599},
                    {"audience": "a"},
                ],
            }
        },
        {
            ("spec.fsGroupPolicy", "NOT_SUPPORTED"): 1,
            ("spec.volumeLifecycleModes", "NOT_SUPPORTED"): 1,
            ("spec.nodeAllocatableUpdatePeriodSeconds", "INVALID"): 1,
            ("spec.tokenRequests[0].expirationSeconds", "INVALID"): 1,
            ("spec.tokenRequests[1].audience", "DUPLICATE"): 1,
        },
        id="driver",
    ),
    pytest.param(
        "csinodes.storage.k8s.io",
        {
            "spec": {
                "drivers": [
                    {"name": "d", "nodeID": "n", "topologyKeys": ["k", "k"]},
                    {"name": "d", "nodeID": "", "allocatable": {"count": -1}},
                ]
            }
        },
        {
            ("spec.drivers[0]", "DUPLICATE"): 1,
            ("spec.drivers[1].name", "DUPLICATE"): 1,
            ("spec.drivers[1].nodeID", "REQUIRED"): 1,
            ("spec.drivers[1].allocatable.count", "INVALID"): 1,
        },
        id="drivers of a node",
    ),
    pytest.param(
        "csistoragecapacities.storage.k8s.io",
        {"storageClassName": "A", "capacity": "-1"},
        {("storageClassName", "INVALID"): 1, ("capacity", "INVALID"): 1},
        id="capacity",
    ),
    pytest.param(
        "volumeattachments.storage.k8s.io",
        {
            "spec": {
                "attacher": "d",
                "nodeName": "n",
                "source": {"inlineVolumeSpec": {"nfs": {"server": "s", "path": "/p"}}},
            }
        },
        {
            ("spec.source.inlineVolumeSpec.accessModes", "REQUIRED"): 1,
            ("spec.source.inlineVolumeSpec.csi", "REQUIRED"): 1,
        },
        id="attachment of an inline volume",
    ),
    pytest.param(
        "volumeattachments.storage.k8s.io",
        {"spec": {"attacher": "", "nodeName": "n", "source": {}}},
        {("spec.attacher", "REQUIRED"): 2, ("spec.source", "REQUIRED"): 1},
        id="attachment of nothing",
    ),
]


@pytest.mark.parametrize(("resource", "document", "expected"), STORAGE)
def test_kinds_of_storage_are_refused(resource: str, document: Wire, expected: Found) -> None:
    """Each kind of storage has its rules."""
    assert create_errors(resource, {"metadata": {"name": "x"}, **document}) == expected


def test_drivers_count_what_changes() -> None:
    """The generation of a driver counts the changes of what may change."""
    resource = "csidrivers.storage.k8s.io"
    old = created(resource, {"metadata": {"name": "d"}})
    same = updated(resource, {"metadata": {"name": "d"}}, old)
    other = updated(resource, {"metadata": {"name": "d"}, "spec": {"seLinuxMount": True}}, old)
    assert "generation" not in same["metadata"]
    assert other["metadata"]["generation"] == 1
    fixed = {"metadata": {"name": "d"}, "spec": {"attachRequired": False}}
    assert update_errors(resource, fixed, {"metadata": {"name": "d"}}) == {
        ("spec.attachedRequired", "INVALID"): 1
    }


def test_nodes_drivers_may_change_their_room() -> None:
    """Of a driver on a node only how much room it has may change."""
    resource = "csinodes.storage.k8s.io"

    def node(**driver: JsonValue) -> Wire:
        base = {"name": "d", "nodeID": "n", "topologyKeys": None}
        return {"metadata": {"name": "n"}, "spec": {"drivers": [{**base, **driver}]}}

    assert update_errors(resource, node(allocatable={"count": 3}), node()) == {}
    expected = {("spec.drivers", "INVALID"): 1}
    assert update_errors(resource, node(nodeID="o"), node()) == expected


@pytest.mark.parametrize(
    ("resource", "document", "count"),
    [
        pytest.param(PV, volume(**local(TERM)), 1, id="old label of nodes"),
        pytest.param(PV, volume(glusterfs={"endpoints": "e", "path": "p"}), 1, id="glusterfs"),
        pytest.param(PV, volume(nfs={"server": "s", "path": "/p"}), 0, id="nothing odd"),
        pytest.param(
            PVC, claim(resources={"requests": {"storage": "1500m"}}), 1, id="parts of a byte"
        ),
        pytest.param(
            "storageclasses.storage.k8s.io",
            {
                "metadata": {"name": "x"},
                "provisioner": "p",
                "allowedTopologies": [
                    {
                        "matchLabelExpressions": [
                            {"key": "failure-domain.beta.kubernetes.io/zone", "values": ["a"]}
                        ]
                    }
                ],
            },
            1,
            id="old label of a class",
        ),
    ],
)
def test_odd_storage_is_warned_of(resource: str, document: Wire, count: int) -> None:
    """What is taken though it is odd earns a warning."""
    assert warned(resource, document) == count


def test_tables_show_what_is_bound() -> None:
    """Tables abbreviate, and say when something is on its way out."""
    obj = created(PV, volume(hostPath={"path": "/a"}, claimRef={"namespace": "n", "name": "c"}))
    obj["metadata"]["deletionTimestamp"] = NOW
    assert VOLUMES.table.cells(obj, 0)[:6] == ["v", "1Gi", "RWO", "Retain", "Terminating", "n/c"]
    default = {"storageclass.beta.kubernetes.io/is-default-class": "true"}
    document = {"metadata": {"name": "x", "annotations": default}, "provisioner": "p"}
    classes = "storageclasses.storage.k8s.io"
    cells = kind_of(classes).table.cells(created(classes, document), 0)
    assert cells[:5] == ["x (default)", "p", "Delete", "Immediate", False]
