"""What every `ContainerRuntime` promises of sandboxes."""

from kubeobj.runtimes.cri import Happened
from kubeobj.runtimes.errors import NoSuchContainer
from kubeobj.runtimes.states import ContainerState, SandboxState
from kubeobj.testing.conformance.runtimecase import RuntimeBox, RuntimeCase, refused


class RuntimeSandboxes(RuntimeCase):
    """Sandboxes are made, listed, stopped and removed."""

    def test_a_runtime_says_what_it_is(self, box: RuntimeBox) -> None:
        """And that it can do its work."""
        version = box.runtime.version()
        assert version.name
        assert version.version
        status = box.runtime.status()
        assert (status.ready, status.network_ready, status.reason) == (True, True, "")

    def test_a_sandbox_is_what_was_asked_for(self, box: RuntimeBox) -> None:
        """It has the identity, labels and annotations of its pod, and is ready."""
        config = box.sandbox_config("web")
        made = box.runtime.run_sandbox(config)
        assert made.id
        assert made.pod == config.pod
        assert made.state is SandboxState.READY
        assert made.created_at > 0
        assert dict(made.labels) == {"app": "web"}
        assert dict(made.annotations) == {"note": "x y"}
        assert box.runtime.sandboxes() == (made,)

    def test_sandboxes_are_listed_from_the_oldest(self, box: RuntimeBox) -> None:
        """As they were made."""
        made = [box.sandbox(name).id for name in ("c", "a", "b")]
        assert [one.id for one in box.runtime.sandboxes()] == made

    def test_two_sandboxes_have_two_addresses(self, box: RuntimeBox) -> None:
        """Each has at least one, and they share none."""
        first, second = box.sandbox("a"), box.sandbox("b")
        assert first.addresses
        assert second.addresses
        assert not {*first.addresses} & {*second.addresses}

    def test_an_address_is_kept_after_a_restart(self, box: RuntimeBox) -> None:
        """And nobody else gets it."""
        before = box.sandbox("a")
        box.reopen()
        assert box.runtime.sandboxes() == (before,)
        assert not {*box.sandbox("b").addresses} & {*before.addresses}

    def test_a_stopped_sandbox_is_not_ready(self, box: RuntimeBox) -> None:
        """It stays until it is removed, and to stop it again is no error."""
        sandbox = box.sandbox()
        box.runtime.stop_sandbox(sandbox.id)
        box.runtime.stop_sandbox(sandbox.id)
        assert [one.state for one in box.runtime.sandboxes()] == [SandboxState.NOT_READY]

    def test_to_stop_a_sandbox_ends_what_runs_in_it(self, box: RuntimeBox) -> None:
        """And leaves the other sandboxes alone."""
        first, second = box.sandbox("a"), box.sandbox("b")
        ids = [box.start(first, box.config()), box.start(second, box.config())]
        box.runtime.stop_sandbox(first.id)
        assert [box.state(one) for one in ids] == [ContainerState.EXITED, ContainerState.RUNNING]

    def test_a_removed_sandbox_is_gone_with_its_containers(self, box: RuntimeBox) -> None:
        """Even if they run; and to stop or remove it again is no error."""
        first, second = box.sandbox("a"), box.sandbox("b")
        gone, stays = box.start(first, box.config()), box.start(second, box.config())
        box.runtime.remove_sandbox(first.id)
        box.runtime.remove_sandbox(first.id)
        box.runtime.stop_sandbox(first.id)
        assert [one.id for one in box.runtime.sandboxes()] == [second.id]
        assert [one.id for one in box.runtime.containers()] == [stays]
        with refused(NoSuchContainer):
            box.runtime.container(gone)

    def test_no_container_is_made_in_a_sandbox_that_is_gone(self, box: RuntimeBox) -> None:
        """There is no such sandbox."""
        sandbox = box.sandbox()
        box.runtime.remove_sandbox(sandbox.id)
        with refused(NoSuchContainer):
            box.create(sandbox, box.config())
        assert box.runtime.containers() == ()

    def test_a_pod_may_have_its_next_sandbox_beside_the_last(self, box: RuntimeBox) -> None:
        """They differ by their attempt."""
        config = box.sandbox_config("a")
        first = box.runtime.run_sandbox(config)
        box.runtime.stop_sandbox(first.id)
        pod = type(config.pod)("default", "a", config.pod.uid, attempt=1)
        second = box.runtime.run_sandbox(type(config)(pod, "a", config.log_directory))
        assert first.id != second.id
        assert [one.pod.attempt for one in box.runtime.sandboxes()] == [0, 1]

    def test_a_removed_sandbox_takes_its_containers_events_along(self, box: RuntimeBox) -> None:
        """Whoever listens hears that its container has ended."""
        with box.listening() as events:
            sandbox = box.sandbox()
            container_id = box.start(sandbox, box.config())
            box.runtime.remove_sandbox(sandbox.id)
            box.until(
                lambda: any(
                    one.what is Happened.STOPPED and one.container_id == container_id
                    for one in events
                )
            )
        assert {one.pod_uid for one in events} == {sandbox.pod.uid}
