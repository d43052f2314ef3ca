"""Jobs that have ended go after the time that they ask for."""

from typing import Any

from kubeobj.controllers.garbagecollector import GarbageCollector
from kubeobj.controllers.ttlafterfinished import TtlAfterFinishedController
from tests.controllers.jobworld import JobWorld


def done(**more: Any) -> JobWorld:
    """Return a server with a job that has just ended, and may stay for a minute."""
    world = JobWorld(TtlAfterFinishedController, GarbageCollector, **more)
    world.job(ttlSecondsAfterFinished=60)
    world.end(*world.pods())
    world.advance(1)
    return world


def test_goes_with_its_pods_when_its_time_is_over() -> None:
    """It stays until then to the second, and goes with all it has."""
    world = done()
    world.advance(59.5)
    assert world.names("jobs") == ["j"]
    world.advance(0.5)
    assert world.names("jobs") == []
    assert world.names("pods") == []


def test_time_may_be_changed() -> None:
    """What counts is what the job says in the end."""
    world = done()
    world.advance(30)
    world.change(ttlSecondsAfterFinished=1000)
    world.advance(100)
    assert world.names("jobs") == ["j"]
    world.change(ttlSecondsAfterFinished=None)
    world.advance(5000)
    assert world.names("jobs") == ["j"]
    world.change(ttlSecondsAfterFinished=0)
    assert world.names("jobs") == []


def test_job_that_runs_stays() -> None:
    """As long as it has not ended, no time counts."""
    world = JobWorld(TtlAfterFinishedController)
    world.job(ttlSecondsAfterFinished=0)
    world.advance(5000)
    assert world.names("jobs") == ["j"]
    assert world.manager.deadline is None


def test_dying_at_any_write() -> None:
    """Wherever the loops die, the job goes."""
    writes = done().writes
    for dies_at in range(1, len(writes) + 4):
        world = done(dies_at_write=dies_at)
        world.advance(70)
        assert world.names("jobs") == [], f"died at write {dies_at}"
        assert world.names("pods") == []
