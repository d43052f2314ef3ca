"""What was done in a trial, as the code of a test that does it again."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from pprint import pformat
from textwrap import indent
from typing import final

_WIDTH = 92


@final
@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done: a call of one of the methods of a trial.

    Args:
        method: Which.
        arguments: What it is given by position.
        named: What it is given by name, besides.
    """

    method: str
    arguments: tuple[object, ...] = ()
    named: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        parts = [_code(one) for one in self.arguments]
        parts += [f"{name}={_code(value)}" for name, value in self.named]
        line = f"trial.{self.method}({', '.join(parts)})"
        if "\n" not in line and len(line) <= _WIDTH:
            return line
        inside = indent(",\n".join(parts) + ",", "    ")
        return f"trial.{self.method}(\n{inside}\n)"


def code_of_test(machine: type, steps: Sequence[Step], *, seed: int) -> str:
    """Return the code of a test that does what a machine has done.

    Args:
        machine: The class of the machine.
        steps: What it has done.
        seed: The seed of its cluster.

    >>> class WebsiteMachine: ...
    >>> print(code_of_test(WebsiteMachine, [Step("advance", (10.0,))], seed=7))
    from kubeobj.testing.machines.script import WebsiteMachine  # not needed where it is defined
    <BLANKLINE>
    <BLANKLINE>
    def test_website_machine_again() -> None:
        with WebsiteMachine.trial(seed=7) as trial:
            trial.advance(10.0)
    """
    name = machine.__qualname__
    faults = sorted(
        {type(one).__name__ for step in steps for one in step.arguments if _is_ours(one)}
    )
    lines = [f"from kubeobj import {', '.join(faults)}"] if faults else []
    top = name.partition(".")[0]
    lines.append(f"from {machine.__module__} import {top}  # not needed where it is defined")
    words = "".join(f"_{char.lower()}" if char.isupper() else char for char in machine.__name__)
    lines += ["", "", f"def test{words if words.startswith('_') else f'_{words}'}_again() -> None:"]
    lines.append(f"    with {name}.trial(seed={seed}) as trial:")
    lines += [indent(str(step), " " * 8) for step in steps]
    if not steps:
        lines.append("        pass")
    return "\n".join(lines)


def _is_ours(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, type)


def _code(value: object) -> str:
    """Return a value as code: JSON, or something that is data."""
    if not is_dataclass(value) or isinstance(value, type):
        return pformat(value, width=_WIDTH - 20, sort_dicts=False)
    parts = [
        f"{one.name}={getattr(value, one.name)!r}"
        for one in fields(value)
        if one.init and getattr(value, one.name) != one.default
    ]
    return f"{type(value).__name__}({', '.join(parts)})"
