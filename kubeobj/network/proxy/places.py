"""All places where clients come in, kept as the rules say."""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias, final

from kubeobj.network.proxy.datagrams import DatagramPlace
from kubeobj.network.proxy.eventloop import EventLoop, Timer
from kubeobj.network.proxy.forwarding import Forwarding
from kubeobj.network.proxy.listeners import Listener
from kubeobj.network.proxy.vessels import Vessels
from kubeobj.network.rules import Frontend, Rule

AGAIN_SECONDS: Final = 1.0
"""How long after a place could not be had it is tried again."""

Place: TypeAlias = Listener | DatagramPlace

Told: TypeAlias = Callable[[Frontend, OSError | None], object]
"""Takes that a place could not be had, and why; or, with None, that it can be had after all."""


@final
class Places:
    """All places.

    Args:
        tell: Told what cannot be had, and what can be had after all.
        loop: What it runs on.
    """

    def __init__(self, tell: Told, loop: EventLoop) -> None:
        self._tell = tell
        self._loop = loop
        self._forwardings: dict[str, Forwarding] = {}
        self._places: dict[Frontend, Place] = {}
        self._vessels = Vessels()
        self._troubled: dict[Frontend, int] = {}
        self._again: Timer | None = None

    def replace(self, rules: Iterable[Rule]) -> None:
        """Do what these rules say, and nothing else."""
        new = {rule.key: rule for rule in rules}
        self.change(new.values(), [key for key in self._forwardings if key not in new])

    def change(self, rules: Iterable[Rule], gone: Iterable[str]) -> None:
        """Do what these rules say, beside what is done already.

        Args:
            rules: Rules that are new or changed.
            gone: Keys of rules that are no more.
        """
        left: dict[Frontend, None] = {}
        taken: dict[Frontend, Forwarding] = {}
        for key in gone:
            forwarding = self._forwardings.pop(key, None)
            if forwarding is not None:
                left.update(dict.fromkeys(forwarding.rule.frontends))
                forwarding.change(Rule(key, ()))
        for rule in rules:
            forwarding = self._forwardings.get(rule.key)
            if forwarding is None:
                forwarding = self._forwardings[rule.key] = Forwarding(rule)
            else:
                left.update(dict.fromkeys(forwarding.rule.frontends))
                forwarding.change(rule)
            taken.update(dict.fromkeys(rule.frontends, forwarding))
        for frontend in left:
            if frontend not in taken:
                self._give_up(frontend)
        for frontend, forwarding in taken.items():
            place = self._places.get(frontend)
            if place is None:
                place = self._places[frontend] = self._new(frontend, forwarding)
            place.forwarding = forwarding
        for frontend in taken:
            self._settle(frontend)

    def close(self) -> None:
        """Give all places up."""
        if self._again is not None:
            self._again.cancel()
        for place in self._places.values():
            place.close()
        self._places = {}

    # ------------------------------------------------------------ inside

    def _new(self, frontend: Frontend, forwarding: Forwarding) -> Place:
        if frontend.protocol == "TCP":
            return Listener(frontend, forwarding, self._vessels, self._loop)
        return DatagramPlace(frontend, forwarding, self._loop)

    def _give_up(self, frontend: Frontend) -> None:
        place = self._places.pop(frontend, None)
        if place is not None:
            place.close()
        self._troubled.pop(frontend, None)

    def _settle(self, frontend: Frontend) -> None:
        """Have a place, or try again later."""
        place = self._places.get(frontend)
        if place is None:
            return
        try:
            place.settle()
        except OSError as error:
            if self._troubled.get(frontend) != (error.errno or 0):
                self._troubled[frontend] = error.errno or 0
                self._tell(frontend, error)
            if self._again is None:
                self._again = self._loop.call_later(AGAIN_SECONDS, self._try_again)
            return
        if self._troubled.pop(frontend, None) is not None:
            self._tell(frontend, None)

    def _try_again(self) -> None:
        self._again = None
        for frontend in list(self._troubled):
            self._settle(frontend)
