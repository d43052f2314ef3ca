"""Ending what a cluster has left whose process is gone: pods that nobody looks after any more."""

from contextlib import suppress
from typing import Final

from kubeobj.clock import LiveClock
from kubeobj.cluster.loopback import claim_range
from kubeobj.cluster.options import Options
from kubeobj.cluster.podshutdown import PodShutdown
from kubeobj.cluster.runtimechoice import OWN, choose_runtime
from kubeobj.cluster.statedirectory import StateDirectory
from kubeobj.network.anyip import is_loopback, unmake_local

_NOBODY: Final = frozenset({"", OWN})


def end_left_over(directory: StateDirectory) -> int:
    """End the pods of a cluster that does not run, and return how many there were.

    Each has the time of grace that is usual, for what it asks for is not looked up.

    Args:
        directory: Its state, which is held.

    Raises:
        StateError: If its state cannot be used.
        RuntimeFault: If its runtime does not answer.
    """
    config = directory.read_config()
    if config.runtime in _NOBODY:
        return 0
    loopback = claim_range(directory.path, config.octet)
    try:
        chosen = choose_runtime(config.runtime, config.runtime, directory, loopback, Options())
        try:
            shutdown = PodShutdown(chosen.runtime, LiveClock())
            ended = shutdown.end_all()
            shutdown.remove_all()
            return ended
        finally:
            if not is_loopback(chosen.services):
                with suppress(OSError):
                    unmake_local(chosen.services)
            chosen.close()
    finally:
        loopback.release()
