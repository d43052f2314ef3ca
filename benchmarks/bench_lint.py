"""Reading and checking 5,000 manifests of about 50 lines, in 1,000 files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from kubeobj.lint import lint
from kubeobj.manifests import Manifest, read_manifests

OBJECTS = 5_000
OBJECTS_A_FILE = 5
ROUNDS = 3

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: benchmark
    app.kubernetes.io/version: "1.{number}"
spec:
  replicas: 3
  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
      app.kubernetes.io/part-of: benchmark
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {name}
        app.kubernetes.io/part-of: benchmark
        app.kubernetes.io/version: "1.{number}"
    spec:
      serviceAccountName: {name}
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app.kubernetes.io/name: {name}
      containers:
        - name: main
          image: registry.example.com/{name}:1.{number}
          env:
            - name: LOG_LEVEL
              value: info
            - name: UPSTREAM
              value: upstream:8080
          ports:
            - name: http
              containerPort: 8080
          resources:
            requests: {{cpu: 100m, memory: 64Mi}}
            limits: {{memory: 128Mi}}
          readinessProbe:
            httpGet: {{path: /readyz, port: http}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: {name}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: {name}
    app.kubernetes.io/part-of: benchmark
spec:
  selector:
    app.kubernetes.io/name: {name}
  ports:
    - name: http
      port: 80
      targetPort: http
"""


def files() -> list[bytes]:
    """Return the files: of every five objects four are Deployments and one is a Service."""
    contents: list[bytes] = []
    for first in range(0, OBJECTS, OBJECTS_A_FILE):
        documents = [
            (SERVICE if number % OBJECTS_A_FILE == 4 else DEPLOYMENT).format(
                name=f"app-{number - number % OBJECTS_A_FILE // 4}",
                number=number,
                team=number // 500,
            )
            for number in range(first, first + OBJECTS_A_FILE)
        ]
        contents.append("---\n".join(documents).encode())
    return contents


def read(contents: list[bytes]) -> list[Manifest]:
    """Return the manifests of all files."""
    return [
        manifest
        for number, content in enumerate(contents)
        for manifest in read_manifests(content, source=f"file-{number}.yaml")
    ]


@pytest.fixture(scope="module")
def contents() -> list[bytes]:
    """Return the files, and hold that they are as many and as long as promised."""
    contents = files()
    assert sum(content.count(b"\n") for content in contents) > 40 * OBJECTS
    return contents


def test_read_yaml(benchmark: BenchmarkFixture, contents: list[bytes]) -> None:
    """All files, to objects with positions."""
    manifests = benchmark.pedantic(read, (contents,), rounds=ROUNDS)
    assert len(manifests) == OBJECTS


def test_read_json(benchmark: BenchmarkFixture, contents: list[bytes]) -> None:
    """The same objects as one List, as a cluster is dumped."""
    dump = json.dumps({"kind": "List", "items": [one.document for one in read(contents)]})
    manifests = benchmark.pedantic(read_manifests, (dump.encode(),), rounds=ROUNDS)
    assert len(manifests) == OBJECTS


def test_lint(benchmark: BenchmarkFixture, contents: list[bytes]) -> None:
    """All rules over what has been read."""
    manifests = read(contents)
    assert not benchmark.pedantic(lint, (manifests,), rounds=ROUNDS)


def test_read_and_lint(benchmark: BenchmarkFixture, contents: list[bytes]) -> None:
    """What `kubeobj lint` does, but for opening the files."""
    assert not benchmark.pedantic(lambda: lint(read(contents)), rounds=ROUNDS)


def test_lint_command(benchmark: BenchmarkFixture, contents: list[bytes], tmp_path: Path) -> None:
    """The command itself over the files: a process from its start to its end."""
    for number, content in enumerate(contents):
        (tmp_path / f"file-{number}.yaml").write_bytes(content)
    command = [sys.executable, "-m", "kubeobj", "lint", "-f", str(tmp_path), "-o", "json"]
    run = benchmark.pedantic(
        subprocess.run, (command,), {"capture_output": True, "check": True}, rounds=ROUNDS
    )
    assert json.loads(run.stdout)["findings"] == []
