"""The state machine: what Hypothesis may do to an operator."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from kubeobj.api.errors import ApiError
from kubeobj.cluster.faults import AnyFault, ContainerCrash, as_fault
from kubeobj.cluster.faulttext import is_lasting
from kubeobj.cluster.simulated import Plan, Predicate
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Install
from kubeobj.store.record import Record
from kubeobj.testing.machines.outcome import children_of, document_of
from kubeobj.testing.machines.script import Step, code_of_test
from kubeobj.testing.machines.spoiling import spoilings
from kubeobj.testing.machines.trial import ObjectId, Subject, Trial
from kubeobj.testing.strategies.faults import faults as any_fault

STEPS: Final = 15
"""How many things one example does at most, unless Hypothesis' settings say otherwise."""

Drawn = TypeVar("Drawn")

_place = st.integers(0, 7)
_seconds = st.sampled_from([0.0, 1.0, 5.0, 30.0, 61.0, 400.0])
_lasting = st.sampled_from([1.0, 10.0, 70.0, 400.0])


def _of_class(
    choose: Callable[["OperatorMachine"], st.SearchStrategy[Drawn]],
) -> st.SearchStrategy[Drawn]:
    """Draw what the class of the machine says is to be drawn."""
    runner: st.SearchStrategy[OperatorMachine] = st.runner()
    return runner.flatmap(choose)


def _any_fault(machine: "OperatorMachine") -> st.SearchStrategy[AnyFault]:
    if machine.faults is None:
        return any_fault(nodes=[*machine.now.cluster.nodes])
    return machine.faults


class OperatorMachine(RuleBasedStateMachine):
    """Looks for what breaks an operator; a class for each operator says which.

    When all is done, faults stop, and then: every workload comes to have what it asks for, and
    `settled` comes to be true; deleted objects are gone, and nothing outlives its owners; no key
    keeps failing; nothing is written while nothing happens, nor by an operator that begins anew;
    and the children are as they would be if nothing had gone wrong.
    """

    installs: ClassVar[Sequence[Install]] = ()
    """The operator's reconcilers."""
    objects: ClassVar[st.SearchStrategy[Wire]]
    """Draws objects of the operator's kind, as documents with names; few names, so that objects
    change."""
    faults: ClassVar[st.SearchStrategy[AnyFault] | None] = None
    """Draws what goes wrong; None for anything."""
    nodes: ClassVar[int] = 2
    """How many nodes the cluster has."""
    plan: ClassVar[Plan] = Plan()
    """What else the cluster is made of: the operator's kinds."""
    always: ClassVar[Mapping[str, Predicate]] = {}
    """What is so after everything that happens, by its name."""
    settled: ClassVar[Predicate | None] = None
    """What must come to be so once faults have stopped; a static method."""
    within_seconds: ClassVar[float] = 3600.0
    """How long that may take."""
    quiet_seconds: ClassVar[float] = 600.0
    """How long nothing may be written then; 0 for an operator that writes as time passes."""
    is_level: ClassVar[bool] = True
    """Whether children are a matter of the objects alone, and not of what happened before."""

    def __init_subclass__(cls, **rest: object) -> None:
        super().__init_subclass__(**rest)
        case = cls.TestCase
        case.settings = settings(case.settings, stateful_step_count=STEPS)

    def __init__(self) -> None:
        super().__init__()
        self._trial: Trial | None = None
        self._steps: list[Step] = []
        self._has_failed = False

    @classmethod
    def trial(cls, seed: int = 0) -> Trial:
        """Return a trial of this operator, for a script."""
        subject = Subject(
            installs=cls.installs,
            nodes=cls.nodes,
            plan=cls.plan,
            always=cls.always,
            settled=cls.settled,
            within_seconds=cls.within_seconds,
            quiet_seconds=cls.quiet_seconds,
            is_level=cls.is_level,
        )
        return Trial(subject, seed)

    @property
    def now(self) -> Trial:
        """The trial that is going on; for rules and invariants of your own."""
        if self._trial is None:
            self._trial = self.trial()
        return self._trial

    # ------------------------------------------------------------ rules

    @initialize(seed=st.integers(0, 2**16))
    def begin(self, seed: int) -> None:
        """Begin with a cluster of some seed."""
        self._trial = self.trial(seed)

    @rule(document=_of_class(lambda machine: machine.objects))
    def apply(self, document: Wire) -> None:
        """Create an object, or change the one of its name."""
        self._try(document)

    @precondition(lambda self: self.now.objects)
    @rule(place=_place, document=_of_class(lambda machine: machine.objects))
    def change(self, place: int, document: Wire) -> None:
        """Change an object."""
        _, namespace, name = self._object(place)
        metadata: Wire = {**document["metadata"], "name": name}
        if namespace:
            metadata["namespace"] = namespace
        self._try({**document, "metadata": metadata})

    @precondition(lambda self: self.now.objects)
    @rule(place=_place)
    def delete(self, place: int) -> None:
        """Delete an object."""
        kind, namespace, name = self._object(place)
        self._do(Step("delete", (kind, name), _within(namespace)))

    @precondition(lambda self: self._children())
    @rule(place=_place)
    def delete_child(self, place: int) -> None:
        """Delete a child of an object."""
        key = self._child(place).key
        self._do(Step("delete", (key.resource, key.name), _within(key.namespace)))

    @precondition(lambda self: any(spoilings(document_of(one)) for one in self._children()))
    @rule(place=_place, how=_place)
    def spoil_child(self, place: int, how: int) -> None:
        """Change a child of an object."""
        record = self._child(place)
        if patches := spoilings(document_of(record)):
            key, patch = record.key, patches[how % len(patches)]
            self._do(Step("patch", (key.resource, key.name, patch), _within(key.namespace)))

    @rule(fault=_of_class(_any_fault), seconds=_lasting)
    def inject(self, fault: AnyFault, seconds: float) -> None:
        """Let something go wrong for a while."""
        lasts = is_lasting(as_fault(fault))
        self._do(Step("inject", (fault,), (("seconds", seconds),) if lasts else ()))

    @precondition(lambda self: self._running())
    @rule(place=_place)
    def crash_container(self, place: int) -> None:
        """Let the processes of a pod end."""
        pods = self._running()
        namespace, name = pods[place % len(pods)]
        self._do(Step("inject", (ContainerCrash(name, namespace),)))

    @rule(times=st.integers(1, 8))
    def step(self, times: int) -> None:
        """Let each process do a little."""
        self._do(Step("step", (times,)))

    @rule(seconds=_seconds)
    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._do(Step("advance", (seconds,)))

    @rule()
    def heal(self) -> None:
        """Wait until all faults are over."""
        self._do(Step("heal"))

    def teardown(self) -> None:
        """Let faults end, and see that everything comes right."""
        if self._trial is not None and not self._has_failed:
            self._told(self._trial.finish)

    # ------------------------------------------------------------ inside

    def _do(self, step: Step) -> None:
        self._steps.append(step)
        method = getattr(self.now, step.method)
        self._told(lambda: method(*step.arguments, **dict(step.named)))

    def _try(self, document: Wire) -> None:
        """Apply an object; if the API refuses it, it is as if that had not been tried."""
        self._steps.append(Step("apply", (document,)))

        def apply() -> None:
            try:
                self.now.apply(document)
            except ApiError:
                self._steps.pop()

        self._told(apply)

    def _told(self, doing: Callable[[], object]) -> None:
        """Do something; what fails says how to do it again."""
        try:
            doing()
        except Exception as error:
            self._has_failed = True
            code = code_of_test(type(self), self._steps, seed=self.now.cluster.seed)
            error.add_note(f"The shortest script that does this, as a test:\n\n{code}\n")
            raise

    def _object(self, place: int) -> ObjectId:
        known = list(self.now.objects)
        return known[place % len(known)]

    def _children(self) -> list[Record]:
        return list(children_of(self.now.cluster, self.now.uids.values()).values())

    def _child(self, place: int) -> Record:
        children = self._children()
        return children[place % len(children)]

    def _running(self) -> list[tuple[str, str]]:
        """Return the namespaces and names of pods that run."""
        nodes = self.now.cluster.nodes.values()
        return sorted(
            (key.namespace, key.name)
            for node in nodes
            if node.is_up
            for key, run in node.pods.items()
            if run.containers
        )


def _within(namespace: str) -> tuple[tuple[str, object], ...]:
    return (("namespace", namespace),) if namespace else ()
