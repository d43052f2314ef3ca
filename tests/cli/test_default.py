"""`kubeobj default`: objects with every default, and without what only a server can say."""

import json
from pathlib import Path

import pytest

from tests.cli.answer import Run
from tests.cli.manifests import DEPLOYMENT, EXPORTED, pod, write


@pytest.mark.usefixtures("folder")
def test_defaults_follow_what_was_written(kubeobj: Run) -> None:
    """The fields of the manifest come first, in its order, in the form that the API gives them."""
    text = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, labels: {}}\ndata: {b: x, a: z}\n"
    answer = kubeobj("default", "-f", "-", stdin=text.encode())
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n  b: x\n  a: z\n"
    )
    write(
        "web.yaml",
        DEPLOYMENT.replace("image: nginx", "image: nginx, resources: {limits: {cpu: 0.5}}"),
    )
    answer = kubeobj("default", "-f", "web.yaml", "-o", "json")
    assert list(answer.json["spec"])[:3] == ["replicas", "selector", "template"]
    assert answer.json["spec"]["strategy"]["rollingUpdate"] == {
        "maxSurge": "25%",
        "maxUnavailable": "25%",
    }
    (container,) = answer.json["spec"]["template"]["spec"]["containers"]
    assert container["resources"]["limits"] == {"cpu": "500m"}
    assert "status" not in answer.json
    assert set(answer.json["metadata"]) == {"name"}


@pytest.mark.usefixtures("folder")
def test_what_only_a_server_can_say_is_left_out(kubeobj: Run) -> None:
    """No uid, no name, no address, and nothing that is made of them."""
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", **EXPORTED},
        "spec": {"type": "NodePort", "ports": [{"port": 80}]},
    }
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"generateName": "job-", "namespace": "shop"},
        "spec": {"template": {"spec": pod(restartPolicy="Never")["spec"]}},
    }
    write("all.yaml", service, job)
    found, made = kubeobj("default", "-f", "all.yaml", "-o", "json").json["items"]
    assert found["metadata"] == {"name": "web"}
    assert found["spec"]["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    assert not {"clusterIP", "clusterIPs", "ipFamilies"} & set(found["spec"])
    assert made["metadata"] == {"generateName": "job-", "namespace": "shop"}
    assert "selector" not in made["spec"]
    assert "labels" not in made["spec"]["template"].get("metadata", {})


@pytest.mark.usefixtures("folder")
def test_what_is_shown_is_taken_again_and_shown_alike(kubeobj: Run) -> None:
    """Defaults of defaults are the same, in YAML and in JSON."""
    write("web.yaml", DEPLOYMENT, pod())
    once = kubeobj("default", "-f", "web.yaml", "-o", "json")
    for output in ("yaml", "json"):
        text = kubeobj("default", "-f", "web.yaml", "-o", output).out
        again = kubeobj("default", "-f", "-", "-o", "json", stdin=text.encode())
        assert (again.code, again.json) == (0, once.json)


@pytest.mark.usefixtures("folder")
def test_other_kinds_are_shown_as_they_are(kubeobj: Run) -> None:
    """Custom resources have no defaults that anybody knows here; reviews are never stored."""
    backup = {"apiVersion": "example.com/v1", "kind": "Backup", "spec": {"days": 7}}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": {}}
    write("all.yaml", backup, review)
    assert kubeobj("default", "-f", "all.yaml", "-o", "json").json["items"] == [backup, review]


@pytest.mark.usefixtures("folder")
def test_what_would_be_refused_is_not_shown(kubeobj: Run) -> None:
    """It is told of on stderr, with its place, and the code is 1; as JSON errors stand alone."""
    write("all.yaml", {**pod(), "metadata": {"name": "A"}}, DEPLOYMENT, "kind: Pod")
    answer = kubeobj("default", "-f", "all.yaml")
    assert answer.code == 1
    assert answer.out.startswith("apiVersion: apps/v1\nkind: Deployment\n")
    bad, none = answer.err.splitlines()
    assert bad.startswith("Error: all.yaml:1: pod/A: metadata.name: Invalid value:")
    assert none == "Error: all.yaml:15: pod/<none>: apiVersion must be a text"
    answer = kubeobj("default", "-f", "all.yaml", "-o", "json")
    assert answer.code == 1
    assert set(answer.json) == {"errors"}
    assert [(each["kind"], each["file"], each["line"]) for each in answer.json["errors"]] == [
        ("RefusedError", "all.yaml", 1),
        ("RefusedError", "all.yaml", 15),
    ]


@pytest.mark.usefixtures("folder")
def test_files_that_cannot_be_used_give_2(kubeobj: Run) -> None:
    """The others are shown, but as JSON only if it is all of them."""
    write("web.yaml", DEPLOYMENT)
    Path("bad.yaml").write_text("a: [1\nb: 2\n", encoding="utf-8")
    args = ("default", "missing.yaml", "bad.yaml", "web.yaml")
    answer = kubeobj(*args)
    assert answer.code == 2
    assert answer.out.startswith("apiVersion: apps/v1\n")
    assert len(answer.err.splitlines()) == 2
    answer = kubeobj(*args, "-o", "json")
    assert [each["file"] for each in answer.json["errors"]] == ["missing.yaml", "bad.yaml"]


def test_nothing_is_nothing(kubeobj: Run) -> None:
    """No objects give no document, and an empty list as JSON."""
    assert kubeobj("default", "-f", "-", stdin=b"# none\n").out == ""
    answer = kubeobj("default", "-f", "-", "-o", "json", stdin=b"")
    assert json.loads(answer.out)["items"] == []


def test_misuse(kubeobj: Run) -> None:
    """Without files there is nothing to do."""
    answer = kubeobj("default")
    assert (answer.code, answer.out) == (2, "")
    assert "Give the files to read" in answer.err
