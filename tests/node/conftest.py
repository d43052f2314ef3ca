"""A node's view of an API."""

from pathlib import Path

import pytest

from tests.node.podworld import PodWorld


@pytest.fixture
def world(tmp_path: Path) -> PodWorld:
    """A server, and a node whose files are below a directory of the test."""
    return PodWorld(tmp_path)
