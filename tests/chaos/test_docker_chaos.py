"""Chaos among containers of Docker, whose socket breaks as well."""

import random
import time
from pathlib import Path

from tests.chaos.arena import Arena
from tests.chaos.faults import EVERYWHERE, kill_container
from tests.chaos.rounds import manifests, play
from tests.engines import IMAGE, engine_url
from tests.runtimes.docker.enginerelay import EngineRelay


def test_containers_come_back_to_what_was_asked_for(tmp_path: Path, seed: int, rounds: int) -> None:
    engine = Path(engine_url("docker").removeprefix("unix://"))
    relay = EngineRelay(tmp_path / "engine.sock", engine)

    def break_socket(arena: Arena, chance: random.Random) -> str:
        relay.cut()
        try:
            said = kill_container(arena, chance)
            time.sleep(chance.uniform(0.1, 1.0))
        finally:
            relay.mend()
        return f"break the engine's socket, {said}"

    with Arena(tmp_path / "arena", "docker", {"DOCKER_HOST": relay.url}) as arena:
        client = arena.client()
        client.apply(manifests(arena.tally, IMAGE))
        client.close()
        play(arena, (*EVERYWHERE, break_socket), rounds, seed)
    relay.close()
