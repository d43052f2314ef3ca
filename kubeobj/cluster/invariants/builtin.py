"""The invariants that every simulated cluster is held to."""

from kubeobj.cluster.invariants.budgets import EvictionsKeepToBudgets
from kubeobj.cluster.invariants.identities import IdentitiesRunOnce
from kubeobj.cluster.invariants.invariant import MakeInvariant
from kubeobj.cluster.invariants.quotas import QuotasHold
from kubeobj.cluster.invariants.rollouts import RolloutsKeepWithinBounds

BUILTIN: tuple[MakeInvariant, ...] = (
    EvictionsKeepToBudgets,
    IdentitiesRunOnce,
    QuotasHold,
    RolloutsKeepWithinBounds,
)
"""What is always so in a cluster."""
