"""Informers and loops against what they promise together, whatever goes wrong meanwhile.

- Every change is followed by a reconcile that sees it, or something newer.
- No reconcile sees something older than an earlier one has seen.
- Where nothing goes wrong, no time need pass for that; else it is enough that the trouble ends.
- Once all is seen, nothing is asked again.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.cluster.apitrouble import ApiTroubles
from kubeobj.cluster.troubles import (
    ClosedWatches,
    DoubledWatches,
    Forgotten,
    LateWatches,
    LostWatches,
    Throttled,
    Unavailable,
)
from kubeobj.entropy import Chance, SeededIdSource
from kubeobj.reconcile.backoff import Backoff
from kubeobj.reconcile.clientlayer import Ask, Call, layered
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.reflector import RENEWED_AFTER_SECONDS
from kubeobj.reconcile.request import Request
from kubeobj.reconcile.triggers import on_mapped, on_owned, on_self

NAMES = st.sampled_from("abcd")
OWNER = {"apiVersion": "example.com/v1", "kind": "Site", "name": "s", "uid": "1"}
TROUBLES = st.one_of(
    st.just(Unavailable()),
    st.builds(ClosedWatches, st.sampled_from([0.5, 1.0])),
    st.builds(DoubledWatches, st.sampled_from([0.5, 1.0])),
    st.builds(Forgotten, st.sampled_from([0.5, 1.0])),
    st.builds(LateWatches, st.sampled_from([1.0, 20.0]), st.sampled_from([0.5, 1.0])),
    st.builds(LostWatches, st.sampled_from([0.5, 1.0])),
    st.builds(Throttled, st.sampled_from([0.5, 1.0]), st.just(2)),
)


class Unreachable(ConnectionError):
    """Nobody answers, and says so in no way that an API does."""


class ControlLoopMachine(RuleBasedStateMachine):
    """A long life of three loops that share a cache."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock()
        self.client = InProcessClient(ApiServer(clock=self.clock, ids=SeededIdSource(1)))
        self.troubles = ApiTroubles(self.clock, Chance(1))
        self.is_reachable = True
        client = layered(layered(self.client, self.troubles.around("x")), self.reach)
        self.manager = Manager(client, self.clock, ids=SeededIdSource(2))
        self.failing: set[str] = set()
        self.was_troubled = False
        self.touched: set[str] = set()
        self.changes = 0
        # What each loop has seen last of each object; 0 for nothing.
        self.seen: dict[str, dict[str, int]] = {"self": {}, "owned": {}, "mapped": {}}
        self.newest: dict[str, int] = {}
        self.manager.install(self.install)

    def reach(self, call: Call, ask: Ask) -> object:
        if not self.is_reachable:
            raise Unreachable
        return ask()

    def install(self, manager: Manager) -> None:
        informer = manager.informer("configmaps", namespace="default")

        def look(loop: str, name: str) -> None:
            if name in self.failing:
                raise RuntimeError("not now")
            found = informer.cache.get("default", name)
            version = int(found["metadata"]["resourceVersion"]) if found else 0
            if version:
                assert version >= self.newest.get(f"{loop} {name}", 0), "it went back in time"
                self.newest[f"{loop} {name}"] = version
            self.seen[loop][name] = version

        backoff = Backoff(1, 30)
        loop = manager.controller(
            "self", lambda key: look("self", key.name), needs=[informer], backoff=backoff
        )
        on_self(loop, informer)
        loop = manager.controller(
            "mapped", lambda key: look("mapped", key.name[2:]), needs=[informer], backoff=backoff
        )
        on_mapped(loop, informer, lambda one: [Request("", f"m-{one['metadata']['name']}")])

        def look_at_owned(_: Request) -> None:
            for name in sorted(self.touched):
                look("owned", name)

        loop = manager.controller("owned", look_at_owned, needs=[informer], backoff=backoff)
        on_owned(loop, informer, "example.com", "Site")

    # ------------------------------------------------------------ what happens

    @rule(name=NAMES)
    def create_or_change(self, name: str) -> None:
        self.changes += 1
        data = {"n": str(self.changes)}
        if self.client.exists("configmaps", name):
            self.client.patch("configmaps", name, {"data": data})
        else:
            metadata: dict[str, Any] = {
                "name": name,
                "ownerReferences": [{**OWNER, "controller": True}],
            }
            kind = {"apiVersion": "v1", "kind": "ConfigMap"}
            self.client.create({**kind, "metadata": metadata, "data": data})
        self.touched.add(name)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        if self.client.exists("configmaps", name):
            self.client.delete("configmaps", name)

    @rule(name=NAMES)
    def begin_to_fail(self, name: str) -> None:
        self.failing.add(name)
        self.was_troubled = True

    @rule(trouble=TROUBLES)
    def begin_trouble(self, trouble: Any) -> None:
        self.troubles.begin(trouble)
        self.was_troubled = True

    @rule()
    def cut_off(self) -> None:
        self.is_reachable = False
        self.was_troubled = True

    @rule()
    def step(self) -> None:
        self.manager.step()

    @rule(seconds=st.integers(0, 40))
    def advance(self, seconds: int) -> None:
        self.manager.advance(seconds)

    @rule()
    def restart(self) -> None:
        """Who begins anew has seen nothing, and need not look at what is not there."""
        self.manager.restart()
        for seen in self.seen.values():
            seen.clear()

    @rule()
    def relist(self) -> None:
        self.manager.relist()

    # ------------------------------------------------------------ what is promised

    @precondition(lambda self: not self.was_troubled)
    @rule()
    def settle(self) -> None:
        """Without trouble, all is seen at once."""
        self.manager.settle()
        self.check()

    @rule()
    def rest(self) -> None:
        """Once the trouble is over, all is seen in the end."""
        for trouble in self.troubles.active:
            self.troubles.end(trouble)
        self.failing.clear()
        self.is_reachable = True
        for _ in range(2):
            self.manager.advance(RENEWED_AFTER_SECONDS + 1)
        self.check()
        self.was_troubled = False

    def check(self) -> None:
        there = {
            one.metadata.name: int(str(one.metadata.resource_version))
            for one in self.client.in_namespace("default").list("configmaps")
        }
        for name in sorted(self.touched):
            for loop, seen in self.seen.items():
                assert seen.get(name, 0) == there.get(name, 0), (
                    f"{loop} has not seen what became of {name}"
                )
        before = [status.metrics.reconciles for status in self.manager.status]
        assert not self.manager.step()
        assert [status.metrics.reconciles for status in self.manager.status] == before
        assert [status.failing for status in self.manager.status] == [0, 0, 0]
        assert [status.waits_for for status in self.manager.status] == [(), (), ()]


TestControlLoops = ControlLoopMachine.TestCase
