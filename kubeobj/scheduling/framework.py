"""What a plugin is: one of a few protocols, one for each point where it can have a say.

The points are the field's own. A pod passes *PreEnqueue* to get into the queue, which *QueueSort*
puts in order. *PreFilter* and *Filter* say where it can go; if that is nowhere, *PostFilter* may
make room. *PreScore*, *Score* and *NormalizeScore* say where it should go. *Reserve* takes what it
needs, *Permit* lets it wait for others, *PreBind*, *Bind* and *PostBind* put it there.

Filters and scores are asked about many nodes at once, so a plugin is asked twice: first, by
`check` or `rate`, what it has to know of the pod (that is PreFilter and PreScore, and the pods
alike are asked for once), and then, on what it returned, about nodes. `perpod` has forms for
plugins that would rather look at one node and one pod at a time.

Source: ``k8s.io/kube-scheduler/framework`` (v1.36).
"""

from enum import Enum
from typing import ClassVar, Protocol, runtime_checkable

from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code, Rejection

MAX_SCORE = 100
"""The most that a plugin scores a node with, before its weight."""


class Reach(Enum):
    """What an answer about a node hangs on, beside the pod."""

    NODE = "node"
    """The node itself."""
    PODS = "pods"
    """The node, and the pods that are on it."""
    CLUSTER = "cluster"
    """Anything in the cluster, as of the answer's stamp."""


class Check(Protocol):
    """Says of nodes whether some pod can go there."""

    @property
    def stamp(self) -> tuple[object, ...]:
        """Another one whenever an answer may have changed, if it hangs on the cluster."""
        ...

    def many(self, at: Slots) -> Numbers:
        """Return for each of some nodes what is in the way, as a number; 0 if nothing is."""
        ...

    def one(self, state: NodeState) -> int:
        """Return the same for one node."""
        ...

    def explain(self, detail: int) -> tuple[Code, tuple[str, ...]]:
        """Return what a number other than 0 means: how bad it is, and why, in words."""
        ...


class Rating(Protocol):
    """Says of nodes how well they suit some pod."""

    @property
    def stamp(self) -> tuple[object, ...]:
        """Another one whenever an answer may have changed, if it hangs on the cluster."""
        ...

    def many(self, at: Slots) -> Numbers:
        """Return for each of some nodes a score, from 0 to 100 if it is not normalised."""
        ...

    def one(self, state: NodeState) -> int:
        """Return the same for one node."""
        ...

    def normalize(self, at: Slots, scores: Numbers) -> Numbers:
        """Return the scores of all nodes that the pod can go to, brought to 0 to 100."""
        ...


class Plugin(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """What it is called in profiles and messages."""
        ...


@runtime_checkable
class PreEnqueuePlugin(Plugin, Protocol):
    """Keeps pods out of the queue until they may come in."""

    def pre_enqueue(self, pod: PodRecord) -> Rejection | None:
        """Return why a pod may not come in yet, or None."""
        ...


@runtime_checkable
class QueueSortPlugin(Plugin, Protocol):
    """Says which pod is next."""

    def sort_key(self, pod: PodRecord, since: float) -> tuple[float, ...]:
        """Return what pods are sorted by; the least is next.

        Args:
            pod: The pod.
            since: When it came into the queue, in seconds since 1970.
        """
        ...


@runtime_checkable
class FilterPlugin(Plugin, Protocol):
    """Says where a pod can go: PreFilter and Filter."""

    reach: ClassVar[Reach]

    def check(self, template: Template, snapshot: Snapshot) -> Check | Rejection | None:
        """Return what to ask about nodes; None if nothing could be in the way of pods like these.

        A rejection says that such pods cannot go anywhere now.
        """
        ...


@runtime_checkable
class ConfiningPlugin(Plugin, Protocol):
    """Knows by name the only nodes that a pod can go to: the result of PreFilter."""

    def confine(self, pod: PodRecord, snapshot: Snapshot) -> tuple[str, ...] | Rejection | None:
        """Return the names of the nodes, or None if it could be any."""
        ...


@runtime_checkable
class ScorePlugin(Plugin, Protocol):
    """Says where a pod should go: PreScore, Score and NormalizeScore."""

    reach: ClassVar[Reach]
    is_normalized: ClassVar[bool]
    """Whether scores have to be normalised; if not, a node's is its own affair."""

    def rate(self, template: Template, snapshot: Snapshot) -> Rating | None:
        """Return what to ask about nodes; None if they are all the same to pods like these.

        Raises:
            CannotScore: If that cannot be told.
        """
        ...


class CannotScore(ValueError):
    """A plugin cannot make sense of what a pod prefers."""


@runtime_checkable
class ReservePlugin(Plugin, Protocol):
    """Takes what a pod needs of a node before it is bound, and gives it back if it is not."""

    def reserve(self, pod: PodRecord, node: NodeState, snapshot: Snapshot) -> Rejection | None:
        """Take it; return why that cannot be done, or None."""
        ...

    def unreserve(self, pod: PodRecord, snapshot: Snapshot) -> None:
        """Give it back; also if it was never taken."""
        ...


@runtime_checkable
class PermitPlugin(Plugin, Protocol):
    """Lets a pod wait for others, or refuses it, when its node is known."""

    def permit(self, pod: PodRecord, node: NodeState) -> float | Rejection | None:
        """Return for how many seconds at most it has to wait, why it may not go, or None."""
        ...


@runtime_checkable
class PreBindPlugin(Plugin, Protocol):
    """Does what has to be done before a pod is bound."""

    def pre_bind(self, pod: PodRecord, node: NodeState) -> bool | Rejection:
        """Do it, or go on with it; return whether it is done, or why it cannot be.

        It is asked again, whenever something has changed, for as long as it says no.
        """
        ...


@runtime_checkable
class BindPlugin(Plugin, Protocol):
    """Binds a pod to its node."""

    def bind(self, pod: PodRecord, node: NodeState) -> bool:
        """Bind it; return False to leave that to the next plugin.

        Raises:
            ApiError: If it cannot be done.
        """
        ...


@runtime_checkable
class PostBindPlugin(Plugin, Protocol):
    """Is told of pods that have been bound."""

    def post_bind(self, pod: PodRecord, node: NodeState) -> None:
        """Take note."""
        ...
