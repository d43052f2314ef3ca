"""A reconciler whose every write may fail, before it is done or after, ends where it should."""

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Conflict, TooManyRequests
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource
from kubeobj.models.corev1 import ConfigMap, Secret
from kubeobj.reconcile.clientlayer import Ask, Call, layered
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.reconciler import Reconciler, reconciler
from kubeobj.reconcile.work import Work


class Killed(BaseException):
    """The process ends here."""


BEFORE = {
    "conflict": Conflict("somebody was faster"),
    "busy": TooManyRequests("busy", retry_after_seconds=3),
    "unreachable": ConnectionRefusedError(),
    "restart": Killed(),
}
AFTER = {"answer lost": ConnectionResetError(), "restart unseen": Killed()}


class World:
    """A reconciler that makes secrets and needs a bucket; its writes fail as they are told."""

    def __init__(self, faults: list[str]) -> None:
        clock = VirtualClock()
        self.client = InProcessClient(ApiServer(clock=clock, ids=SeededIdSource(1)))
        self.buckets: set[str] = set()
        self._faults = faults
        self._left = iter(faults)
        self.manager = Manager(layered(self.client, self._around), clock)
        self.manager.install(self._reconciler())

    def _around(self, call: Call, ask: Ask) -> object:
        fault = next(self._left, "well") if call.is_write else "well"
        if fault in BEFORE:
            raise BEFORE[fault]
        answer = ask()
        if fault in AFTER:
            raise AFTER[fault]
        return answer

    def _reconciler(self) -> Reconciler:
        @reconciler(ConfigMap, owns=[Secret], selector="site")
        def twins(one: ConfigMap, work: Work) -> Iterator[Any]:
            self.buckets.add(str(one.metadata.uid))
            count = (one.data or {})["n"]
            for number in range(int(count)):
                yield Secret(metadata={"name": f"a-{number}"}, stringData={"n": count})

        @twins.finalize
        def clean_up(one: ConfigMap, work: Work) -> None:
            self.buckets.discard(str(one.metadata.uid))

        return twins

    def advance(self) -> None:
        for _ in range(len(self._faults) + 1):
            try:
                self.manager.advance(120)
            except Killed:
                self.manager.restart()
            else:
                return


@given(
    faults=st.lists(st.sampled_from(["well", *BEFORE, *AFTER]), max_size=14),
    counts=st.lists(st.integers(0, 3), min_size=1, max_size=4),
    goes=st.booleans(),
)
def test_whatever_befalls_its_writes_it_ends_where_it_should(
    faults: list[str], counts: list[int], goes: bool
) -> None:
    world = World(faults)
    client = world.client
    client.create(ConfigMap(metadata={"name": "a", "labels": {"site": "y"}}, data={"n": "1"}))
    for count in counts:
        client.patch(ConfigMap, "a", {"data": {"n": str(count)}})
        world.advance()
        made = [(one.metadata.name, (one.data or {})["n"]) for one in client.list(Secret)]
        assert made == [(f"a-{number}", str(count).encode()) for number in range(count)]
    if goes:
        client.delete(ConfigMap, "a")
        world.advance()
        assert not client.exists(ConfigMap, "a")
        assert world.buckets == set()
    assert world.manager.controllers["twins"].errors == {}
