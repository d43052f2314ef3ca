"""The rules of all Services, and what changes in them.

Two Services may ask for one place: the same external IP and port, or two load balancers for the
same port of this machine. The older one has it, and the other one as soon as it is free.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias, final

from kubeobj.network.rules import Frontend, Rule
from kubeobj.reconcile.request import Request

_Rank: TypeAlias = tuple[str, Request]
"""When a Service was created, and which it is: the lowest has what several ask for."""


@final
@dataclass(slots=True)
class Changes:
    """What the proxy has to be told."""

    put: dict[str, Rule] = field(default_factory=dict)
    """Rules that are new or other than before, by key."""
    drop: list[str] = field(default_factory=list)
    """Keys of rules that are no more."""
    displaced: dict[Request, None] = field(default_factory=dict)
    """Other Services that have gained or lost a place by it."""

    def __bool__(self) -> bool:
        return bool(self.put or self.drop)


@final
@dataclass(slots=True)
class _Entry:
    """What one Service asks for."""

    rank: _Rank
    rules: tuple[Rule, ...]


@final
class RuleBook:
    """The rules of all Services. A change costs what the Service has, not what there is."""

    def __init__(self) -> None:
        self._entries: dict[Request, _Entry] = {}
        self._claims: dict[Frontend, list[_Rank]] = {}
        self._told: dict[str, Rule] = {}
        # By Service, the keys of its rules that have been told.
        self._keys: dict[Request, list[str]] = {}

    @property
    def rules(self) -> dict[str, Rule]:
        """All rules as the proxy is to have them, by key; nobody else changes it."""
        return self._told

    def owner_of(self, frontend: Frontend) -> Request | None:
        """Return which Service has a place; None if it is nobody's."""
        ranks = self._claims.get(frontend)
        return min(ranks)[1] if ranks else None

    def services(self) -> Iterator[Request]:
        """Return all Services that ask for anything."""
        yield from list(self._entries)

    def asked(self, service: Request) -> tuple[Rule, ...]:
        """Return the rules that a Service asks for, with places that others have."""
        entry = self._entries.get(service)
        return () if entry is None else entry.rules

    def refused(self, service: Request) -> dict[Frontend, Request]:
        """Return the places that a Service asks for and others have, and who that is."""
        found: dict[Frontend, Request] = {}
        for frontend in _frontends(self.asked(service)):
            owner = self.owner_of(frontend)
            if owner is not None and owner != service:
                found[frontend] = owner
        return found

    def put(self, service: Request, created: str, rules: Iterable[Rule]) -> Changes:
        """Take in what a Service asks for now; nothing if it is gone.

        Args:
            service: Which Service.
            created: When it was created; the older one of two has what both ask for.
            rules: Its rules.
        """
        old, new = self._entries.get(service), _Entry((created, service), tuple(rules))
        if new.rules:
            self._entries[service] = new
        else:
            self._entries.pop(service, None)
        before = _frontends(old.rules) if old is not None else {}
        after = _frontends(new.rules)
        changes = Changes()
        for frontend in {**before, **after}:
            was = self.owner_of(frontend)
            if frontend in before and old is not None:
                self._leave(frontend, old.rank)
            if frontend in after:
                self._claims.setdefault(frontend, []).append(new.rank)
            now = self.owner_of(frontend)
            for other in (was, now):
                if was != now and other is not None and other != service:
                    changes.displaced[other] = None
        for one in (service, *changes.displaced):
            self._tell(one, changes)
        return changes

    # ------------------------------------------------------------ inside

    def _leave(self, frontend: Frontend, rank: _Rank) -> None:
        ranks = self._claims[frontend]
        ranks.remove(rank)
        if not ranks:
            del self._claims[frontend]

    def _tell(self, service: Request, changes: Changes) -> None:
        """Note what is to be told of one Service."""
        rules = {rule.key: self._owned(service, rule) for rule in self.asked(service)}
        for key in self._keys.pop(service, ()):
            if key not in rules:
                del self._told[key]
                changes.drop.append(key)
        for key, rule in rules.items():
            if self._told.get(key) != rule:
                self._told[key] = changes.put[key] = rule
        if rules:
            self._keys[service] = list(rules)

    def _owned(self, service: Request, rule: Rule) -> Rule:
        own = tuple(one for one in rule.frontends if self.owner_of(one) == service)
        return rule if len(own) == len(rule.frontends) else replace(rule, frontends=own)


def _frontends(rules: Iterable[Rule]) -> dict[Frontend, None]:
    return {frontend: None for rule in rules for frontend in rule.frontends}
