"""What is shown of a cluster: what kubectl shows of the same one, byte for byte."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.answer import Run
from tests.cli.reaching.world import KUBECTL, SHOP, World

STOREHOUSE = (Path(__file__).parent / "storehouse.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A cluster with a shop and its storehouse in it; nothing in this file changes it."""
    with World(tmp_path_factory.mktemp("world"), f"{SHOP}---\n{STOREHOUSE}") as found:
        yield found


@pytest.fixture(autouse=True)
def state(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands look for it."""
    monkeypatch.setenv("KUBEOBJ_STATE", str(world.state))
    monkeypatch.setenv("TZ", "UTC")
    return world.state


TABLES = [
    "get pods -A",
    "get pods -n shop -o wide --show-labels",
    "get all -n shop",
    "get pods,svc -A -L app,kubernetes.io/x",
    "get nodes",
    "get pods -n nowhere",
    "get pods -A --no-headers",
    "get pods -A --sort-by=.metadata.name",
    "get pods -A --sort-by=.spec.nodeName -o name",
    "get deploy/web svc/web -n shop",
    "get pods -l app=web -n shop --show-kind",
    "get pods -A -l app=web,tier!=x --field-selector=status.phase=Running",
    "get hpa,cj,pvc,sa,endpointslices -A",
]
DOCUMENTS = [
    "get cm settings -n shop -o yaml",
    "get cm,deploy,sts,job -A -o yaml",
    "get deploy,svc -n shop -o json",
    "get pods -A -o jsonpath-as-json={.items[*].metadata.labels}",
    "get pods -A -o custom-columns=A:.metadata.name,B:.spec.containers[*].name,C:spec.nope",
    "get secret token -n shop -o yaml",
]
PAGES = [
    "describe pods -n shop -l app=web",
    "describe pod alone",
    "describe deploy web -n shop",
    "describe rs -n shop",
    "describe sts db -n shop",
    "describe ds agent -n shop",
    "describe job once -n shop",
    "describe cj nightly -n shop",
    "describe svc -n shop",
    "describe cm settings -n shop",
    "describe secret token -n shop",
    "describe sa robot -n shop",
    "describe ns shop",
    "describe ns bounded",
    "describe quota -n bounded",
    "describe limits -n bounded",
    "describe pvc -n shop",
    "describe pv",
    "describe hpa -n shop",
    "describe nodes",
    "describe pod web -n shop",
    "describe node node-",
    "describe cm set -n shop",
    "rollout history deploy/web -n shop",
    "rollout history ds/agent -n shop",
    "rollout history sts/db -n shop",
    "rollout history deploy/web -n shop --revision=1",
    "rollout history ds/agent -n shop --revision=1",
    "rollout status ds/agent -n shop",
]
REFUSALS = [
    "get pod nope",
    "get pods a b -n shop",
    "get nope",
    "get pods -n shop -o custom-columns=A",
    "describe pod nope",
    "describe pod/alo",
    "describe pod alo nope",
    "describe po,cm alo",
    "rollout undo deploy/web -n shop",
    "rollout resume deploy/web -n shop",
    "rollout status pod/alone",
    "scale deploy/web -n shop --replicas=4 --current-replicas=9",
    "label pod alone run=b",
    "delete pod nope",
    "wait --for=condition=Ready pod/nope --timeout=1s",
]
ASKED_AT_MOST = 20
"""How often kubectl is asked: the data of a config map it shows in any order, each time anew."""

FLAGS = [
    "get pods -A --no-headers=true",
    "get pods --all-namespaces=1 --watch=false --show-labels=T --show-kind=false",
    "get pod nope --ignore-not-found=true",
    "describe pod alone --show-events=false",
    "rollout status ds/agent -n shop --watch=false",
    "delete pods --all=true --force=false --wait=true --dry-run=client",
    "label pods --all=true a=b --overwrite=false --dry-run=client",
]
DRY_RUNS = [
    "label pod alone a=b --dry-run=server",
    "annotate pod alone a=b --dry-run=client",
    "delete pod alone --dry-run=server",
    "delete pod alone --dry-run=client",
    "scale deploy/web -n shop --replicas=4 --dry-run=server",
]


@pytest.mark.parametrize("line", [*TABLES, *DOCUMENTS, *PAGES, *FLAGS, *DRY_RUNS])
def test_shown_as_by_kubectl(world: World, kubeobj: Run, line: str) -> None:
    """Both print the same."""
    ours = kubeobj(*line.split())
    mine = ours.code, _as_older(ours.out)
    for _ in range(ASKED_AT_MOST):
        theirs = world.kubectl(*line.split())
        if mine == (theirs.code, theirs.out):
            break
    assert mine == (theirs.code, theirs.out)


def _as_older(text: str) -> str:
    """Return what kubectl said before v1.34, which is not told of namespaces when it deletes."""
    return re.sub(r" deleted from \S+ namespace", " deleted", text)


@pytest.mark.parametrize("line", REFUSALS)
def test_refused_as_by_kubectl(world: World, kubeobj: Run, line: str) -> None:
    """Both say the same, and end with the same code."""
    theirs, ours = world.kubectl(*line.split()), kubeobj(*line.split())
    assert (ours.code, ours.err) == (theirs.code, theirs.err)


PATHS = [
    "{.metadata.name}",
    "{.spec.containers[*].name}",
    '{range .spec.containers[*]}{.name}{"\\n"}{end}',
    "{.spec.containers[?(@.name=='side')].image}",
    "{.metadata['name','labels']}",
    "{.spec.containers[-1].name} {.spec.containers[0:1]}",
    "{.spec.terminationGracePeriodSeconds} x {.nope} y",
    "text",
    "{range .nope[*]}a{end}b",
    "{.spec.enableServiceLinks}",
    "{.spec.containers[?(@.ports)].name}",
    "{range .spec.containers[*]}{.name}:{range .ports[*]}{.containerPort},{end};{end}!{.kind}",
    "{1}{true}{1.50}",
    "{.spec.containers[?(@.ports[0].containerPort>79)].name}",
    '{.status.conditions[?(@.type=="Ready")].status}',
    "{.spec.containers[::2].name}",
    "{range .spec.containers[*]}a",
    '{"a\\tb"}',
    "{@.kind}{$.kind}",
    "{.spec.containers[0,1].name}",
]
NO_PATHS = [
    "{",
    "{.metadata.name",
    "{end}",
    "{foo}",
    "{.spec.containers[5].name}",
    "{.spec.containers[-3:].name}",
    "{.spec.containers[1:0].name}",
    "{.spec.containers[0].name[0]}",
    "{.a..b}x{",
    '{"x}',
    "{.spec.containers[a]}",
]


@pytest.mark.parametrize("path", [*PATHS, *NO_PATHS])
def test_paths_mean_what_they_mean_to_kubectl(world: World, kubeobj: Run, path: str) -> None:
    """Templates print the same of a pod, or are refused by both."""
    names = kubeobj("get", "pods", "-n", "shop", "-l", "app=web", "-o", "name").out.split()
    args = ("get", names[0], "-n", "shop", "-o", f"jsonpath={path}")
    theirs, ours = world.kubectl(*args), kubeobj(*args)
    assert (ours.code, ours.out) == (theirs.code, theirs.out)


def test_secrets_are_not_told(kubeobj: Run) -> None:
    """Of a secret its size is described, and nothing else."""
    said = kubeobj("describe", "secret,deploy,pods", "-n", "shop").out
    assert "18 bytes" in said
    assert "a very secret word" not in said
    assert "YSB2ZXJ5" not in said


def test_errors_have_a_json_form(kubeobj: Run) -> None:
    """As of every other command."""
    answer = kubeobj("get", "pod", "nope", "-o", "json")
    message = 'pods "nope" not found'
    assert answer.json == {"errors": [{"kind": "NotFound", "message": message}]}


def test_no_cluster_is_said_with_what_to_do(kubeobj: Run, tmp_path: Path) -> None:
    """Nothing runs there: the message says what starts it."""
    answer = kubeobj("get", "pods", "--state", str(tmp_path / "none"))
    assert answer.code == 2
    assert "kubeobj up" in answer.err


def test_kubectl_is_there() -> None:
    """Without it these tests would compare nothing."""
    assert Path(KUBECTL).exists()
