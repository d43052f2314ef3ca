"""Cron jobs make jobs at the right times, each once, and keep as many as they are to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from kubeobj.api.errors import Forbidden
from kubeobj.controllers.cronhistory import surplus_jobs
from kubeobj.controllers.cronjob import SCHEDULED_FOR, CronJobController
from kubeobj.controllers.cronruns import NoRuns, RunTimes
from kubeobj.controllers.job import JobController
from kubeobj.controllers.jobpods import is_tracked
from kubeobj.documents import Wire
from kubeobj.reconcile.clientlayer import Call
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import seconds_of, text_of
from kubeobj.reconcile.request import Request, Result
from kubeobj.reconcile.triggers import on_self
from tests.controllers.running import POD, Running


class Kubelet:
    """Ends each pod well, some time after it was made."""

    def __init__(self, manager: Manager, seconds: float) -> None:
        self._manager = manager
        self._seconds = seconds
        self._pods = manager.informer("pods")
        loop = manager.controller("kubelet", self.reconcile, needs=[self._pods])
        on_self(loop, self._pods)

    def reconcile(self, request: Request) -> Result | None:
        """End a pod whose time has come."""
        pod = self._pods.cache.find(request)
        if pod is None or pod["status"]["phase"] != "Pending" or not is_tracked(pod):
            return None
        made = seconds_of(pod["metadata"]["creationTimestamp"])
        left = made + self._seconds - self._manager.clock.now()
        if left > 0:
            return Result(left)
        change: Wire = {"status": {"phase": "Succeeded"}}
        self._manager.client.patch(
            "pods", request.name, change, type="merge", namespace=request.namespace, part="status"
        )
        return None


def kubelet(seconds: float) -> Callable[[Manager], object]:
    """Return what ends pods after so many seconds."""
    return lambda manager: Kubelet(manager, seconds)


class Finisher:
    """Ends each job well ninety seconds after it was made, without pods."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager
        self._jobs = manager.informer("jobs.batch")
        loop = manager.controller("finisher", self.reconcile, needs=[self._jobs])
        on_self(loop, self._jobs)

    def reconcile(self, request: Request) -> Result | None:
        """End a job whose time has come."""
        job = self._jobs.cache.find(request)
        if job is None or job.get("status"):
            return None
        left = seconds_of(job["metadata"]["creationTimestamp"]) + 90 - self._manager.clock.now()
        if left > 0:
            return Result(left)
        change = {"status": ended(self._manager.clock.now(), "Complete")}
        self._manager.client.patch(
            "jobs", request.name, change, type="merge", namespace=request.namespace, part="status"
        )
        return None


def ended(now: float, type_: str) -> Wire:
    """Return the status of a job that has ended."""
    first = "SuccessCriteriaMet" if type_ == "Complete" else "FailureTarget"
    text = text_of(now)
    conditions = [
        {"type": one, "status": "True", "lastTransitionTime": text} for one in (first, type_)
    ]
    done = {"completionTime": text} if type_ == "Complete" else {}
    return {"conditions": conditions, "startTime": text, **done}


class CronWorld(Running):
    """A server with the loops of cron jobs and jobs."""

    def __init__(self, *loops: Any, **more: Any) -> None:
        super().__init__(CronJobController, *loops, **more)
        self.settle()

    def until(self, text: str) -> None:
        """Let time pass until a moment."""
        self.advance(datetime.fromisoformat(text).timestamp() - self.clock.now())

    def cron(self, schedule: str, **spec: Any) -> Wire:
        """Create a cron job."""
        template = {"spec": {**POD, "restartPolicy": "Never"}}
        job = {"metadata": spec.pop("job_metadata", {}), "spec": {"template": template}}
        made = self.create(
            "batch/v1/CronJob", "c", spec={"schedule": schedule, "jobTemplate": job, **spec}
        )
        self.settle()
        return made

    def times(self) -> list[str]:
        """Return for when jobs were made."""
        found = [job["metadata"]["annotations"][SCHEDULED_FOR] for job in self.there("jobs")]
        return sorted(found, key=lambda text: datetime.fromisoformat(text).timestamp())

    def status(self) -> Wire:
        """Return the status of the cron job."""
        status: Wire = self.get("cronjobs", "c").get("status", {})
        return status

    def active(self) -> list[str]:
        """Return the jobs that the cron job says are active."""
        return [one["name"] for one in self.status().get("active") or ()]

    def end_job(self, name: str, type_: str = "Complete") -> None:
        """Let a job end, without anybody who runs it."""
        status = ended(self.clock.now(), type_)
        self.client.patch(
            "jobs", name, {"status": status}, type="merge", namespace="default", part="status"
        )
        self.settle()

    def told(self, reason: str) -> int:
        """Return how many events of a reason there are."""
        return sum(one == reason for one, _, _ in self.events())


START = "2026-01-01T00:00:00Z"


def test_job_of_a_run() -> None:
    """A job has its template's labels and annotations, its owner, and a name that is a lock."""
    world = CronWorld()
    metadata = {"labels": {"a": "b"}, "annotations": {"c": "d"}}
    cron_job = world.cron("*/10 * * * *", timeZone="Asia/Kolkata", job_metadata=metadata)
    world.advance(601)
    (job,) = world.there("jobs")
    at = seconds_of("2026-01-01T00:10:00Z")
    assert job["metadata"]["name"] == f"c-{int(at) // 60}"
    assert job["metadata"]["labels"]["a"] == "b"
    assert job["metadata"]["annotations"] == {"c": "d", SCHEDULED_FOR: "2026-01-01T05:40:00+05:30"}
    (owner,) = job["metadata"]["ownerReferences"]
    assert owner["uid"] == cron_job["metadata"]["uid"]
    assert owner["controller"]
    assert owner["blockOwnerDeletion"]
    (active,) = world.status()["active"]
    assert active["uid"] == job["metadata"]["uid"]
    assert world.status()["lastScheduleTime"] == "2026-01-01T00:10:00Z"


def test_allow_forbid_replace() -> None:
    """What becomes of a run that is due while another one runs."""
    allowed, forbidden, replaced = (CronWorld() for _ in range(3))
    allowed.cron("* * * * *", concurrencyPolicy="Allow")
    forbidden.cron("* * * * *", concurrencyPolicy="Forbid")
    replaced.cron("* * * * *", concurrencyPolicy="Replace")
    for world in (allowed, forbidden, replaced):
        world.advance(181)
    assert allowed.times() == [f"2026-01-01T00:0{minute}:00Z" for minute in (1, 2, 3)]
    assert forbidden.times() == ["2026-01-01T00:01:00Z"]
    assert forbidden.told("JobAlreadyActive") == 1
    assert replaced.times() == ["2026-01-01T00:03:00Z"]
    assert replaced.told("SuccessfulDelete") == 2
    for world in (allowed, forbidden, replaced):
        assert world.active() == [job["metadata"]["name"] for job in world.there("jobs")]


def test_forbidden_run_is_made_up_for() -> None:
    """The run that had to wait begins when the other one has ended."""
    world = CronWorld()
    world.cron("* * * * *", concurrencyPolicy="Forbid")
    world.advance(150)
    (name,) = world.active()
    world.end_job(name)
    assert world.times()[-1] == "2026-01-01T00:02:00Z"
    assert len(world.there("jobs")) == 2


def test_history() -> None:
    """The newest of the jobs that have ended stay, so many of each sort."""
    world = CronWorld()
    world.cron("* * * * *", successfulJobsHistoryLimit=2, failedJobsHistoryLimit=1)
    for minute in range(1, 8):
        world.advance(60.5 if minute == 1 else 60)
        (name,) = world.active()
        world.end_job(name, "Failed" if minute in {2, 4} else "Complete")
    world.settle()
    minutes = [text[14:16] for text in world.times()]
    assert minutes == ["04", "06", "07"]
    assert world.status()["lastSuccessfulTime"] == text_of(world.clock.now())
    assert world.active() == []
    assert world.told("SawCompletedJob") == 7


def test_history_goes_by_when_jobs_began() -> None:
    """Of jobs that began at one time, names decide; those that never began are the youngest."""

    def job(name: str, began: str | None) -> Wire:
        done = [{"type": "Complete", "status": "True"}]
        status = {"conditions": done, **({"startTime": began} if began else {})}
        return {"metadata": {"name": name}, "status": status}

    jobs = [job("d", None), job("b", START), job("a", START), job("c", "2025-01-01T00:00:00Z")]
    spec = {"successfulJobsHistoryLimit": 1}
    surplus = surplus_jobs({"spec": spec}, jobs)
    assert [one["metadata"]["name"] for one in surplus] == ["c", "a", "b"]
    assert surplus_jobs({"spec": {}}, jobs) == []


def test_suspended() -> None:
    """A cron job that is suspended makes none; resumed, it makes up for the last one."""
    world = CronWorld()
    world.cron("* * * * *", suspend=True)
    world.advance(150)
    assert world.there("jobs") == []
    assert world.manager.deadline is None
    world.client.patch(
        "cronjobs", "c", {"spec": {"suspend": False}}, type="merge", namespace="default"
    )
    world.settle()
    assert world.times() == ["2026-01-01T00:02:00Z"]


@pytest.mark.parametrize(
    ("away_seconds", "deadline", "made", "warning"),
    [
        pytest.param(90 * 60, None, True, None, id="some-missed"),
        pytest.param(102 * 60, None, True, "TooManyMissedTimes", id="many-missed"),
        pytest.param(102 * 60, 200, True, None, id="few-within-deadline"),
        pytest.param(90 * 60 + 50, 10, False, None, id="too-late"),
    ],
)
def test_missed_runs(
    away_seconds: int, deadline: int | None, warning: str | None, *, made: bool
) -> None:
    """However many runs were missed, one is made up for; of very many, it is told."""
    world = CronWorld()
    more = {} if deadline is None else {"startingDeadlineSeconds": deadline}
    world.create(
        "batch/v1/CronJob",
        "c",
        spec={
            "schedule": "* * * * *",
            "jobTemplate": {"spec": {"template": {"spec": {**POD, "restartPolicy": "Never"}}}},
            **more,
        },
    )
    world.clock.advance(away_seconds)  # while nobody looks
    world.settle()
    assert len(world.there("jobs")) == int(made)
    assert world.told("TooManyMissedTimes") == (warning is not None)


@pytest.mark.parametrize("policy", ["Replace", "Allow"])
def test_jobs_that_cannot_be_deleted(policy: str) -> None:
    """What is to be replaced must go first; what is only old does not stop anything."""
    world = CronWorld()
    refuses = True

    def refuse(call: Call) -> Exception | None:
        return Forbidden("it stays") if refuses and call.verb == "delete" else None

    world.refuse = refuse
    world.cron("* * * * *", concurrencyPolicy=policy, successfulJobsHistoryLimit=0)
    world.advance(70)
    if policy == "Allow":
        world.end_job(*world.active())
    world.advance(60)
    assert world.told("FailedDelete") >= 1
    assert len(world.there("jobs")) == (1 if policy == "Replace" else 2)
    refuses = False
    world.advance(60)
    assert "2026-01-01T00:01:00Z" not in world.times()
    assert world.times()[-1] == "2026-01-01T00:03:00Z"


def test_job_of_somebody_else_under_the_name() -> None:
    """A run whose name is taken is left out, and nothing is taken for its job."""
    world = CronWorld()
    cron_job = world.cron("* * * * *")
    minute = int(seconds_of("2026-01-01T00:01:00Z")) // 60
    template = {"spec": {**POD, "restartPolicy": "Never"}}
    world.create("batch/v1/Job", f"c-{minute}", spec={"template": template})
    world.advance(70)
    assert world.active() == []
    assert "ownerReferences" not in world.get("jobs", f"c-{minute}")["metadata"]
    assert cron_job["metadata"]["name"] == "c"


def test_too_late_is_told() -> None:
    """A run that cannot begin in time is left out, and that is told."""
    world = CronWorld()
    world.cron("* * * * *", startingDeadlineSeconds=20)
    # It has been asked for a run that was due just within the deadline, and is not made in time.
    refuses = True

    def refuse(call: Call) -> Exception | None:
        is_job = call.verb == "create" and call.target()[0] == "Job"
        return Forbidden("no jobs now") if refuses and is_job else None

    world.refuse = refuse
    world.advance(61)
    assert world.told("FailedCreate") >= 1
    assert world.there("jobs") == []
    world.advance(35)
    refuses = False
    world.advance(20)
    assert world.there("jobs") == []
    world.advance(10)
    assert world.times() == ["2026-01-01T00:02:00Z"]


def test_new_schedule_makes_up_for_nothing() -> None:
    """Runs that only the new schedule would have had are not made."""
    world = CronWorld()
    world.cron("0 3 * * *")
    world.advance(4 * 3600)
    assert world.times() == ["2026-01-01T03:00:00Z"]
    world.client.patch(
        "cronjobs", "c", {"spec": {"schedule": "30 3 * * *"}}, type="merge", namespace="default"
    )
    world.advance(3600)
    assert world.times() == ["2026-01-01T03:00:00Z"]
    world.advance(24 * 3600)
    assert world.times()[-1] == "2026-01-02T03:30:00Z"


def test_schedule_that_never_comes() -> None:
    """It is told, and nothing waits for it."""
    world = CronWorld()
    world.cron("0 0 31 2 *")
    world.advance(60)
    assert world.told("InvalidSchedule") == 1
    assert world.manager.deadline is None
    cron_job = world.get("cronjobs", "c")
    with pytest.raises(NoRuns):
        RunTimes(cron_job).due(world.clock.now())
    assert RunTimes(cron_job).seconds_until_next(world.clock.now()) is None


def test_job_that_goes_missing() -> None:
    """A job that somebody has deleted is no longer active."""
    world = CronWorld()
    world.cron("* * * * *", concurrencyPolicy="Forbid")
    world.advance(70)
    (name,) = world.active()
    world.client.delete("jobs", name, namespace="default", propagation_policy="Background")
    world.settle()
    assert world.told("MissingJob") == 1
    world.advance(60)
    assert world.times() == ["2026-01-01T00:02:00Z"]


def test_cron_job_being_deleted_makes_none() -> None:
    """One that is on its way out makes no jobs any more."""
    world = CronWorld()
    world.cron("* * * * *")
    metadata = {"finalizers": ["example.com/wait"]}
    world.client.patch("cronjobs", "c", {"metadata": metadata}, type="merge", namespace="default")
    world.client.delete("cronjobs", "c", namespace="default")
    world.advance(300)
    assert world.there("jobs") == []


def test_irregular_schedule_finds_the_last_run() -> None:
    """Over a weekend without runs, the last one is found all the same."""
    times = RunTimes(
        {
            "metadata": {"creationTimestamp": "2026-01-02T06:00:00Z"},
            "spec": {"schedule": "30 6-16/4 * * 1-5"},
        }
    )
    friday = seconds_of("2026-01-02T14:30:00Z")
    assert times.due(seconds_of("2026-01-02T15:00:00Z")).last == friday
    monday = seconds_of("2026-01-05T06:30:00Z")
    assert times.due(seconds_of("2026-01-05T07:00:00Z")).last == monday


def test_interval() -> None:
    """An interval counts from when the cron job was made, however often it is looked at."""
    world = CronWorld()
    world.advance(17)
    world.cron("@every 40m")
    world.advance(3 * 3600)
    assert world.times() == [
        "2026-01-01T00:40:17Z",
        "2026-01-01T01:20:17Z",
        "2026-01-01T02:00:17Z",
        "2026-01-01T02:40:17Z",
    ]


def _run(dies_at_write: int) -> tuple[CronWorld, Any]:
    world = CronWorld(JobController, kubelet(20), dies_at_write=dies_at_write)
    world.cron("* * * * *", concurrencyPolicy="Forbid", successfulJobsHistoryLimit=1)
    world.advance(210)
    status = world.status()
    return world, (world.times(), world.active(), status["lastScheduleTime"])


def test_dying_at_any_write_changes_nothing() -> None:
    """Wherever the controllers die, each run has its one job."""
    world, expected = _run(0)
    assert expected[0] == ["2026-01-01T00:03:00Z"]
    for dies_at, write in enumerate(list(world.writes), 1):
        if "Event" in write:
            continue  # as if it died at the next one
        other, found = _run(dies_at)
        assert found == expected, f"died at {dies_at}: {write}"
        made = [write for write in other.writes if write.startswith("create Job ")]
        assert len(dict.fromkeys(made)) == 3


def test_month_of_an_hourly_job_over_a_change_of_clocks() -> None:
    """Every hour that passes has its run, and the one that comes twice has two."""
    world = CronWorld(Finisher)
    world.until("2026-10-10T00:00:00+02:00")
    world.cron("0 * * * *", timeZone="Europe/Vienna", concurrencyPolicy="Forbid")
    began = world.clock.now()
    world.until("2026-11-10T00:30:00+01:00")
    hours = round((seconds_of("2026-11-09T23:00:00Z") - began) / 3600)
    made = [write for write in world.writes if write.startswith("create Job ")]
    names = [
        f"create Job default/c-{round(began) // 60 + 60 * hour}" for hour in range(1, hours + 1)
    ]
    assert made == names
    assert hours == 31 * 24 + 1
    assert world.active() == []
    assert world.status()["lastSuccessfulTime"] == "2026-11-09T23:01:30Z"
    kept = ["2026-11-09T22:00:00+01:00", "2026-11-09T23:00:00+01:00", "2026-11-10T00:00:00+01:00"]
    assert world.times() == kept
