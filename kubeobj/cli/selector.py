"""`kubeobj selector`: questions about selectors; its two longer commands have their own files."""

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

import click

from kubeobj.cli.check import check
from kubeobj.cli.output import columns, output_option, print_json, print_text
from kubeobj.cli.selectorexplain import explain

if TYPE_CHECKING:
    from kubeobj.documents import Document
    from kubeobj.labels.requirement import Requirement
    from kubeobj.labels.selector import Selector

Clash: TypeAlias = "tuple[str, dict[str, list[Requirement]]]"
"""A key, and what each selector by name asks of it; no object can meet all of that."""

ALONE = "requirements"
"""The name of a selector that is not compared with another."""


@click.group("selector")
def command() -> None:
    """Check, explain, compare and simplify label selectors."""


command.add_command(check)
command.add_command(explain)


@command.command(
    epilog="""\b
Examples:
  kubeobj selector overlap 'app=web' 'tier in (front,back)'
  kubeobj selector overlap 'app=web,tier=front' 'app in (db,queue)'
"""
)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@output_option("text", "json")
def overlap(first: str, second: str, output: str) -> int:
    """Say whether one object could match both A and B.

    If so, labels that both match prove it; if not, the requirements that exclude each other do.
    """
    one, other = _parse(first), _parse(second)
    labels = (one & other).witness()
    clashes = [] if labels is not None else _clashes(first=one, second=other)
    if output == "json":
        print_json(
            {
                "first": str(one),
                "second": str(other),
                "overlap": labels is not None,
                "witness": labels,
                "clashes": [_clash_record(clash) for clash in clashes],
            }
        )
    elif labels is not None:
        print_text([f"overlap: an object {_with(labels)} matches both"])
    else:
        print_text(["no overlap: no object can match both", *_clash_lines(clashes)])
    return 0 if labels is not None else 1


@command.command(
    epilog="""\b
Examples:
  kubeobj selector implies 'app=web,tier=front' 'app in (web,db)'
  kubeobj selector implies 'app=web' 'tier!=cache'
"""
)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@output_option("text", "json")
def implies(first: str, second: str, output: str) -> int:
    """Say whether every object that matches A matches B too.

    If not, labels that only A matches prove it.
    """
    one, other = _parse(first), _parse(second)
    labels = one.witness(unlike=other)
    if output == "json":
        print_json(
            {
                "first": str(one),
                "second": str(other),
                "implies": labels is None,
                "counterexample": labels,
            }
        )
    elif labels is not None:
        print_text([f"not implied: an object {_with(labels)} matches the first alone"])
    elif one.is_satisfiable:
        print_text(["implied: every object that matches the first matches the second"])
    else:
        lines = _clash_lines(_clashes(**{ALONE: one}))
        print_text(["implied: no object can match the first", *lines])
    return 0 if labels is None else 1


@command.command(
    epilog="""\b
Examples:
  kubeobj selector simplify 'app in (web),app!=db,app'
"""
)
@click.argument("expression", metavar="EXPR")
@output_option("text", "json")
def simplify(expression: str, output: str) -> int:
    """Print EXPR without redundancy: it selects the same objects.

    One that no object can match has no such form; the requirements that exclude each other are
    shown instead.
    """
    selector = _parse(expression)
    simplified = selector.simplify()
    clashes = _clashes(**{ALONE: selector}) if simplified.selects_nothing else []
    if output == "json":
        print_json(
            {
                "selector": str(selector),
                "satisfiable": not simplified.selects_nothing,
                "simplified": None if simplified.selects_nothing else str(simplified),
                "clashes": [_clash_record(clash) for clash in clashes],
            }
        )
    elif simplified.selects_nothing:
        # Not on stdout, where a script expects a selector.
        for line in ["no object can match", *_clash_lines(clashes)]:
            click.echo(line, err=True)
    else:
        print_text([str(simplified)])
    return 1 if simplified.selects_nothing else 0


def _parse(text: str) -> "Selector":
    from kubeobj.labels.selector import Selector

    return Selector.parse(text)


def _with(labels: dict[str, str]) -> str:
    from kubeobj.labels.labeltext import format_labels

    return f"with {format_labels(labels)}" if labels else "without labels"


def _clashes(**selectors: "Selector") -> list[Clash]:
    """Return the keys of which *selectors* together ask what no label can meet.

    Keys are independent of each other, so there is one if the conjunction has no match.
    """
    from kubeobj.labels.selector import Selector

    asked: dict[str, dict[str, list[Requirement]]] = {}
    for name, selector in selectors.items():
        for requirement in selector.requirements:
            asked.setdefault(requirement.key, {}).setdefault(name, []).append(requirement)
    return [
        (key, by_name)
        for key, by_name in sorted(asked.items())
        if not Selector(chain.from_iterable(by_name.values())).is_satisfiable
    ]


def _clash_record(clash: Clash) -> "Document":
    key, by_name = clash
    return {"key": key} | {name: [str(item) for item in items] for name, items in by_name.items()}


def _clash_lines(clashes: Iterable[Clash]) -> list[str]:
    rows = [
        (name, str(requirement)) if name != ALONE else (str(requirement),)
        for _, by_name in clashes
        for name, requirements in by_name.items()
        for requirement in requirements
    ]
    return [f"  {line}" for line in columns(rows)]
