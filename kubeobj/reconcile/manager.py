"""Control loops that share their caches, stepped by one hand.

Source: ``sigs.k8s.io/controller-runtime/pkg/manager`` (v0.24).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TypeAlias, final

from kubeobj.api.client import Client
from kubeobj.clock import Clock, VirtualClock
from kubeobj.entropy import IdSource, SystemIdSource
from kubeobj.reconcile.backoff import Backoff
from kubeobj.reconcile.clientlayer import Ask, Call, layered
from kubeobj.reconcile.controller import Controller, Reconcile
from kubeobj.reconcile.events import EventRecorder
from kubeobj.reconcile.failures import FAILURES
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.leaderelection import Election, LeaderElector
from kubeobj.reconcile.loop import NeverSettles, Steppable, advance, settle
from kubeobj.reconcile.metrics import ControllerStatus
from kubeobj.reconcile.reflector import Selection
from kubeobj.reconcile.request import Cached, Request

Install: TypeAlias = "Callable[[Manager], object]"
"""Makes a control loop with the informers of a manager, and adds it there."""

PATIENCE = 2_000
"""How often one key may be worked on while no time passes, before the loop is called endless."""


@final
class Manager:
    """Control loops, with the caches that they share. One thread steps it.

    It knows nothing but a client, a clock and a source of ids; so the same loops run on a server
    in the same process and on any other, live or in a simulation.

    Args:
        client: In whose name the loops ask.
        clock: Where they have the time from.
        ids: Where random names come from.
        name: Who says so in events.
        patience: How often one key may be worked on while no time passes.
        burst: How many keys each loop may work on before the caches are read again.
    """

    def __init__(
        self,
        client: Client,
        clock: Clock,
        *,
        ids: IdSource | None = None,
        name: str = "kubeobj",
        patience: int = PATIENCE,
        burst: int = 64,
    ) -> None:
        self.clock: Clock = clock
        self.ids: IdSource = SystemIdSource() if ids is None else ids
        self.name: str = name
        self.client: Client = layered(client, self._note)
        """The client of its loops; what is asked of it is counted."""
        self.elector: LeaderElector | None = None
        """Decides whether its loops work; None if they always do."""
        self._reads = client
        self._patience = patience
        self._burst = burst
        self._installed: list[Install] = []
        self._is_installing = False
        self._parts: list[Steppable] = []
        self._quiet_parts: list[Steppable] = []
        self._quiet: dict[str, Controller] = {}
        self._informers: dict[Selection, Informer] = {}
        self._controllers: dict[str, Controller] = {}
        self._events = EventRecorder(self.client, clock, name)
        # What has been done since the clock last moved, to tell who keeps a loop going.
        self._since = clock.now()
        self._asked: Counter[tuple[str, Request]] = Counter()
        self._written: Counter[tuple[tuple[str, Request], str]] = Counter()
        self._at_work: Controller | None = None

    # ------------------------------------------------------------ putting together

    def install(self, *loops: Install) -> None:
        """Add control loops: each is called with this manager, and again after a restart."""
        for install in loops:
            if self._is_installing:
                install(self)  # by another, which will do so again
            else:
                self._put_in((install,))
                self._installed.append(install)

    def informer(
        self, kind: str, *, namespace: str = "", labels: str = "", fields: str = ""
    ) -> Informer:
        """Return the cache of the objects of a kind; whoever asks for the same shares it.

        Args:
            kind: The kind, by any name; always by the same one, to share.
            namespace: In which namespace; empty for all.
            labels: With which labels.
            fields: With which fields.
        """
        selection = Selection(kind, namespace, labels, fields)
        informer = self._informers.get(selection)
        if informer is None:
            informer = self._informers[selection] = Informer(self._reads, self.clock, selection)
        return informer

    def controller(
        self,
        name: str,
        reconcile: Reconcile,
        *,
        needs: Sequence[Informer] = (),
        backoff: Backoff | None = None,
        on_error: Callable[[Request, Exception], object] | None = None,
        quiet: bool = False,
    ) -> Controller:
        """Add a control loop and return it, so that it can be told what to look at.

        Args:
            name: What it is called, unlike all others.
            reconcile: What it asks about each key.
            needs: What it reads; it does nothing before that is there.
            backoff: How long keys wait that have failed.
            on_error: Told of each failure.
            quiet: Whether its deadlines are only there for what fails to happen; see
                `loud_deadline`.

        Raises:
            ValueError: If there is one of that name.
        """
        if name in self._controllers:
            msg = f"there is a controller {name!r} already"
            raise ValueError(msg)
        controller = Controller(
            name, reconcile, self.clock, needs=needs, backoff=backoff, on_error=on_error
        )
        self._controllers[name] = controller
        if quiet:
            self._quiet[name] = controller
        return controller

    def elect(self, election: Election) -> LeaderElector:
        """Let its loops work only while this one is the leader; the caches are kept up anyway."""
        self.elector = LeaderElector(self.client, self.clock, election)
        return self.elector

    def add(self, part: Steppable, *, quiet: bool = False) -> None:
        """Add something else that works in steps, such as a scheduler; it is stepped last.

        Args:
            part: What it is.
            quiet: Whether its deadlines are of no interest to anybody else; see `loud_deadline`.
        """
        (self._quiet_parts if quiet else self._parts).append(part)

    # ------------------------------------------------------------ asking

    @property
    def controllers(self) -> Mapping[str, Controller]:
        """Its loops by name."""
        return self._controllers

    @property
    def events(self) -> EventRecorder:
        """Records events in its name; `EventRecorder.by` gives one in the name of a loop."""
        return self._events

    @property
    def status(self) -> tuple[ControllerStatus, ...]:
        """How its loops are doing."""
        return tuple(controller.status for controller in self._controllers.values())

    def known(self, kind: str, request: Request) -> Cached | None:
        """Return an object as its loops have read it last; None if they have not.

        Args:
            kind: The kind, by the name by which it was asked for.
            request: Which object.
        """
        informer = self._informers.get(Selection(kind))
        return None if informer is None else informer.cache.find(request)

    # ------------------------------------------------------------ working

    def step(self) -> bool:
        """Read what has changed, then let each loop do a little; return whether anything was done.

        Raises:
            NeverSettles: If a key has been worked on too often while no time has passed.
        """
        self._forget_the_past()
        busy = self.read()
        if self.elector is not None:
            busy = self.elector.step() or busy
            if not self.elector.is_leader:
                return busy
        for controller in list(self._controllers.values()):
            if len(controller.queue) or controller.queue.is_ready:
                busy = self._work(controller) or busy
        for part in (*self._parts, *self._quiet_parts):
            if self._is_at_work:
                busy = part.step() or busy
        return busy

    def read(self) -> bool:
        """Bring all caches up to date; return whether anything has changed."""
        busy = False
        for informer in list(self._informers.values()):
            if informer.poll():
                busy = True
        return busy

    def settle(self) -> None:
        """Work until nothing is left to do now.

        Raises:
            NeverSettles: If a loop keeps itself going.
        """
        settle((self,))

    def advance(self, seconds: float) -> None:
        """Let time pass on a virtual clock, and do whatever becomes due.

        Raises:
            NeverSettles: If a loop keeps itself going.
            TypeError: If the clock is none that can be moved.
        """
        if not isinstance(self.clock, VirtualClock):
            msg = "only a virtual clock can be moved; run() works as time passes"
            raise TypeError(msg)
        advance(self.clock, (self,), seconds)

    @property
    def deadline(self) -> float | None:
        """When something is to be done next, in seconds since 1970; None if nothing is known."""
        found: list[float | None] = []
        if self._is_at_work:
            found += [controller.deadline for controller in self._quiet.values()]
            found += [part.deadline for part in self._quiet_parts]
        known = [at for at in (*found, self.loud_deadline) if at is not None]
        return min(known) if known else None

    @property
    def loud_deadline(self) -> float | None:
        """When something is to be done next that others may see.

        Quiet is what shows that somebody is alive, and what looks whether somebody is not: as long
        as all are, it makes no difference at which times that happens in between.
        """
        quiet = self._quiet
        found = [informer.reflector.deadline for informer in self._informers.values()]
        if self._is_at_work:
            found += [
                controller.deadline
                for name, controller in self._controllers.items()
                if name not in quiet
            ]
            found += [part.deadline for part in self._parts]
        if self.elector is not None:
            found.append(self.elector.deadline)
        known = [at for at in found if at is not None]
        return min(known) if known else None

    def restart(self) -> None:
        """Forget everything but what is installed, as a process that begins anew."""
        for informer in self._informers.values():
            informer.reflector.close()
        self._informers, self._controllers, self._quiet = {}, {}, {}
        self._parts, self._quiet_parts = [], []
        self._events = EventRecorder(self.client, self.clock, self.name)
        self._at_work = None
        if self.elector is not None:
            self.elector.forget()
        self._put_in(self._installed)

    def relist(self) -> None:
        """List everything again at the next step, as if no watch could go on."""
        for informer in self._informers.values():
            informer.reflector.restart()

    def close(self) -> None:
        """End its watches and give up the lead; another step begins where it was."""
        for informer in self._informers.values():
            informer.reflector.close()
        if self.elector is not None:
            with suppress(*FAILURES):  # else the others wait until the lease is over
                self.elector.release()

    # ------------------------------------------------------------ inside

    @property
    def _is_at_work(self) -> bool:
        """Whether its loops may work; who has lost the lead stops at once."""
        return self.elector is None or self.elector.is_leader

    def _put_in(self, loops: Sequence[Install]) -> None:
        self._is_installing = True
        try:
            for install in loops:
                install(self)
        finally:
            self._is_installing = False

    def _work(self, controller: Controller) -> bool:
        busy = False
        self._at_work = controller
        try:
            for _ in range(self._burst):
                key = controller.step() if self._is_at_work else None
                if key is None:
                    break
                busy = True
                self._count(controller, key)
        finally:
            self._at_work = None
        return busy

    def _forget_the_past(self) -> None:
        now = self.clock.now()
        if now != self._since:
            if now < self._since:
                for controller in self._controllers.values():
                    controller.queue.put_back(self._since - now)
            self._since = now
            self._asked.clear()
            self._written.clear()

    def _count(self, controller: Controller, key: Request) -> None:
        """Count that a key was worked on.

        Raises:
            NeverSettles: If that was once too often.
        """
        work = controller.name, key
        self._asked[work] += 1
        if self._asked[work] > self._patience:
            raise NeverSettles(self._who_keeps_going())

    def _note(self, call: Call, ask: Ask) -> object:
        """Ask, and remember what a loop writes that may be endless."""
        controller = self._at_work
        if controller is not None and controller.working_on is not None and call.is_write:
            work = controller.name, controller.working_on
            if self._asked[work] > self._patience // 2:
                self._written[work, str(call)] += 1
        return ask()

    def _who_keeps_going(self) -> str:
        """Say which keys have been worked on most, and what was written meanwhile."""
        lines = [f"{self.name} never settles: no time passes, and these keys keep coming back"]
        for (name, key), times in self._asked.most_common(3):
            lines.append(f"  {name} {key}: {times} times")
            writes = [
                (times, write)
                for (work, write), times in self._written.items()
                if work == (name, key)
            ]
            lines += (
                f"    {write}: {times} times" for times, write in sorted(writes, reverse=True)[:5]
            )
        return "\n".join(lines)
