"""CronJobs.

Source: ``k8s.io/kubernetes/pkg/apis/batch`` v1/defaults.go and validation, and
``pkg/registry/batch/cronjob`` (v1.36).
"""

import re
from collections.abc import Iterator

from kubeobj.api.cronschedule import CronError, parse_schedule
from kubeobj.api.fielderrors import invalid, not_negative, not_supported, required
from kubeobj.api.kind import Context, Errors, Kind, Part, put_back
from kubeobj.api.kinds.job.defaults import default_job_template
from kubeobj.api.kinds.job.validation import validate_spec
from kubeobj.api.kinds.job.warnings import job_spec_warnings
from kubeobj.api.podnames import pod_name_warnings
from kubeobj.api.podtemplatecells import (
    CONTAINERS,
    IMAGES,
    SELECTOR,
    container_cells,
    selector_cell,
)
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of, since
from kubeobj.api.timezones import is_time_zone
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.metarules import METADATA
from kubeobj.names import byte_length

SPEC = FieldPath.of("spec")
JOB_SPEC = SPEC.child("jobTemplate", "spec")

NAME_MAX_BYTES = 52
"""The longest name: those of Jobs have eleven characters more, and 63 at most."""

_POLICIES = ("Allow", "Forbid", "Replace")
_COUNTS = ("startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit")
_match_zone_part = re.compile(r"(?!-|\.\.?$)[A-Za-z.\-_0-9+]{1,14}").fullmatch


def default(obj: Wire) -> None:
    """Fill in what a CronJob leaves open."""
    spec = obj["spec"]
    default_job_template(spec["jobTemplate"]["spec"])
    spec["concurrencyPolicy"] = spec.get("concurrencyPolicy") or "Allow"
    spec.setdefault("suspend", False)
    spec.setdefault("successfulJobsHistoryLimit", 3)
    spec.setdefault("failedJobsHistoryLimit", 1)


def prepare_status(obj: Wire, old: Wire, _context: Context) -> None:
    """Keep the spec."""
    put_back(obj, old, "spec")


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a CronJob to be created."""
    yield from _validate(obj["spec"], None)
    name = obj["metadata"].get("name", "")
    if byte_length(name) > NAME_MAX_BYTES:
        detail = f"must be no more than {NAME_MAX_BYTES} characters"
        yield invalid(METADATA.child("name"), name, detail, "maxLength")


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a CronJob that takes the place of another."""
    yield from _validate(obj["spec"], old["spec"])


def _validate(spec: Wire, old: Wire | None) -> Errors:
    yield from _validate_schedule(spec, old)
    zone = spec.get("timeZone")
    if zone is not None and (old is None or old.get("timeZone") != zone):
        yield from _validate_zone(zone, SPEC.child("timeZone"))
    policy = spec["concurrencyPolicy"]
    if policy not in _POLICIES:
        yield not_supported(SPEC.child("concurrencyPolicy"), policy, _POLICIES)
    template = spec["jobTemplate"]["spec"]
    yield from validate_spec(template, JOB_SPEC)
    if template.get("selector") is not None:
        detail = "`selector` will be auto-generated"
        yield invalid(JOB_SPEC.child("selector"), template["selector"], detail, "absent")
    manual = template.get("manualSelector")
    if manual:
        yield not_supported(JOB_SPEC.child("manualSelector"), manual, ["nil", "false"])
    for name in _COUNTS:
        if spec.get(name, 0) < 0:
            yield from not_negative(spec[name], SPEC.child(name))


def _validate_schedule(spec: Wire, old: Wire | None) -> Errors:
    schedule, path = spec["schedule"], SPEC.child("schedule")
    if not schedule:
        yield required(path, "required")
        return
    try:
        parse_schedule(schedule)
    except CronError as error:
        yield invalid(path, schedule, str(error), "format=cron")
    if "TZ" not in schedule:
        return
    if old is None or "TZ" not in old["schedule"]:
        detail = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
        yield invalid(path, schedule, detail, "time-zone")
    elif "timeZone" in spec:
        detail = "cannot use both timeZone field and TZ or CRON_TZ in schedule"
        yield invalid(path, schedule, detail, "time-zone")


def _validate_zone(zone: str, path: FieldPath) -> Errors:
    if not zone:
        yield invalid(path, zone, "must be left out or not be empty", "minLength")
    elif not all(map(_match_zone_part, zone.split("/"))):
        yield invalid(path, zone, "unknown time zone", "time-zone")
    elif zone.lower() == "local":
        yield invalid(path, zone, "must be an explicit time zone", "time-zone")
        if zone != "Local":
            yield invalid(path, zone, "unknown time zone", "time-zone")
    elif not is_time_zone(zone):
        yield invalid(path, zone, "unknown time zone", "time-zone")


def warnings(obj: Wire, old: Wire | None) -> Iterator[str]:
    """Warn of what can become of a CronJob."""
    spec = obj["spec"]
    if old is None:
        yield from pod_name_warnings(obj)
    if "TZ" in spec["schedule"]:
        yield ("spec.schedule: cannot use TZ or CRON_TZ in schedule, use timeZone instead")
    if old is None or obj["metadata"].get("generation") != old["metadata"].get("generation"):
        before = None if old is None else old["spec"]["jobTemplate"]["spec"]
        yield from job_spec_warnings(spec["jobTemplate"]["spec"], JOB_SPEC, before)


def _cells(obj: Wire, now: float) -> Cells:
    spec, status = obj["spec"], obj["status"]
    job, last = spec["jobTemplate"]["spec"], status.get("lastScheduleTime")
    return [
        obj["metadata"]["name"],
        spec["schedule"],
        spec.get("timeZone", "<none>"),
        str(spec["suspend"]),
        len(status.get("active", ())),
        since(last, now) if last else "<none>",
        age_of(obj, now),
        *container_cells(job["template"]),
        selector_cell(job.get("selector")),
    ]


TABLE = Table(
    (
        NAME,
        Column("Schedule", description="When its Jobs are made."),
        Column("Timezone", description="The time zone of the schedule."),
        Column("Suspend", "boolean", description="Whether no more Jobs are made."),
        Column("Active", "integer", description="How many Jobs are running."),
        Column("Last Schedule", description="How long ago the last Job was made."),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ),
    _cells,
)

KIND = Kind(
    kind=GroupVersionKind("batch", "v1", "CronJob"),
    plural="cronjobs",
    namespaced=True,
    default=default,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    counts_generations=True,
    table=TABLE,
    parts={"status": Part(prepare=prepare_status)},
)
