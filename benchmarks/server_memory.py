"""What a process is worth in memory that holds a server with many pods, in megabytes.

    python -m benchmarks.server_memory [pods]

Prints the resident megabytes of the whole process and the mean size of a pod's JSON in bytes. The
pods have been created one by one, with every default; the history is as long as it gets.
"""

import gc
import resource
import sys
from pathlib import Path

from benchmarks.bench_api import NAMESPACE, filled_server
from kubeobj.api.options import ListOptions


def main() -> None:
    """Print the two figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    server = filled_server(count)
    server.list("pods", namespace=NAMESPACE, options=ListOptions(label_selector="app=app-7"))
    size = sum(len(record.data) for record in server.store.list("pods").records)
    gc.collect()
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    megabytes = int(pages) * resource.getpagesize() / 1e6
    print(f"{megabytes:.0f} {size / count:.0f}")


if __name__ == "__main__":
    main()
