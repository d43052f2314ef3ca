"""What a plugin says of a pod: go, not now, or never on this node.

Source: ``k8s.io/kube-scheduler/framework`` Status (v1.36).
"""

from dataclasses import dataclass
from enum import Enum
from typing import final


class Code(Enum):
    """How bad it is that a pod cannot go to a node."""

    UNSCHEDULABLE = "Unschedulable"
    """It could if other pods were gone."""
    UNRESOLVABLE = "UnschedulableAndUnresolvable"
    """It could not, whichever pods were gone."""
    ERROR = "Error"
    """The question cannot be answered."""


@final
@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a pod cannot go to a node, or nowhere at all.

    Args:
        plugin: Who says so.
        code: How bad it is.
        reasons: Why, in words; there may be several.
    """

    plugin: str
    code: Code
    reasons: tuple[str, ...]
