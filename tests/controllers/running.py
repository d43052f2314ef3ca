"""Loops on a real server, on virtual time, with what dies at a write on purpose."""

from collections.abc import Callable
from typing import Any

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.client import Client
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.documents import Wire
from kubeobj.entropy import SeededIdSource
from kubeobj.reconcile.clientlayer import Call, layered
from kubeobj.reconcile.manager import Install, Manager
from kubeobj.reconcile.request import wire_of


class Killed(BaseException):
    """The process of the loops has ended in the middle of what it did."""


class Running:
    """A server, and loops that run beside it.

    Args:
        loops: What runs.
        dies_at_write: Before which write of theirs, counted from 1, the loops end and begin anew.
        accounts: Whether there is a service account for pods.
        server: How the server is made, but for clock and ids.
    """

    def __init__(
        self, *loops: Install, dies_at_write: int = 0, accounts: bool = True, **server: Any
    ) -> None:
        self.clock = VirtualClock()
        self.server = ApiServer(clock=self.clock, ids=SeededIdSource(1), **server)
        self.client = InProcessClient(self.server)
        if accounts:
            self.create("ServiceAccount", "default", automountServiceAccountToken=False)
        self.writes: list[str] = []
        self.refuse: Callable[[Call], Exception | None] = lambda _call: None
        self._dies_at = dies_at_write
        self.manager = Manager(self._counted(), self.clock, ids=SeededIdSource(2))
        self.manager.install(*loops)

    def _counted(self) -> Client:
        def around(call: Call, ask: Callable[[], object]) -> object:
            error = self.refuse(call)
            if error is not None:
                raise error
            if call.is_write:
                self.writes.append(str(call))
                if len(self.writes) == self._dies_at:
                    raise Killed
            return ask()

        return layered(self.client, around)

    def settle(self) -> None:
        """Work until nothing is left to do now; whoever dies begins anew."""
        self._alive(self.manager.settle)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        end = self.clock.now() + seconds
        self._alive(lambda: self.manager.advance(end - self.clock.now()))

    def _alive(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Killed:
            self.manager.restart()
            work()

    # ------------------------------------------------------------ asking

    def create(self, kind: str, name: str, namespace: str = "default", **rest: Any) -> Wire:
        """Create an object of the core group, or of the group before the slash."""
        version, _, kind = kind.rpartition("/")
        metadata = {"name": name, **rest.pop("metadata", {})}
        if namespace:
            metadata["namespace"] = namespace
        made: Wire = {"apiVersion": version or "v1", "kind": kind, "metadata": metadata, **rest}
        return wire_of(self.client.create(made))

    def get(self, kind: str, name: str, namespace: str = "default") -> Wire:
        """Return an object."""
        return wire_of(self.client.get(kind, name, namespace=namespace))

    def there(self, kind: str, namespace: str = "default") -> list[Wire]:
        """Return the objects of a kind, in one namespace or all."""
        return [wire_of(one) for one in self.client.list(kind, namespace=namespace).items]

    def names(self, kind: str, namespace: str = "default") -> list[str]:
        """Return the names of the objects of a kind."""
        return [one["metadata"]["name"] for one in self.there(kind, namespace)]

    def events(self) -> list[tuple[str, str, str]]:
        """Return reason, kind and name of what has been told, in order."""
        return [
            (one["reason"], one["involvedObject"]["kind"], one["involvedObject"]["name"])
            for one in self.there("events", "")
        ]


POD: Wire = {"containers": [{"name": "c", "image": "img:1"}]}
"""The smallest pod."""


def owned_by(*owners: Wire, **more: Any) -> Wire:
    """Return metadata that names owners."""
    return {
        "ownerReferences": [
            {
                "apiVersion": one["apiVersion"],
                "kind": one["kind"],
                "name": one["metadata"]["name"],
                "uid": one["metadata"]["uid"],
                **more,
            }
            for one in owners
        ]
    }
