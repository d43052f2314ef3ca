"""How many pods there may be while something rolls."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.controllers import daemonsetlimits, jobbackoff, rollingupdate
from kubeobj.errors import FieldErrors
from tests.golden import golden

COUNTS = st.one_of(st.integers(0, 50), st.integers(0, 100).map("{}%".format))


def deployment(line: dict[str, Any]) -> dict[str, Any]:
    """Return the deployment that a recorded line is about."""
    strategy: dict[str, Any] = {"type": line.get("strategy", "RollingUpdate")}
    if strategy["type"] == "RollingUpdate":
        strategy["rollingUpdate"] = rolling(line)
    status = {"replicas": line["status_replicas"]} if line.get("status_replicas") else {}
    return {"spec": {"replicas": line["replicas"], "strategy": strategy}, "status": status}


def rolling(line: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a rolling update that a line has."""
    fields = {"maxSurge": line.get("max_surge"), "maxUnavailable": line.get("max_unavailable")}
    return {name: value for name, value in fields.items() if value is not None}


def fenceposts(line: dict[str, Any]) -> dict[str, Any]:
    """Answer ``resolve_fenceposts``."""
    try:
        surge, unavailable = rollingupdate.resolve_fenceposts(
            line["max_surge"], line["max_unavailable"], line["desired"]
        )
    except FieldErrors:
        return {"ok": False}
    return {"ok": True, "surge": surge, "unavailable": unavailable}


def limits(line: dict[str, Any]) -> dict[str, Any]:
    """Answer ``rolling_limits``."""
    subject = deployment(line)
    return {
        "max_surge_pods": rollingupdate.max_surge(subject),
        "max_unavailable_pods": rollingupdate.max_unavailable(subject),
        "min_available_pods": rollingupdate.min_available(subject),
    }


def new_replicas(line: dict[str, Any]) -> dict[str, Any]:
    """Answer ``new_rs_new_replicas``."""
    new = line["new_rs_replicas"]
    try:
        result = rollingupdate.new_replicas(
            deployment(line), new, new + sum(line["old_rs_replicas"])
        )
    except FieldErrors:
        return {"ok": False}
    return {"ok": True, "result": result}


def proportion(line: dict[str, Any]) -> dict[str, Any]:
    """Answer ``replica_set_proportion``."""
    metadata: dict[str, Any] = {}
    if line["max_replicas_annotation"] is not None:
        metadata["annotations"] = {rollingupdate.MAX_REPLICAS: line["max_replicas_annotation"]}
    # Without a replica set there is nothing to grow, as with one that has no replicas.
    replica_set = {"metadata": metadata, "spec": {"replicas": line["rs_replicas"] or 0}}
    return {
        "result": rollingupdate.proportion(
            deployment(line), replica_set, line["to_add"], line["added"]
        )
    }


def daemon_limits(line: dict[str, Any]) -> dict[str, Any]:
    """Answer ``daemon_set_limits``."""
    strategy: dict[str, Any] = {"type": line["strategy"]}
    if line["strategy"] == "RollingUpdate":
        strategy["rollingUpdate"] = rolling(line)
    daemon_set = {"spec": {"updateStrategy": strategy}}
    found = {"allows_surge": daemonsetlimits.allows_surge(daemon_set)}
    try:
        surge = daemonsetlimits.surge_count(daemon_set, line["nodes"])
        unavailable = daemonsetlimits.unavailable_count(daemon_set, line["nodes"])
    except FieldErrors:
        return {**found, "ok": False}
    return {**found, "ok": True, "surge": surge, "unavailable": unavailable}


def job_backoff(line: dict[str, Any]) -> dict[str, Any]:
    """Answer ``job_backoff``."""
    return {
        "remaining_seconds": jobbackoff.remaining_seconds(
            line["failures"],
            line["elapsed_seconds"],
            base_seconds=line["base_seconds"],
            max_seconds=line["max_seconds"],
        )
    }


ANSWERS = {
    "resolve_fenceposts": fenceposts,
    "rolling_limits": limits,
    "new_rs_new_replicas": new_replicas,
    "replica_set_proportion": proportion,
    "daemon_set_limits": daemon_limits,
    "job_backoff": job_backoff,
}


def test_the_arithmetic_is_that_of_kubernetes() -> None:
    """Every recorded question has the recorded answer."""
    wrong = []
    for line in golden("controller_maths"):
        found = ANSWERS[line["op"]](line)
        if {**line, **found} != line or ("ok" in line and not found.keys() <= line.keys()):
            wrong.append((line, found))
    assert not wrong


@given(surge=COUNTS, unavailable=COUNTS, desired=st.integers(1, 1000))
def test_something_may_always_change(
    surge: int | str, unavailable: int | str, desired: int
) -> None:
    """Whatever a deployment allows, one pod may be made or may go, and never more than all go."""
    line = {"max_surge": surge, "max_unavailable": unavailable, "replicas": desired}
    subject = deployment(line)
    above, missing = rollingupdate.max_surge(subject), rollingupdate.max_unavailable(subject)
    assert above + missing > 0
    assert 0 <= missing <= desired
    assert rollingupdate.min_available(subject) + missing == desired


@given(
    surge=COUNTS,
    desired=st.integers(0, 100),
    new=st.integers(0, 100),
    old=st.lists(st.integers(0, 100)),
)
def test_growing_stays_within_the_surge(
    surge: int | str, desired: int, new: int, old: list[int]
) -> None:
    """A new replica set grows to what is wanted, unless all would be more than there may be."""
    subject = deployment({"max_surge": surge, "max_unavailable": 1, "replicas": desired})
    grown = rollingupdate.new_replicas(subject, new, new + sum(old))
    if grown > new:
        assert grown <= desired
        assert grown + sum(old) <= desired + rollingupdate.max_surge(subject)


@given(st.integers(0, 100), st.floats(0, 1e4))
def test_waits_grow_with_failures_and_shrink_with_time(failures: int, elapsed: float) -> None:
    """One more failure never shortens the wait, and time never lengthens it."""
    wait = jobbackoff.remaining_seconds(failures, elapsed)
    assert 0 <= wait <= jobbackoff.remaining_seconds(failures + 1, elapsed) <= 600
    assert jobbackoff.remaining_seconds(failures, elapsed + 1) <= wait


def test_a_replica_set_of_nobody_knows_which_share_stays_as_it_is() -> None:
    """Where neither annotation nor status tells how large the deployment was, nothing moves."""
    subject = deployment({"replicas": 5, "max_surge": 1, "max_unavailable": 1})
    replica_set = {"metadata": {}, "spec": {"replicas": 3}}
    assert rollingupdate.proportion(subject, replica_set, 2, 0) == 0
