"""Carrying out what a pod worker wants done: the calls that block, away from the loop.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` startContainer, killContainer, and
``images/image_manager.go`` (v1.36).
"""

from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final, final

from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.node.containerresources import container_resources
from kubeobj.node.faults import ConfigFault, PodFault
from kubeobj.node.hooks import HookFault, Hooks
from kubeobj.node.podactions import (
    Action,
    ContainerAction,
    PrepareVolumes,
    PullImage,
    RemoveContainer,
    RemoveSandbox,
    RunPreStop,
    RunSandbox,
    StartContainer,
    StopContainer,
    StopSandbox,
    TearDown,
    UpdateResources,
)
from kubeobj.node.podinputs import PodInputs
from kubeobj.node.podview import PodView
from kubeobj.node.restartpolicy import container_of
from kubeobj.node.situation import Note
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.runtimes.errors import ImageFault, NoSuchContainer, RuntimeFault, RuntimeUnavailable
from kubeobj.runtimes.states import Container, ContainerState, Image, Sandbox

FETCH: Final = "FetchImage"
"""Why a container cannot be started yet whose image has to be fetched first; nobody sees it."""

_WORDS_KEPT: Final = 4096


@final
@dataclass(slots=True)
class Order:
    """Something to carry out for a pod.

    Args:
        pod: The pod, as it was when that was decided.
        action: What.
        address: The address of the pod; empty before it has one.
    """

    pod: Wire
    action: Action
    address: str = ""
    _is_void: bool = False

    def cancel(self) -> None:
        """Say, from any thread, that it need not be done any more."""
        self._is_void = True

    def is_void(self) -> bool:
        """Return whether it need not be done any more."""
        return self._is_void


@final
@dataclass(slots=True)
class Result:
    """What has come of it.

    Args:
        notes: What is to be told.
        fault: Why it was not done: a reason in one word, and a message; None if it was.
        is_unavailable: Whether the runtime did not answer.
        made_id: The id of what was made: a container, or an image.
        view: What there is of the pod now; None if that could not be seen, or need not be.
        tick: When that was looked at, as a number that grows.
    """

    notes: list[Note] = field(default_factory=list)
    fault: tuple[str, str] | None = None
    is_unavailable: bool = False
    made_id: str = ""
    view: PodView | None = None
    tick: int = 0


@final
class PodJobs:
    """Carries out actions, and looks at what there is. Any thread may use it.

    Args:
        runtime: What runs the containers.
        inputs: Makes what it is asked for.
        clock: Tells how long something takes.
        hooks: Runs what containers do at their start and end.
        memory_bytes: How much memory the node has; 0 if nobody knows.
    """

    def __init__(
        self,
        runtime: ContainerRuntime,
        inputs: PodInputs,
        clock: Clock,
        hooks: Hooks,
        memory_bytes: int = 0,
    ) -> None:
        self._runtime = runtime
        self._inputs = inputs
        self._clock = clock
        self._hooks = hooks
        self._memory_bytes = memory_bytes
        self._ticks = count(1)
        # The last words of containers that have ended, by id: they are looked for once.
        self._words: dict[str, str] = {}

    # ------------------------------------------------------------ looking

    def look(self, pod: Wire) -> tuple[int, PodView]:
        """Return what there is of a pod.

        Raises:
            RuntimeFault: If the runtime does not say.
        """
        tick = next(self._ticks)
        uid = pod["metadata"]["uid"]
        sandboxes = [one for one in self._runtime.sandboxes() if one.pod.uid == uid]
        containers = [
            self._with_words(pod, container)
            for sandbox in sandboxes
            for container in self._runtime.containers(sandbox.id)
        ]
        return tick, PodView.of(sandboxes, containers)

    def try_to_look(self, pod: Wire) -> tuple[int, PodView] | None:
        """Return what there is of a pod; None if the runtime does not say."""
        try:
            return self.look(pod)
        except Exception:
            return None

    def look_at_all(self) -> tuple[int, dict[str, PodView]]:
        """Return what there is of all pods, by uid; of what has ended without last words.

        Raises:
            RuntimeFault: If the runtime does not say.
        """
        tick = next(self._ticks)
        found: dict[str, tuple[list[Sandbox], list[Container]]] = {}
        of_sandbox: dict[str, list[Container]] = {}
        for sandbox in self._runtime.sandboxes():
            sandboxes, containers = found.setdefault(sandbox.pod.uid, ([], []))
            sandboxes.append(sandbox)
            of_sandbox[sandbox.id] = containers
        for container in self._runtime.containers():
            there = of_sandbox.get(container.sandbox_id)
            if there is not None:  # else it was removed in between
                words = self._words.get(container.id, "")
                there.append(replace(container, message=words) if words else container)
        return tick, {uid: PodView.of(*one) for uid, one in found.items()}

    def _with_words(self, pod: Wire, container: Container) -> Container:
        if container.state is not ContainerState.EXITED:
            return container
        words = self._words.get(container.id)
        if words is None:
            words = self._inputs.last_words(pod, container) or container.message
            if len(self._words) >= _WORDS_KEPT:
                self._words.pop(next(iter(self._words)), None)
            self._words[container.id] = words
        return replace(container, message=words) if words else container

    # ------------------------------------------------------------ doing

    def carry_out(self, order: Order) -> Result:
        """Carry out an action; it raises nothing.

        What there is of the pod then is looked at, if the action concerns that.
        """
        result = Result()
        try:
            self._do(order, result)
        except RuntimeUnavailable as error:
            result.fault, result.is_unavailable = (error.reason, error.message), True
        except (RuntimeFault, PodFault) as error:
            result.fault = error.reason, error.message
        except Exception as error:
            # Whatever it is, the pod is not to wait for ever for what has failed.
            result.fault = "FailedSync", f"{type(error).__name__}: {error}"
        if isinstance(order.action, PrepareVolumes | PullImage | TearDown):
            return result
        looked = self.try_to_look(order.pod)
        if looked is None:
            result.is_unavailable = True
        else:
            result.tick, result.view = looked
        return result

    def _do(self, order: Order, result: Result) -> None:
        match order.action:
            case PrepareVolumes():
                self._inputs.set_up(order.pod)
            case RunSandbox(attempt):
                self._runtime.run_sandbox(self._inputs.sandbox(order.pod, attempt))
            case StopSandbox(sandbox_id):
                self._runtime.stop_sandbox(sandbox_id)
            case RemoveSandbox(sandbox_id):
                self._runtime.remove_sandbox(sandbox_id)
            case TearDown(is_gone):
                self._inputs.tear_down(order.pod["metadata"]["uid"])
                if is_gone:
                    self._inputs.remove_logs(order.pod)
            case action:
                self._do_to_container(order, action, result)

    def _do_to_container(self, order: Order, action: ContainerAction, result: Result) -> None:
        match action:
            case PullImage():
                self._pull(order, action, result)
            case StartContainer():
                self._start(order, action, result)
            case StopContainer():
                self._stop(order, action, result)
            case RunPreStop(name, container_id, seconds):
                self._run_pre_stop(order, name, container_id, seconds, result)
            case RemoveContainer(_, container_id):
                self._remove(container_id)
            case UpdateResources(name, container_id):
                container = container_of(order.pod, name)
                if container is not None:
                    resources = container_resources(order.pod, container, self._memory_bytes)
                    self._runtime.update_resources(container_id, resources)

    # ------------------------------------------------------------ images

    def _pull(self, order: Order, action: PullImage, result: Result) -> None:
        auth, missing = self._inputs.auth(order.pod, action.image)
        if missing:
            names = ", ".join(missing)
            message = (
                f"Unable to retrieve some image pull secrets ({names}); attempting to pull the "
                "image may not succeed."
            )
            result.notes.append(Note("FailedToRetrieveImagePullSecret", message, "Warning"))
        began, name = self._clock.now(), action.container
        try:
            image = self._runtime.pull_image(action.image, auth)
        except ImageFault as error:
            if error.reason == "InvalidImageName":
                result.notes.append(Note("InspectFailed", error.message, "Warning", name))
            else:
                message = f'Failed to pull image "{action.image}": {error.message}'
                result.notes.append(Note("Failed", message, "Warning", name))
            result.notes.append(Note("Failed", f"Error: {error.reason}", "Warning", name))
            raise
        result.made_id = image.id
        lasted = milliseconds(self._clock.now() - began)
        message = (
            f'Successfully pulled image "{action.image}" in {lasted} ({lasted} including waiting). '
            f"Image size: {image.size_bytes} bytes."
        )
        result.notes.append(Note("Pulled", message, container=name))

    def _image(self, container: Wire, action: StartContainer, result: Result) -> Image:
        """Return the image of a container, if it need not be fetched.

        Raises:
            ImageFault: If it has to be, or may not be.
        """
        name, shown = container.get("image", ""), action.container
        policy = container.get("imagePullPolicy", "IfNotPresent")
        image = self._runtime.image(name)
        if action.image_id and image is not None:
            return image
        if image is not None and policy != "Always":
            message = (
                f'Container image "{name}" already present on machine and can be accessed by the '
                "pod"
            )
            result.notes.append(Note("Pulled", message, container=shown))
            return image
        if policy == "Never":
            message = f'Container image "{name}" is not present with pull policy of Never'
            result.notes.append(Note("ErrImageNeverPull", message, "Warning", shown))
            raise ImageFault(message, reason="ErrImageNeverPull")
        raise ImageFault("it has to be fetched", reason=FETCH)

    # ------------------------------------------------------------ containers

    def _start(self, order: Order, action: StartContainer, result: Result) -> None:
        name, container = action.container, container_of(order.pod, action.container)
        if container is None or order.is_void():
            return
        try:
            image = self._image(container, action, result)
            config = self._inputs.container(
                order.pod, container, action.attempt, image, action.sandbox.addresses
            )
            config = replace(config, target_id=self._target(container, action.sandbox.id))
            if order.is_void():
                return
            container_id = self._runtime.create_container(action.sandbox, config)
            result.notes.append(Note("Created", "Container created", container=name))
            if order.is_void():
                return  # it goes with its sandbox
            self._runtime.start_container(container_id)
        except RuntimeUnavailable:
            raise
        except (RuntimeFault, PodFault) as error:
            if error.reason != FETCH:
                said = error.reason if isinstance(error, ImageFault) else error.message
                result.notes.append(Note("Failed", f"Error: {said}", "Warning", name))
            raise
        result.notes.append(Note("Started", "Container started", container=name))
        result.made_id = container_id
        hook = (container.get("lifecycle") or {}).get("postStart")
        if hook is not None:
            self._run_post_start(order, container, container_id, hook, result)

    def _target(self, container: Wire, sandbox_id: str) -> str:
        """Return the container whose processes another one is to see; empty for none.

        Raises:
            ConfigFault: If it has never been there.
        """
        name = container.get("targetContainerName", "")
        if not name:
            return ""
        runs = [one for one in self._runtime.containers(sandbox_id) if one.name == name]
        if not runs:
            raise ConfigFault(f"unable to find target container {name}")
        return max(runs, key=lambda one: one.attempt).id

    def _run_post_start(
        self, order: Order, container: Wire, container_id: str, hook: Wire, result: Result
    ) -> None:
        name = container["name"]
        action = order.action
        addresses = action.sandbox.addresses if isinstance(action, StartContainer) else ()
        address = addresses[0] if addresses else order.address
        try:
            self._hooks.run(hook, container, container_id, address)
        except HookFault as error:
            result.notes.append(
                Note("FailedPostStartHook", "PostStartHook failed", "Warning", name)
            )
            result.notes.append(Note("Killing", "FailedPostStartHook", container=name))
            seconds = float(order.pod["spec"].get("terminationGracePeriodSeconds", 30))
            stop = StopContainer(name, container_id, seconds, "")
            self._stop(order, stop, result)
            result.fault = "PostStartHookError", str(error)

    def _stop(self, order: Order, action: StopContainer, result: Result) -> None:
        seconds = action.grace_seconds
        if action.runs_hook:
            began = self._clock.now()
            self._run_pre_stop(order, action.container, action.container_id, seconds, result)
            took = max(self._clock.now() - began, 0.0)
            seconds = max(seconds - took, min(seconds, 2.0))
        try:
            self._runtime.stop_container(action.container_id, seconds)
        except NoSuchContainer:
            return

    def _remove(self, container_id: str) -> None:
        """Remove a run of a container, and its log."""
        self._words.pop(container_id, None)
        try:
            path = self._runtime.container(container_id).log_path
        except NoSuchContainer:
            return
        self._runtime.remove_container(container_id)
        if path.name:
            self._inputs.remove_log(path)

    def _run_pre_stop(
        self, order: Order, name: str, container_id: str, seconds: float, result: Result
    ) -> None:
        container = container_of(order.pod, name)
        hook = ((container or {}).get("lifecycle") or {}).get("preStop")
        if container is None or hook is None or seconds <= 0:
            return
        try:
            self._hooks.run(hook, container, container_id, order.address, seconds)
        except HookFault:
            # What it says may be secret.
            result.notes.append(Note("FailedPreStopHook", "PreStopHook failed", "Warning", name))


def milliseconds(seconds: float) -> str:
    """Return a duration as Go writes it, cut to milliseconds.

    >>> milliseconds(0.3931), milliseconds(2.5), milliseconds(0), milliseconds(61.25)
    ('393ms', '2.5s', '0s', '1m1.25s')
    """
    whole = int(max(seconds, 0.0) * 1000)
    if whole and whole < 1000:
        return f"{whole}ms"
    minutes, rest = divmod(whole, 60_000)
    text = f"{rest / 1000:g}s"
    return f"{minutes}m{text}" if minutes else text
