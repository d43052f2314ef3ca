"""A simulated machine as it is: what runs on it, whether it is up, and who can reach it."""

from collections.abc import Iterator
from typing import final

from kubeobj.documents import Wire
from kubeobj.node.nodeobject import Machine
from kubeobj.node.podadmission import Occupancy
from kubeobj.reconcile.request import Request
from kubeobj.runtimes.behaviour import Behaviours
from kubeobj.runtimes.simulatedpod import SimulatedPod


@final
class SimulatedNode:
    """A machine. It is what a real one would be: it survives whoever looks after it.

    Args:
        machine: What it offers.
        number: Which one it is, from 0; its addresses follow from that.
    """

    __slots__ = (
        "_free",
        "_next",
        "address",
        "boots",
        "images",
        "is_connected",
        "is_up",
        "machine",
        "number",
        "occupancy",
        "pods",
        "slowness",
    )

    def __init__(self, machine: Machine, number: int) -> None:
        self.machine: Machine = machine
        self.number: int = number
        self.address: str = f"172.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"
        self.images: dict[str, None] = dict.fromkeys(machine.images)
        self.pods: dict[Request, SimulatedPod] = {}
        """What runs on it."""
        self.occupancy: Occupancy = Occupancy(machine)
        """What those that it has taken take of it."""
        self.boots: int = 1
        """How often it has come up."""
        self.is_up: bool = True
        self.is_connected: bool = True
        self.slowness: float = 1.0
        """How many times longer everything takes."""
        self._next = 2
        self._free: list[str] = []

    @property
    def is_reachable(self) -> bool:
        """Whether it and the API hear of each other."""
        return self.is_up and self.is_connected

    def start(self, key: Request, pod: Wire, now: float, behaviours: Behaviours) -> SimulatedPod:
        """Take up a pod."""
        run = SimulatedPod.of(pod, self._take_address(), now, behaviours, self.images)
        run.slowness = self.slowness
        self.pods[key] = run
        return run

    def forget(self, key: Request) -> None:
        """End a pod at once, and forget it."""
        run = self.pods.pop(key, None)
        self.occupancy.release(key)
        if run is not None:
            self._free.append(run.address)

    def crash(self) -> None:
        """Go down, with everything that runs."""
        self.is_up = False

    def boot(self, now: float) -> None:
        """Come up again; what was there begins anew."""
        self.is_up = True
        self.boots += 1
        for run in self.pods.values():
            run.reboot(now)

    def slow_down(self, slowness: float) -> None:
        """Let everything that begins from now on take so many times longer."""
        self.slowness = slowness
        for run in self.pods.values():
            run.slowness = slowness

    def copy(self) -> "SimulatedNode":
        """Return the same machine, going on by itself."""
        twin = SimulatedNode(self.machine, self.number)
        twin.images = dict(self.images)
        twin.pods = {key: run.copy(twin.images) for key, run in self.pods.items()}
        twin.occupancy, twin.boots = self.occupancy.copy(), self.boots
        twin.is_up, twin.is_connected = self.is_up, self.is_connected
        twin.slowness = self.slowness
        twin._next, twin._free = self._next, list(self._free)
        return twin

    def __iter__(self) -> Iterator[Request]:
        return iter(list(self.pods))

    def _take_address(self) -> str:
        if self._free:
            return self._free.pop()
        at, self._next = self._next, self._next + 1
        block = self.number * 256 + at  # each machine has 256 addresses, more than pods
        return f"10.{128 + block // 65536 % 128}.{block // 256 % 256}.{block % 256}"
