"""What runs the pods of a cluster on this machine: processes, Docker, Podman, or one's own.

Asked for nothing in particular, a cluster has what its state has had before; else Docker or Podman
if one of them answers; else processes, which need nothing.
"""

import os
import socket
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
    """

    name: str
    runtime: ContainerRuntime
    what: str
    why: str
    services: str
    dns: tuple[DnsPlace, ...]
    node_address: str = "127.0.0.1"

    def close(self) -> None:
        """Let go of it; what runs goes on. One that was handed in is left to whoever has it."""
        if self.name != OWN:
            self.runtime.close()


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
        made = _processes(directory.node / "runtime", loopback, options)
        what = "processes of this machine"
        return Chosen(PROCESS, made, what, why, loopback.services, own_dns)
    return _engine(wanted, why, directory.node / "runtime", loopback)


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
        from kubeobj.runtimes.docker.engines import find_engine
    except ImportError:  # the SDK is an extra
        return None
    try:
        return find_engine()
    except RuntimeUnavailable:
        return None


def _engine(kind: str, why: str, directory: Path, loopback: LoopbackRange) -> Chosen:
    """Return an engine, and a network that its containers can reach.

    Raises:
        RuntimeUnavailable: If none of the kind answers.
    """
    try:
        from kubeobj.runtimes.docker.dockerruntime import DockerRuntime
        from kubeobj.runtimes.docker.engines import find_engine
    except ImportError as error:
        msg = f"{kind} needs a package that is not installed ({error}): pip install 'kubeobj[run]'"
        raise RuntimeUnavailable(msg) from None
    found = find_engine(kind)
    made = DockerRuntime(directory, found.url)
    if os.geteuid() == 0:
        # Addresses of nobody else's, which the machine makes its own, so that containers reach them
        # through it.
        services, dns = f"198.19.{loopback.octet}.0/24", f"198.19.{loopback.octet}.10"
        places = (DnsPlace(dns, or_from=5300),)
    else:
        services, places = loopback.services, (DnsPlace(loopback.dns, or_from=5300),)
    what = f"containers of {kind.capitalize()}"
    return Chosen(kind, made, what, why, services, places, _own_address())


def _own_address() -> str:
    """Return the address of this machine that others see; that of loopback if it has no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        try:
            made.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            return "127.0.0.1"
        address: str = made.getsockname()[0]
        return address


def _processes(directory: Path, loopback: LoopbackRange, options: Options) -> ContainerRuntime:
    from kubeobj.runtimes.process.hostimages import MappedImage
    from kubeobj.runtimes.process.processruntime import ProcessOptions, ProcessRuntime

    images = tuple(MappedImage(name, path.absolute()) for name, path in options.images.items())
    return ProcessRuntime(
        directory,
        ProcessOptions(pod_range=loopback.pods, host_address="127.0.0.1", images=images),
    )
