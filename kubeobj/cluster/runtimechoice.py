"""What runs the pods of a cluster on this machine: processes, Docker, Podman, or one's own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, final

from kubeobj.cluster.loopback import LoopbackRange
from kubeobj.cluster.options import Options
from kubeobj.cluster.statedirectory import StateDirectory, StateError
from kubeobj.runtimes.cri import ContainerRuntime

PROCESS: Final = "process"

OWN: Final = "own"
"""What a runtime is called that was handed in."""


@final
@dataclass(frozen=True, slots=True)
class Chosen:
    """What runs pods.

    Args:
        name: Which runtime it is, as it is asked for.
        runtime: The runtime.
        what: What pods are, in a few words.
        why: Why it was chosen, in a few words.
        node_address: The address of the node.
        close: Lets go of it; told whether what runs is to go on.
    """

    name: str
    runtime: ContainerRuntime
    what: str
    why: str
    node_address: str
    close: Callable[[bool], object]


def choose_runtime(
    wanted: str | ContainerRuntime,
    before: str,
    directory: StateDirectory,
    loopback: LoopbackRange,
    options: Options,
) -> Chosen:
    """Return what runs pods.

    Args:
        wanted: A runtime, its name, or ``auto``.
        before: What ran them before; empty if nothing did.
        directory: Where its state may be.
        loopback: The addresses of the cluster.
        options: What the cluster is made of.

    Raises:
        StateError: If another one ran them before, or there is none of the name.
        RuntimeUnavailable: If the one that is asked for does not answer.
    """
    if not isinstance(wanted, str):
        return Chosen(
            OWN, wanted, "what a program makes of them", "it was handed in", "127.0.0.1", _nothing
        )
    if before and before != OWN and wanted not in {"auto", before}:
        msg = (
            f"the pods of the cluster in {directory.path} are run by {before}, not {wanted}:"
            " name another state with --state, or remove this one with `kubeobj down --volumes`"
        )
        raise StateError(msg)
    raise StateError(f"there is no runtime {wanted!r}: process, docker, podman or auto")


def _nothing(leave_pods: bool) -> None:  # noqa: FBT001 - as it is told
    del leave_pods
