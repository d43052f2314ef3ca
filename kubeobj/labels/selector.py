"""Label selectors: which objects belong together.

A selector is a conjunction of requirements, as a value: immutable, hashable, comparable. Reading
one from text is `parser`'s work, matching `matcher`'s, comparing `algebra`'s; this is their door.

Source: Selector of ``k8s.io/apimachinery/pkg/labels`` (v1.36).
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, NoReturn, final

from kubeobj.errors import ROOT, FieldError, LabelsTypeError, SelectorInvalidError
from kubeobj.labels.matcher import Matcher, call_matcher, compile_matcher, never
from kubeobj.labels.operator import Operator
from kubeobj.labels.parser import parse_requirements
from kubeobj.labels.requirement import Requirement, validate_requirement

if TYPE_CHECKING:
    from kubeobj.documents import Document
    from kubeobj.labels.explain import Explanation
    from kubeobj.labels.labelselector import LabelSelectorLike

_EXACT = frozenset({Operator.EQUALS, Operator.DOUBLE_EQUALS, Operator.IN})

_by_key = attrgetter("key")

# Few selectors are longer than this, and those would make the cache's memory hard to foretell.
_CACHED_TEXT_LIMIT = 4096


@final
class Selector:
    """Which objects belong together: those whose labels meet every requirement.

    Args:
        requirements: In any order; one key may have several.

    >>> selector = Selector.parse("app=web,tier in (cache,db)")
    >>> selector.matches({"app": "web", "tier": "db"})
    True
    >>> print(selector & Selector.parse("!legacy"))
    app=web,!legacy,tier in (cache,db)
    """

    __slots__ = ("_matcher", "requirements", "selects_nothing")

    requirements: tuple[Requirement, ...]
    """By key in byte order; those of one key in the order they were given."""
    selects_nothing: bool
    """Whether this is `Selector.nothing()`, which has no requirements and matches no object."""

    _matcher: Matcher | None

    def __init__(self, requirements: Iterable[Requirement] = ()) -> None:
        """Keep *requirements* in canonical order.

        Raises:
            TypeError: If one of them is no `Requirement`; text is for `parse`.
        """
        given = tuple(requirements)
        for one in given:
            if not isinstance(one, Requirement):
                raise TypeError(f"a Selector is made of Requirements, not {type(one).__name__}")
        self._keep(given, selects_nothing=False)

    def _keep(self, requirements: Iterable[Requirement], *, selects_nothing: bool) -> None:
        keep = object.__setattr__
        keep(self, "requirements", tuple(sorted(requirements, key=_by_key)))
        keep(self, "selects_nothing", selects_nothing)
        keep(self, "_matcher", None)

    # ------------------------------------------------------------ making one

    @staticmethod
    def parse(text: str) -> "Selector":
        """Return the selector that *text* writes, such as ``app=web,tier!=frontend``.

        Empty text selects everything. The newest few thousand results are kept for next time.

        Raises:
            SelectorSyntaxError: If it is no selector; with position, caret and advice.
            SelectorInvalidError: If keys or values break a rule; with all that do.
            TypeError: If *text* is no string.
        """
        if type(text) is str and len(text) <= _CACHED_TEXT_LIMIT:
            return _parse_cached(text)
        return Selector(parse_requirements(text))

    @staticmethod
    def everything() -> "Selector":
        """Return the selector without requirements, which every object matches."""
        return _EVERYTHING

    @staticmethod
    def nothing() -> "Selector":
        """Return the selector that no object matches; a null label selector means this."""
        return _NOTHING

    @staticmethod
    def from_labels(labels: Mapping[str, str]) -> "Selector":
        """Return the selector that asks for each of *labels*; everything if there are none.

        Raises:
            SelectorInvalidError: If keys or values break a rule; with all that do.
            LabelsTypeError: If *labels* are no mapping.
        """
        if not isinstance(labels, Mapping):
            raise LabelsTypeError(f"labels must be a mapping, not {type(labels).__name__}")
        errors: list[FieldError] = []
        requirements: list[Requirement] = []
        for key, value in labels.items():
            found = validate_requirement(key, Operator.EQUALS, (value,), ROOT.key(key))
            if not found:
                requirements.append(Requirement(key, Operator.EQUALS, (value,)))
            errors += found
        if errors:
            raise SelectorInvalidError(errors)
        return Selector(requirements)

    @staticmethod
    def from_label_selector(source: "LabelSelectorLike | Document | None") -> "Selector":
        """Return the selector that a label selector in object form means.

        Args:
            source: A model with ``match_labels`` and ``match_expressions`` (kubeobj's or the
                official client's), or a mapping with ``matchLabels`` and ``matchExpressions``, or
                None, which selects nothing. An empty one selects everything.

        Raises:
            SelectorInvalidError: If a part breaks a rule; with the path of every one that does.
            TypeError: If *source* is neither.
        """
        from kubeobj.labels.labelselector import selector_of

        return selector_of(source)

    def __and__(self, other: "Selector") -> "Selector":
        """Return the selector of the objects that both select."""
        if not isinstance(other, Selector):
            return NotImplemented
        if self.selects_nothing or other.selects_nothing:
            return _NOTHING
        return Selector((*self.requirements, *other.requirements))

    # ------------------------------------------------------------ asking it

    @property
    def selects_everything(self) -> bool:
        """Whether there is no requirement to meet."""
        return not self.requirements and not self.selects_nothing

    @property
    def matcher(self) -> Matcher:
        """The predicate that `matches` calls, for loops over labels that are known to be good."""
        if self._matcher is not None:
            return self._matcher
        matcher = never if self.selects_nothing else compile_matcher(self.requirements)
        object.__setattr__(self, "_matcher", matcher)
        return matcher

    def matches(self, labels: Mapping[str, str] | None) -> bool:
        """Return whether an object with *labels* is selected; None is no labels.

        Raises:
            LabelsTypeError: If *labels* are no mapping of strings to strings, and it comes to that:
                only the keys asked for are looked at.
        """
        try:
            return self._matcher(labels)  # type: ignore[misc,arg-type]  # caught below
        except (AttributeError, TypeError):
            # The first call compiles; no labels, or bad ones, are off the fast path too.
            return call_matcher(self.matcher, labels)

    def requires_exact(self, key: str) -> str | None:
        """Return the one value that the label *key* must have, or None if others would do.

        What the first requirement on the key says counts, as in Kubernetes.
        """
        for requirement in self.requirements:
            if requirement.key == key:
                allows_one = requirement.operator in _EXACT and len(requirement.values) == 1
                return requirement.values[0] if allows_one else None
        return None

    def explain(self, labels: Mapping[str, str] | None) -> "Explanation":
        """Return requirement by requirement whether *labels* meet it, and why.

        Raises:
            LabelsTypeError: If *labels* are no mapping of strings to strings, and it comes to that:
                only the keys asked for are looked at.
        """
        from kubeobj.labels.explain import explain

        return explain(self, labels)

    # ------------------------------------------------------------ comparing it

    @property
    def is_satisfiable(self) -> bool:
        """Whether any object could match: ``a=1,a=2`` is not, nor is ``a<0``."""
        from kubeobj.labels.algebra import is_satisfiable

        return is_satisfiable(self)

    def overlaps(self, other: "Selector") -> bool:
        """Return whether one object could match both."""
        from kubeobj.labels.algebra import overlaps

        return overlaps(self, _selector(other))

    def implies(self, other: "Selector") -> bool:
        """Return whether every object that could match this matches *other* too."""
        from kubeobj.labels.algebra import implies

        return implies(self, _selector(other))

    def equivalent(self, other: "Selector") -> bool:
        """Return whether the two match the same objects, however they are written."""
        from kubeobj.labels.algebra import equivalent

        return equivalent(self, _selector(other))

    def simplify(self) -> "Selector":
        """Return an equivalent selector without redundancy, or `nothing` if none can match."""
        from kubeobj.labels.algebra import simplify

        return simplify(self)

    def witness(self, unlike: "Selector | None" = None) -> dict[str, str] | None:
        """Return valid labels that match this, and do not match *unlike*; None if there are none.

        >>> Selector.parse("a>4,a<6,a!=5").witness()
        {'a': '05'}
        """
        from kubeobj.labels.algebra import witness

        return witness(self, None if unlike is None else _selector(unlike))

    # ------------------------------------------------------------ being a value

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a Selector is immutable: cannot set {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a Selector is immutable: cannot delete {name}")

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Selector.nothing, ()) if self.selects_nothing else (Selector, (self.requirements,))

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self.requirements)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Selector):
            return NotImplemented
        return (
            self.selects_nothing == other.selects_nothing
            and self.requirements == other.requirements
        )

    def __hash__(self) -> int:
        return hash((self.selects_nothing, self.requirements))

    def __str__(self) -> str:
        return ",".join(map(str, self.requirements))

    def __repr__(self) -> str:
        return "Selector.nothing()" if self.selects_nothing else f"Selector.parse({str(self)!r})"


def as_selector(source: Selector | str) -> Selector:
    """Return *source*, which may be given as text.

    Raises:
        SelectorError: If the text is no selector.
        TypeError: If it is neither.
    """
    return source if isinstance(source, Selector) else Selector.parse(source)


def _selector(other: Selector) -> Selector:
    if not isinstance(other, Selector):
        raise TypeError(
            f"this takes a Selector, not {type(other).__name__}: Selector.parse reads text"
        )
    return other


@lru_cache(maxsize=4096)
def _parse_cached(text: str) -> Selector:
    return Selector(parse_requirements(text))


def _nothing() -> Selector:
    selector = Selector.__new__(Selector)
    selector._keep((), selects_nothing=True)  # noqa: SLF001 - the other constructor
    return selector


_EVERYTHING = Selector()
_NOTHING = _nothing()
