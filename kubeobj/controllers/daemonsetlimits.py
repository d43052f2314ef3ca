"""How many nodes may do without their daemon pod, or have two, while a daemon set is updated.

Source: ``k8s.io/kubernetes/pkg/controller/daemon/util`` SurgeCount, UnavailableCount and
AllowsSurge (v1.36).
"""

from kubeobj.documents import Wire
from kubeobj.errors import FieldErrors
from kubeobj.meta.intorstring import IntOrString


def surge_count(daemon_set: Wire, node_count: int) -> int:
    """Return on how many of *node_count* nodes a new pod may run beside the old one.

    Raises:
        FieldErrors: If the set tells neither a number nor a percentage.
    """
    return _count(daemon_set, "maxSurge", node_count)


def unavailable_count(daemon_set: Wire, node_count: int) -> int:
    """Return on how many of *node_count* nodes there may be no pod that is available.

    Raises:
        FieldErrors: If the set tells neither a number nor a percentage.

    >>> rolling = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%"}}
    >>> unavailable_count({"spec": {"updateStrategy": rolling}}, 11)
    2
    """
    return _count(daemon_set, "maxUnavailable", node_count)


def allows_surge(daemon_set: Wire) -> bool:
    """Return whether a new pod may run beside the old one at all."""
    try:
        return surge_count(daemon_set, 1) > 0
    except FieldErrors:
        return False


def _count(daemon_set: Wire, name: str, node_count: int) -> int:
    """Return one of the parameters of a rolling update in nodes, rounded up; 0 if not rolling."""
    strategy = daemon_set["spec"]["updateStrategy"]
    if strategy["type"] != "RollingUpdate" or not strategy.get("rollingUpdate"):
        return 0
    value = IntOrString.from_json(strategy["rollingUpdate"].get(name))
    return value.scaled(node_count, round_up=True)
