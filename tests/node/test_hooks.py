"""What containers do right after they have started, and before they stop."""

from pathlib import Path
from typing import Any

import pytest

from kubeobj.clock import LiveClock, VirtualClock
from kubeobj.node.hooks import HookFault, Hooks
from kubeobj.runtimes.behaviour import Behaviour, Behaviours
from kubeobj.runtimes.configs import ContainerConfig, PodIdentity, SandboxConfig
from kubeobj.runtimes.simulated import SimulatedRuntime
from tests.node.probes.servers import free_port, http_server

CONTAINER: dict[str, Any] = {"name": "a", "ports": []}


def runtime_with(behaviour: Behaviour) -> tuple[SimulatedRuntime, str]:
    """Return a runtime, and a container that runs in it: commands go well once it is ready."""
    clock = VirtualClock()
    runtime = SimulatedRuntime(clock, Behaviours(default=behaviour), sleep=clock.advance)
    config = SandboxConfig(PodIdentity("default", "p", "u"), "p", Path("/nowhere"))
    sandbox = runtime.run_sandbox(config)
    run_id = runtime.create_container(sandbox, ContainerConfig("a", 0, "a:1"))
    runtime.start_container(run_id)
    return runtime, run_id


def test_a_command_runs_in_the_container() -> None:
    """And has to go well."""
    runtime, run_id = runtime_with(Behaviour())
    hook = {"exec": {"command": ["warm", "up"]}}
    Hooks(runtime, LiveClock(), lambda _seconds: None).run(hook, CONTAINER, run_id, "")


def test_a_command_that_fails_is_a_fault() -> None:
    """In the kubelet's words."""
    runtime, run_id = runtime_with(Behaviour(ready_seconds=None))
    hooks = Hooks(runtime, LiveClock(), lambda _seconds: None)
    expected = (
        r'Exec lifecycle hook \(warm up\) for Container "a" failed - error: command exited with 1'
    )
    with pytest.raises(HookFault, match=expected):
        hooks.run({"exec": {"command": ["warm", "up"]}}, CONTAINER, run_id, "")


def test_an_answer_is_all_that_is_asked_for_by_http() -> None:
    """Whatever it says; a hook says that it is one."""
    seen: list[str] = []

    def answer(asked: Any) -> tuple[int, dict[str, str], bytes]:
        seen.append(f"{asked.path} {asked.headers['User-Agent']}")
        return 500, {}, b""

    runtime, run_id = runtime_with(Behaviour())
    hooks = Hooks(runtime, LiveClock(), lambda _seconds: None)
    with http_server(answer) as port:
        hook = {"httpGet": {"port": port, "path": "/bye"}}
        hooks.run(hook, CONTAINER, run_id, "127.0.0.1", 10)
    assert seen == ["/bye kube-lifecycle/1.36"]
    with pytest.raises(HookFault, match="connection refused"):
        hooks.run({"httpGet": {"port": free_port()}}, CONTAINER, run_id, "127.0.0.1", 10)


def test_a_hook_sleeps_no_longer_than_it_may() -> None:
    """A container has only so much time to end."""
    slept: list[float] = []
    runtime, run_id = runtime_with(Behaviour())
    hooks = Hooks(runtime, LiveClock(), slept.append)
    hooks.run({"sleep": {"seconds": 5}}, CONTAINER, run_id, "")
    hooks.run({"sleep": {"seconds": 50}}, CONTAINER, run_id, "", 7)
    assert slept == [5, 7]


@pytest.mark.parametrize(
    ("hook", "why"),
    [
        ({}, "nothing to do"),
        ({"httpGet": {"port": "none"}}, "invalid syntax"),
        ({"exec": {"command": ["x"]}}, "there is no container gone"),
    ],
)
def test_a_hook_that_cannot_be_run_is_a_fault(hook: dict[str, Any], why: str) -> None:
    """Whatever is wrong with it."""
    runtime, _ = runtime_with(Behaviour())
    hooks = Hooks(runtime, LiveClock(), lambda _seconds: None)
    with pytest.raises(HookFault, match=why):
        hooks.run(hook, CONTAINER, "gone", "127.0.0.1")
