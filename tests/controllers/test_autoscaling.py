"""How many replicas numbers ask for, and how fast they may be had."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.controllers.autoscaledreplicas import (
    Proposal,
    Situation,
    Tolerance,
    by_usage,
    by_utilization,
    by_value,
    by_value_per_pod,
)
from kubeobj.controllers.autoscalingpace import Pace, Wish
from kubeobj.controllers.metricssource import MetricsUnavailable, Sample
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import text_of

NOW = 1_767_225_600.0
TENTH = Tolerance(0.1, 0.1)


def pod(
    name: str,
    request: str | None = "1",
    *,
    ready: bool = True,
    phase: str = "Running",
    age: float = 10_000,
    **metadata: Any,
) -> Wire:
    """Return a pod that has been as it is since it began."""
    requests = {} if request is None else {"cpu": request}
    began = text_of(NOW - age)
    condition = {
        "type": "Ready",
        "status": "True" if ready else "False",
        "lastTransitionTime": began,
    }
    return {
        "metadata": {"name": name, **metadata},
        "spec": {"containers": [{"name": "c", "resources": {"requests": requests}}]},
        "status": {"phase": phase, "startTime": began, "conditions": [condition]},
    }


def samples(*values: int | None) -> dict[str, Sample]:
    """Return what pods p0, p1 and so on use, in thousandths; None for not known."""
    return {
        f"p{place}": Sample(value, NOW, 30.0)
        for place, value in enumerate(values)
        if value is not None
    }


def situation(*pods: Wire, replicas: int | None = None) -> Situation:
    """Return pods, and as many replicas as there are unless said otherwise."""
    return Situation(pods, len(pods) if replicas is None else replicas, TENTH, NOW)


RUN = [pod(f"p{place}") for place in range(5)]
FRESH = [*RUN[:1], pod("p1", phase="Pending"), pod("p2", ready=False, age=10)]
DOOMED = [*RUN[:2], pod("p2", deletionTimestamp=text_of(NOW)), pod("p3", phase="Failed")]


@pytest.mark.parametrize(
    ("values", "target", "where", "expected"),
    [
        pytest.param((300, 500, 700), 30, situation(*RUN[:3]), (5, 50), id="more"),
        pytest.param((100, 300, 500, 250, 250), 50, situation(*RUN), (3, 28), id="fewer"),
        pytest.param((1010, 1030, 1020), 100, situation(*RUN[:3]), (3, 102), id="tolerated"),
        pytest.param((1000, None, None), 50, situation(*FRESH), (3, 100), id="starting"),
        pytest.param((2000, None, None), 30, situation(*FRESH, replicas=2), (7, 200), id="much"),
        pytest.param((400, None), 100, situation(*RUN[:2]), (2, 40), id="missing-uses-all"),
        pytest.param((2000, None), 100, situation(*RUN[:2]), (2, 200), id="missing-uses-none"),
        pytest.param((2000, 2000, 9, 9), 100, situation(*DOOMED), (4, 200), id="going-are-ignored"),
    ],
)
def test_utilization(
    values: tuple[int | None, ...], target: int, where: Situation, expected: tuple[int, int]
) -> None:
    """Pods count as what makes the answer the more careful one."""
    found = by_utilization(samples(*values), target, where, resource="cpu", container="")
    assert (found.replicas, found.utilization) == expected


@pytest.mark.parametrize(
    ("pods", "container", "message"),
    [
        pytest.param((), "", "no pods returned by selector", id="no-pods"),
        pytest.param((pod("p0", None),), "", "missing request for cpu in container c", id="none"),
        pytest.param((pod("p0"),), "d", "container d not found in Pod p0", id="no-container"),
        pytest.param((pod("p0", phase="Pending"),), "", "pods might be unready", id="unready"),
        pytest.param((pod("p0", "0"),), "", "no metrics returned matched", id="nothing-requested"),
    ],
)
def test_numbers_that_say_nothing(pods: tuple[Wire, ...], container: str, message: str) -> None:
    """It is told why there is no answer."""
    with pytest.raises(MetricsUnavailable, match=message):
        by_utilization(samples(500), 50, situation(*pods), resource="cpu", container=container)


def test_requests_of_pods_and_sidecars() -> None:
    """What a pod requests as a whole counts before what its containers do; sidecars count."""
    whole = pod("p0")
    whole["spec"]["resources"] = {"requests": {"cpu": "4"}}
    found = by_utilization(samples(1000), 50, situation(whole), resource="cpu", container="")
    assert found.utilization == 25
    sidecar = {"name": "s", "restartPolicy": "Always", "resources": {"requests": {"cpu": "3"}}}
    plain = pod("p0")
    plain["spec"]["initContainers"] = [sidecar, {"name": "i"}]
    found = by_utilization(samples(1000), 50, situation(plain), resource="cpu", container="")
    assert found.utilization == 25
    other: Wire = pod("p0")
    other["spec"]["resources"] = {"requests": {"memory": "1Gi"}}
    with pytest.raises(MetricsUnavailable, match="missing pod-level request for cpu"):
        by_utilization(samples(1000), 50, situation(other), resource="cpu", container="")


def test_usage() -> None:
    """An average that is to be met; unready pods count where no processors are meant."""
    assert by_usage(samples(20_000, 10_000, 30_000), 15_000, situation(*RUN[:3]), is_cpu=False) == (
        4,
        20_000,
        None,
    )
    unready = [RUN[0], pod("p1", ready=False, age=10)]
    assert by_usage(samples(30, 30), 15, situation(*unready), is_cpu=False).replicas == 4
    assert by_usage(samples(30, 30), 15, situation(*unready), is_cpu=True).replicas == 2


def test_values() -> None:
    """A number that pods share, or of which each has a part."""
    assert by_value(20_000, 15_000, situation(*RUN[:3])) == Proposal(4, 20_000)
    assert by_value(15_500, 15_000, situation(*RUN[:3])) == Proposal(3, 15_500)
    assert by_value(20_000, 15_000, situation(replicas=0)) == Proposal(2, 20_000)
    with pytest.raises(MetricsUnavailable, match="unable to calculate ready pods"):
        by_value(20_000, 15_000, situation(replicas=3))
    assert by_value_per_pod(8_600, 2_500, 3, TENTH) == Proposal(4, 2_867)
    assert by_value_per_pod(7_600, 2_500, 3, TENTH) == Proposal(3, 2_534)
    assert by_value_per_pod(7_600, 2_500, 0, TENTH) == Proposal(4, 0)


def rules(select: str = "Max", *policies: tuple[str, int, int], window: int = 0) -> Wire:
    """Return rules of one direction."""
    return {
        "selectPolicy": select,
        "stabilizationWindowSeconds": window,
        "policies": [
            {"type": type_, "value": value, "periodSeconds": seconds}
            for type_, value, seconds in policies
        ],
    }


BOTH = (("Pods", 4, 60), ("Percent", 100, 60))


@pytest.mark.parametrize(
    ("current", "desired", "up", "down", "expected"),
    [
        pytest.param(2, 50, rules("Max", *BOTH), rules(), (6, "ScaleUpLimit"), id="up-most"),
        pytest.param(2, 50, rules("Min", *BOTH), rules(), (4, "ScaleUpLimit"), id="up-least"),
        pytest.param(10, 50, rules("Max", *BOTH), rules(), (20, "ScaleUpLimit"), id="up-percent"),
        pytest.param(
            1, 9, rules("Max", ("Percent", 10, 60)), rules(), (2, "ScaleUpLimit"), id="rounded-up"
        ),
        pytest.param(80, 120, rules("Max", *BOTH), rules(), (100, "TooManyReplicas"), id="most"),
        pytest.param(5, 9, rules("Disabled"), rules(), (5, "ScaleUpLimit"), id="no-way-up"),
        pytest.param(
            10, 0, rules(), rules("Max", ("Pods", 3, 60)), (7, "ScaleDownLimit"), id="down"
        ),
        pytest.param(
            15,
            1,
            rules(),
            rules("Max", ("Pods", 3, 60), ("Percent", 50, 60)),
            (7, "ScaleDownLimit"),
            id="down-most",
        ),
        pytest.param(
            15,
            1,
            rules(),
            rules("Min", ("Pods", 3, 60), ("Percent", 50, 60)),
            (12, "ScaleDownLimit"),
            id="down-least",
        ),
        pytest.param(4, 0, rules(), rules("Max", *BOTH), (1, "TooFewReplicas"), id="fewest"),
        pytest.param(
            4, 6, rules("Max", *BOTH), rules("Max", *BOTH), (6, "DesiredWithinRange"), id="within"
        ),
    ],
)
def test_rates(current: int, desired: int, up: Wire, down: Wire, expected: tuple[int, str]) -> None:
    """The policy that allows most, or least, says how far it may go at once."""
    behavior = {"scaleUp": up, "scaleDown": down}
    decision = Pace().decide(Wish(current, desired, 1, 100), behavior, NOW)
    assert (decision.replicas, decision.limited.reason) == expected


def test_what_has_been_done_counts_for_a_period() -> None:
    """What was added a short while ago is part of what may be added now."""
    behavior = {"scaleUp": rules("Max", ("Pods", 4, 60)), "scaleDown": rules("Max", *BOTH)}
    pace = Pace()
    pace.note(2, 5, behavior, NOW)
    assert pace.decide(Wish(5, 50, 1, 100), behavior, NOW + 30).replicas == 6
    assert pace.decide(Wish(5, 50, 1, 100), behavior, NOW + 60).replicas == 9
    pace.note(5, 4, behavior, NOW + 61)
    assert pace.decide(Wish(4, 50, 1, 100), behavior, NOW + 62).replicas == 9


WISHES = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 90)), min_size=1, max_size=30)


@given(wishes=WISHES)
def test_never_fewer_than_was_wanted_lately(wishes: list[tuple[int, int]]) -> None:
    """For five minutes, it does not go below the most that was asked for, within its limits."""
    pace, current, now = Pace(), 3, NOW
    pace.begin(current, now)
    asked: list[tuple[float, int]] = [(now, current)]
    for desired, seconds in wishes:
        now += seconds
        decision = pace.decide(Wish(current, desired, 1, 20), None, now)
        asked.append((now, desired))
        lately = max(replicas for at, replicas in asked if at >= now - 300)
        assert 1 <= decision.replicas <= 20
        assert decision.replicas >= min(lately, current)
        assert decision.replicas <= max(2 * current, 4)
        current = decision.replicas


@given(wishes=WISHES, up=st.integers(0, 200), down=st.integers(0, 200))
def test_windows_hold_both_ways(wishes: list[tuple[int, int]], up: int, down: int) -> None:
    """It goes up no further than all recent wishes did, and down no further either."""
    behavior = {
        "scaleUp": rules("Max", ("Pods", 100, 15), window=up),
        "scaleDown": rules("Max", ("Pods", 100, 15), window=down),
    }
    pace, current, now = Pace(), 10, NOW
    asked: list[tuple[float, int]] = []
    for desired, seconds in wishes:
        now += seconds
        asked.append((now, desired))
        lowest = min(replicas for at, replicas in asked if at > now - up or at == now)
        highest = max(replicas for at, replicas in asked if at > now - down or at == now)
        replicas = pace.decide(Wish(current, desired, 0, 100), behavior, now).replicas
        assert replicas == min(max(current, lowest), highest)
        current = replicas
