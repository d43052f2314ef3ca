"""What runs the pods of a cluster on this machine: processes, Docker, Podman, or one's own.

Asked for nothing in particular, a cluster has what its state has had before; else Docker or Podman
if one of them answers; else processes, which need nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, final

from kubeobj.cluster.loopback import LoopbackRange
from kubeobj.cluster.options import Options
from kubeobj.cluster.statedirectory import StateDirectory, StateError
from kubeobj.network.dns.server import DnsPlace
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.runtimes.errors import RuntimeUnavailable

if TYPE_CHECKING:
    from kubeobj.runtimes.docker.engines import FoundEngine

AUTO: Final = "auto"
PROCESS: Final = "process"
ENGINES: Final = ("docker", "podman")

OWN: Final = "own"
"""What a runtime is called that was handed in."""


def _nothing(leave_pods: bool) -> None:  # noqa: FBT001 - as it is told
    del leave_pods


@final
@dataclass(frozen=True, slots=True)
class Chosen:
    """What runs pods, and what of the network hangs on that.

    Args:
        name: Which runtime it is, as it is asked for.
        runtime: The runtime.
        what: What pods are, in a few words.
        why: Why it was chosen, in a few words.
        services: The network of Services.
        dns: Where names are asked for.
        node_address: The address of the node, as its pods see it.
        close: Lets go of it; told whether what runs is to go on.
    """

    name: str
    runtime: ContainerRuntime
    what: str
    why: str
    services: str
    dns: tuple[DnsPlace, ...]
    node_address: str = "127.0.0.1"
    close: Callable[[bool], object] = _nothing


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
    own_dns = (DnsPlace(loopback.dns, or_from=5300),)
    if not isinstance(wanted, str):
        what, why = "what a program makes of them", "for it was handed in"
        return Chosen(OWN, wanted, what, why, loopback.services, own_dns)
    if before and before != OWN and wanted not in {AUTO, before}:
        msg = (
            f"the pods of the cluster in {directory.path} are run by {before}, not {wanted}:"
            " name another state with --state, or remove this one with `kubeobj down --volumes`"
        )
        raise StateError(msg)
    if wanted not in {AUTO, PROCESS, *ENGINES}:
        raise StateError(f"there is no runtime {wanted!r}: process, docker, podman or auto")
    why = "as was asked for"
    if wanted == AUTO:
        wanted, why = _automatic(before)
    if wanted == PROCESS:
        runtime = _processes(directory.node / "runtime", loopback, options)
        return Chosen(
            PROCESS, runtime, "processes of this machine", why, loopback.services, own_dns
        )
    raise StateError(f"there is no runtime {wanted!r}: process, docker, podman or auto")


def _automatic(before: str) -> tuple[str, str]:
    """Return the runtime that is taken if none is asked for, and why."""
    if before and before != OWN:
        return before, "as they were before"
    found = _first_engine()
    if found is not None:
        return found.kind, f"for it answers: version {found.version} at {found.url}"
    return PROCESS, "for neither Docker nor Podman answers"


def _first_engine() -> "FoundEngine | None":
    try:
        from kubeobj.runtimes.docker.engines import find_engines
    except ImportError:  # the SDK is an extra
        return None
    try:
        return next(iter(find_engines()), None)
    except RuntimeUnavailable:
        return None


def _processes(directory: Path, loopback: LoopbackRange, options: Options) -> ContainerRuntime:
    from kubeobj.runtimes.process.hostimages import MappedImage
    from kubeobj.runtimes.process.processruntime import ProcessOptions, ProcessRuntime

    images = tuple(MappedImage(name, path.absolute()) for name, path in options.images.items())
    return ProcessRuntime(
        directory,
        ProcessOptions(pod_range=loopback.pods, host_address="127.0.0.1", images=images),
    )
