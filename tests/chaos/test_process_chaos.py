"""Chaos among processes, in which anything may happen; more of it with $KUBEOBJ_CHAOS_ROUNDS."""

from pathlib import Path

from tests.chaos.arena import Arena
from tests.chaos.faults import EVERYWHERE, fill_disk, kill_warden
from tests.chaos.rounds import manifests, play


def test_processes_come_back_to_what_was_asked_for(
    small_disk: Path, seed: int, rounds: int
) -> None:
    with Arena(small_disk, "process") as arena:
        client = arena.client()
        client.apply(manifests(arena.tally))
        client.close()
        play(arena, (*EVERYWHERE, fill_disk, kill_warden), rounds, seed)
