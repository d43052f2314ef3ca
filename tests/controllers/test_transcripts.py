"""What Kubernetes 1.36.2 with its controllers did, done again on virtual time."""

import json
from pathlib import Path
from typing import Any

import pytest

from kubeobj.api.inprocess import InProcessClient
from kubeobj.controllers.builtin import LOOPS
from kubeobj.entropy import SeededIdSource
from kubeobj.reconcile.manager import Manager
from tests.api.transcripts.replay import Answer, Client, HttpResponse, replay

RECORDED = Path(__file__).parents[1] / "golden" / "transcripts" / "controllers.jsonl"


class LoopingClient(Client):
    """A client of a server beside which all of Kubernetes' own loops run."""

    def __init__(self) -> None:
        super().__init__()
        client = InProcessClient(self.api.server)
        self.manager = Manager(
            client, self.clock, ids=SeededIdSource(1), name="kube-controller-manager"
        )
        self.manager.install(*LOOPS)
        self.manager.settle()

    def wait(self, seconds: float) -> None:
        """Let time pass, and the loops work."""
        self.manager.advance(seconds)

    def close(self, response: HttpResponse) -> Answer:
        """Return what a response has come to; then let the loops work."""
        answer = super().close(response)
        self.manager.settle()
        return answer


def _scenarios() -> list[Any]:
    lines = RECORDED.read_text(encoding="utf-8").split("\n")
    found = [json.loads(line) for line in lines if line]
    return [pytest.param(scenario, id=scenario["id"]) for scenario in found]


@pytest.mark.parametrize("scenario", _scenarios())
def test_recorded(scenario: dict[str, Any]) -> None:
    """Every answer is the recorded one."""
    replay(scenario, LoopingClient())
