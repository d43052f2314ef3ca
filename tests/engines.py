"""Real container engines for tests, as ``scripts/engines`` installs and starts them."""

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.errors import RuntimeUnavailable

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "engines"

IMAGE = "kubeobj.test/busybox:1"
"""An image that both engines have."""

OPEN_IMAGE = "localhost:5055/kubeobj/busybox:1"
"""The same at a registry that anybody may use."""

CLOSED_IMAGE = "localhost:5056/kubeobj/busybox:1"
"""The same at a registry that asks who one is."""

USERNAME, PASSWORD = "puller", "open-sesame"
"""Whom that registry knows."""

URLS = {"docker": "unix:///var/run/docker.sock", "podman": "unix:///run/podman/podman.sock"}
"""Where the engines are."""


def engine_url(kind: str) -> str:
    """Return where an engine is; it is started if it does not run.

    A machine that cannot have it leaves its tests out, but the one that guards the project fails.
    """
    problem = _started(kind)
    if problem and "CI" not in os.environ and os.geteuid() != 0:
        pytest.skip(problem)
    assert not problem, problem
    return URLS[kind]


@functools.cache
def _started(kind: str) -> str:
    """Return why an engine cannot be had; empty if it answers."""
    if _answers(kind):
        return ""
    run = subprocess.run(
        [sys.executable, SCRIPT], check=False, capture_output=True, text=True, timeout=600
    )
    if run.returncode == 0 and _answers(kind):
        return ""
    return f"{kind} does not answer, and scripts/engines says: {run.stdout}{run.stderr}"


def _answers(kind: str) -> bool:
    try:
        engine = Engine(URLS[kind])
        engine.version()
        engine.close()
    except RuntimeUnavailable:
        return False
    return True
