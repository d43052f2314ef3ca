"""The arrays that scheduling works on, by what they hold: an entry for each slot of a node."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.NDArray[np.int64]
"""A whole number for each node."""

Flags: TypeAlias = npt.NDArray[np.bool_]
"""Yes or no for each node."""

Reals: TypeAlias = npt.NDArray[np.float64]
"""A real number for each node."""

Slots: TypeAlias = npt.NDArray[np.int64]
"""Which nodes: their slots, ascending."""
