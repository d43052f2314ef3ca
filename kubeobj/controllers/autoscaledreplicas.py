"""How many replicas a metric asks for.

Pods that are starting, or of which nothing is known, are taken to use what makes the answer the
more careful one; and if that turns it around, it stays as it is.

Source: ``k8s.io/kubernetes/pkg/controller/podautoscaler`` replica_calculator.go (v1.36).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias, final

from kubeobj.controllers.conditions import condition_of
from kubeobj.controllers.metricssource import MetricsUnavailable, Sample
from kubeobj.controllers.podstate import (
    is_deleting,
    is_failed,
    is_running_and_ready,
    phase_of,
)
from kubeobj.documents import Wire
from kubeobj.meta.quantity import Quantity
from kubeobj.reconcile.moments import seconds_of

STARTING_SECONDS: Final = 300.0
"""How long a pod may use more of the processors than usual, for it starts."""

FIRST_READY_SECONDS: Final = 30.0
"""How long after its start a pod that is not ready is taken never to have been."""

_MAX_INT32 = 2**31 - 1


@final
@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far usage may be from its target while nothing is done.

    Args:
        down: How far below, as a part of the target.
        up: How far above.

    >>> Tolerance(0.1, 0.1).covers(1.1), Tolerance(0.1, 0.0).covers(1.1)
    (True, False)
    """

    down: float
    up: float

    def covers(self, ratio: float) -> bool:
        """Return whether nothing is to be done where usage is so many times the target."""
        return (1.0 - self.down) <= ratio <= (1.0 + self.up)


@final
@dataclass(frozen=True, slots=True)
class Situation:
    """What an answer hangs on besides numbers.

    Args:
        pods: The pods of the target.
        replicas: How many there are to be now.
        tolerance: How far usage may be from its target.
        now: The time, in seconds since 1970.
    """

    pods: Sequence[Wire]
    replicas: int
    tolerance: Tolerance
    now: float


@final
class Proposal(NamedTuple):
    """An answer.

    Args:
        replicas: How many replicas there should be.
        usage: How much is used, by each pod or in all, in thousandths.
        utilization: How much of what was requested, in percent; None where nothing is asked of it.
    """

    replicas: int
    usage: int
    utilization: int | None = None


_Values: TypeAlias = dict[str, int]
_Measure: TypeAlias = Callable[[_Values], tuple[float, int, int | None]]


def by_usage(
    samples: Mapping[str, Sample], target: int, situation: Situation, *, is_cpu: bool
) -> Proposal:
    """Return how many replicas there should be for each to use *target* thousandths.

    Raises:
        MetricsUnavailable: If the numbers say nothing.
    """

    def measure(values: _Values) -> tuple[float, int, None]:
        usage = _quotient(sum(values.values()), len(values))
        return usage / target, usage, None

    return _proposal(samples, situation, measure, lambda _: target, is_cpu=is_cpu)


def by_utilization(
    samples: Mapping[str, Sample],
    target: int,
    situation: Situation,
    *,
    resource: str,
    container: str,
) -> Proposal:
    """Return how many replicas there should be for each to use *target* percent of its requests.

    Args:
        samples: What pods use.
        target: The percentage.
        situation: Everything else.
        resource: Of which resource.
        container: Of which container; empty for the pods as a whole.

    Raises:
        MetricsUnavailable: If the numbers say nothing, or a pod requests nothing.
    """
    requests: dict[str, int] = {}

    def measure(values: _Values) -> tuple[float, int, int | None]:
        if not requests:
            for pod in situation.pods:
                requests[pod["metadata"]["name"]] = _request(pod, resource, container)
        known = [name for name in values if name in requests]
        used, requested = sum(values[name] for name in known), sum(requests[n] for n in known)
        if not requested:
            raise MetricsUnavailable("no metrics returned matched known pods")
        percent = _quotient(used * 100, requested)
        return percent / target, _quotient(used, len(known)), percent

    def when_missing(name: str) -> int:
        return requests[name] * max(100, target) // 100

    return _proposal(samples, situation, measure, when_missing, is_cpu=resource == "cpu")


def by_value(usage: int, target: int, situation: Situation) -> Proposal:
    """Return how many replicas there should be for a number that they share to be *target*.

    Raises:
        MetricsUnavailable: If there are no pods to count.
    """
    ratio = usage / target
    if not situation.replicas:
        return Proposal(min(math.ceil(ratio), _MAX_INT32), usage)
    if situation.tolerance.covers(ratio):
        return Proposal(situation.replicas, usage)
    if not situation.pods:
        raise MetricsUnavailable(
            "unable to calculate ready pods: no pods returned by selector while calculating "
            "replica count"
        )
    ready = sum(map(is_running_and_ready, situation.pods))
    return Proposal(min(math.ceil(ratio * ready), _MAX_INT32), usage)


def by_value_per_pod(usage: int, target: int, replicas: int, tolerance: Tolerance) -> Proposal:
    """Return how many replicas there should be for each to have *target* of a number.

    Args:
        usage: The number, in thousandths.
        target: How much of it each is to have, in thousandths.
        replicas: How many there are.
        tolerance: How far it may be from that.
    """
    if not replicas:
        return Proposal(min(math.ceil(usage / target), _MAX_INT32), 0)
    wanted = replicas
    if not tolerance.covers(usage / (target * replicas)):
        wanted = min(math.ceil(usage / target), _MAX_INT32)
    return Proposal(wanted, math.ceil(usage / replicas))


# ---------------------------------------------------------------- inside


@final
@dataclass(frozen=True, slots=True)
class _Groups:
    """The names of pods, by what is known of them."""

    ready: int
    unready: list[str]
    missing: list[str]
    ignored: list[str]


def _proposal(
    samples: Mapping[str, Sample],
    situation: Situation,
    measure: _Measure,
    when_missing: Callable[[str], int],
    *,
    is_cpu: bool,
) -> Proposal:
    """Return the answer for numbers of each pod.

    Args:
        samples: The numbers.
        situation: Everything else.
        measure: Returns of numbers how many times the target they are, usage and utilization.
        when_missing: Returns what a pod is taken to use of which nothing is known, if few are used.
        is_cpu: Whether starting pods use more than usual.
    """
    if not situation.pods:
        raise MetricsUnavailable("no pods returned by selector while calculating replica count")
    groups = _group(samples, situation, is_cpu=is_cpu)
    left_out = dict.fromkeys((*groups.ignored, *groups.unready))
    values = {name: one.value for name, one in samples.items() if name not in left_out}
    if not values:
        raise MetricsUnavailable(
            "did not receive metrics for targeted pods (pods might be unready)"
        )
    ratio, usage, utilization = measure(values)
    same = Proposal(situation.replicas, usage, utilization)
    grows_over_unready = bool(groups.unready) and ratio > 1.0
    if not grows_over_unready and not groups.missing:
        if situation.tolerance.covers(ratio):
            return same
        return Proposal(math.ceil(ratio * groups.ready), usage, utilization)
    if ratio < 1.0:
        values.update({name: when_missing(name) for name in groups.missing})
    elif ratio > 1.0:
        values.update(dict.fromkeys(groups.missing, 0))
    if grows_over_unready:
        values.update(dict.fromkeys(groups.unready, 0))
    careful, _, _ = measure(values)
    wanted = math.ceil(careful * len(values))
    if situation.tolerance.covers(careful) or _turns(ratio, careful, wanted, situation.replicas):
        return same
    return Proposal(wanted, usage, utilization)


def _turns(ratio: float, careful: float, wanted: int, replicas: int) -> bool:
    """Return whether the careful answer points the other way."""
    if (ratio < 1.0 < careful) or (careful < 1.0 < ratio):
        return True
    return (careful < 1.0 and wanted > replicas) or (careful > 1.0 and wanted < replicas)


def _group(samples: Mapping[str, Sample], situation: Situation, *, is_cpu: bool) -> _Groups:
    groups = _Groups(0, [], [], [])
    ready = 0
    for pod in situation.pods:
        name = pod["metadata"]["name"]
        sample = samples.get(name)
        if is_deleting(pod) or is_failed(pod):
            groups.ignored.append(name)
        elif phase_of(pod) == "Pending":
            groups.unready.append(name)
        elif sample is None:
            groups.missing.append(name)
        elif is_cpu and _is_starting(pod, sample, situation.now):
            groups.unready.append(name)
        else:
            ready += 1
    return _Groups(ready, groups.unready, groups.missing, groups.ignored)


def _is_starting(pod: Wire, sample: Sample, now: float) -> bool:
    """Return whether a pod may not be judged yet by how much of the processors it uses."""
    ready, began = condition_of(pod, "Ready"), pod["status"].get("startTime")
    if ready is None or began is None:
        return True
    since, turned = seconds_of(began), seconds_of(ready.get("lastTransitionTime") or began)
    if since + STARTING_SECONDS > now:
        return ready["status"] == "False" or sample.at < turned + sample.window
    return ready["status"] == "False" and since + FIRST_READY_SECONDS > turned


def _request(pod: Wire, resource: str, container: str) -> int:
    """Return how much a pod, or one container of it, requests, in thousandths.

    Raises:
        MetricsUnavailable: If that is not said.
    """
    spec, name = pod["spec"], pod["metadata"]["name"]
    whole = (spec.get("resources") or {}).get("requests")
    if whole and not container:
        if resource not in whole:
            msg = f"missing pod-level request for {resource} in Pod {name}"
            raise MetricsUnavailable(msg)
        return Quantity(whole[resource]).milli_value
    total, is_found = 0, not container
    sidecars = (
        one for one in spec.get("initContainers") or () if one.get("restartPolicy") == "Always"
    )
    for one in (*spec["containers"], *sidecars):
        if container not in {"", one["name"]}:
            continue
        requests = (one.get("resources") or {}).get("requests") or {}
        if resource not in requests:
            msg = f"missing request for {resource} in container {one['name']} of Pod {name}"
            raise MetricsUnavailable(msg)
        total, is_found = total + Quantity(requests[resource]).milli_value, True
    if not is_found:
        msg = f"container {container} not found in Pod {name}"
        raise MetricsUnavailable(msg)
    return total


def _quotient(one: int, other: int) -> int:
    """Return the quotient, cut towards zero."""
    return int(one / other) if one < 0 else one // other
