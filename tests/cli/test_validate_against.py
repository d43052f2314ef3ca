"""`kubeobj validate` of what a server has written, and against what is there."""

import json

import pytest

from tests.cli.answer import Run
from tests.cli.manifests import DEPLOYMENT, EXPORTED, found, paths, pod, write


@pytest.mark.usefixtures("folder")
def test_what_a_server_has_written_is_taken(kubeobj: Run) -> None:
    """Exports have uids, versions, managed fields and a status, and none of it is wrong."""
    exported = {**pod(), "status": {"phase": "Running", "podIP": "10.1.2.3"}}
    exported["metadata"] = {"name": "web", "namespace": "shop", **EXPORTED}
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", **EXPORTED},
        "spec": {
            "clusterIP": "172.20.1.1",
            "clusterIPs": ["172.20.1.1", "2001:db8::1"],
            "ipFamilies": ["IPv4", "IPv6"],
            "ipFamilyPolicy": "PreferDualStack",
            "ports": [{"port": 80, "nodePort": 30080}],
            "type": "NodePort",
        },
        "status": {"loadBalancer": {}},
    }
    uid = EXPORTED["uid"]
    labels = {"batch.kubernetes.io/controller-uid": uid, "controller-uid": uid}
    names = {"batch.kubernetes.io/job-name": "job", "job-name": "job"}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "job", "generation": 1, **EXPORTED},
        "spec": {
            "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}},
            "template": {
                "metadata": {"labels": {**labels, **names}},
                "spec": pod(restartPolicy="Never")["spec"],
            },
        },
        "status": {"succeeded": 1},
    }
    debugged = json.loads(json.dumps(exported))
    debugged["spec"]["ephemeralContainers"] = [{"name": "debugger", "image": "busybox"}]
    write("live.yaml", exported, service, job, debugged)
    answer = kubeobj("validate", "-f", "live.yaml", "-o", "json")
    assert (answer.code, answer.json["findings"]) == (0, [])
    debugged["spec"]["containers"] = []
    write("live.yaml", debugged)
    assert paths(kubeobj("validate", "-f", "live.yaml", "-o", "json")) == ["spec.containers"]


@pytest.mark.usefixtures("folder")
def test_changes_of_what_never_changes_are_found_in_the_new_file(kubeobj: Run) -> None:
    """The place is that of the field in the file that is validated."""
    write("old.yaml", DEPLOYMENT)
    write("new.yaml", "# moved down\n" + DEPLOYMENT.replace("app: web", "app: shop"))
    answer = kubeobj("validate", "-f", "new.yaml", "--against", "old.yaml", "-o", "json")
    assert (answer.code, found(answer)) == (
        1,
        [("new.yaml", 7, "immutable-field", "spec.selector")],
    )
    assert kubeobj("validate", "-f", "new.yaml").code == 0
    write("new.yaml", DEPLOYMENT.replace("replicas: 2", "replicas: 3"))
    assert kubeobj("validate", "-f", "new.yaml", "--against", "old.yaml").code == 0


@pytest.mark.usefixtures("folder")
def test_an_export_is_changed_as_apply_does(kubeobj: Run) -> None:
    """What the server filled in and the manifest leaves open is no change."""
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    live = json.loads(json.dumps(claim))
    live["metadata"] |= EXPORTED
    live["spec"] |= {"volumeName": "pv-1", "storageClassName": "fast", "volumeMode": "Filesystem"}
    live["status"] = {"phase": "Bound", "capacity": {"storage": "1Gi"}}
    write("new.yaml", claim)
    write("live.yaml", live)
    args = ("validate", "-f", "new.yaml", "--against", "live.yaml", "-o", "json")
    assert found(kubeobj(*args)) == []
    claim["spec"]["storageClassName"] = "slow"  # type: ignore[index]
    write("new.yaml", claim)
    answer = kubeobj(*args)
    assert (answer.code, {each[3] for each in found(answer)}) == (1, {"spec"})


@pytest.mark.usefixtures("folder")
def test_what_was_applied_and_is_gone_is_removed(kubeobj: Run) -> None:
    """The manifest that was applied last is in an annotation, or is the old file itself."""
    with_more = pod(nodeSelector={"disk": "ssd"})
    live = json.loads(json.dumps(with_more))
    applied = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(with_more)}
    live["metadata"] |= EXPORTED | {"annotations": applied}
    write("new.yaml", pod())
    for old in (with_more, live):
        write("old.yaml", old)
        answer = kubeobj("validate", "-f", "new.yaml", "--against", "old.yaml", "-o", "json")
        assert paths(answer) == ["spec"]
    live["metadata"]["annotations"] = {}
    for old in (pod(), live):
        write("old.yaml", old)
        assert kubeobj("validate", "-f", "new.yaml", "--against", "old.yaml").code == 0


@pytest.mark.usefixtures("folder")
def test_objects_are_matched_by_what_they_are(kubeobj: Run) -> None:
    """Another name, namespace or kind is another object; a generated name is always a new one."""
    write("old.yaml", DEPLOYMENT, {**pod(), "metadata": {"generateName": "web-"}})
    other = DEPLOYMENT.replace("app: web", "app: shop")
    elsewhere = other.replace("{name: web}", "{name: web, namespace: shop}")
    write("new.yaml", elsewhere, other.replace("{name: web}", "{name: shop}"))
    assert kubeobj("validate", "-f", "new.yaml", "--against", "old.yaml").code == 0
    write("new.yaml", other.replace("{name: web}", "{name: web, namespace: default}"))
    assert kubeobj("validate", "-f", "new.yaml", "--against", "old.yaml").code == 1
    write("new.yaml", {**pod(nodeName="n"), "metadata": {"generateName": "web-"}})
    assert kubeobj("validate", "-f", "new.yaml", "--against", "old.yaml").code == 0


@pytest.mark.usefixtures("folder")
def test_what_is_there_may_break_rules_and_be_of_another_version(kubeobj: Run) -> None:
    """It is there, whatever is wrong with it; and a kind is one kind in all its versions."""
    write("old.yaml", DEPLOYMENT.replace("image: nginx", "image: nginx, imagePullPolicy: No"))
    write("new.yaml", DEPLOYMENT)
    assert kubeobj("validate", "-f", "new.yaml", "--against", "old.yaml").code == 0
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    scaler = {"kind": "HorizontalPodAutoscaler", "metadata": {"name": "web"}}
    spec = {"maxReplicas": 3, "scaleTargetRef": target}
    write("old.yaml", {**scaler, "apiVersion": "autoscaling/v1", "spec": spec})
    write(
        "new.yaml", {**scaler, "apiVersion": "autoscaling/v2", "spec": {**spec, "maxReplicas": 0}}
    )
    answer = kubeobj("validate", "-f", "new.yaml", "--against", "old.yaml", "-o", "json")
    assert set(paths(answer)) == {"spec.maxReplicas"}
