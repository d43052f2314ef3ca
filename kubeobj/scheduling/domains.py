"""Counts of nodes added up over the domains of a label: zones, racks, or the nodes themselves."""

import numpy as np

from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.labelcolumns import LabelColumn


def totals(column: LabelColumn, per_slot: Numbers, at: Slots | None = None) -> Numbers:
    """Return what nodes have in each domain, by the number of its value.

    Args:
        column: The label that makes domains; nodes without it are in none.
        per_slot: What each node has.
        at: Which nodes count; None for all.
    """
    codes = column.codes if at is None else column.codes[at]
    weights = per_slot if at is None else per_slot[at]
    # The first place is for those in no domain.
    found = np.bincount(codes + 1, weights=weights, minlength=len(column.values) + 1)
    numbers: Numbers = found[1:].astype(np.int64)
    return numbers


def of_nodes(column: LabelColumn, by_domain: Numbers, at: Slots) -> Numbers:
    """Return what the domain of each node has; 0 for those in none."""
    found: Numbers = np.append(by_domain, 0)[column.codes[at]]
    return found


def present(column: LabelColumn, at: Slots) -> Numbers:
    """Return how many nodes are in each domain."""
    numbers: Numbers = np.bincount(column.codes[at] + 1, minlength=len(column.values) + 1)[1:]
    return numbers
