"""What every `ContainerRuntime` promises of containers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from kubeobj.runtimes.cri import Happened, RuntimeEvent
from kubeobj.runtimes.errors import ImageFault, NoSuchContainer
from kubeobj.runtimes.states import ContainerState
from kubeobj.testing.conformance.runtimecase import RuntimeBox, RuntimeCase, refused

ABSENT = "0123456789abcdef"
"""The id of nothing."""


class RuntimeContainers(RuntimeCase):
    """Containers are made, started, stopped and removed, and it is told what happens to them."""

    def test_a_container_is_what_was_asked_for(self, box: RuntimeBox) -> None:
        """It has its name, attempt, labels and annotations, and does not run yet."""
        sandbox = box.sandbox()
        config = replace(box.config(), attempt=3, annotations={"hash": "9", "more": '{"a": "ü"}'})
        made = box.runtime.container(box.create(sandbox, config))
        assert (made.sandbox_id, made.name, made.attempt) == (sandbox.id, "main", 3)
        assert (made.state, made.image) == (ContainerState.CREATED, config.image)
        assert made.image_id
        assert made.created_at > 0
        assert (made.started_at, made.finished_at) == (0, 0)
        assert dict(made.labels) == dict(config.labels)
        assert dict(made.annotations) == dict(config.annotations)
        logs = box.directory / "logs" / sandbox.pod.name
        assert made.log_path == logs / config.log_path
        assert box.runtime.containers() == (made,)

    def test_a_started_container_runs(self, box: RuntimeBox) -> None:
        """Since when, it says."""
        container_id = box.start(box.sandbox(), box.config())
        made = box.runtime.container(container_id)
        assert made.state is ContainerState.RUNNING
        assert made.started_at >= made.created_at
        assert made.finished_at == 0

    @pytest.mark.parametrize("code", [0, 1, 42])
    def test_a_container_that_ends_tells_its_code(self, box: RuntimeBox, code: int) -> None:
        """And when that was."""
        ended = box.run(box.config(exits=code))
        assert ended.exit_code == code
        assert ended.reason in ("", "Error" if code else "Completed")
        assert ended.finished_at >= ended.started_at > 0

    def test_containers_are_listed_by_sandbox_from_the_oldest(self, box: RuntimeBox) -> None:
        """Or all of them."""
        first, second = box.sandbox("a"), box.sandbox("b")
        ids = [box.create(first, box.config("y")), box.create(second, box.config("z"))]
        ids.append(box.create(first, box.config("x")))
        assert [one.id for one in box.runtime.containers()] == ids
        assert [one.id for one in box.runtime.containers(first.id)] == [ids[0], ids[2]]

    def test_a_stopped_container_has_ended_when_the_call_returns(self, box: RuntimeBox) -> None:
        """To stop it again, or one that has ended by itself, is no error."""
        sandbox = box.sandbox()
        lasting = box.start(sandbox, box.config("a"))
        box.runtime.stop_container(lasting, 1)
        stopped = box.runtime.container(lasting)
        assert stopped.state is ContainerState.EXITED
        box.runtime.stop_container(lasting, 1)
        ending = box.start(sandbox, box.config("b", exits=3))
        ended = box.ended(ending)
        box.runtime.stop_container(ending, 1)
        assert box.runtime.containers() == (stopped, ended)

    def test_a_container_that_never_ran_can_be_removed(self, box: RuntimeBox) -> None:
        """As one that runs, and one that has ended; and again."""
        sandbox = box.sandbox()
        ids = [
            box.create(sandbox, box.config("a")),
            box.start(sandbox, box.config("b")),
            box.start(sandbox, box.config("c", exits=0)),
        ]
        box.ended(ids[2])
        for one in (*ids, *ids):
            box.runtime.remove_container(one)
        assert box.runtime.containers() == ()

    def test_what_is_not_there_can_be_stopped_and_removed(self, box: RuntimeBox) -> None:
        """Nothing comes of it."""
        box.runtime.stop_container(ABSENT, 1)
        box.runtime.remove_container(ABSENT)
        box.runtime.stop_sandbox(ABSENT)
        box.runtime.remove_sandbox(ABSENT)
        assert (box.runtime.sandboxes(), box.runtime.containers()) == ((), ())

    @pytest.mark.parametrize(
        "ask",
        [
            pytest.param(lambda box: box.runtime.container(ABSENT), id="container"),
            pytest.param(lambda box: box.runtime.start_container(ABSENT), id="start"),
            pytest.param(lambda box: box.runtime.reopen_log(ABSENT), id="reopen log"),
            pytest.param(lambda box: box.runtime.exec_sync(ABSENT, ("true",)), id="exec sync"),
            pytest.param(lambda box: box.runtime.exec(ABSENT, ("true",)), id="exec"),
            pytest.param(lambda box: box.runtime.attach(ABSENT), id="attach"),
            pytest.param(lambda box: box.runtime.port_forward(ABSENT, 80), id="port forward"),
        ],
    )
    def test_nothing_else_can_be_done_with_it(
        self, box: RuntimeBox, ask: Callable[[RuntimeBox], object]
    ) -> None:
        """There is no such container."""
        with refused(NoSuchContainer) as errors:
            ask(box)
        assert errors[0].message

    def test_a_container_has_its_next_run_beside_the_last(self, box: RuntimeBox) -> None:
        """They differ by their attempt, and in what has become of them."""
        sandbox = box.sandbox()
        box.ended(box.start(sandbox, box.config(exits=1)))
        box.start(sandbox, replace(box.config(), attempt=1, log_path="main/1.log"))
        found = [(one.attempt, one.state) for one in box.runtime.containers()]
        assert found == [(0, ContainerState.EXITED), (1, ContainerState.RUNNING)]

    def test_a_restart_loses_nothing(self, box: RuntimeBox) -> None:
        """What was made, runs or has ended is found again as it was."""
        sandbox = box.sandbox()
        box.create(sandbox, box.config("a"))
        lasting = box.start(sandbox, box.config("b"))
        box.ended(box.start(sandbox, box.config("c", exits=7)))
        before = (box.runtime.sandboxes(), box.runtime.containers())
        box.reopen()
        assert (box.runtime.sandboxes(), box.runtime.containers()) == before
        box.runtime.stop_container(lasting, 1)
        assert box.state(lasting) is ContainerState.EXITED

    def test_events_tell_the_life_of_a_container(self, box: RuntimeBox) -> None:
        """From when it is made to when it is removed, in order."""
        sandbox = box.sandbox()
        with box.listening() as events:
            container_id = box.start(sandbox, box.config(exits=0))
            box.until(lambda: Happened.STOPPED in _told(events, container_id))
            box.runtime.remove_container(container_id)
            box.until(lambda: Happened.REMOVED in _told(events, container_id))
        assert _told(events, container_id) == [
            Happened.CREATED,
            Happened.STARTED,
            Happened.STOPPED,
            Happened.REMOVED,
        ]
        assert {one.pod_uid for one in events} == {sandbox.pod.uid}

    def test_who_has_unsubscribed_hears_nothing_more(self, box: RuntimeBox) -> None:
        """But others do; and to do it again is no error."""
        sandbox = box.sandbox()
        heard: list[RuntimeEvent] = []
        unsubscribe = box.runtime.subscribe(heard.append)
        unsubscribe()
        unsubscribe()
        with box.listening() as events:
            container_id = box.start(sandbox, box.config(exits=0))
            box.until(lambda: Happened.STOPPED in _told(events, container_id))
        assert heard == []

    def test_an_end_is_told_after_a_restart(self, box: RuntimeBox) -> None:
        """Of what was started before it."""
        container_id = box.start(box.sandbox(), box.config())
        box.reopen()
        with box.listening() as events:
            box.runtime.stop_container(container_id, 1)
            box.until(lambda: Happened.STOPPED in _told(events, container_id))
        assert box.state(container_id) is ContainerState.EXITED

    def test_running_containers_are_in_the_usage(self, box: RuntimeBox) -> None:
        """And no others."""
        sandbox = box.sandbox()
        box.create(sandbox, box.config("a"))
        lasting = box.start(sandbox, box.config("b"))
        box.ended(box.start(sandbox, box.config("c", exits=0)))
        box.until(lambda: set(box.runtime.usage()) == {lasting})
        assert box.runtime.usage()[lasting].at > 0

    def test_an_image_is_had_by_its_name(self, box: RuntimeBox) -> None:
        """Once it was pulled, it is there, and it is the same."""
        pulled = box.runtime.pull_image(self.image)
        assert pulled.id
        assert box.runtime.image(self.image) == pulled
        assert pulled.id in {one.id for one in box.runtime.images()}

    @pytest.mark.parametrize("name", ["", "Upper Case", "a//b", "a:b:c", "-", "a@sha256:1"])
    def test_what_is_no_name_of_an_image_is_refused(self, box: RuntimeBox, name: str) -> None:
        """As ``InvalidImageName``."""
        with refused(ImageFault) as errors:
            box.runtime.image(name)
        assert errors[0].reason == "InvalidImageName"
        with refused(ImageFault) as errors:
            box.runtime.pull_image(name)
        assert errors[0].reason == "InvalidImageName"

    def test_the_file_system_has_a_size(self, box: RuntimeBox) -> None:
        """Of which not more is free than there is."""
        usage = box.runtime.filesystem()
        assert 0 <= usage.available_bytes <= usage.capacity_bytes
        assert usage.capacity_bytes > 0

    def test_many_threads_may_ask_at_once(self, box: RuntimeBox) -> None:
        """Each has its own pod, and gets what it asked for."""

        def live(name: str) -> tuple[int, int]:
            sandbox = box.sandbox(name)
            one = box.start(sandbox, box.config("a"))
            two = box.start(sandbox, box.config("b", exits=5))
            code = box.ended(two).exit_code
            box.runtime.stop_container(one, 1)
            alive = len(box.runtime.containers(sandbox.id))
            box.runtime.remove_sandbox(sandbox.id)
            return code, alive

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(live, [f"pod-{number}" for number in range(8)]))
        assert found == [(5, 2)] * 8
        assert (box.runtime.sandboxes(), box.runtime.containers()) == ((), ())

    def test_two_may_end_the_same_at_once(self, box: RuntimeBox) -> None:
        """It ends once, and nobody fails."""
        sandbox = box.sandbox()
        container_id = box.start(sandbox, box.config())
        with ThreadPoolExecutor(4) as pool:
            stops = [pool.submit(box.runtime.stop_container, container_id, 1) for _ in range(4)]
            assert [stop.result() for stop in stops] == [None] * 4
            removals = [pool.submit(box.runtime.remove_sandbox, sandbox.id) for _ in range(4)]
            assert [removal.result() for removal in removals] == [None] * 4
        assert box.runtime.containers() == ()


def _told(events: list[RuntimeEvent], container_id: str) -> list[Happened]:
    return [one.what for one in list(events) if one.container_id == container_id]
