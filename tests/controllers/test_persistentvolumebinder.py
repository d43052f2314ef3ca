"""Claims get the volumes that Kubernetes gives them, and volumes are reclaimed."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.controllers.running import POD
from tests.controllers.volumes import IS_DEFAULT, VolumeWorld

Document = dict[str, Any]
BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
BOTH = ["ReadWriteOnce", "ReadOnlyMany"]
THE_CLAIM = {"namespace": "default", "name": "a"}
OTHER_CLAIM = {"namespace": "default", "name": "b"}


@pytest.mark.parametrize(
    ("claim", "volumes", "expected"),
    [
        pytest.param({}, {}, None, id="none there"),
        pytest.param({}, {"v": {}}, "v", id="the only one"),
        pytest.param(
            {}, {"v3": {"size": "3Gi"}, "v2": {"size": "2Gi"}}, "v2", id="the smallest that will do"
        ),
        pytest.param({"size": "2Gi"}, {"v": {}}, None, id="too small"),
        pytest.param({}, {"v": {"storageClassName": "other"}}, None, id="of another class"),
        pytest.param({}, {"v": {"storageClassName": None}}, None, id="of no class"),
        pytest.param(
            {"storageClassName": ""}, {"v": {"storageClassName": None}}, "v", id="both of no class"
        ),
        pytest.param({}, {"v": {"accessModes": ["ReadWriteMany"]}}, None, id="of another mode"),
        pytest.param({"accessModes": BOTH}, {"v": {}}, None, id="of too few modes"),
        pytest.param(
            {},
            {"both": {"accessModes": BOTH}, "one": {"size": "9Gi"}},
            "one",
            id="few modes matter more than the size",
        ),
        pytest.param({}, {"v": {"volumeMode": "Block"}}, None, id="a block device"),
        pytest.param(
            {"volumeMode": "Block"}, {"f": {}, "b": {"volumeMode": "Block"}}, "b", id="block wanted"
        ),
        pytest.param(
            {"selector": {"matchLabels": {"disk": "ssd"}}},
            {"v": {}, "ssd": {"metadata": {"labels": {"disk": "ssd"}}, "size": "9Gi"}},
            "ssd",
            id="by its labels",
        ),
        pytest.param(
            {"size": "1Gi"},
            {"v": {}, "own": {"claimRef": THE_CLAIM, "size": "9Gi"}},
            "own",
            id="kept for it",
        ),
        pytest.param({}, {"v": {"claimRef": OTHER_CLAIM}}, None, id="kept for another"),
        pytest.param(
            {"volumeName": "v2"}, {"v": {}, "v2": {"size": "9Gi"}}, "v2", id="asked for by name"
        ),
        pytest.param({"volumeName": "v2"}, {"v": {}}, None, id="asked for, and not there"),
        pytest.param(
            {"volumeName": "v"}, {"v": {"claimRef": THE_CLAIM}}, "v", id="both name each other"
        ),
        pytest.param(
            {"volumeName": "v"}, {"v": {"claimRef": OTHER_CLAIM}}, None, id="named, and another's"
        ),
    ],
)
@pytest.mark.parametrize("claim_first", [False, True])
def test_which_volume(
    claim: Document, volumes: dict[str, Document], expected: str | None, *, claim_first: bool
) -> None:
    """A claim gets the volume that it can have; nobody else's."""
    world = VolumeWorld()
    if claim_first:
        world.claim("a", **claim)
    for name, volume in volumes.items():
        world.volume(name, **volume)
    world.settle()
    if not claim_first:
        world.claim("a", **claim)
        world.settle()
    found = world.bound().get("a")
    if claim_first and expected is not None and len(volumes) > 1:
        # It was given the first that came; each will do.
        assert found is not None
    else:
        assert found == expected
    phases = world.phases("persistentvolumes")
    assert [name for name, phase in phases.items() if phase == "Bound"] == (
        [found] if found else []
    )
    assert set(phases.values()) <= {"Bound", "Available"}
    if expected is None:
        assert world.phases("persistentvolumeclaims") == {"a": "Pending"}


def test_what_a_binding_says() -> None:
    """References go both ways, and who has made them is said."""
    world = VolumeWorld()
    world.volume("v", "5Gi")
    claim = world.claim("a")
    world.settle()
    volume, bound = world.get("pv", "v", ""), world.get("pvc", "a")
    assert volume["spec"]["claimRef"]["uid"] == claim["metadata"]["uid"]
    assert volume["metadata"]["annotations"] == {BY_CONTROLLER: "yes"}
    assert bound["metadata"]["annotations"] == {
        BY_CONTROLLER: "yes",
        "pv.kubernetes.io/bind-completed": "yes",
    }
    assert bound["status"] == {
        "phase": "Bound",
        "accessModes": ["ReadWriteOnce"],
        "capacity": {"storage": "5Gi"},
    }


def test_what_was_bound_by_hand() -> None:
    """A volume and a claim that name each other were not bound by the loop."""
    world = VolumeWorld()
    world.volume("v", claimRef=THE_CLAIM)
    world.claim("a", volumeName="v")
    world.settle()
    assert BY_CONTROLLER not in world.get("pv", "v", "")["metadata"].get("annotations", {})
    assert BY_CONTROLLER not in world.get("pvc", "a")["metadata"]["annotations"]
    assert world.bound() == {"a": "v"}


@pytest.mark.parametrize(
    ("volume", "claim", "told"),
    [
        (
            None,
            {"storageClassName": ""},
            (
                "FailedBinding",
                "no persistent volumes available for this claim and no storage class is set",
            ),
        ),
        (None, {}, ("ProvisioningFailed", 'storageclass.storage.k8s.io "c" not found')),
        (
            {},
            {"volumeName": "v", "size": "2Gi"},
            ("VolumeMismatch", 'Cannot bind to requested volume "v": requested PV is too small'),
        ),
        (
            {},
            {"volumeName": "v", "storageClassName": "d"},
            (
                "VolumeMismatch",
                'Cannot bind to requested volume "v": storageClassName does not match',
            ),
        ),
        (
            {},
            {"volumeName": "v", "volumeMode": "Block"},
            ("VolumeMismatch", 'Cannot bind to requested volume "v": incompatible volumeMode'),
        ),
        (
            {},
            {"volumeName": "v", "accessModes": BOTH},
            ("VolumeMismatch", 'Cannot bind to requested volume "v": incompatible accessMode'),
        ),
        (
            {"claimRef": OTHER_CLAIM},
            {"volumeName": "v"},
            ("FailedBinding", 'volume "v" already bound to a different claim.'),
        ),
    ],
)
def test_why_a_claim_waits(volume: Document | None, claim: Document, told: tuple[str, str]) -> None:
    """Who waits is told what for."""
    world = VolumeWorld()
    if volume is not None:
        world.volume("v", **volume)
    world.claim("a", **claim)
    world.settle()
    assert world.told("a") == [told]
    assert world.phases("persistentvolumeclaims") == {"a": "Pending"}


@pytest.mark.parametrize(
    ("provisioner", "told"),
    [
        (
            "example.com/disk",
            (
                "ExternalProvisioning",
                (
                    "Waiting for a volume to be created either by the external "
                    "provisioner 'example.com/disk' or manually by the system "
                    "administrator. If volume creation is delayed, please verify that the "
                    "provisioner is running and correctly registered."
                ),
            ),
        ),
        (
            "kubernetes.io/no-provisioner",
            (
                "ProvisioningFailed",
                "no volume plugin matched name: kubernetes.io/no-provisioner",
            ),
        ),
    ],
)
def test_who_is_to_make_a_volume(provisioner: str, told: tuple[str, str]) -> None:
    """A claim says whose volume it waits for, if somebody can make one."""
    world = VolumeWorld()
    world.storage_class(provisioner=provisioner)
    world.claim("a")
    world.settle()
    assert world.told("a") == [told]
    annotations = world.get("pvc", "a")["metadata"].get("annotations", {})
    named = annotations.get("volume.kubernetes.io/storage-provisioner")
    assert named == (provisioner if told[0] == "ExternalProvisioning" else None)


def test_waiting_for_a_pod() -> None:
    """A claim of a class that waits gets no volume before its first pod has a node."""
    world = VolumeWorld()
    world.storage_class(waits=True)
    world.volume("v")
    world.claim("a")
    world.settle()
    message = "waiting for first consumer to be created before binding"
    assert world.told("a") == [("WaitForFirstConsumer", message)]
    volumes = [{"name": "d", "persistentVolumeClaim": {"claimName": "a"}}]
    world.create("Pod", "p", spec={**POD, "volumes": volumes})
    world.settle()
    label = {"metadata": {"labels": {"x": "y"}}}
    world.client.patch("pvc", "a", label, type="merge", namespace="default")
    world.settle()
    assert world.told("a")[1:] == [("WaitForPodScheduled", "waiting for pod p to be scheduled")]
    # The scheduler gives it a volume.
    world.client.patch("pv", "v", {"spec": {"claimRef": _reference(world)}}, type="merge")
    world.settle()
    assert world.bound() == {"a": "v"}


def _reference(world: VolumeWorld) -> Document:
    metadata = world.get("pvc", "a")["metadata"]
    return {"kind": "PersistentVolumeClaim", "uid": metadata["uid"], **THE_CLAIM}


NO_DELETER = (
    'error getting deleter volume plugin for volume "v": no deletable volume plugin matched'
)
HOST_PATH = "host_path deleter only supports /tmp/.+ but received provided /data"
OURS = {"pv.kubernetes.io/provisioned-by": "example.com/disk"}


@pytest.mark.parametrize(
    ("volume", "phase", "told"),
    [
        pytest.param({}, "Released", [], id="is kept"),
        pytest.param(
            {"persistentVolumeReclaimPolicy": "Delete"},
            "Failed",
            [("VolumeFailedDelete", NO_DELETER)],
            id="cannot be deleted",
        ),
        pytest.param(
            {"persistentVolumeReclaimPolicy": "Delete", "metadata": {"annotations": OURS}},
            "Released",
            [],
            id="is deleted by who has made it",
        ),
        pytest.param(
            {
                "persistentVolumeReclaimPolicy": "Delete",
                "nfs": None,
                "hostPath": {"path": "/tmp/x"},  # noqa: S108 - nothing is written there
            },
            None,
            [],
            id="is deleted",
        ),
        pytest.param(
            {
                "persistentVolumeReclaimPolicy": "Delete",
                "nfs": None,
                "hostPath": {"path": "/data"},
            },
            "Failed",
            [("VolumeFailedDelete", HOST_PATH)],
            id="is no temporary directory",
        ),
        pytest.param(
            {"persistentVolumeReclaimPolicy": "Recycle"},
            "Available",
            [("VolumeRecycled", "Volume recycled")],
            id="is free again",
        ),
        pytest.param(
            {
                "persistentVolumeReclaimPolicy": "Recycle",
                "nfs": None,
                "csi": {"driver": "d", "volumeHandle": "h"},
            },
            "Failed",
            [("VolumeFailedRecycle", "No recycler plugin found for the volume!")],
            id="cannot be recycled",
        ),
    ],
)
def test_what_becomes_of_a_volume(
    volume: Document, phase: str | None, told: list[tuple[str, str]]
) -> None:
    """A volume whose claim is gone is kept, deleted, or given to others."""
    world = VolumeWorld()
    world.volume("v", **volume)
    world.claim("a")
    world.settle()
    assert world.bound() == {"a": "v"}
    world.client.delete("pvc", "a", namespace="default")
    world.settle()
    assert world.phases("persistentvolumes").get("v") == phase
    assert world.told("v") == told
    world.claim("a")
    world.settle()
    # Another claim of the same name is another claim.
    assert world.bound() == ({"a": "v"} if phase == "Available" else {})


def test_a_volume_of_a_bound_claim_stays_until_that_goes() -> None:
    """A volume that is deleted while it is bound goes once its claim has gone."""
    world = VolumeWorld()
    world.volume("v")
    world.claim("a")
    world.settle()
    world.client.delete("pv", "v")
    world.settle()
    assert world.bound() == {"a": "v"}
    world.client.delete("pvc", "a", namespace="default")
    world.settle()
    assert world.names("persistentvolumes", "") == []


def test_a_claim_loses_its_volume() -> None:
    """A claim whose volume is gone, whatever kept it, is lost for good."""
    world = VolumeWorld()
    world.volume("v")
    world.settle()
    world.claim("a")
    world.settle()
    world.client.delete("pv", "v")
    world.client.patch("pv", "v", {"metadata": {"finalizers": None}}, type="merge")
    world.settle()
    assert world.get("pvc", "a")["status"] == {"phase": "Lost"}
    message = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
    assert world.told("a") == [("ClaimLost", message)]


def test_a_volume_that_a_claim_did_not_take() -> None:
    """A volume that names a claim which has another one is let go, but for what people wrote."""
    world = VolumeWorld()
    world.volume("v")
    world.claim("a")
    world.settle()
    world.volume("w", claimRef=_reference(world))
    by_loop = {"annotations": {BY_CONTROLLER: "yes"}}
    world.volume("x", claimRef=_reference(world), metadata=by_loop)
    world.settle()
    assert world.phases("pv") == {"v": "Bound", "w": "Available", "x": "Available"}
    assert world.get("pv", "w", "")["spec"]["claimRef"] == {
        "kind": "PersistentVolumeClaim",
        **THE_CLAIM,
    }
    assert "claimRef" not in world.get("pv", "x", "")["spec"]


def test_a_volume_kept_for_a_claim_of_another_sort() -> None:
    """A block device cannot be had by who wants files, and both are told."""
    world = VolumeWorld()
    world.claim("a")
    world.settle()
    world.volume("v", volumeMode="Block", claimRef=_reference(world))
    world.settle()
    assert world.bound() == {}
    assert [reason for reason, _ in world.told("v")] == ["VolumeMismatch"]
    assert "VolumeMismatch" in [reason for reason, _ in world.told("a")]


def test_a_default_class_that_comes_later() -> None:
    """Claims without a class get the default one, those of the empty class do not."""
    world = VolumeWorld()
    world.claim("a", storageClassName=None)
    world.claim("none", storageClassName="")
    world.settle()
    world.storage_class("first", metadata=IS_DEFAULT)
    world.settle()
    assert world.get("pvc", "a")["spec"]["storageClassName"] == "first"
    assert world.get("pvc", "none")["spec"]["storageClassName"] == ""
    assert world.phases("persistentvolumeclaims") == {"a": "Bound", "none": "Pending"}


def test_a_volume_of_no_class_comes_before_the_default_class() -> None:
    """A claim without a class takes a volume without one if there is one."""
    world = VolumeWorld()
    world.volume("v", storageClassName=None)
    world.settle()
    world.claim("a", storageClassName=None)
    world.storage_class(metadata=IS_DEFAULT)
    world.settle()
    assert world.bound() == {"a": "v"}
    assert "storageClassName" not in world.get("pvc", "a")["spec"]


def test_many_at_once() -> None:
    """Each of many claims gets a volume of its own, at no more than four writes each."""
    world = VolumeWorld()
    for number in range(30):
        world.volume(f"v{number}")
    world.settle()
    before = len(world.writes)
    for number in range(30):
        world.claim(f"a{number}")
    world.settle()
    assert len(set(world.bound().values())) == 30
    assert len(world.writes) - before <= 4 * 30


def _story(dies_at_write: int) -> VolumeWorld:
    world = VolumeWorld(dies_at_write)
    for name in ("v1", "v2"):
        world.volume(name, nfs=None, hostPath={"path": "/tmp/x"})  # noqa: S108 - only a name
    world.claim("a")
    world.claim("b")
    world.advance(60)
    world.client.patch(
        "pv", "v1", {"spec": {"persistentVolumeReclaimPolicy": "Delete"}}, type="merge"
    )
    world.client.delete("pvc", "a", namespace="default")
    world.advance(60)
    return world


def test_dying_between_any_two_writes() -> None:
    """Whenever the loops die, those that come after finish what they began."""
    plain = _story(0)
    assert plain.bound() == {"b": "v2"}
    assert plain.phases("pv") == {"v2": "Bound"}
    for write in range(1, len(plain.writes) + 1):
        world = _story(write)
        assert world.bound() == {"b": "v2"}
        assert world.phases("pv") == {"v2": "Bound"}


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 4), max_size=6),
    wanted=st.lists(st.integers(1, 4), max_size=6),
)
def test_nobody_waits_who_could_have_one(sizes: list[int], wanted: list[int]) -> None:
    """No volume is free that a claim which waits could have, and none has two claims."""
    world = VolumeWorld()
    for number, size in enumerate(sizes):
        world.volume(f"v{number}", f"{size}Gi")
    for number, size in enumerate(wanted):
        world.claim(f"a{number}", f"{size}Gi")
    world.settle()
    bound = world.bound()
    assert len(set(bound.values())) == len(bound)
    free = [size for number, size in enumerate(sizes) if f"v{number}" not in bound.values()]
    waiting = [size for number, size in enumerate(wanted) if f"a{number}" not in bound]
    assert not any(size >= least for size in free for least in waiting)
    for name, volume in bound.items():
        assert sizes[int(volume[1:])] >= wanted[int(name[1:])]
