"""Rules of volumes and mounts that no recording shows."""

import pytest

from kubeobj.api.podspec.volumedefaults import default_volume
from kubeobj.api.podspec.volumemounts import validate_volume_devices, validate_volume_mounts
from kubeobj.api.podspec.volumes import validate_volumes
from kubeobj.api.wireform import read_wire
from kubeobj.documents import JsonValue, Wire
from kubeobj.errors import FieldPath
from tests.api.kinds.rules import Found, found

HERE = FieldPath.of("volumes")


def volumes(*given: Wire) -> list[Wire]:
    """Return volumes in wire form; those without a name are called v0, v1 and so on."""
    result = []
    for position, one in enumerate(given):
        obj, has_unknown = read_wire("corev1.Volume", {"name": f"v{position}", **one})
        assert not has_unknown
        default_volume(obj)
        result.append(obj)
    return result


def errors(*given: Wire, pod: str | None = "p") -> Found:
    """Return what is wrong with volumes."""
    return found(validate_volumes(volumes(*given), HERE, pod_name=pod))


INVALID = [
    pytest.param({"name": "A"}, {("volumes[0].name", "INVALID"): 1}, id="name"),
    pytest.param(
        {"downwardAPI": {}, "csi": {"driver": "d"}, "cephfs": {"monitors": ["m"]}},
        {("volumes[0].downwarAPI", "FORBIDDEN"): 1, ("volumes[0].csi", "FORBIDDEN"): 1},
        id="three sources",
    ),
    pytest.param(
        {"secret": {"items": [{"key": "", "path": ".."}]}},
        {
            ("volumes[0].secret.secretName", "REQUIRED"): 1,
            ("volumes[0].secret.items[0].key", "REQUIRED"): 1,
            ("volumes[0].secret.items[0].path", "INVALID"): 2,
        },
        id="files of a secret",
    ),
    pytest.param(
        {"configMap": {"name": "c", "items": [{"key": "k", "path": "..p", "mode": 0o1000}]}},
        {
            ("volumes[0].configMap.items[0].path", "INVALID"): 1,
            ("volumes[0].configMap.items[0].mode", "INVALID"): 1,
        },
        id="files of a config map",
    ),
    pytest.param(
        {
            "downwardAPI": {
                "items": [
                    {"path": "a", "fieldRef": {"fieldPath": "metadata.labels['a b']"}},
                    {"path": "b", "fieldRef": {"fieldPath": "spec.nodeName['x']"}},
                    {"path": "c", "resourceFieldRef": {"resource": "limits.cpu", "divisor": "2"}},
                ]
            }
        },
        {
            ("volumes[0].downwardAPI.fieldRef", "INVALID"): 1,
            ("volumes[0].downwardAPI.fieldRef.fieldPath", "INVALID"): 1,
            ("volumes[0].downwardAPI.resourceFieldRef.containerName", "REQUIRED"): 1,
            ("volumes[0].downwardAPI.resourceFieldRef.divisor", "INVALID"): 1,
        },
        id="fields of the pod",
    ),
    pytest.param(
        {
            "projected": {
                "sources": [
                    {"secret": {"name": "s", "items": [{"key": "k", "path": "p"}]}},
                    {"configMap": {"items": [{"key": "k", "path": "p"}]}, "secret": {"name": "s"}},
                    {"serviceAccountToken": {"path": "", "expirationSeconds": 600}},
                ]
            }
        },
        {
            ("volumes[0].projected", "INVALID"): 1,
            ("volumes[0].projected.sources[1]", "FORBIDDEN"): 1,
            ("volumes[0].projected.sources[1].configMap.name", "REQUIRED"): 1,
            ("volumes[0].projected.path", "REQUIRED"): 1,
        },
        id="projected",
    ),
    pytest.param(
        {"iscsi": {"targetPortal": "", "iqn": "iqn.2001.x", "lun": 256, "chapAuthSession": True}},
        {
            ("volumes[0].iscsi.targetPortal", "REQUIRED"): 1,
            ("volumes[0].iscsi.iqn", "INVALID"): 1,
            ("volumes[0].iscsi.lun", "INVALID"): 1,
            ("volumes[0].iscsi.secretRef", "REQUIRED"): 1,
        },
        id="iscsi",
    ),
    pytest.param(
        {
            "iscsi": {
                "targetPortal": "x" * 63,
                "iqn": "eui.0123456789abcdef",
                "lun": 0,
                "initiatorName": "naa.x",
            }
        },
        {("volumes[0].name", "INVALID"): 1, ("volumes[0].iscsi.initiatorname", "INVALID"): 1},
        id="initiator",
    ),
    pytest.param(
        {"fc": {"targetWWNs": ["a"], "wwids": ["b"]}},
        {("volumes[0].fc.targetWWNs", "INVALID"): 1, ("volumes[0].fc.lun", "REQUIRED"): 1},
        id="fibre channel",
    ),
    pytest.param({"flocker": {}}, {("volumes[0].flocker", "REQUIRED"): 1}, id="flocker"),
    pytest.param(
        {"quobyte": {"registry": "a:1,b", "volume": ""}},
        {
            ("volumes[0].quobyte.registry", "INVALID"): 1,
            ("volumes[0].quobyte.volume", "REQUIRED"): 1,
        },
        id="quobyte",
    ),
    pytest.param(
        {"azureDisk": {"diskName": "d", "diskURI": "x", "kind": "Managed", "cachingMode": "X"}},
        {
            ("volumes[0].azureDisk.diskURI", "NOT_SUPPORTED"): 1,
            ("volumes[0].azureDisk.cachingMode", "NOT_SUPPORTED"): 1,
        },
        id="azure disk",
    ),
    pytest.param(
        {"flexVolume": {"driver": "d", "options": {"A.K8s.io/x": "1", "y": "2"}}},
        {("volumes[0].flexVolume.options[A.K8s.io/x]", "INVALID"): 1},
        id="options of Kubernetes",
    ),
    pytest.param(
        {"csi": {"driver": "A" * 64, "nodePublishSecretRef": {}}},
        {
            ("volumes[0].csi.driver", "TOO_LONG"): 1,
            ("volumes[0].csi.nodePublishSecretRef.name", "REQUIRED"): 1,
        },
        id="driver",
    ),
    pytest.param(
        {"ephemeral": {}},
        {("volumes[0].ephemeral.volumeClaimTemplate", "REQUIRED"): 1},
        id="claim without a template",
    ),
    pytest.param(
        {"ephemeral": {"volumeClaimTemplate": {"metadata": {"name": "x", "uid": "u"}, "spec": {}}}},
        {
            ("volumes[0].ephemeral.volumeClaimTemplate.metadata.name", "FORBIDDEN"): 1,
            ("volumes[0].ephemeral.volumeClaimTemplate.metadata.uID", "FORBIDDEN"): 1,
            ("volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes", "REQUIRED"): 1,
            ("volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]", "REQUIRED"): 1,
        },
        id="template",
    ),
]


@pytest.mark.parametrize(("volume", "expected"), INVALID)
def test_volumes_are_refused(volume: Wire, expected: Found) -> None:
    """Each source of a volume has its rules."""
    assert errors(volume) == expected


def test_claims_that_are_made_are_not_found_elsewhere() -> None:
    """A volume of a claim cannot be of one that is made for another volume of the pod."""
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1"}}}
    made: Wire = {"ephemeral": {"volumeClaimTemplate": {"spec": spec}}}
    found_there: Wire = {"persistentVolumeClaim": {"claimName": "p-v0"}}
    where = "volumes[1].persistentVolumeClaim.claimName"
    assert errors(made, found_there) == {(where, "INVALID"): 1}
    assert errors(made, found_there, pod=None) == {}


def test_only_templates_leave_out_the_image() -> None:
    """A template may leave the image of a volume to whoever fills it in."""
    assert errors({"image": {}}) == {("volumes[0].image.reference", "REQUIRED"): 1}
    assert errors({"image": {}}, pod=None) == {}


def test_bad_volumes_cannot_be_used() -> None:
    """Only volumes that are in order are there to be used."""
    usable: dict[str, Wire] = {}
    given = volumes({}, {"name": "v0"}, {"nfs": {"server": "s"}})
    list(validate_volumes(given, HERE, usable=usable))
    assert list(usable) == ["v0"]


USED = {one["name"]: one for one in volumes({}, {"persistentVolumeClaim": {"claimName": "c"}})}


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        pytest.param({"readOnly": True, "recursiveReadOnly": "Enabled"}, {}, id="read only"),
        pytest.param(
            {"recursiveReadOnly": "IfPossible", "mountPropagation": "HostToContainer"},
            {("mounts.recursiveReadOnly", "FORBIDDEN"): 2},
            id="recursion wants more",
        ),
        pytest.param(
            {"recursiveReadOnly": "X"},
            {("mounts.recursiveReadOnly", "NOT_SUPPORTED"): 1},
            id="no such recursion",
        ),
        pytest.param(
            {"mountPropagation": "Bidirectional"},
            {("mounts.mountPropagation", "FORBIDDEN"): 1},
            id="unprivileged",
        ),
        pytest.param(
            {"subPath": "a/../b", "subPathExpr": "/x"},
            {
                ("mounts.subPath", "INVALID"): 1,
                ("mounts.subPathExpr", "INVALID"): 1,
                ("mounts[0].subPathExpr", "INVALID"): 1,
            },
            id="parts",
        ),
    ],
)
def test_mounts_have_options(mount: Wire, expected: Found) -> None:
    """How something is mounted has its rules; most errors do not say which mount it is."""
    given: list[Wire] = [{"name": "v0", "mountPath": "/a", **mount}]
    assert found(validate_volume_mounts(given, {}, USED, {}, FieldPath.of("mounts"))) == expected


def test_places_are_taken_once() -> None:
    """Nothing is mounted twice at a place, nor where a device is."""

    def mount(name: JsonValue, path: JsonValue) -> Wire:
        return {"name": name, "mountPath": path}

    given = [mount("v0", "/a"), mount("v0", "/a"), mount("v1", "/b"), mount("z", "/c")]
    errors = validate_volume_mounts(given, {"v1": "/c"}, USED, {}, FieldPath.of("mounts"))
    assert found(errors) == {
        ("mounts[1].mountPath", "INVALID"): 1,
        ("mounts[2].name", "INVALID"): 1,
        ("mounts[3].name", "NOT_FOUND"): 1,
        ("mounts[3].mountPath", "INVALID"): 1,
    }


def test_devices_are_of_claims() -> None:
    """A device is of the volume of a claim, at a path of its own."""

    def device(name: JsonValue, path: JsonValue) -> Wire:
        return {"name": name, "devicePath": path}

    given = [device("v1", "/a"), device("v1", "/a"), device("v0", "/../x"), device("", "")]
    errors = validate_volume_devices(given, {"v0": "/b"}, USED, FieldPath.of("devices"))
    assert found(errors) == {
        ("devices[1].name", "INVALID"): 1,
        ("devices[1].devicePath", "INVALID"): 1,
        ("devices[2].name", "INVALID"): 2,
        ("devices[2].devicePath", "INVALID"): 1,
        ("devices[3].name", "REQUIRED"): 1,
        ("devices[3].name", "NOT_FOUND"): 1,
        ("devices[3].devicePath", "REQUIRED"): 1,
    }
