"""One trial of an operator: what is done to a cluster, step by step, and how it must end.

A failing example of the state machine is printed as such a script:

    with WebsiteMachine.trial(seed=0) as trial:
        trial.apply({"kind": "Website", ...})
        trial.inject(DeathAtWrite("operator", write=2), seconds=30)
        trial.advance(10)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self, TypeAlias, cast, final

from kubeobj.api.client.identity import identity_of
from kubeobj.api.errors import NotFound, Timeout
from kubeobj.cluster.faults import AnyFault, ProcessKill
from kubeobj.cluster.process import OPERATORS
from kubeobj.cluster.simulated import Plan, Predicate, SimulatedCluster
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Install
from kubeobj.testing.machines.outcome import (
    OperatorFailed,
    children_of,
    differences,
    failing_keys,
    named,
)

ObjectId: TypeAlias = tuple[str, str, str]
"""Which object: kind as the client takes it, namespace, name."""


@final
@dataclass(frozen=True, slots=True)
class Subject:
    """An operator, and what is promised of it.

    Args:
        installs: Its reconcilers.
        nodes: How many nodes its cluster has.
        plan: What else its cluster is made of.
        always: What is so after everything that happens, by its name.
        settled: What must come to be so once faults have stopped.
        within_seconds: How long that may take.
        quiet_seconds: How long nothing may be written once everything is settled; 0 for an
            operator that writes as time passes.
        is_level: Whether what it makes is a matter of its objects alone, and not of what happened
            before: then it must be as if nothing had gone wrong.
    """

    installs: Sequence[Install]
    nodes: int = 2
    plan: Plan = field(default_factory=Plan)
    always: Mapping[str, Predicate] = field(default_factory=dict)
    settled: Predicate | None = None
    within_seconds: float = 3600.0
    quiet_seconds: float = 600.0
    is_level: bool = True


@final
class Trial:
    """A cluster with an operator. Leaving a ``with`` block ends the faults, and checks how it is.

    Args:
        subject: The operator.
        seed: Decides everything that is left to chance.
    """

    def __init__(self, subject: Subject, seed: int = 0) -> None:
        self.cluster: SimulatedCluster = SimulatedCluster.with_nodes(
            subject.nodes, seed=seed, plan=subject.plan
        )
        """The cluster."""
        self.objects: dict[ObjectId, Wire] = {}
        """What was applied, and not deleted since."""
        self.uids: dict[ObjectId, str] = {}
        """The uids of these objects."""
        self._subject = subject
        self._deleted: dict[str, ObjectId] = {}
        for name, predicate in subject.always.items():
            self.cluster.always(name, predicate)
        self.cluster.install(*subject.installs)
        self.cluster.settle()

    # ------------------------------------------------------------ what is done

    def apply(self, document: Wire) -> None:
        """Create an object, or change it, as ``kubectl apply`` does."""
        (made,) = self.cluster.apply([document])
        identity = identity_of(made)
        metadata = cast("Wire", identity.document)["metadata"]
        if "deletionTimestamp" not in metadata:  # else it goes, whatever it is asked to be
            key = identity.kind_name, identity.namespace, identity.name
            self.objects[key], self.uids[key] = document, metadata["uid"]

    def delete(self, kind: str, name: str, namespace: str | None = None) -> None:
        """Delete an object; one that is gone already will do."""
        try:
            self.cluster.client.delete(kind, name, namespace=namespace)
        except NotFound:
            return
        for key in list(self.objects):
            if key[0] == kind and key[2] == name and namespace in {None, key[1]}:
                del self.objects[key]
                self._deleted[self.uids.pop(key)] = key

    def patch(self, kind: str, name: str, patch: Wire, namespace: str | None = None) -> None:
        """Change an object by a merge patch; one that is gone already will do."""
        try:
            self.cluster.client.patch(kind, name, patch, type="merge", namespace=namespace)
        except NotFound:
            return

    def inject(self, fault: AnyFault, seconds: float = 0.0) -> None:
        """Let something go wrong, for so many seconds if it lasts."""
        self.cluster.inject(fault, seconds=seconds)

    def step(self, times: int = 1) -> None:
        """Let each process do a little, so many times."""
        for _ in range(times):
            self.cluster.step()

    def advance(self, seconds: float) -> None:
        """Let time pass; with 0 seconds, go on until nothing is left to do now."""
        self.cluster.advance(seconds)

    def heal(self) -> None:
        """Let time pass until all faults are over, and what they held back has come."""
        self.cluster.run_until(_is_well, within=_FOR_EVER)

    # ------------------------------------------------------------ how it must end

    def finish(self) -> None:
        """Let all faults end, and check that everything comes right.

        Raises:
            OperatorFailed: If it does not.
            InvariantViolated: If something else does not that must.
            NeverSettles: If a loop keeps itself going.
        """
        self.heal()
        self._come_right()
        self.cluster.advance(_REST_SECONDS)
        self._come_right()
        self.cluster.check_settled()
        if self._subject.quiet_seconds:
            self._stay_quiet()
        self._start_over()
        if self._subject.is_level:
            self._compare()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.finish()

    # ------------------------------------------------------------ inside

    def _come_right(self) -> None:
        within = self._subject.within_seconds
        try:
            self.cluster.converge(within=within)
            self.cluster.run_until(lambda _: self._is_settled(), within=within)
            self.cluster.settle()
        except Timeout as error:
            texts = [*self._unsettled()] or str(error).splitlines()
            raise self._failed("everything comes right once faults stop", texts) from None

    def _is_settled(self) -> bool:
        if any(True for _ in failing_keys(self.cluster)) or any(self._lingering()):
            return False
        settled = self._subject.settled
        return settled is None or bool(settled(self.cluster))

    def _unsettled(self) -> list[str]:
        found = [*failing_keys(self.cluster), *self._lingering()]
        settled = self._subject.settled
        if settled is not None and not settled(self.cluster):
            found.append(f"{getattr(settled, '__name__', 'settled')} is not true")
        return found

    def _lingering(self) -> list[str]:
        """Return which of the deleted objects are still there."""
        found = []
        for uid, (kind, namespace, name) in self._deleted.items():
            try:
                there = self.cluster.client.get(kind, name, namespace=namespace or None)
            except NotFound:
                continue
            metadata = cast("Wire", there.document)["metadata"]
            if metadata["uid"] == uid:
                held = ", ".join(metadata.get("finalizers") or ["nothing"])
                found.append(f"{kind} {name} is deleted and does not go; it is held by {held}")
        return found

    def _stay_quiet(self) -> None:
        before = self._written()
        self.cluster.advance(self._subject.quiet_seconds)
        self._same("nothing is written while nothing happens", before)

    def _start_over(self) -> None:
        before = self._written()
        self.cluster.inject(ProcessKill(OPERATORS))
        self.cluster.settle()
        self._same("an operator that begins anew finds nothing to do", before)

    def _same(self, law: str, before: dict[str, int]) -> None:
        after = self._written()
        texts = [
            f"{name} was written" if name in after else f"{name} was deleted"
            for name in sorted({**before, **after})
            if before.get(name) != after.get(name)
        ]
        if texts:
            raise self._failed(law, texts)

    def _written(self) -> dict[str, int]:
        """Return at which writes the objects and their children became what they are."""
        server = self.cluster.server
        own = [server.get(kind, name, namespace=within) for kind, within, name in self.objects]
        children = children_of(self.cluster, (record.uid for record in own))
        return {str(record.key): record.revision for record in (*own, *children.values())}

    def _compare(self) -> None:
        """Compare the children with those of a cluster in which nothing went wrong."""
        fresh = Trial(self._subject)
        for document in self.objects.values():
            fresh.apply(document)
        fresh.cluster.converge(within=self._subject.within_seconds)
        fresh.cluster.settle()
        here = named(children_of(self.cluster, self.uids.values()))
        there = named(children_of(fresh.cluster, fresh.uids.values()))
        texts = tuple(differences(here, there))
        if texts:
            raise self._failed("children are as if nothing had gone wrong", texts)

    def _failed(self, law: str, texts: Sequence[str]) -> OperatorFailed:
        return OperatorFailed(law, texts, seconds=self.cluster.now, seed=self.cluster.seed)


_FOR_EVER: Final = 10 * 365 * 86400.0

_REST_SECONDS: Final = 3600.0
"""By then every watch that has fallen silent has ended, and every key that failed has come back."""


def _is_well(cluster: SimulatedCluster) -> bool:
    if cluster.faults.deadline is not None or cluster.troubles.deadline is not None:
        return False
    return all(process.is_up for process in cluster.processes.values())
