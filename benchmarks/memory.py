"""What an object costs a `LabelIndex`, above the objects' own labels and ids, in bytes.

    python -m benchmarks.memory [objects] [objects per pod-template-hash]

The caller's mappings stay alive all the time, so what the process grows by is the index's alone.
"""

import gc
import resource
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.datasets import labelled_objects
from kubeobj.labels.index import LabelIndex


@dataclass(frozen=True, slots=True)
class Cost:
    """Bytes an object: of the labels and ids themselves, and of the index on top."""

    labels: float
    index: float


def measure(count: int, per_hash: int) -> Cost:
    """Build an index of *count* objects and see how this process grows."""
    empty = _resident_bytes()
    items = list(labelled_objects(count, per_hash=per_hash))
    loaded = _resident_bytes()
    index = LabelIndex(items)
    indexed = _resident_bytes()
    assert len(index) == len(items)
    return Cost((loaded - empty) / count, (indexed - loaded) / count)


def _resident_bytes() -> int:
    """Return the memory of this process, as Linux counts it: bitmaps are not Python's to count."""
    gc.collect()
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


def main() -> None:
    """Print the two figures."""
    count, per_hash = (int(argument) for argument in [*sys.argv[1:], "1000000", "3"][:2])
    cost = measure(count, per_hash)
    print(f"{cost.labels:.0f} {cost.index:.0f}")


if __name__ == "__main__":
    main()
