"""Commands that reach into pods, and change workloads, on processes of this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kubeobj.cluster.cluster import Cluster
from kubeobj.server.serving import serve
from tests.cli.answer import Run

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - {name: web, image: web, imagePullPolicy: Never, command: [sh, -c, "echo hello; sleep 600"]}
"""


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cluster of processes that answers on its socket."""
    path = tmp_path / "state"
    monkeypatch.setenv("KUBEOBJ_STATE", str(path))
    cluster = Cluster(path, "process")
    cluster.start()
    socket = serve(cluster, shutdown=lambda *_: None)
    try:
        yield path
    finally:
        cluster.stop()
        socket.stop()


def test_a_workload_from_its_beginning_to_its_end(state: Path, kubeobj: Run) -> None:
    """What people do with one: apply, wait, look, run, change, undo, delete."""
    file = state / "web.yaml"
    file.write_text(WEB, encoding="utf-8")
    assert kubeobj("apply", "-f", str(file)).out == "deployment.apps/web created\n"
    assert kubeobj("apply", "-f", str(file)).out == "deployment.apps/web unchanged\n"
    done = kubeobj("rollout", "status", "deploy/web", "--timeout=60s")
    assert (done.code, done.out.splitlines()[-1]) == (
        0,
        'deployment "web" successfully rolled out',
    )
    waited = kubeobj("wait", "--for=jsonpath={.status.phase}=Running", "pods", "-l", "app=web")
    assert waited.out.count("condition met") == 2

    names = kubeobj("get", "pods", "-o", "jsonpath={.items[*].metadata.name}").out.split()
    lines = kubeobj("logs", "-l", "app=web", "--prefix").out.splitlines()
    assert sorted(lines) == sorted(f"[pod/{name}/web] hello" for name in names)

    ran = kubeobj("exec", names[0], "--", "sh", "-c", "echo out; echo err >&2; exit 7")
    assert (ran.code, ran.out) == (7, "out\n")
    assert ran.err == "err\ncommand terminated with exit code 7\n"

    # Options may follow the name; what follows the dashes is the command's.
    words = ("--", "sh", "-c", 'echo "$@"', "sh", "-c", "--", "-n")
    for options in (("-c", "web"), ("-n", "default", "-q"), (f"--state={state}", "-icweb")):
        assert kubeobj("exec", names[0], *options, *words).out == "-c -- -n\n"
        assert kubeobj("exec", *options, names[0], *words).out == "-c -- -n\n"
    for misused in ((names[0], "date"), (names[0], "-x", "--", "date"), ("--", "date")):
        assert kubeobj("exec", *misused).code == 2

    assert kubeobj("scale", "deploy/web", "--replicas=1").out == "deployment.apps/web scaled\n"
    assert kubeobj("rollout", "restart", "deploy/web").out == "deployment.apps/web restarted\n"
    assert kubeobj("rollout", "status", "deploy/web", "--timeout=60s").code == 0
    assert kubeobj("rollout", "undo", "deploy/web").out == "deployment.apps/web rolled back\n"
    history = kubeobj("rollout", "history", "deploy/web").out.splitlines()
    assert [line.split()[0] for line in history[2:4]] == ["2", "3"]

    gone = kubeobj("delete", "-f", str(file), "--cascade=foreground", "--timeout=60s")
    assert gone.out == 'deployment.apps "web" deleted from default namespace\n'
    assert kubeobj("get", "pods").err == "No resources found in default namespace.\n"


def test_what_cannot_be_reached_is_said(state: Path, kubeobj: Run) -> None:
    """As by kubectl, with exit code 1."""
    assert state.exists()
    for args in (("logs", "nope"), ("exec", "nope", "--", "date"), ("attach", "nope")):
        answer = kubeobj(*args)
        assert (answer.code, answer.err) == (
            1,
            'Error from server (NotFound): pods "nope" not found\n',
        )
