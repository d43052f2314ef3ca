"""The rules of all who ask for places on this machine, and what changes in them.

Two may ask for one place: Services for the same external IP and port, load balancers for the same
port of this machine, a pod for a port that a Service has. A Service has it before a pod, then the
older one, and the other one as soon as it is free.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, TypeAlias, final

from kubeobj.network.rules import Frontend, Rule
from kubeobj.reconcile.request import Request

SERVICE: Final = "Service"
"""The kind of owners that come first."""

POD: Final = "Pod"
"""The kind of owners that come after them."""


@final
class Owner(NamedTuple):
    """Who asks for places.

    Args:
        kind: `SERVICE` or `POD`.
        request: Which object of the kind.
    """

    kind: str
    request: Request

    def __str__(self) -> str:
        return f"{self.kind} {self.request}"


_Rank: TypeAlias = tuple[bool, str, Owner]
"""Whether it is a pod, when it was created, and which it is: the lowest has what several want."""


@final
@dataclass(slots=True)
class Changes:
    """What the proxy has to be told."""

    put: dict[str, Rule] = field(default_factory=dict)
    """Rules that are new or other than before, by key."""
    drop: list[str] = field(default_factory=list)
    """Keys of rules that are no more."""
    displaced: dict[Owner, None] = field(default_factory=dict)
    """Others that have gained or lost a place by it."""

    def __bool__(self) -> bool:
        return bool(self.put or self.drop)


@final
@dataclass(slots=True)
class _Entry:
    """What one of them asks for."""

    rank: _Rank
    rules: tuple[Rule, ...]


@final
class RuleBook:
    """The rules of all. A change costs what its owner has, not what there is."""

    def __init__(self) -> None:
        self.again: dict[str, Callable[[Request], object]] = {}
        """By kind, what looks again at an owner whose places are others now."""
        self._entries: dict[Owner, _Entry] = {}
        self._claims: dict[Frontend, list[_Rank]] = {}
        self._told: dict[str, Rule] = {}
        # By owner, the keys of its rules that have been told.
        self._keys: dict[Owner, list[str]] = {}

    @property
    def rules(self) -> dict[str, Rule]:
        """All rules as the proxy is to have them, by key; nobody else changes it."""
        return self._told

    def owner_of(self, frontend: Frontend) -> Owner | None:
        """Return who has a place; None if it is nobody's."""
        ranks = self._claims.get(frontend)
        return min(ranks)[2] if ranks else None

    def owners(self, kind: str) -> Iterator[Request]:
        """Return all of a kind that ask for anything."""
        yield from [owner.request for owner in self._entries if owner.kind == kind]

    def asked(self, owner: Owner) -> tuple[Rule, ...]:
        """Return the rules that one asks for, with places that others have."""
        entry = self._entries.get(owner)
        return () if entry is None else entry.rules

    def refused(self, owner: Owner) -> dict[Frontend, Owner]:
        """Return the places that one asks for and others have, and who that is."""
        found: dict[Frontend, Owner] = {}
        for frontend in _frontends(self.asked(owner)):
            other = self.owner_of(frontend)
            if other is not None and other != owner:
                found[frontend] = other
        return found

    def changed(self, frontends: Iterable[Frontend], kind: str) -> dict[Request, None]:
        """Return which of a kind have places that something was told of."""
        owners = map(self.owner_of, frontends)
        return {one.request: None for one in owners if one is not None and one.kind == kind}

    def look_again(self, changes: Changes) -> None:
        """Let others be looked at whose places are others by these changes."""
        for other in changes.displaced:
            self.again[other.kind](other.request)

    def put(self, owner: Owner, created: str, rules: Iterable[Rule]) -> Changes:
        """Take in what one asks for now; nothing if it is gone.

        Args:
            owner: Who asks.
            created: When it was created; of a kind, the older one has what both ask for.
            rules: Its rules.
        """
        rank = owner.kind != SERVICE, created, owner
        old, new = self._entries.get(owner), _Entry(rank, tuple(rules))
        if new.rules:
            self._entries[owner] = new
        else:
            self._entries.pop(owner, None)
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
                if was != now and other is not None and other != owner:
                    changes.displaced[other] = None
        for one in (owner, *changes.displaced):
            self._tell(one, changes)
        return changes

    # ------------------------------------------------------------ inside

    def _leave(self, frontend: Frontend, rank: _Rank) -> None:
        ranks = self._claims[frontend]
        ranks.remove(rank)
        if not ranks:
            del self._claims[frontend]

    def _tell(self, owner: Owner, changes: Changes) -> None:
        """Note what is to be told of one of them."""
        rules = {rule.key: self._owned(owner, rule) for rule in self.asked(owner)}
        for key in self._keys.pop(owner, ()):
            if key not in rules:
                del self._told[key]
                changes.drop.append(key)
        for key, rule in rules.items():
            if self._told.get(key) != rule:
                self._told[key] = changes.put[key] = rule
        if rules:
            self._keys[owner] = list(rules)

    def _owned(self, owner: Owner, rule: Rule) -> Rule:
        own = tuple(one for one in rule.frontends if self.owner_of(one) == owner)
        return rule if len(own) == len(rule.frontends) else replace(rule, frontends=own)


def _frontends(rules: Iterable[Rule]) -> dict[Frontend, None]:
    return {frontend: None for rule in rules for frontend in rule.frontends}
