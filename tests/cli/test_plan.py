"""`kubeobj plan`: what a change would do, before it is made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.answer import Run
from tests.cli.manifests import DEPLOYMENT, write

ARGS = ("plan", "-f", "new.yaml", "--against", "old.yaml")
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"


@pytest.fixture
def manifests(folder: Path) -> Path:
    """Go to a directory with a Deployment, and another version of it."""
    write("old.yaml", DEPLOYMENT)
    write("new.yaml", DEPLOYMENT.replace("image: nginx", "image: nginx:2"))
    return folder


@pytest.mark.usefixtures("manifests")
def test_a_new_image_is_rolled_out(kubeobj: Run) -> None:
    """The fields that change, the pods that come and go, and how it goes on the way."""
    answer = kubeobj(*ARGS)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0] == "~ Deployment default/web"
    assert lines[1] == "    spec.template.spec.containers[0].image: nginx -> nginx:2"
    assert "Pods of Deployment default/web: 2 created, 2 deleted" in lines
    assert "  Deployment default/web: 2 of 2" in lines
    assert lines[-1].startswith("1 object changed; pods: 2 created, 0 moved, 2 deleted, 0 evicted")


@pytest.mark.usefixtures("manifests")
def test_nothing_changes_where_nothing_is_new(kubeobj: Run) -> None:
    write("new.yaml", DEPLOYMENT)
    found = kubeobj(*ARGS, "-o", "json").json
    assert [one["what"] for one in found["objects"]] == ["unchanged"]
    assert (found["workloads"], found["seconds"], found["failures"]) == ([], 0, [])


@pytest.mark.usefixtures("manifests")
def test_what_never_becomes_ready_is_explained(kubeobj: Run) -> None:
    """Node by node, as the scheduler explains it; the code is 1."""
    much = DEPLOYMENT.replace("image: nginx", "image: nginx, resources: {requests: {cpu: 99}}")
    write("new.yaml", much)
    answer = kubeobj(*ARGS, "--within", "2m")
    assert answer.code == 1
    assert "node-1: NodeResourcesFit: Insufficient cpu" in answer.out
    assert answer.out.splitlines()[-1].endswith("not everything becomes ready.")
    assert kubeobj(*ARGS, "--within", "2m", "-o", "json").json["seconds"] is None


@pytest.mark.usefixtures("manifests")
def test_what_is_left_out_stays_unless_pruned(kubeobj: Run) -> None:
    write("old.yaml", DEPLOYMENT)
    with Path("old.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n---\n{SERVICE}")
    kept = kubeobj(*ARGS, "-o", "json").json["objects"]
    assert [(one["what"], one["kind"]) for one in kept] == [("changed", "Deployment")]
    pruned = kubeobj(*ARGS, "--prune", "-o", "json").json["objects"]
    assert ("deleted", "Service") in [(one["what"], one["kind"]) for one in pruned]


@pytest.mark.usefixtures("manifests")
def test_a_state_goes_on(kubeobj: Run) -> None:
    """What simulate has left is what runs; its nodes are its own."""
    simulate = ("simulate", "-f", "old.yaml", "--nodes", "2", "--for", "1m")
    assert kubeobj(*simulate, "--state", "state.json").code == 0
    args = ("plan", "-f", "new.yaml", "--against", "state.json")
    found = kubeobj(*args, "-o", "json").json
    (workload,) = found["workloads"]
    assert sorted(one["what"] for one in workload["pods"]) == ["created"] * 2 + ["deleted"] * 2
    assert {one["node"] for one in workload["pods"]} <= {"node-1", "node-2"}
    refused = kubeobj(*args, "--nodes", "3")
    assert (refused.code, "nodes of its own" in refused.err) == (2, True)
    assert kubeobj(*args, "--prune").code == 2
    Path("state.json").write_bytes(Path("state.json").read_bytes()[:-20])
    assert kubeobj(*args).code == 2


def test_the_same_question_has_the_same_answer(manifests: Path) -> None:
    """In processes that hash differently, byte for byte."""
    answers = [
        subprocess.run(
            [sys.executable, "-m", "kubeobj", *ARGS, "-o", "json"],
            cwd=manifests,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert answers[0] == answers[1]


@pytest.mark.usefixtures("manifests")
def test_bad_input_is_explained(kubeobj: Run) -> None:
    assert kubeobj("plan", "-f", "new.yaml").code == 2
    assert kubeobj(*ARGS, "--within", "x").code == 2
    assert kubeobj("plan", "-f", "new.yaml", "--against", "none.yaml").code == 2
