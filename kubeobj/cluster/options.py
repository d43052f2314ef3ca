"""What a cluster on this machine is made of, but for its state and its runtime."""

import re
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from kubeobj.api.admission.chain import Admission
from kubeobj.api.kind import Kind
from kubeobj.clock import Clock, LiveClock
from kubeobj.controllers.builtin import LOOPS
from kubeobj.node.podmemory import LONGEST_SECONDS
from kubeobj.node.thresholds import TRANSITION_SECONDS
from kubeobj.reconcile.manager import Install
from kubeobj.scheduling.profiles import Profile


def machine_name() -> str:
    """Return what this machine is called, as a Node can be."""
    name = re.sub(r"[^a-z0-9.-]", "-", socket.gethostname().lower()).strip("-.")
    return name or "localhost"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a cluster is made of.

    Args:
        node_name: The name of its Node; by default that of the machine.
        node_labels: Labels of its Node, besides those that every node has.
        loops: Kubernetes' own control loops, or those of them that are to run.
        profiles: How pods are given nodes; none for the default profile.
        kinds: Kinds of the user's own.
        admissions: What may change or refuse a write, after what Kubernetes has built in.
        images: For processes: what images are, by name: a directory with a root file system or a
            virtual environment.
        static_pods: A directory of manifests of pods that the node runs by itself.
        longest_wait: How long a container waits at most until it is started again, in seconds;
            KEP-4603 lets a node have less than five minutes.
        pressure_seconds: How long the node is said to be short of memory, disk or processes after
            it was; it takes no new pods meanwhile.
        clock: Tells the time.
    """

    node_name: str = field(default_factory=machine_name)
    node_labels: Mapping[str, str] = field(default_factory=dict)
    loops: Sequence[Install] = LOOPS
    profiles: Sequence[Profile] = ()
    kinds: Sequence[Kind] = ()
    admissions: Sequence[Admission] = ()
    images: Mapping[str, Path] = field(default_factory=dict)
    static_pods: Path | None = None
    longest_wait: float = LONGEST_SECONDS
    pressure_seconds: float = TRANSITION_SECONDS
    clock: Clock = field(default_factory=LiveClock)
