"""`kubeobj simulate`: what comes of manifests, the report, and what is wrong with the question."""

from pathlib import Path

import pytest

from tests.cli.answer import Run
from tests.cli.manifests import DEPLOYMENT, write

ARGS = ("simulate", "-f", "old.yaml", "--for", "3m", "--seed", "7")
SETTINGS = """\
pullSeconds: 10
rules:
- image: nginx*
  labels: app=web
  startSeconds: 20
"""
NODES = """\
apiVersion: v1
kind: Node
metadata: {name: big, labels: {zone: a}}
spec: {taints: [{key: special, effect: NoSchedule}]}
status: {allocatable: {cpu: "4", memory: 8Gi, pods: "20"}}
"""


@pytest.fixture
def manifests(folder: Path) -> Path:
    """Go to a directory with a Deployment."""
    write("old.yaml", DEPLOYMENT)
    write("new.yaml", DEPLOYMENT.replace("replicas: 2", "replicas: 4"))
    return folder


@pytest.mark.usefixtures("manifests")
def test_what_converges_is_good(kubeobj: Run) -> None:
    answer = kubeobj(*ARGS)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0] == "converged"
    assert lines[1].startswith("3m of simulated time, seed 7: 3 nodes, ")
    assert "LOWEST" in answer.out


@pytest.mark.usefixtures("manifests")
def test_json_has_the_outcome_and_the_record(kubeobj: Run) -> None:
    fault = "node-crash=node-2@1m"
    answer = kubeobj(*ARGS, "--apply", "new.yaml@30s", "--fault", fault, "--json")
    found = answer.json
    assert found["outcome"] in {"converged", "not converged"}
    assert found["faults"][0]["fault"] == "node-crash=node-2"
    assert [one["what"] for one in found["rollouts"]] == ["created", "scaled 2 to 4"]
    assert found["marks"][1] == {"atSeconds": 30.0, "text": "apply new.yaml"}
    assert found["command"] == (
        "kubeobj simulate -f old.yaml --nodes 3 --for 3m --seed 7 "
        "--apply new.yaml@30s --fault node-crash=node-2@1m"
    )


@pytest.mark.usefixtures("manifests")
def test_the_same_command_gives_the_same_report(kubeobj: Run) -> None:
    """Byte for byte, whatever the file is called; a name in .svg is for the picture alone."""
    for name in ("a.html", "b.html", "c.svg"):
        assert kubeobj(*ARGS, "--fault", "partition=node-1@1m+20s", "-o", name).code == 0
    assert Path("a.html").read_bytes() == Path("b.html").read_bytes()
    assert Path("a.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert Path("c.svg").read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.usefixtures("manifests")
def test_what_does_not_converge_is_named(kubeobj: Run) -> None:
    """The code is 1."""
    text = DEPLOYMENT.replace("image: nginx", "image: nginx, resources: {requests: {cpu: 99}}")
    write("old.yaml", text)
    answer = kubeobj(*ARGS)
    assert answer.code == 1
    assert answer.out.startswith("not converged\n")
    assert "Insufficient cpu" in answer.out


@pytest.mark.usefixtures("manifests")
def test_containers_behave_as_a_file_says(kubeobj: Run) -> None:
    Path("how.yaml").write_text(SETTINGS, encoding="utf-8")
    found = kubeobj(*ARGS, "--behaviour", "how.yaml", "--json").json
    ready = [state["atSeconds"] for state in found["pods"][0]["states"]][-1]
    assert ready == 10 + 20 + 2


@pytest.mark.usefixtures("manifests")
def test_nodes_are_those_of_a_file(kubeobj: Run) -> None:
    """With their taints: here nothing may run."""
    Path("nodes.yaml").write_text(NODES, encoding="utf-8")
    answer = kubeobj(*ARGS, "--nodes", "nodes.yaml", "--json")
    assert answer.code == 1
    assert [node["name"] for node in answer.json["nodes"]] == ["big"]
    assert "untolerated taint" in answer.json["details"][-1]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--fault", "node-crsh=node-2@1m"), "did you mean node-crash?"),
        (("--fault", "node-crash=node-9@1m"), "there is no node 'node-9'"),
        (("--fault", "container-crash=nobody-*@1m"), "no node runs a pod nobody-*"),
        (("--for", "soon"), "--for: 'soon' is no length of time"),
        (("--apply", "new.yaml"), "does not say when"),
        (("--apply", "new.yaml@x"), "--apply: 'x' is no length of time"),
        (("--apply", "none.yaml@1m"), "No such file"),
        (("--nodes", "0"), "--nodes must be from 1"),
        (("--nodes", "none.yaml"), "No such file"),
        (("--nodes", "new.yaml"), "holds no Node"),
        (("--behaviour", "new.yaml"), "Extra inputs"),
        (("-o", "none/report.html"), "cannot be written"),
    ],
)
@pytest.mark.usefixtures("manifests")
def test_bad_input_is_explained(kubeobj: Run, args: tuple[str, ...], says: str) -> None:
    """With the code 2, as text and as JSON."""
    answer = kubeobj(*ARGS, *args)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
    (error,) = kubeobj(*ARGS, *args, "--json").json["errors"]
    assert says in f"{error['message']} {error.get('hint')}"


@pytest.mark.usefixtures("manifests")
def test_what_the_api_refuses_has_its_line(kubeobj: Run) -> None:
    write(
        "old.yaml", DEPLOYMENT, DEPLOYMENT.replace("{app: web}}\n    spec", "{app: x}}\n    spec")
    )
    Path("old.yaml").write_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: A_b}\nspec: {ports: [{port: 80}]}\n",
        encoding="utf-8",
    )
    answer = kubeobj(*ARGS, "--json")
    assert answer.code == 2
    assert answer.json["errors"][0]["kind"] == "RefusedError"
    assert answer.json["errors"][0]["line"] == 1
