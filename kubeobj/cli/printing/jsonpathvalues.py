"""What the paths of a JSONPath template find in a document, and how that is printed.

Source: ``k8s.io/client-go/util/jsonpath`` jsonpath.go,
``k8s.io/client-go/third_party/forked/golang/template`` (v1.36).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias, final

from kubeobj.cli.printing.documents import json_text
from kubeobj.cli.printing.jsonpath import (
    Descend,
    Field,
    Filter,
    JsonPathError,
    Slice,
    Step,
    Steps,
    Template,
    Text,
    Union,
    Word,
)
from kubeobj.documents import JsonValue

Values: TypeAlias = list[JsonValue]

_LESS: Final = {"<", "<=", ">", ">="}


def results(template: Template, document: JsonValue) -> list[Values]:
    """Return what each part of a template finds.

    Args:
        template: The template.
        document: In which it looks.

    Raises:
        JsonPathError: If it does not fit.
    """
    return _Run(template).find(document)


def found(template: Template, document: JsonValue) -> Values:
    """Return what a template of a single path finds.

    Raises:
        JsonPathError: If it does not fit.
    """
    return [one for part in results(template, document) for one in part]


def printed(values: Sequence[JsonValue]) -> str:
    """Return values as a template prints them.

    >>> printed(["a", 1, None, {"b": [True]}])
    'a 1  {"b":[true]}'
    """
    return " ".join(map(value_text, values))


def value_text(value: JsonValue) -> str:
    """Return one value as a template prints it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list | bool):
        return json_text(value, indent=None)
    return number_text(value) if isinstance(value, int | float) else str(value)


def number_text(value: float) -> str:
    """Return a number as Go prints it.

    >>> [number_text(one) for one in (3, 2.5, 1e21, 1e-7)]
    ['3', '2.5', '1e+21', '1e-07']
    """
    if isinstance(value, int):
        return str(value)
    text = repr(value)
    if "e" not in text:
        text = text.removesuffix(".0")
        return _with_exponent(text) if abs(value) >= 1e21 else text
    return _with_exponent(text)


def _with_exponent(text: str) -> str:
    if "e" not in text:
        return f"{float(text):e}"
    mantissa, _, exponent = text.partition("e")
    power = int(exponent)
    if 0 <= power < 21:
        return str(int(float(text)))
    return f"{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"


@final
class _Run:
    """One pass over a document."""

    def __init__(self, template: Template) -> None:
        self._parts: Sequence[Text | Steps] = template
        self._begins = 0
        self._inside = 0
        self._ends = 0
        self._last_end = -1

    def find(self, document: JsonValue, begin: int = 0) -> list[Values]:
        """Return what the parts from *begin* on find, to the end of the loop that they are in."""
        now: Values = [document]
        all_found: list[Values] = []
        number = begin
        while number < len(self._parts):
            part = self._parts[number]
            values = self._walk_all(now, (part,) if isinstance(part, Text) else part)
            if 0 < self._ends <= self._inside:
                self._ends -= 1
                self._last_end = number
                break
            if self._begins > 0:
                self._begins -= 1
                all_found += self._loop(values, number + 1)
                # What follows goes on after the end; without one, after the beginning.
                number = max(number, self._last_end)
            else:
                all_found.append(values)
            number += 1
        return all_found

    def _loop(self, values: Values, begin: int) -> list[Values]:
        self._inside += 1
        found_here = [one for value in values for one in self.find(value, begin)]
        if not values:
            self.find(None, begin)  # only to see where it ends
        self._inside -= 1
        return found_here

    def _walk_all(self, values: Values, steps: Steps) -> Values:
        for step in steps:
            values = self._walk(values, step)
        return values

    def _walk(self, values: Values, step: Step) -> Values:  # noqa: PLR0911 - one for each
        match step:
            case Text():
                return [step.value for _ in values] if _is_number(step.value) else [step.value]
            case Field():
                return [*_all_in(values)] if step.name == "*" else [*_field(values, step.name)]
            case Slice():
                return [*_sliced(values, step)]
            case Filter():
                return [*self._filtered(values, step)]
            case Union():
                return [one for part in step.parts for one in self._walk_all(values, part)]
            case Descend():
                return [*_inside(values)]
            case Word():
                return self._word(values, step.name)

    def _word(self, values: Values, name: str) -> Values:
        if name == "range":
            self._begins += 1
            return values
        if name != "end":
            raise JsonPathError(f"unrecognized identifier {name}")
        if self._ends < self._inside:
            self._ends += 1
        else:
            raise JsonPathError("not in range, nothing to end")
        return []

    def _filtered(self, values: Values, step: Filter) -> Iterator[JsonValue]:
        for value in values:
            if not isinstance(value, list):
                shown = value_text(value) if value is not None else "<nil>"
                raise JsonPathError(f"{shown} is not array or slice and cannot be filtered")
            for item in value:
                left = self._walk_all([item], step.left)
                if step.operator == "exists":
                    if left:
                        yield item
                    continue
                right = self._walk_all([item], step.right) if left else []
                if len(left) > 1 or len(right) > 1:
                    raise JsonPathError("can only compare one element at a time")
                if left and right and _compare(left[0], step.operator, right[0]):
                    yield item


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _field(values: Values, name: str) -> Iterator[JsonValue]:
    for value in values:
        if isinstance(value, dict) and name in value:
            yield value[name]


def _all_in(values: Values) -> Iterator[JsonValue]:
    for value in values:
        if isinstance(value, dict):
            yield from (value[key] for key in sorted(value))
        elif isinstance(value, list):
            yield from value


def _inside(values: Values) -> Iterator[JsonValue]:
    """Yield values and all that is in them, outer ones first; those with nothing in them not."""
    todo = list(reversed(values))
    while todo:
        value = todo.pop()
        parts = [*_all_in([value])]
        if parts:
            yield value
            todo += reversed(parts)


def _sliced(values: Values, step: Slice) -> Iterator[JsonValue]:
    for value in values:
        if value is None:
            continue
        if not isinstance(value, list):
            raise JsonPathError(f"{_go_type(value)} is not array or slice")
        start, stop = step.start or 0, len(value) if step.stop is None else step.stop
        if step.is_index and start == -1:
            stop = 0  # the last one: up to the end
        start += len(value) if start < 0 else 0
        if stop < 0 or (step.is_index and step.start == -1):
            stop += len(value)
        if stop != start:
            is_outside = start >= len(value) or start < 0
            if is_outside or stop > len(value):
                index = start if is_outside else stop - 1
                msg = f"array index out of bounds: index {index}, length {len(value)}"
                raise JsonPathError(msg)
        if start > stop:
            raise JsonPathError(f"starting index {start} is greater than ending index {stop}")
        if step.step is not None and step.step <= 0:
            raise JsonPathError("step must be > 0")
        yield from value[start : max(stop, 0) : step.step]


def _go_type(value: JsonValue) -> str:
    if isinstance(value, dict):
        return "map[string]interface {}"
    if isinstance(value, bool):
        return "bool"
    names: dict[type, str] = {str: "string", int: "int64", float: "float64"}
    return names[type(value)]


def _compare(left: JsonValue, operator: str, right: JsonValue) -> bool:
    comparisons: dict[str, Callable[[], bool]] = {
        "==": lambda: _equal(left, right),
        "!=": lambda: not _equal(left, right),
        "<": lambda: _less(left, right),
        "<=": lambda: _less(left, right) or _equal(left, right),
        ">": lambda: not (_less(left, right) or _equal(left, right)),
        ">=": lambda: not _less(left, right),
    }
    if operator not in comparisons:
        raise JsonPathError(f"unrecognized filter operator {operator}")
    return comparisons[operator]()


def _kind(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "bool"
    names: dict[type, str] = {str: "string", int: "int", float: "float"}
    name = names.get(type(value), "")
    if not name:
        raise JsonPathError("invalid type for comparison")
    return name


def _equal(left: JsonValue, right: JsonValue) -> bool:
    if _kind(left) != _kind(right):
        raise JsonPathError("incompatible types for comparison")
    return left == right


def _less(left: JsonValue, right: JsonValue) -> bool:
    kinds = _kind(left), _kind(right)
    if kinds[0] != kinds[1]:
        raise JsonPathError("incompatible types for comparison")
    if kinds[0] == "bool":
        raise JsonPathError("invalid type for comparison")
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    return float(str(left)) < float(str(right)) if kinds[0] == "float" else _int_less(left, right)


def _int_less(left: JsonValue, right: JsonValue) -> bool:
    return isinstance(left, int) and isinstance(right, int) and left < right


def go_text(value: JsonValue) -> str:
    """Return a value as Go prints it in a column.

    >>> go_text({"b": [1, "x"], "a": None})
    'map[a:<nil> b:[1 x]]'
    """
    if value is None:
        return "<nil>"
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{key}:{go_text(value[key])}' for key in sorted(value))}]"
    if isinstance(value, list):
        return f"[{' '.join(map(go_text, value))}]"
    return number_text(value) if isinstance(value, int | float) else str(value)
