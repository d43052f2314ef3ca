"""What containers do right after they have started, and before they stop.

Source: Kubernetes documentation, Container Lifecycle Hooks (v1.36);
``k8s.io/kubernetes/pkg/kubelet/lifecycle`` handlers.go.
"""

from collections.abc import Callable
from typing import Final, final

from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.node.handlers import NoSuchPort, question_of
from kubeobj.node.probes.httpget import HttpFault, get
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.runtimes.errors import RuntimeFault

USER_AGENT: Final = "kube-lifecycle/1.36"
"""What a hook says that it is."""

_LONGEST_SECONDS: Final = 86_400.0


class HookFault(Exception):
    """A hook has failed; the text says how."""


@final
class Hooks:
    """Runs hooks; they block.

    Args:
        runtime: Runs commands in containers.
        clock: Tells how long something takes.
        sleep: Waits so many seconds of the clock.
    """

    def __init__(
        self, runtime: ContainerRuntime, clock: Clock, sleep: Callable[[float], object]
    ) -> None:
        self._runtime = runtime
        self._clock = clock
        self._sleep = sleep

    def run(
        self,
        handler: Wire,
        container: Wire,
        container_id: str,
        address: str,
        seconds: float | None = None,
    ) -> None:
        """Run a hook to its end, or for as long as it may take.

        Args:
            handler: The hook.
            container: Whose it is.
            container_id: Which run of it.
            address: The address of its pod.
            seconds: How long it may take; None for as long as it takes.

        Raises:
            HookFault: If it fails.
        """
        longest = _LONGEST_SECONDS if seconds is None else seconds
        try:
            if "exec" in handler:
                self._exec(handler["exec"], container, container_id, seconds)
            elif "httpGet" in handler:
                question = question_of(handler["httpGet"], container, address, USER_AGENT)
                get(question, longest, self._clock)
            elif "sleep" in handler:
                self._sleep(min(float(handler["sleep"]["seconds"]), longest))
            else:
                raise HookFault("invalid handler: it has nothing to do")
        except (HttpFault, NoSuchPort, RuntimeFault) as error:
            raise HookFault(str(error)) from error

    def _exec(
        self, handler: Wire, container: Wire, container_id: str, seconds: float | None
    ) -> None:
        command = tuple(handler.get("command") or ())
        result = self._runtime.exec_sync(container_id, command, seconds)
        if result.timed_out or result.exit_code != 0:
            how = "timed out" if result.timed_out else f"exited with {result.exit_code}"
            raise HookFault(
                f"Exec lifecycle hook ({' '.join(command)}) for Container "
                f'"{container["name"]}" failed - error: command {how}'
            )
