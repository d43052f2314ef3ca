"""`kubeobj up`, `down` and `status`, with real processes: what they print, and what is then so."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from kubeobj.cluster.cluster import Cluster
from kubeobj.cluster.statedirectory import StateDirectory, StateInUse
from kubeobj.remote.client import connect
from kubeobj.server.serving import serve

SHOP = """\
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
        - name: web
          image: web
          command: [sh, -c, "echo $TOLD; exec sleep 1000"]
          env:
            - name: TOLD
              valueFrom: {secretKeyRef: {name: told, key: word}}
---
apiVersion: v1
kind: Secret
metadata: {name: told}
stringData: {word: 5wordf1sh}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: 8080}]
"""

CRASHING = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: bad}
spec:
  selector: {matchLabels: {app: bad}}
  template:
    metadata: {labels: {app: bad}}
    spec:
      containers: [{name: main, image: bad, command: [sh, -c, "echo no luck; exit 7"]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: nothing}
spec:
  selector: {matchLabels: {app: nothing}}
  template:
    metadata: {labels: {app: nothing}}
    spec:
      containers: [{name: main, image: x, command: [/no/such/program]}]
"""

STUBBORN = """\
apiVersion: v1
kind: Pod
metadata: {name: stubborn}
spec:
  terminationGracePeriodSeconds: 300
  containers:
    - {name: main, image: x, command: [sh, -c, "trap : TERM; while :; do sleep 0.1; done"]}
"""


class Command:
    """The command as its own process, with a state of its own.

    Args:
        state: Where the state is.
        directory: Where it is run.
    """

    def __init__(self, state: Path, directory: Path) -> None:
        self.state = state
        self.directory = directory
        self.environment = {**os.environ, "KUBEOBJ_STATE": str(state), "NO_COLOR": "1"}

    def __call__(self, *args: str, code: int = 0) -> str:
        """Run it to its end, and return what it has printed."""
        run = subprocess.run(
            [sys.executable, "-m", "kubeobj", *args],
            env=self.environment,
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == code, run.stdout + run.stderr
        return run.stdout + run.stderr

    def begin(self, *args: str) -> "subprocess.Popen[str]":
        """Begin it, and let it run."""
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "kubeobj", *args],
            env=self.environment,
            cwd=self.directory,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def agent(self) -> int:
        """The process that is the cluster."""
        return StateDirectory(self.state).holder


@pytest.fixture
def kubeobj(tmp_path: Path) -> Iterator[Command]:
    """The command; in the end nothing is left of what it has begun."""
    command = Command(tmp_path / "state", tmp_path)
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "crashing.yaml").write_text(CRASHING, encoding="utf-8")
    (tmp_path / "stubborn.yaml").write_text(STUBBORN, encoding="utf-8")
    yield command
    command("down", "--volumes", "--timeout", "1")
    assert not command.state.exists()


def sleeping(state: Path) -> set[int]:
    """Return the processes of the pods of a state."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                environment = (entry / "environ").read_bytes()
                if words[0] in {b"sleep", b"sh"} and _is_of(environment, state):
                    found.add(int(entry.name))
    return found


def _is_of(environment: bytes, state: Path) -> bool:
    octet = json.loads((state / "config.json").read_text(encoding="utf-8"))["octet"]
    return f"POD_IP=127.{octet}.".encode() in environment


def until(is_so: Callable[[], object], what: str, seconds: float = 120.0) -> None:
    """Wait until something is so."""
    for _ in range(int(seconds / 0.05)):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail(f"not so after {seconds:g} s: {what}")


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """Return what a process prints up to a line with some words."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return "".join(lines)
    pytest.fail(f"no line with {words!r}:\n{''.join(lines)}")


# ---------------------------------------------------------------- detached


def test_up_detaches_and_down_ends_it(kubeobj: Command) -> None:
    """It says how it goes, where to look, and how to end it."""
    out = kubeobj("up", "-f", "shop.yaml", "--runtime", "process", "--detach")
    lines = out.splitlines()
    assert lines[0] == "Pods are processes of this machine, as was asked for."
    assert lines[1] == "Applied 3 objects: 3 created."
    assert "✓ deployment/web   2/2 ready" in lines
    assert any(
        line.startswith("The workload is ready") or "1 workload is" in line for line in lines
    )
    assert any(line.startswith("  service/web   http://127.") for line in lines)
    assert lines[-1] == "End it:     kubeobj down"
    assert len(sleeping(kubeobj.state)) == 2
    client = connect(kubeobj.state)
    pods = client.list("pods")
    assert [pod.at("status", "phase") for pod in pods] == ["Running", "Running"]
    client.close()

    found = json.loads(kubeobj("status", "-o", "json"))
    assert found["running"] is True
    assert found["cluster"]["runtime"]["name"] == "process"
    assert found["pods"] == {"Running": 2}
    assert [one["stage"] for one in found["workloads"]] == ["ready"]
    assert "deployment/web   ready   2/2 ready" in kubeobj("status")

    assert "All pods have ended." in kubeobj("down")
    assert sleeping(kubeobj.state) == set()
    assert "No cluster runs in" in kubeobj("status", code=1)
    assert json.loads(kubeobj("status", "-o", "json", code=1))["running"] is False


def test_up_again_changes_what_runs(kubeobj: Command, tmp_path: Path) -> None:
    """What is the same stays; what is gone from the files is told of, and deleted if asked for."""
    kubeobj("up", "-f", "shop.yaml", "--runtime", "process", "-d")
    before = sleeping(kubeobj.state)
    out = kubeobj("up", "-f", "shop.yaml")
    assert "runs already (process" in out
    assert "Applied 3 objects: 3 unchanged." in out
    assert sleeping(kubeobj.state) == before
    deployment, secret, _ = SHOP.split("---\n")
    changed = f"{deployment.replace('replicas: 2', 'replicas: 3')}---\n{secret}"
    (tmp_path / "shop.yaml").write_text(changed, encoding="utf-8")
    out = kubeobj("up", "-f", "shop.yaml")
    assert "Applied 2 objects: 1 changed, 1 unchanged." in out
    assert "Left as it is, though it is in none of the files: service/web." in out
    assert "✓ deployment/web   3/3 ready" in out
    assert before < sleeping(kubeobj.state)
    out = kubeobj("up", "-f", "shop.yaml", "--prune")
    assert "Deleted, for it is in none of the files: service/web." in out
    assert "Left" not in kubeobj("up", "-f", "shop.yaml")
    out = kubeobj("up", "-f", "shop.yaml", "--runtime", "docker", code=2)
    assert "are run by process, not docker: name another state" in out


def test_what_the_api_would_refuse_is_not_begun(kubeobj: Command, tmp_path: Path) -> None:
    """All of it is said at once, and nothing is there afterwards."""
    wrong = SHOP.replace("replicas: 2", "replicas: -2").replace("port: 80,", "port: 80000,")
    (tmp_path / "shop.yaml").write_text(wrong, encoding="utf-8")
    out = kubeobj("up", "-f", "shop.yaml", "--runtime", "process", "-d", code=1)
    assert "shop.yaml:5:13: error: spec.replicas: Invalid value" in out
    assert "spec.ports[0].port" in out
    assert "Nothing has been applied." in out
    assert not kubeobj.state.exists()
    assert "nothing.yaml: No such file" in kubeobj("up", "-f", "nothing.yaml", code=2)


SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
"""

MISPLACED = f"""\
{SETTINGS}---
apiVersion: v1
kind: ConfigMap
metadata: {{name: more, namespace: nowhere}}
"""

UNKNOWN = f"""\
{MISPLACED}---
apiVersion: example.org/v1
kind: Thing
metadata: {{name: one}}
"""

PLACED = f"""\
{MISPLACED}---
apiVersion: v1
kind: Namespace
metadata: {{name: nowhere}}
"""


def test_what_has_no_name_is_not_begun(kubeobj: Command, tmp_path: Path) -> None:
    """The API could create it, but nobody can apply it."""
    text = f"{SETTINGS}---\n{SETTINGS.replace('name: settings', 'generateName: more-')}"
    (tmp_path / "two.yaml").write_text(text, encoding="utf-8")
    out = kubeobj("up", "-f", "two.yaml", "--runtime", "process", "-d", code=1)
    assert "two.yaml:7:11: error: metadata.name: Required value" in out
    assert "Nothing has been applied." in out
    assert not kubeobj.state.exists()


@pytest.mark.parametrize("options", [("--detach",), ()])
def test_what_has_no_place_is_not_begun(
    kubeobj: Command, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Nothing is left of the cluster that was begun for it, neither its process nor its state."""
    (tmp_path / "some.yaml").write_text(UNKNOWN, encoding="utf-8")
    out = kubeobj("up", "-f", "some.yaml", "--runtime", "process", *options, code=1)
    assert 'some.yaml:7:35: error: there is no namespace "nowhere" [missing-namespace]' in out
    assert "some.yaml:10:7: error: there is no kind Thing in example.org/v1 [missing-kind]" in out
    assert "Nothing has been applied." in out
    assert "All pods have ended" not in out
    assert not kubeobj.state.exists()


def test_what_has_no_place_changes_nothing(kubeobj: Command, tmp_path: Path) -> None:
    """The cluster that runs goes on, and one that has ended has ended again."""
    some = tmp_path / "some.yaml"
    some.write_text(SETTINGS, encoding="utf-8")
    kubeobj("up", "-f", "some.yaml", "--runtime", "process", "-d")
    agent = kubeobj.agent
    some.write_text(MISPLACED.replace("metadata", "data: {a: b}\nmetadata", 1), encoding="utf-8")
    assert "no namespace" in kubeobj("up", "-f", "some.yaml", code=1)
    assert kubeobj.agent == agent
    assert kubeobj("get", "configmap", "settings", "-o", "jsonpath={.data}") == ""
    kubeobj("down")
    assert "no namespace" in kubeobj("up", "-f", "some.yaml", "-d", code=1)
    assert not StateDirectory(kubeobj.state).is_held
    assert StateDirectory(kubeobj.state).exists
    some.write_text(PLACED, encoding="utf-8")
    assert "Applied 3 objects: 2 created, 1 unchanged." in kubeobj("up", "-f", "some.yaml", "-d")
    some.write_text(MISPLACED, encoding="utf-8")
    assert "Applied 2 objects: 2 unchanged." in kubeobj("up", "-f", "some.yaml")
    kubeobj("delete", "namespace", "nowhere")
    assert 'no namespace "nowhere"' in kubeobj("up", "-f", "some.yaml", code=1)


def test_a_cluster_that_has_begun_is_told_of(kubeobj: Command, tmp_path: Path) -> None:
    """What nobody foresees ends the command, and not what it has begun."""
    quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: none}\n"
    text = f"{quota}spec: {{hard: {{pods: 0}}}}\n---\n{STUBBORN}"
    (tmp_path / "some.yaml").write_text(text, encoding="utf-8")
    out = kubeobj("up", "-f", "some.yaml", "--runtime", "process", "-d", code=2)
    assert "some.yaml:6: " in out
    assert "exceeded quota" in out
    assert f"The cluster runs (process {kubeobj.agent}). End it: kubeobj down" in out


def test_it_goes_on_without_files(kubeobj: Command) -> None:
    """As it was, or as it was restored; nothing is applied or deleted."""
    assert "Give the files to read" in kubeobj("up", "--detach", code=2)
    assert not kubeobj.state.exists()
    kubeobj("up", "-f", "shop.yaml", "--runtime", "process", "-d")
    kubeobj("backup", "shop.backup")
    kubeobj("delete", "deployment", "web")
    kubeobj("down")
    kubeobj("restore", "shop.backup", "--force")
    out = kubeobj("up", "-d")
    assert "No files are given: it goes on with what was applied before." in out
    assert "✓ deployment/web   2/2 ready" in out
    assert "  service/web   http://127." in out
    assert "Applied" not in out
    until(lambda: len(sleeping(kubeobj.state)) == 2, "its pods run")
    assert "deployment/web   2/2 ready" in kubeobj("up")
    assert "Give the files to read" in kubeobj("up", "--prune", code=2)
    kubeobj("down")
    with kubeobj.begin("up") as up:
        assert "deployment/web   2/2 ready" in read_until(up, "Ctrl-C ends it.")
        up.send_signal(signal.SIGINT)
        assert up.wait(120) == 0


def test_what_is_wrong_is_said_with_what_to_do(kubeobj: Command) -> None:
    """And it is tried on; the code says that not all is well."""
    out = kubeobj(
        "up", "-f", "crashing.yaml", "--runtime", "process", "-d", "--timeout", "15", code=1
    )
    assert "CrashLoopBackOff: container main: it ended with code 7" in out
    assert "→ see what it printed last: kubeobj logs bad-" in out
    assert "2 of 2 workloads are not ready after 1" in out
    found = json.loads(kubeobj("status", "-o", "json", code=1))
    troubles = {one["name"]: one["trouble"] for one in found["workloads"]}
    assert troubles["bad"]["reason"] in {"CrashLoopBackOff", "Error"}
    assert "/no/such/program" in json.dumps(troubles["nothing"])


def test_the_answer_as_json(kubeobj: Command) -> None:
    """For programs: nothing else is printed."""
    out = kubeobj("up", "-f", "shop.yaml", "--runtime", "process", "-d", "-o", "json")
    found = json.loads(out)
    assert (found["ready"], found["state"]) == (True, str(kubeobj.state))
    assert found["workloads"] == [
        {
            "kind": "Deployment",
            "namespace": "default",
            "name": "web",
            "stage": "ready",
            "detail": "2/2 ready",
            "trouble": None,
        }
    ]
    down = json.loads(kubeobj("down", "-o", "json"))
    assert (down["wasRunning"], down["leftPods"], down["removed"]) == (True, 0, False)


# ---------------------------------------------------------------- kills


def test_pods_outlive_the_agent_and_are_found_again(kubeobj: Command) -> None:
    """After `kill -9` the next one takes them up as they are, and nothing runs twice."""
    kubeobj("up", "-f", "shop.yaml", "--runtime", "process", "-d")
    before = sleeping(kubeobj.state)
    uids = _uids(kubeobj.state)
    os.kill(kubeobj.agent, signal.SIGKILL)
    until(lambda: not StateDirectory(kubeobj.state).is_held, "the agent is gone")
    assert sleeping(kubeobj.state) == before
    assert "No cluster runs in" in kubeobj("status", code=1)
    out = kubeobj("up", "-f", "shop.yaml", "--detach")
    assert "Pods are processes of this machine, as they were before." in out
    assert "Applied 3 objects: 3 unchanged." in out
    assert sleeping(kubeobj.state) == before
    assert _uids(kubeobj.state) == uids


def test_down_cleans_up_what_a_killed_agent_has_left(kubeobj: Command) -> None:
    """Without starting another."""
    kubeobj("up", "-f", "shop.yaml", "--runtime", "process", "-d")
    os.kill(kubeobj.agent, signal.SIGKILL)
    until(lambda: not StateDirectory(kubeobj.state).is_held, "the agent is gone")
    assert len(sleeping(kubeobj.state)) == 2
    assert "2 pods that were left have ended." in kubeobj("down")
    assert sleeping(kubeobj.state) == set()
    assert "Nothing was running." in kubeobj("down")


def _uids(state: Path) -> list[str]:
    client = connect(state)
    found = [pod.metadata.uid for pod in client.list("pods")]
    client.close()
    return found


# ---------------------------------------------------------------- in the foreground


def test_it_is_kept_true_until_it_is_interrupted(kubeobj: Command) -> None:
    """A process that is killed comes back; Ctrl-C ends all of them."""
    with kubeobj.begin("up", "-f", "shop.yaml", "--runtime", "process") as up:
        read_until(up, "Ctrl-C ends it.")
        before = sleeping(kubeobj.state)
        assert len(before) == 2
        os.kill(min(before), signal.SIGKILL)
        until(
            lambda: len(sleeping(kubeobj.state)) == 2 and sleeping(kubeobj.state) != before,
            "another has come",
        )
        up.send_signal(signal.SIGINT)
        out = read_until(up, "All pods have ended.")
        assert "Ending the pods, each with its time of grace" in out
        assert up.wait(120) == 0
    assert sleeping(kubeobj.state) == set()
    assert not StateDirectory(kubeobj.state).is_held


def test_a_second_interrupt_hurries(kubeobj: Command) -> None:
    """A pod that will not end is given no more time."""
    with kubeobj.begin("up", "-f", "stubborn.yaml", "--runtime", "process") as up:
        read_until(up, "Ctrl-C ends it.")
        assert sleeping(kubeobj.state)
        up.send_signal(signal.SIGINT)
        read_until(up, "Ending the pods")
        up.send_signal(signal.SIGINT)
        read_until(up, "All pods have ended.")
        assert up.wait(120) == 0
    assert sleeping(kubeobj.state) == set()


def test_there_is_one_agent_for_a_state(kubeobj: Command) -> None:
    """A program is told so, and told what to do."""
    kubeobj("up", "-f", "shop.yaml", "--runtime", "process", "-d")
    with pytest.raises(StateInUse, match=f"process {kubeobj.agent} already.*kubeobj apply"):
        Cluster(kubeobj.state).start()


def test_a_cluster_in_a_program_is_left_to_it(kubeobj: Command) -> None:
    """It is named, and nothing is done to it, whether it answers or not."""
    with Cluster(kubeobj.state, "process") as cluster:
        assert f"part of a program (process {os.getpid()})" in kubeobj("down", code=2)
        with serve(cluster):
            assert "part of a program" in kubeobj("down", code=2)
            assert "Applied 3 objects: 3 created." in kubeobj("up", "-f", "shop.yaml")
        assert cluster.is_running


# ---------------------------------------------------------------- secrets


def test_secrets_are_told_to_nobody(kubeobj: Command) -> None:
    """Neither by what is printed nor by the log, events or titles of processes."""
    out = kubeobj("up", "-f", "shop.yaml", "--runtime", "process", "-d")
    out += kubeobj("status") + kubeobj("status", "-o", "json")
    client = connect(kubeobj.state)
    events = json.dumps([one.to_document() for one in client.list("events")])
    client.close()
    titles = b"".join(
        path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()
    )
    log = (kubeobj.state / "agent.log").read_text(encoding="utf-8")
    secret = json.loads((kubeobj.state / "config.json").read_text(encoding="utf-8"))["tokenSecret"]
    for word in ("5wordf1sh", secret):
        assert word not in out + events + log
        assert word.encode() not in titles
