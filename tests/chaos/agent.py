"""A cluster in a process of its own, whose clock can jump: what chaos befalls.

It is started with the state, the runtime, and the file of the clock.
"""

import signal
import sys
import threading
from pathlib import Path

from kubeobj.cluster.cluster import Cluster
from kubeobj.cluster.options import Options
from kubeobj.server.serving import serve
from tests.chaos.jumpingclock import JumpingClock


def main(state: Path, runtime: str, clock: Path) -> None:
    """Be a cluster until SIGTERM."""
    ending = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ending.set())
    # Containers that are killed again and again are to come back within a second, not minutes; and
    # pods that a full disk has cost, as soon as the node has seen that there is room.
    options = Options(clock=JumpingClock(clock), longest_wait=1.0, pressure_seconds=1.0)
    cluster = Cluster(state, runtime, options=options)
    cluster.start()
    socket = serve(cluster, shutdown=lambda _: ending.set())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    ending.wait()
    socket.stop()
    cluster.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
