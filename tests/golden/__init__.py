"""What Kubernetes 1.36.2 itself answers, as JSON lines; README.md says how each file is read."""

import json
from pathlib import Path
from typing import Any


def golden(name: str) -> list[dict[str, Any]]:
    """Return the lines of the recording *name*, which must not be empty."""
    text = (Path(__file__).parent / f"{name}.jsonl").read_text(encoding="ascii")
    lines = [json.loads(line) for line in text.split("\n") if line]
    assert lines, name
    return lines
