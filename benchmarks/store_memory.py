"""What a process is worth in memory that holds a store of pods, in megabytes.

    python -m benchmarks.store_memory [pods]

Prints the resident megabytes of the whole process and the mean size of a pod's JSON in bytes. The
store has its label index, and a history of 10,000 changes with what each replaced.
"""

import gc
import resource
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.datasets import pod_drafts
from kubeobj.labels.selector import Selector
from kubeobj.store.memory import HISTORY_LIMIT, MemoryStore


def main() -> None:
    """Print the two figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    store = MemoryStore()
    for draft in pod_drafts(count, namespaces=20):
        store.put(draft)
    store.list("pods", selector=Selector.parse("app=app-7"))
    for record in store.list("pods", limit=HISTORY_LIMIT).records:
        old = record.draft
        store.put(replace(old, body=old.body[:-1] + b',"touched":1}'))
    sizes = sum(len(record.data) for record in store.list("pods").records)
    gc.collect()
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    megabytes = int(pages) * resource.getpagesize() / 1e6
    print(f"{megabytes:.0f} {sizes / count:.0f}")


if __name__ == "__main__":
    main()
