"""The rules of all: what is told is what is asked, and each place is one owner's."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kubeobj.network.rulebook import POD, SERVICE, Owner, RuleBook
from kubeobj.network.rules import Backend, Frontend, Rule, line_of, message_of, rule_of
from kubeobj.reconcile.request import Request

PLACES = [Frontend("TCP", "127.0.0.1", port) for port in range(80, 85)]
NAMES = ["a", "b", "c", "d"]


class RuleBookMachine(RuleBasedStateMachine):
    """A rule book beside a plain account of who asks for what."""

    def __init__(self) -> None:
        super().__init__()
        self.book = RuleBook()
        self.asked: dict[Owner, tuple[str, tuple[Rule, ...]]] = {}
        self.proxy: dict[str, Rule] = {}

    @rule(
        kind=st.sampled_from([SERVICE, POD]),
        name=st.sampled_from(NAMES),
        created=st.integers(0, 3),
        places=st.lists(st.lists(st.sampled_from(PLACES), unique=True, max_size=3), max_size=2),
        backends=st.integers(0, 2),
    )
    def put(
        self, kind: str, name: str, created: int, places: list[list[Frontend]], backends: int
    ) -> None:
        service = Owner(kind, Request("shop", name))
        before = {place: self.owner(place) for place in PLACES}
        if service in self.asked:
            created = int(self.asked[service][0])  # that never changes
        ends = tuple(Backend("127.0.0.2", number) for number in range(backends))
        rules = tuple(
            Rule(f"{service}:{number}", tuple(one), ends) for number, one in enumerate(places)
        )
        if rules:
            self.asked[service] = str(created), rules
        else:
            self.asked.pop(service, None)
        changes = self.book.put(service, str(created), rules)
        self.proxy.update(changes.put)
        for key in changes.drop:
            del self.proxy[key]
        moved = [{before[one], self.owner(one)} for one in PLACES if before[one] != self.owner(one)]
        others = {one for pair in moved for one in pair} - {None, service}
        assert set(changes.displaced) == others

    def owner(self, place: Frontend) -> Owner | None:
        asking = [
            (service.kind == POD, created, service)
            for service, (created, rules) in self.asked.items()
            if any(place in one.frontends for one in rules)
        ]
        return min(asking)[2] if asking else None

    @invariant()
    def a_service_then_the_oldest_has_each_place(self) -> None:
        for place in PLACES:
            assert self.book.owner_of(place) == self.owner(place)

    @invariant()
    def what_was_told_is_what_is_asked_without_what_others_have(self) -> None:
        expected = {
            one.key: Rule(
                one.key,
                tuple(place for place in one.frontends if self.owner(place) == service),
                one.backends,
            )
            for service, (_, rules) in self.asked.items()
            for one in rules
        }
        assert self.proxy == expected
        assert self.book.rules == expected

    @invariant()
    def what_is_refused_is_what_others_have(self) -> None:
        for service, (_, rules) in self.asked.items():
            assert self.book.refused(service) == {
                place: self.owner(place)
                for one in rules
                for place in one.frontends
                if self.owner(place) != service
            }


TestRuleBook = RuleBookMachine.TestCase


def test_a_change_tells_only_what_has_changed() -> None:
    book = RuleBook()
    one, two = (Rule(f"shop/{name}:", (place,)) for name, place in zip("ab", PLACES, strict=False))
    assert book.put(Owner(SERVICE, Request("shop", "a")), "1", [one]).put == {one.key: one}
    assert book.put(Owner(SERVICE, Request("shop", "b")), "2", [two]).put == {two.key: two}
    assert not book.put(Owner(SERVICE, Request("shop", "a")), "1", [one])
    changes = book.put(Owner(SERVICE, Request("shop", "a")), "1", [])
    assert (changes.put, changes.drop) == ({}, [one.key])


@given(
    st.builds(
        Rule,
        st.text(),
        st.lists(st.sampled_from(PLACES)).map(tuple),
        st.lists(st.builds(Backend, st.text(), st.integers(0, 65_535))).map(tuple),
        st.integers(0, 86_400),
        st.lists(st.sampled_from(PLACES)).map(tuple),
        st.lists(st.text()).map(tuple),
    )
)
def test_rules_come_through_the_pipe_as_they_went_in(given_rule: Rule) -> None:
    import json

    line = line_of(message_of(given_rule))
    assert line.count(b"\n") == 1
    assert rule_of(json.loads(line)) == given_rule
