"""Ending all pods of this machine in order, as a node does that is shut down.

What is less important ends first, and the pods of one importance at a time; in a pod the main
containers, then its sidecars from the last to the first, each with the rest of the pod's time.

Source: Kubernetes documentation, Node Shutdowns, Graceful node shutdown, and Pod Lifecycle,
Termination of Pods (v1.36).
"""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, final

from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.node.hooks import HookFault, Hooks
from kubeobj.node.restartpolicy import container_of, init_containers_of, is_sidecar
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.runtimes.errors import RuntimeFault
from kubeobj.runtimes.states import Container, ContainerState, Sandbox

_USUAL_GRACE: Final = 30.0
_AT_ONCE: Final = 64


@final
class PodShutdown:
    """Ends pods.

    Args:
        runtime: What runs them.
        clock: Tells how long something takes.
    """

    def __init__(self, runtime: ContainerRuntime, clock: Clock) -> None:
        self._runtime = runtime
        self._clock = clock
        self._hurried = threading.Event()
        self._hooks = Hooks(runtime, clock, self._hurried.wait)

    def hurry(self) -> None:
        """Give no more time to anything; from any thread."""
        self._hurried.set()

    def end_all(self, pods: Iterable[Wire] = ()) -> int:
        """End all that runs, and return how many pods that were.

        Args:
            pods: The pods as they were read last, which say how much time they have; others are
                given the usual time.

        Raises:
            RuntimeFault: If the runtime does not answer.
        """
        known = {pod["metadata"]["uid"]: pod for pod in pods}
        found = self._running()
        by_importance: dict[int, list[Sandbox]] = {}
        for sandbox in found:
            pod = known.get(sandbox.pod.uid)
            importance = 0 if pod is None else pod["spec"].get("priority") or 0
            by_importance.setdefault(importance, []).append(sandbox)
        hurrying = threading.Thread(target=self._force_when_hurried, args=(found,), daemon=True)
        hurrying.start()
        with ThreadPoolExecutor(_AT_ONCE, "kubeobj-ending") as threads:
            for importance in sorted(by_importance):
                ending = [
                    threads.submit(self._end, one, known.get(one.pod.uid))
                    for one in by_importance[importance]
                ]
                for one in ending:
                    one.result()
        return len(found)

    def remove_all(self) -> None:
        """Remove all sandboxes with their containers, for nobody will look at them again.

        Raises:
            RuntimeFault: If the runtime does not answer.
        """
        found = [one.id for one in self._runtime.sandboxes()]
        with ThreadPoolExecutor(_AT_ONCE, "kubeobj-removing") as threads:
            for one in [threads.submit(self._runtime.remove_sandbox, one) for one in found]:
                one.result()

    def _running(self) -> list[Sandbox]:
        """Return the sandboxes in which something runs, or could."""
        return [
            one
            for one in self._runtime.sandboxes()
            if one.state.value == "ready"
            or any(_is_up(run) for run in self._runtime.containers(one.id))
        ]

    def _force_when_hurried(self, sandboxes: list[Sandbox]) -> None:
        self._hurried.wait()
        for one in sandboxes:
            with suppress(RuntimeFault):
                self._runtime.stop_sandbox(one.id)

    # ------------------------------------------------------------ one pod

    def _end(self, sandbox: Sandbox, pod: Wire | None) -> None:
        began = self._clock.now()
        grace = _USUAL_GRACE
        if pod is not None:
            grace = float(pod["spec"].get("terminationGracePeriodSeconds", _USUAL_GRACE))
        with suppress(RuntimeFault):
            runs = [one for one in self._runtime.containers(sandbox.id) if _is_up(one)]
            for group in _order(runs, pod):
                left = max(began + grace - self._clock.now(), 1.0)
                self._end_together(group, pod, sandbox, left)
            self._runtime.stop_sandbox(sandbox.id)

    def _end_together(
        self, runs: list[Container], pod: Wire | None, sandbox: Sandbox, seconds: float
    ) -> None:
        threads = [
            threading.Thread(target=self._end_one, args=(run, pod, sandbox, seconds), daemon=True)
            for run in runs
        ]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

    def _end_one(self, run: Container, pod: Wire | None, sandbox: Sandbox, seconds: float) -> None:
        began = self._clock.now()
        container = {} if pod is None else container_of(pod, run.name) or {}
        hook = (container.get("lifecycle") or {}).get("preStop")
        if hook and not self._hurried.is_set():
            address = sandbox.addresses[0] if sandbox.addresses else ""
            with suppress(HookFault):
                self._hooks.run(hook, container, run.id, address, seconds)
        left = 0.0 if self._hurried.is_set() else max(seconds - (self._clock.now() - began), 1.0)
        with suppress(RuntimeFault):
            self._runtime.stop_container(run.id, left)


def _is_up(run: Container) -> bool:
    return run.state in {ContainerState.RUNNING, ContainerState.CREATED}


def _order(runs: list[Container], pod: Wire | None) -> list[list[Container]]:
    """Return what is ended together, in the order of ending: sidecars last, one by one."""
    if pod is None:
        return [runs] if runs else []
    sidecars = [one["name"] for one in init_containers_of(pod) if is_sidecar(one)]
    groups = [[run for run in runs if run.name not in sidecars]]
    groups += [[run for run in runs if run.name == name] for name in reversed(sidecars)]
    return [group for group in groups if group]
