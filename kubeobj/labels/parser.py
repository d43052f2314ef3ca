"""Text to requirements: runs the grammar of ``selector.lark``, and says what is wrong with text.

The only importer of lark, on the first parse: selectors built from parts never pay for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol, final

from kubeobj.errors import FieldError, FieldPath, SelectorInvalidError, SelectorSyntaxError
from kubeobj.labels.hints import hint_for_syntax, hint_for_values
from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement, parsed_requirement, validate_requirement

if TYPE_CHECKING:
    from lark import Token
    from lark.exceptions import UnexpectedToken
    from lark.lexer import TerminalDef

TEXT_LIMIT = 1024 * 1024
"""The most characters of a selector's text that are read."""

# The words an error uses for what is no literal in the grammar.
_WORDS = {"KEY": "a label key", "VALUE": "a value", "_IN": "'in'", "_NOTIN": "'notin'"}


def check_text(text: str) -> None:
    """Refuse what is not even looked at: what is no text, or too much of it.

    Raises:
        SelectorSyntaxError: If *text* is longer than `TEXT_LIMIT`.
        TypeError: If *text* is no string.
    """
    if not isinstance(text, str):
        raise TypeError(f"a selector's text must be str, not {type(text).__name__}")
    if len(text) > TEXT_LIMIT:
        raise SelectorSyntaxError(
            text=text,
            position=TEXT_LIMIT,
            found=f"a text of {len(text)} characters",
            expected=[f"at most {TEXT_LIMIT}"],
        )


def parse_requirements(text: str) -> tuple[Requirement, ...]:
    """Return the requirements that *text* writes, in its order.

    Raises:
        SelectorSyntaxError: If *text* is no selector, or longer than `TEXT_LIMIT`.
        SelectorInvalidError: If keys or values break a rule; with all that do.
        TypeError: If *text* is no string.
    """
    from lark.exceptions import UnexpectedToken

    check_text(text)
    try:
        read = _grammar().parse(text)
    except UnexpectedToken as error:  # every character is part of some token
        raise _syntax_error(text, error) from None
    requirements = tuple(one for one in read if isinstance(one, Requirement))
    if len(requirements) < len(read):
        raise _invalid_error(text, [one for one in read if isinstance(one, _Refused)])
    return requirements


@final
@dataclass(frozen=True, slots=True)
class _Refused:
    """A requirement that reads well and breaks a rule; its positions are in the tokens."""

    key: "Token"
    operator: Operator
    values: "list[Token | None]"


class _Grammar(Protocol):
    """What is used of `lark.Lark`, with the type that the callbacks below give it."""

    def parse(self, text: str) -> list[Requirement | _Refused]: ...

    def get_terminal(self, name: str) -> "TerminalDef": ...


def _reader(
    operator: Operator,
) -> Callable[[object, list["Token | None"]], Requirement | _Refused]:
    """Return the callback of the grammar's rule for *operator*: its tokens to a requirement."""

    def read(_: object, tokens: list["Token | None"]) -> Requirement | _Refused:
        key, *rest = tokens
        assert key is not None  # noqa: S101 - every rule of the grammar starts with a key
        values = {"" if token is None else token.value for token in rest}
        requirement = parsed_requirement(key.value, operator, tuple(values))
        return _Refused(key, operator, rest) if requirement is None else requirement

    return read


class _Callbacks:
    """One callback for each rule of the grammar, by its name there."""

    exists = _reader(Operator.EXISTS)
    does_not_exist = _reader(Operator.DOES_NOT_EXIST)
    equals = _reader(Operator.EQUALS)
    double_equals = _reader(Operator.DOUBLE_EQUALS)
    not_equals = _reader(Operator.NOT_EQUALS)
    in_ = _reader(Operator.IN)
    not_in = _reader(Operator.NOT_IN)
    greater_than = _reader(Operator.GREATER_THAN)
    less_than = _reader(Operator.LESS_THAN)

    def selector(self, requirements: list[Requirement | _Refused]) -> list[Requirement | _Refused]:
        return requirements


@cache
def _grammar() -> _Grammar:
    from lark import Lark

    return Lark.open_from_package(  # type: ignore[return-value]  # the callbacks give it that type
        "kubeobj.labels",
        "selector.lark",
        start="selector",
        parser="lalr",
        lexer="contextual",
        maybe_placeholders=True,
        transformer=_Callbacks(),
    )


def _syntax_error(text: str, error: "UnexpectedToken") -> SelectorSyntaxError:
    """Return our error for the token that lark did not expect."""
    at_end = error.token.type == "$END"
    position = len(text) if at_end else error.token.start_pos or 0
    found = "" if at_end else str(error.token)
    return SelectorSyntaxError(
        text=text,
        position=position,
        found=found,
        expected=sorted(map(_words, error.accepts or error.expected)),
        hint=hint_for_syntax(text, position, found),
    )


def _words(terminal: str) -> str:
    """Return how an error names a terminal of the grammar."""
    if terminal == "$END":
        return "the end"
    pattern = _grammar().get_terminal(terminal).pattern.value
    return _WORDS.get(terminal, f"'{pattern}'")


def _invalid_error(text: str, refused: list[_Refused]) -> SelectorInvalidError:
    """Return the error that says everything that is wrong with these requirements."""
    errors: list[FieldError] = []
    positions: list[int] = []
    for one in refused:
        values = tuple("" if token is None else token.value for token in one.values)
        for error in validate_requirement(one.key.value, one.operator, values):
            errors.append(error)
            positions.append(_position(one, error.path))
    return SelectorInvalidError(
        errors, text=text, positions=positions, hint=hint_for_values(errors)
    )


def _position(refused: _Refused, path: FieldPath) -> int:
    """Return where in the text the part of a requirement that *path* names stands."""
    match path.parts:
        case ("values", int(position)):
            token = refused.values[position]
        case _:
            token = None
    return (refused.key if token is None else token).start_pos or 0
