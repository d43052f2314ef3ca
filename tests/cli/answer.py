"""What a run of the command answers; the type of the `kubeobj` fixture."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Answer:
    """What a run printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which is one JSON document."""
        return json.loads(self.out)


Run: TypeAlias = Callable[..., Answer]
"""Runs the command with arguments, and the bytes of standard input as `stdin`."""
