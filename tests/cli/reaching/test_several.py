"""Commands about several objects: what becomes of one keeps none of the others from its turn."""

from collections.abc import Iterator

import pytest

from tests.cli.answer import Run
from tests.cli.reaching.world import World

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  paused: {paused}
  replicas: 1
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec: {{containers: [{{name: main, image: main}}]}}
"""
JOB = """\
apiVersion: batch/v1
kind: Job
metadata: {name: once}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: work, image: work}]}}}
"""
ALL = "---\n".join(
    (
        DEPLOYMENT.format(name="web", paused="false"),
        DEPLOYMENT.format(name="still", paused="true"),
        # No deployment is restarted twice: kubectl refuses that within a second.
        DEPLOYMENT.format(name="other", paused="false"),
        JOB,
    )
)
LINES = [
    "wait --for=condition=Nope deploy/web deploy/still --timeout=1s",
    "wait --for=condition=Nope deploy/nope deploy/web --timeout=1s",
    "wait --for=jsonpath={.kind}=Deployment deploy/nope deploy/web --timeout=1s",
    "wait --for=jsonpath={.kind}=Deployment deploy nope web --timeout=1s",
    "scale deploy/nope deploy/web --replicas=2 --dry-run=server",
    "scale deploy nope web --replicas=2",
    "rollout restart deploy/still deploy/web",
    "rollout restart deploy/nope deploy/other job/once",
    "rollout restart job/once",
    "rollout restart deploy/still",
    "rollout pause deploy/still deploy/web",
    "rollout pause job/once deploy/still deploy/web",
    "rollout resume deploy/web deploy/still deploy/nope",
    "rollout resume job/once",
    "rollout undo deploy/nope deploy/web deploy/still",
    "rollout history deploy/nope deploy/web",
    "rollout history job/once deploy/web",
    "rollout status deploy/nope deploy/still --watch=false",
]


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """What kubectl may change."""
    with World(tmp_path_factory.mktemp("theirs"), ALL, nodes=1) as found:
        yield found


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same, for this command."""
    with World(tmp_path_factory.mktemp("ours"), ALL, nodes=1) as found:
        yield found


@pytest.mark.parametrize("line", LINES)
def test_each_has_its_turn(
    theirs: World, ours: World, kubeobj: Run, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    """As with kubectl: the same is done, and the same said of what could not be."""
    monkeypatch.setenv("KUBEOBJ_STATE", str(ours.state))
    wanted, found = theirs.kubectl(*line.split()), kubeobj(*line.split())
    assert (found.code, found.out) == (wanted.code, wanted.out)
    assert _errors(found.err) == _errors(wanted.err)
    assert all(one.startswith(("error: ", "Error from ")) for one in found.err.splitlines())


def _errors(text: str) -> list[str]:
    """Return errors in order of their text: kubectl says first what it does not find.

    Where it has several, it says of some that they are errors, and of others not.
    """
    return sorted(
        one.removeprefix("error: ").replace("Job.batch", "Job") for one in text.splitlines()
    )


def test_what_cannot_be_scaled_keeps_nothing_from_being_scaled(
    ours: World, kubeobj: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if it is as it must not be, at which kubectl stops."""
    monkeypatch.setenv("KUBEOBJ_STATE", str(ours.state))
    kubeobj("scale", "deploy", "web", "--replicas=5")
    args = ("scale", "job/once", "deploy/still", "deploy/web")
    answer = kubeobj(*args, "--current-replicas=5", "--replicas=3")
    assert (answer.code, answer.out) == (1, "deployment.apps/web scaled\n")
    assert answer.err.splitlines() == [
        'error: cannot scale jobs.batch "once": the kind does not scale',
        "error: Expected replicas to be 5, was 1",
    ]


def test_what_cannot_be_restarted_keeps_nothing_from_being_restarted(
    ours: World, kubeobj: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that kubectl has not does as the others do."""
    monkeypatch.setenv("KUBEOBJ_STATE", str(ours.state))
    kubeobj("rollout", "resume", "deploy", "web")
    answer = kubeobj("restart", "job/once", "deploy/nope", "deploy/web")
    assert (answer.code, answer.out) == (1, "deployment.apps/web restarted\n")
    assert answer.err.splitlines() == [
        'error: jobs.batch "once" restarting is not supported',
        'Error from server (NotFound): deployments.apps "nope" not found',
    ]
