"""Which run of a cron job is due, if it has missed some, and when to look again.

How many were missed is estimated from the first two, as Kubernetes does.

Source: ``k8s.io/kubernetes/pkg/controller/cronjob`` utils.go mostRecentScheduleTime,
nextScheduleTime and nextScheduleTimeDuration (v1.36).
"""

from dataclasses import dataclass
from typing import final
from zoneinfo import ZoneInfo

from kubeobj.api.cronschedule import Schedule
from kubeobj.controllers.crontimes import next_time, schedule_of, zone_named
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import seconds_of

MANY = 100
"""How many missed runs are worth a warning."""

LATE_SECONDS = 0.1
"""How long after a run is due it is looked at, so that it surely is."""


@final
class NoRuns(ValueError):
    """The schedule never comes, as that of the 31st of February."""


@final
@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of a cron job up to now, since it ran last or was made.

    Args:
        since: The time before them.
        last: When the last of them was due; None if none was, or none can be told.
        missed: About how many were due.
    """

    since: float
    last: float | None
    missed: int


@final
class RunTimes:
    """When a cron job is to run.

    Args:
        cron_job: The cron job.

    Raises:
        CronError: If its schedule is none.
        LookupError: If its time zone is none.
    """

    __slots__ = ("_cron_job", "schedule", "zone")

    def __init__(self, cron_job: Wire) -> None:
        spec = cron_job["spec"]
        self.zone: ZoneInfo = zone_named(spec.get("timeZone") or "")
        self.schedule: Schedule = schedule_of(spec["schedule"])
        self._cron_job = cron_job

    def due(self, now: float) -> Runs:
        """Return the runs that are due, and not too late to begin with.

        Raises:
            NoRuns: If the schedule never comes.
        """
        deadline = self._cron_job["spec"].get("startingDeadlineSeconds")
        since = self._since()
        return self._runs(since if deadline is None else max(since, now - deadline), now)

    def seconds_until_next(self, now: float) -> float | None:
        """Return in how many seconds to look again; None for never."""
        try:
            runs = self._runs(self._since(), now)
        except NoRuns:
            known: float | None = None
        else:
            known = runs.last if runs.missed else runs.since
        # Where some were missed and the last is not known, only those to come count.
        found = self._next(now if known is None else known)
        return None if found is None else max(found + LATE_SECONDS - now, 0.0)

    def _since(self) -> float:
        last = self._cron_job.get("status", {}).get("lastScheduleTime")
        return seconds_of(last or self._cron_job["metadata"]["creationTimestamp"])

    def _next(self, after: float) -> int | None:
        return next_time(self.schedule, after, self.zone)

    def _runs(self, since: float, now: float) -> Runs:
        first = self._next(since)
        if first is not None and now < first:
            return Runs(since, None, 0)
        second = None if first is None else self._next(first)
        if first is None or second is None:
            msg = "time difference between two schedules is less than 1 second"
            raise NoRuns(msg)
        if now < second:
            return Runs(since, first, 1)
        between = second - first
        missed = int(now - first) // between + 1
        last = None
        # One step back, for schedules whose runs are not always equally far apart.
        at = self._next(first + (missed - 2) * between)
        while at is not None and at <= now:
            last, at = at, self._next(at)
        return Runs(since, last, missed)
