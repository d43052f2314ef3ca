"""The fixtures that pytest gets, in a run of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

SUITE = """
import pytest

@pytest.mark.kubeobj(nodes=2, seed=5)
def test_cluster(cluster, client, api, clock):
    assert len(client.list("nodes")) == 2
    assert cluster.server is api
    assert cluster.clock is clock
    client.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}})
    cluster.advance(seconds=5)
    assert api.get("configmaps", "a", namespace="default")

def test_server_alone(client, api):
    assert not client.list("nodes")

@pytest.mark.kubeobj(seed=41)
def test_that_fails(cluster):
    assert not cluster.client.list("nodes")
"""


def test_fixtures_and_the_report_of_a_failure(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "kubeobj.testing.plugin", "."],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "41" in done.stdout.split("test_that_fails", 1)[1]
