"""What Kubernetes 1.36.2 answered to requests, answered again."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.transcripts.replay import replay

FOLDER = Path(__file__).parents[1] / "golden" / "transcripts"
FAMILIES = ("create_defaults", "rejects", "patches_http", "lists", "watch", "lifecycle")

# Why an answer differs; each is a line of docs/reference/deviations.md.
DEVIATIONS: dict[str, str] = {
    "lifecycle/ns-terminating-writes": "server-side apply is not served yet",
    "patches_http/noop-persistentvolumeclaim": "what Kubernetes changes there is managedFields",
}


def _scenarios() -> list[Any]:
    found = []
    for family in FAMILIES:
        text = (FOLDER / f"{family}.jsonl").read_text(encoding="utf-8")
        for line in filter(None, text.split("\n")):
            scenario = json.loads(line)
            reason = DEVIATIONS.get(scenario["id"])
            marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
            found.append(pytest.param(scenario, id=scenario["id"], marks=marks))
    return found


@pytest.mark.parametrize("scenario", _scenarios())
def test_recorded(scenario: dict[str, Any]) -> None:
    """Every answer is the recorded one: status, body, and whether there are warnings."""
    replay(scenario)
