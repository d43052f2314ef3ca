"""How many pods a deployment may have while its replica sets take turns.

Each function takes a deployment in wire form, or numbers. Counts have 32 bits and wrap, as they do
in Kubernetes.

Source: ``k8s.io/kubernetes/pkg/controller/deployment/util`` deployment_util.go (v1.36); the concept
page Deployments, Rolling Update Deployment and Proportional scaling.
"""

import re

from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldErrors, FieldErrorType, FieldPath
from kubeobj.meta.intorstring import IntOrString

MAX_REPLICAS = "deployment.kubernetes.io/max-replicas"
"""The annotation of a replica set that tells how many pods its deployment could have at most."""

_STRATEGY = FieldPath.of("spec", "strategy")
_match_count = re.compile(r"0*+([0-9]{0,10})", re.ASCII).fullmatch


def resolve_fenceposts(
    max_surge: int | str | None, max_unavailable: int | str | None, desired: int
) -> tuple[int, int]:
    """Return how many pods there may be above *desired*, and how many of those may be missing.

    Both are numbers or percentages of *desired*, None for 0. Where both come out as 0, one pod may
    be missing: nothing could ever change otherwise.

    Raises:
        FieldErrors: If one is neither a number nor a percentage.

    >>> resolve_fenceposts("25%", "25%", 10), resolve_fenceposts(0, "1%", 10)
    ((3, 2), (0, 1))
    """
    surge = _scaled(max_surge, desired, round_up=True)
    unavailable = _scaled(max_unavailable, desired, round_up=False)
    if surge == 0 and unavailable == 0:
        unavailable = 1
    return _int32(surge), _int32(unavailable)


def is_rolling_update(deployment: Wire) -> bool:
    """Return whether old and new pods may run beside each other."""
    kind: str = deployment["spec"]["strategy"]["type"]
    return kind == "RollingUpdate"


def max_surge(deployment: Wire) -> int:
    """Return how many pods there may be above the number wanted; 0 where that is told badly."""
    return _fenceposts(deployment)[0] if is_rolling_update(deployment) else 0


def max_unavailable(deployment: Wire) -> int:
    """Return how many of the pods wanted may be missing; 0 where that is told badly."""
    replicas: int = deployment["spec"]["replicas"]
    if not is_rolling_update(deployment) or replicas == 0:
        return 0
    return min(_fenceposts(deployment)[1], replicas)


def min_available(deployment: Wire) -> int:
    """Return how many pods must be available at any time."""
    if not is_rolling_update(deployment):
        return 0
    replicas: int = deployment["spec"]["replicas"]
    return _int32(replicas - max_unavailable(deployment))


def new_replicas(deployment: Wire, new_count: int, all_count: int) -> int:
    """Return how many replicas the new replica set gets now.

    Args:
        deployment: Its deployment.
        new_count: How many replicas the new replica set has.
        all_count: How many replicas all replica sets of the deployment have, the new one included.

    Raises:
        FieldErrors: If the strategy is unknown, or its surge is no number of pods.
    """
    kind = deployment["spec"]["strategy"]["type"]
    replicas: int = deployment["spec"]["replicas"]
    if kind == "Recreate":
        return replicas
    surge = _rolling(deployment, "maxSurge")
    if kind != "RollingUpdate":
        raise FieldErrors([FieldError(_STRATEGY.child("type"), FieldErrorType.NOT_SUPPORTED, kind)])
    if surge is None:
        path = _STRATEGY.child("rollingUpdate", "maxSurge")
        raise FieldErrors([FieldError(path, FieldErrorType.REQUIRED)])
    most = _int32(replicas + _scaled(surge, replicas, round_up=True))
    if all_count >= most:
        return new_count
    return _int32(new_count + min(_int32(most - all_count), _int32(replicas - new_count)))


def proportion(deployment: Wire, replica_set: Wire, to_add: int, added: int) -> int:
    """Return how many replicas a replica set gets of those that its deployment has to hand out.

    What a deployment grows or shrinks by while it rolls is shared out among its replica sets by
    their size.

    Args:
        deployment: The deployment, with its status.
        replica_set: One of its replica sets.
        to_add: How many replicas there are to add in all; negative to take away.
        added: How many of them other replica sets have got.

    Returns:
        A number between 0 and ``to_add - added``, or beyond 0 where the replica set has come to be
        larger or smaller than its share.
    """
    replicas: int = replica_set["spec"]["replicas"]
    if replicas == 0 or to_add in {0, added}:
        return 0
    fraction = _fraction(deployment, replica_set, replicas)
    allowed = to_add - added
    return min(fraction, allowed) if to_add > 0 else max(fraction, allowed)


def _fraction(deployment: Wire, replica_set: Wire, replicas: int) -> int:
    """Return by how much a replica set of *replicas* is off its share of the deployment."""
    wanted: int = deployment["spec"]["replicas"]
    if wanted == 0:
        return -replicas
    before = _annotated_count(replica_set) or deployment["status"].get("replicas", 0)
    if before == 0:
        return 0
    share = float(_int32(replicas * (wanted + max_surge(deployment)))) / float(before)
    # Halves go away from zero.
    return _int32(int(share - 0.5 if share < 0 else share + 0.5) - replicas)


def _annotated_count(replica_set: Wire) -> int:
    """Return how many pods the deployment could have before, or 0 if that is not told well."""
    text = (replica_set["metadata"].get("annotations") or {}).get(MAX_REPLICAS, "")
    match = _match_count(text)
    count = int(match[1] or 0) if match else 0
    return count if count < 2**31 else 0


def _fenceposts(deployment: Wire) -> tuple[int, int]:
    """Return those of a deployment that rolls, or 0 and 0 if they cannot be told."""
    surge, unavailable = _rolling(deployment, "maxSurge"), _rolling(deployment, "maxUnavailable")
    try:
        return resolve_fenceposts(surge, unavailable, deployment["spec"]["replicas"])
    except FieldErrors:
        return 0, 0


def _rolling(deployment: Wire, name: str) -> int | str | None:
    """Return one of the parameters of a rolling update."""
    value: int | str | None = deployment["spec"]["strategy"].get("rollingUpdate", {}).get(name)
    return value


def _scaled(value: int | str | None, total: int, *, round_up: bool) -> int:
    return 0 if value is None else IntOrString(value).scaled(total, round_up=round_up)


def _int32(number: int) -> int:
    """Return what 32 bits keep of *number*."""
    return (number + 2**31) % 2**32 - 2**31
