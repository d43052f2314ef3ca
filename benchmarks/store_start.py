"""How long a process takes that opens a store in a file, and what it is worth in memory.

    python -m benchmarks.store_start FILE

Prints the seconds that opening takes and the resident megabytes of the whole process.
"""

import resource
import sys
import time
from pathlib import Path

from kubeobj.store.sqlite.sqlitestore import SqliteStore


def main() -> None:
    """Print the two figures."""
    start = time.perf_counter()
    with SqliteStore(sys.argv[1]):
        seconds = time.perf_counter() - start
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    print(f"{seconds:.3f} {int(pages) * resource.getpagesize() / 1e6:.0f}")


if __name__ == "__main__":
    main()
