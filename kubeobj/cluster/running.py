"""The parts of a live cluster, put together, begun and ended in order."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, final

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.client import Client
from kubeobj.api.errors import AlreadyExists
from kubeobj.api.kind import User
from kubeobj.clock import Clock
from kubeobj.cluster.basics import storage_class
from kubeobj.cluster.livenode import LiveNode
from kubeobj.cluster.loopback import LoopbackRange, claim_range
from kubeobj.cluster.loopthread import LoopThread
from kubeobj.cluster.options import Options
from kubeobj.cluster.process import CONTROLLERS, OPERATORS, SCHEDULER
from kubeobj.cluster.runtimechoice import Chosen, choose_runtime
from kubeobj.cluster.sharedapi import SharedApi
from kubeobj.cluster.statedirectory import Config, StateDirectory
from kubeobj.controllers.horizontalpodautoscaler import (
    HorizontalPodAutoscalerController,
    horizontal_pod_autoscaler,
)
from kubeobj.controllers.measuredmetrics import Measured, MeasuredMetrics
from kubeobj.reconcile.manager import Install, Manager
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.scheduling.loop import scheduler_loop
from kubeobj.store.sqlite.sqlitestore import SqliteStore

_LOG: Final = logging.getLogger("kubeobj.cluster")

NODE: Final = "kubelet"
"""The name of what looks after the pods of the node."""


@final
class RunningCluster:
    """A cluster that runs.

    Args:
        directory: Its state, which is held.
        runtime: What is to run its pods: a name, or the runtime itself.
        options: What else it is made of.

    Raises:
        StateError: If its state cannot be used.
        StoreError: If what is stored cannot be read.
        RuntimeFault: If the runtime that was asked for does not answer.
    """

    def __init__(
        self, directory: StateDirectory, runtime: str | ContainerRuntime, options: Options
    ) -> None:
        self._options = options
        self._clock: Clock = options.clock
        config = directory.read_config()
        self.loopback: LoopbackRange = claim_range(directory.path, config.octet)
        """Its addresses."""
        self._store = SqliteStore(directory.store)
        try:
            self.chosen: Chosen = choose_runtime(
                runtime, config.runtime, directory, self.loopback, options
            )
            """What runs its pods, and why."""
            directory.write_config(
                Config(self.chosen.name, self.loopback.octet, config.token_secret)
            )
            server = ApiServer(
                store=self._store,
                clock=self._clock,
                kinds=options.kinds,
                admissions=options.admissions,
                token_secret=config.token_secret.encode(),
                service_cidrs=(self.chosen.services,),
                allow_loopback_endpoints=True,
            )
        except BaseException:
            self._store.close()
            self.loopback.release()
            raise
        self.api: SharedApi = SharedApi(server)
        """Its API, for several threads."""
        self.began: float = self._clock.now()
        """When it began, in seconds since 1970."""
        self.client: Client = self.api.client(advance=time.sleep)
        """A client of whoever has the cluster."""
        with suppress(AlreadyExists):
            self.client.create(storage_class(directory.volumes))
        self.node: LiveNode = LiveNode(
            self._manager(NODE), self.api, self.chosen, directory, options
        )
        """The machine, as a node."""
        controllers, scheduler = self._manager(CONTROLLERS), self._manager(SCHEDULER)
        controllers.install(*_measured(options.loops, self.node.pods))
        scheduler.install(scheduler_loop(options.profiles))
        self._loops = LoopThread(
            {NODE: self.node.manager, CONTROLLERS: controllers, SCHEDULER: scheduler},
            self._clock,
            _report,
            self.api.turn,
        )
        self._operators: LoopThread | None = None
        self._operating: Manager | None = None
        self._ends = [self.api.listen(self._loops.wake)]

    def start(self) -> None:
        """Begin."""
        self.node.start(self._loops.wake)
        self._loops.start()

    def install(self, loops: Sequence[Install]) -> None:
        """Let control loops of the user's own run, in a thread of their own."""
        if self._operators is None or self._operating is None:
            # They may take their time, so each of their questions is a turn of its own.
            user = _user(OPERATORS)
            client = self.api.client(user=user, manager=OPERATORS, advance=time.sleep)
            self._operating = Manager(client, self._clock, name=OPERATORS)
            self._operating.install(*loops)
            self._operators = LoopThread(
                {OPERATORS: self._operating}, self._clock, _report, name="kubeobj-operators"
            )
            self._ends.append(self.api.listen(self._operators.wake))
            self._operators.start()
        else:
            operating = self._operating
            self._operators.do(lambda: operating.install(*loops))

    def hurry(self) -> None:
        """Give pods that are ending no more time; from any thread."""
        self.node.hurry()

    def stop(self, *, leave_pods: bool) -> None:
        """End everything in order; pods first, unless they are left to run."""
        if self._operators is not None:
            self._operators.stop()
        try:
            self.node.stop(self._loops.do, leave_pods=leave_pods)
        finally:
            self._loops.stop()
            for end in self._ends:
                end()
            self.node.close()
            self._store.close()
            self.loopback.release()

    def _manager(self, name: str) -> Manager:
        return Manager(self.api.loop_client(_user(name), name), self._clock, name=name)


def _measured(loops: Sequence[Install], pods: Measured) -> list[Install]:
    """Return loops, autoscalers among them going by what pods really use."""
    autoscalers = horizontal_pod_autoscaler(MeasuredMetrics(pods))
    return [autoscalers if one is HorizontalPodAutoscalerController else one for one in loops]


def _user(name: str) -> User:
    return User(f"system:{name}", ("system:masters", "system:authenticated"))


def _report(name: str, error: Exception) -> None:
    _LOG.error("%s has failed and begins anew: %s", name, error, exc_info=error)
