"""Which objects a command is about when it is told by names, files and selectors at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.answer import Run
from tests.cli.reaching.world import World

ONE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: one, labels: {app: a}}
"""
TWO = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: two, labels: {app: b}}
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: alone, labels: {app: b}}
spec: {containers: [{name: alone, image: "alone:1"}]}
"""
WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web}]}
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A small cluster; nothing in this file changes it."""
    state = tmp_path_factory.mktemp("world")
    with World(state, "---\n".join((ONE, TWO, POD, WEB)), nodes=1) as found:
        yield found


@pytest.fixture(autouse=True)
def files(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to a directory with files of what is there, and with some that say something else."""
    monkeypatch.setenv("KUBEOBJ_STATE", str(world.state))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.chdir(world.state)
    Path("both.yaml").write_text(f"{ONE}---\n{TWO}", encoding="utf-8")
    Path("other.yaml").write_text(f"{ONE}---\n{TWO}".replace("app: b", "app: c"), encoding="utf-8")
    made = WEB.replace("name: web,", "generateName: web-,").replace(
        "app: web}}\nspec:", "app: b}}\nspec:", 1
    )
    Path("made.yaml").write_text(made, encoding="utf-8")


FILES = [
    "delete -f both.yaml -l app=b --dry-run=client -o name",
    "delete -f both.yaml -l app=zzz --dry-run=client",
    "delete -f both.yaml --all --dry-run=client -o name",
    "delete -f other.yaml -l app=b --dry-run=client",
    "get -f both.yaml -l app=b -o name",
    "get -f both.yaml -l app=zzz",
    "describe -f both.yaml -l app=b",
    "describe -f other.yaml -l app=b",
    "scale -f both.yaml -l app=zzz --replicas=1",
    "wait -f both.yaml -l app=b --for=jsonpath={.kind}=ConfigMap",
    "wait -f other.yaml -l app=b --for=jsonpath={.kind}=ConfigMap",
    "wait -f both.yaml -l app=zzz --for=jsonpath={.kind}=ConfigMap",
]
NAMES = [
    "delete pod alone -l app=zzz --dry-run=client",
    "delete pod alone --field-selector=metadata.name=x --dry-run=client",
    "get pod alone -l app=b",
    "get pod alone --field-selector=metadata.name=x",
    "describe pod alone -l app=zzz",
    "wait pod alone -l app=zzz --for=delete --timeout=0",
    "scale deploy web -l app=zzz --replicas=3 --dry-run=client",
    "label pod alone -l app=zzz x=y --dry-run=client",
    "rollout history deploy web -l app=zzz",
    "rollout status deploy web -l app=zzz",
    "delete pod alone -A --dry-run=client",
    "get pod alone -A",
    "describe pod/alone -A",
]


@pytest.mark.parametrize("line", FILES)
def test_selectors_choose_among_the_objects_of_files(world: World, kubeobj: Run, line: str) -> None:
    """As for kubectl: by the labels that are in the file, or, where it looks, in the cluster."""
    theirs, ours = world.kubectl(*_with_paths(line)), kubeobj(*line.split())
    assert (ours.code, ours.out, ours.err) == (theirs.code, theirs.out, theirs.err)


def test_a_table_shows_what_of_a_file_is_selected(kubeobj: Run) -> None:
    """It is empty for kubectl, which looks for labels in the table, where none are."""
    rows = kubeobj("get", "-f", "both.yaml", "-l", "app=b", "--no-headers").out.splitlines()
    assert [row.split()[0] for row in rows] == ["two"]


def _with_paths(line: str) -> list[str]:
    return [str(Path(one).absolute()) if one.endswith(".yaml") else one for one in line.split()]


@pytest.mark.parametrize("line", NAMES)
def test_what_is_named_cannot_be_selected(world: World, kubeobj: Run, line: str) -> None:
    """It is refused in the words of kubectl, before anything is done."""
    theirs, ours = world.kubectl(*line.split()), kubeobj(*line.split())
    assert (ours.code, ours.out) == (2, "")
    assert theirs.code == 1
    assert theirs.err.removeprefix("error: ") in ours.err


@pytest.mark.parametrize(
    "line",
    [
        "delete pod alone --all --dry-run=client",
        "delete pods --all -l app=b --dry-run=client",
        "delete -f both.yaml --field-selector=metadata.name=one --dry-run=client",
        "restart deploy web -l app=zzz",
    ],
)
def test_what_says_two_things_is_refused(kubeobj: Run, line: str) -> None:
    """Nothing is deleted or restarted of which it is not sure that it is meant."""
    answer = kubeobj(*line.split())
    assert (answer.code, answer.out) == (2, "")


@pytest.mark.parametrize(
    "line",
    [
        "get pod alone",
        "delete pods --all --dry-run=client",
        "delete cm --dry-run=client",
        "describe pod",
        "restart deploy",
        "rollout restart deploy",
        "wait pods --all --for=delete --timeout=0",
        "scale deploy --all --replicas=1 --dry-run=client",
        "label pods --all x=y --dry-run=client",
        "logs",
        "attach",
        "top pod",
    ],
)
def test_an_empty_name_is_none(kubeobj: Run, line: str) -> None:
    """It is what an unset variable of a shell leaves, and does not mean all."""
    words = line.split()
    at = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    answer = kubeobj(*words[:at], "", *words[at:])
    assert (answer.code, answer.out) == (2, "")


@pytest.mark.parametrize("args", [("exec", "", "--", "date"), ("port-forward", "", "8080:80")])
def test_a_pod_without_a_name_is_none(kubeobj: Run, args: tuple[str, ...]) -> None:
    """The error says so."""
    answer = kubeobj(*args)
    assert answer.code == 2
    assert "resource name may not be empty" in answer.err


def test_events_of_an_object_without_a_name_are_none(kubeobj: Run) -> None:
    """Where kubectl shows all."""
    assert kubeobj("events", "--for", "pod/").code == 2


@pytest.mark.parametrize(
    "line",
    [
        "get -f made.yaml",
        "delete -f made.yaml -l app=b --dry-run=client",
        "describe -f made.yaml",
        "rollout restart -f made.yaml",
        "wait -f made.yaml --for=delete --timeout=0",
    ],
)
def test_an_object_of_a_file_without_a_name_is_not_all_of_its_kind(kubeobj: Run, line: str) -> None:
    """Its name is made when it is created: nothing in the cluster is meant by it."""
    answer = kubeobj(*line.split())
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith("error: resource name may not be empty")


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ("{name: x, namespace: 5}", "metadata.namespace"),
        ("{name: x, namespace: [a]}", "metadata.namespace"),
        ("{name: x, namespace: false}", "metadata.namespace"),
        ("{name: 5}", "metadata.name"),
        ("{name: [a]}", "metadata.name"),
        ("5", "metadata"),
        ("[]", "metadata"),
    ],
)
@pytest.mark.parametrize("line", ["get", "describe", "delete", "wait --for=delete --timeout=0"])
def test_what_tells_an_object_of_a_file_from_others_is_text(
    world: World, kubeobj: Run, line: str, metadata: str, field: str
) -> None:
    """One error says which field is none, as of kubectl."""
    file = Path("odd.yaml")
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {metadata}\n"
    file.write_text(text, encoding="utf-8")
    answer = kubeobj(*line.split(), "-f", str(file))
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"error: {field} of a configmap in one of the files ")
    assert answer.err.count("\n") == 1
    assert world.kubectl("delete", "-f", str(file.absolute())).code == 1


def test_all_of_a_kind_may_be_said_of_a_name_where_nothing_is_lost(
    world: World, kubeobj: Run
) -> None:
    """The name counts, as for kubectl."""
    line = "scale deploy web --all --replicas=3 --dry-run=client"
    assert kubeobj(*line.split()).out == world.kubectl(*line.split()).out
