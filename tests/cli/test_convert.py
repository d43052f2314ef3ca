"""`kubeobj convert`: the same objects as YAML, as JSON, in another version."""

import json

import pytest

from tests.cli.answer import Run
from tests.cli.manifests import DEPLOYMENT, write

SCALER = {
    "apiVersion": "autoscaling/v1",
    "kind": "HorizontalPodAutoscaler",
    "metadata": {"name": "web"},
    "spec": {
        "maxReplicas": 3,
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "targetCPUUtilizationPercentage": 80,
    },
}
CPU = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}


@pytest.mark.usefixtures("shop")
def test_yaml_becomes_json_and_back(kubeobj: Run) -> None:
    """Nothing is filled in, and nothing is lost."""
    as_json = kubeobj("convert", "-f", "shop.yaml", "-o", "json")
    assert (as_json.code, as_json.err) == (0, "")
    assert as_json.json["kind"] == "List"
    as_yaml = kubeobj("convert", "-f", "-", stdin=as_json.out.encode())
    again = kubeobj("convert", "-f", "-", "-o", "json", stdin=as_yaml.out.encode())
    assert again.json == as_json.json


@pytest.mark.usefixtures("folder")
def test_versions_of_a_kind_say_the_same(kubeobj: Run) -> None:
    """There and back again, an object says what it said."""
    write("web.yaml", SCALER)
    answer = kubeobj("convert", "-f", "web.yaml", "--to", "autoscaling/v2", "-o", "json")
    assert answer.code == 0
    assert list(answer.json) == ["apiVersion", "kind", "metadata", "spec"]
    assert answer.json["apiVersion"] == "autoscaling/v2"
    assert answer.json["spec"]["metrics"] == [{"type": "Resource", "resource": CPU}]
    args = ("convert", "-f", "-", "--to", "autoscaling/v1", "-o", "json")
    assert kubeobj(*args, stdin=answer.out.encode()).json == SCALER


@pytest.mark.usefixtures("folder")
def test_what_the_version_does_not_have_stays(kubeobj: Run) -> None:
    """Other kinds, unknown ones and what is no object at all are printed as they are."""
    backup = {"apiVersion": "example.com/v1", "kind": "Backup"}
    strange = [{"apiVersion": "a/b/c", "kind": "X"}, {"kind": "Pod"}, {"spec": 1}]
    write("all.yaml", DEPLOYMENT, backup, *strange, SCALER)
    args = ("convert", "-f", "all.yaml", "-o", "json")
    before, after = kubeobj(*args).json, kubeobj(*args, "--to", "autoscaling/v2").json
    assert after["items"][:-1] == before["items"][:-1]
    assert after["items"][-1]["apiVersion"] == "autoscaling/v2"


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_read_is_told_with_its_place(kubeobj: Run) -> None:
    """A value of the wrong type gives 1, and the other objects are still printed."""
    bad = json.loads(json.dumps(SCALER))
    bad["spec"]["maxReplicas"] = "three"
    write("all.yaml", DEPLOYMENT, bad)
    answer = kubeobj("convert", "-f", "all.yaml", "--to", "autoscaling/v2")
    assert answer.code == 1
    assert answer.out.startswith("apiVersion: apps/v1\n")
    where, _, what = answer.err.partition(": horizontalpodautoscaler.autoscaling/web: ")
    assert where == "Error: all.yaml:13"
    assert what == 'spec.maxReplicas: must be an integer of 32 bits, not "three"\n'


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param((), "Give the files to read", id="no files"),
        pytest.param(
            ("-f", "-", "--to", "autoscaling/v3"),
            "No version is called autoscaling/v3. Did you mean autoscaling/v2?",
            id="no such version",
        ),
        pytest.param(("-f", "-", "--to", "?"), "No version is called ?.", id="no version"),
    ],
)
def test_misuse(kubeobj: Run, args: tuple[str, ...], message: str) -> None:
    """Misuse gives 2 and says what to do."""
    answer = kubeobj("convert", *args)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
