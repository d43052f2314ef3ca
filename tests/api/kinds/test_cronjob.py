"""Rules of CronJobs."""

import pytest

from kubeobj.api.kinds.cronjob import KIND, warnings
from kubeobj.documents import Wire
from tests.api.kinds.workloads import create_faults, made, update_faults

POD: Wire = {"containers": [{"name": "c", "image": "img:1"}], "restartPolicy": "Never"}
SPEC: Wire = {"schedule": "@daily", "jobTemplate": {"spec": {"template": {"spec": POD}}}}


@pytest.mark.parametrize(
    ("zone", "count"),
    [
        ("Europe/Vienna", 0),
        ("", 1),
        ("Local", 1),
        ("local", 2),
        ("utc", 1),
        ("../UTC", 1),
        ("Europe//Vienna", 1),
        ("-UTC", 1),
        ("Abcdefghijklmno", 1),
    ],
)
def test_time_zones(zone: str, count: int) -> None:
    """A zone is one of the database, and not that of the server."""
    found = create_faults(KIND, {**SPEC, "timeZone": zone})
    assert found == [("spec.timeZone", "INVALID")] * count


def test_a_zone_in_the_schedule_is_only_kept() -> None:
    """New schedules have none; those that were stored with one may change."""
    zoned = {**SPEC, "schedule": "TZ=UTC 0 * * * *"}
    assert create_faults(KIND, zoned) == [("spec.schedule", "INVALID")]
    assert update_faults(KIND, {**zoned, "schedule": "TZ=UTC 1 * * * *"}, zoned) == []
    both = {**zoned, "timeZone": "Etc/UTC"}
    assert update_faults(KIND, both, zoned) == [("spec.schedule", "INVALID")]
    assert any("timeZone" in text for text in warnings(made(KIND, zoned), None))


def test_a_zone_that_was_stored_is_not_looked_up_again() -> None:
    """Databases of time zones differ."""
    spec = {**SPEC, "timeZone": "Nowhere/Else"}
    assert update_faults(KIND, {**spec, "suspend": True}, spec) == []


def test_jobs_have_selectors_of_their_own() -> None:
    """Neither a selector nor the wish to make one by hand goes into a template."""
    job = {**SPEC["jobTemplate"]["spec"], "manualSelector": True, "selector": {}}
    assert create_faults(KIND, {**SPEC, "jobTemplate": {"spec": job}}) == [
        ("spec.jobTemplate.spec.manualSelector", "NOT_SUPPORTED"),
        ("spec.jobTemplate.spec.selector", "INVALID"),
    ]
