"""Each engine in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kubeobj.testing.conformance.runtimecase import RuntimeBox
from tests.runtimes.docker.pods import box_of


@pytest.fixture(params=["docker", "podman"])
def kind(request: pytest.FixtureRequest) -> str:
    """Return which engine."""
    return str(request.param)


@pytest.fixture
def engine_box(kind: str, tmp_path: Path) -> Iterator[RuntimeBox]:
    """Yield a runtime for the engine, with nothing in it."""
    with box_of(kind, tmp_path) as box:
        yield box
