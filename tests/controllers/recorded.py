"""What controllers were recorded to make of what somebody created."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kubeobj.api.apiserver import ApiServer
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource

_FILE = Path(__file__).parents[1] / "golden" / "transcripts" / "controllers.jsonl"


def scenarios() -> Iterator[dict[str, Any]]:
    """Yield each recorded scenario of controllers."""
    for line in _FILE.read_text(encoding="utf-8").split("\n"):
        if line:
            yield json.loads(line)


def stored(resource: str, document: dict[str, Any]) -> dict[str, Any]:
    """Return a document as a server of its own stores it: with its defaults."""
    server = ApiServer(clock=VirtualClock(), ids=SeededIdSource(1))
    server.create("serviceaccounts", {"metadata": {"name": "default"}}, namespace="default")
    found: dict[str, Any] = json.loads(server.create(resource, document, namespace="default").data)
    return found
