"""`kubeobj diff`: what differs, once the API has completed both sides."""

from pathlib import Path

import pytest

from tests.cli.answer import Run
from tests.cli.manifests import DEPLOYMENT, pod, write

ARGS = ("diff", "-f", "new.yaml", "--against", "old.yaml")
ALIKE = """\
kind: Deployment
apiVersion: apps/v1
metadata: {name: web, namespace: default}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      restartPolicy: Always
      containers:
      - {image: nginx, name: web}
  selector: {matchLabels: {app: web}}
  strategy: {type: RollingUpdate}
  replicas: 2
"""


@pytest.mark.usefixtures("folder")
def test_the_same_in_other_words_is_no_difference(kubeobj: Run) -> None:
    """Defaults written out, order and notation do not count; the code is 0."""
    write("old.yaml", DEPLOYMENT.replace("{name: web}", "{name: web, namespace: default}"))
    write("new.yaml", ALIKE)
    assert kubeobj(*ARGS) == kubeobj(*ARGS, "-o", "text")
    answer = kubeobj(*ARGS)
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    assert kubeobj(*ARGS, "-o", "json").json == {"changes": [], "errors": []}


@pytest.mark.usefixtures("folder")
def test_a_difference_is_shown_as_lines(kubeobj: Run) -> None:
    """A unified diff of YAML whose fields are in order, with the code 1."""
    write("old.yaml", DEPLOYMENT)
    write("new.yaml", DEPLOYMENT.replace("replicas: 2", "replicas: 3"))
    answer = kubeobj(*ARGS)
    assert (answer.code, answer.err) == (1, "")
    lines = answer.out.splitlines()
    assert lines[:2] == [
        "--- old/apps/Deployment/default/web",
        "+++ new/apps/Deployment/default/web",
    ]
    changed = [line for line in lines[2:] if line[0] in "+-"]
    assert changed == ["-  replicas: 2", "+  replicas: 3"]


@pytest.mark.usefixtures("folder")
def test_objects_can_come_and_go(kubeobj: Run) -> None:
    """What is on one side only is shown whole; objects whose names are made are counted off."""
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"generateName": "job-"},
        "spec": {"template": {"spec": pod(restartPolicy="Never")["spec"]}},
    }
    write("old.yaml", DEPLOYMENT, job)
    write("new.yaml", pod(), job, job)
    answer = kubeobj(*ARGS, "-o", "json")
    assert answer.code == 1
    changes = [(each["kind"], each["name"], each["change"]) for each in answer.json["changes"]]
    assert changes == [
        ("Pod", "web", "added"),
        ("Deployment", "web", "removed"),
        ("Job", "job-[2]", "added"),
    ]
    assert answer.json["changes"][0]["old"] is None
    assert answer.json["changes"][0]["new"]["spec"]["restartPolicy"] == "Always"


@pytest.mark.usefixtures("folder")
def test_what_would_be_refused_is_compared_as_it_is(kubeobj: Run) -> None:
    """Nothing is hidden because it is wrong, or of a kind that nobody knows."""
    backup = {"apiVersion": "example.com/v1", "kind": "Backup", "metadata": {"name": "b"}}
    write("old.yaml", {**pod(nodeName=3)}, backup)
    write("new.yaml", {**pod(nodeName=4)}, {**backup, "spec": {"days": 7}})
    changes = kubeobj(*ARGS, "-o", "json").json["changes"]
    assert [(each["kind"], each["change"]) for each in changes] == [
        ("Pod", "changed"),
        ("Backup", "changed"),
    ]


@pytest.mark.usefixtures("folder")
def test_files_that_cannot_be_used_give_2(kubeobj: Run) -> None:
    """Both sides are reported, and what can be read is compared."""
    write("new.yaml", DEPLOYMENT)
    Path("old.yaml").write_text("a: [1\n", encoding="utf-8")
    answer = kubeobj(*ARGS, "missing.yaml", "-o", "json")
    assert answer.code == 2
    assert [each["file"] for each in answer.json["errors"]] == ["missing.yaml", "old.yaml"]
    assert [each["change"] for each in answer.json["changes"]] == ["added"]
    assert len(answer.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(("-f", "-"), "Missing option '--against'", id="no other side"),
        pytest.param(("--against", "x"), "Give the files to read", id="no files"),
        pytest.param(("-f", "-", "--against", ""), "A path is empty", id="empty path"),
    ],
)
def test_misuse(kubeobj: Run, args: tuple[str, ...], message: str) -> None:
    """Misuse gives 2 and says what to do."""
    answer = kubeobj("diff", *args)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
