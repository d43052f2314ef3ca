"""`kubeobj selector check`: is this a selector, and how does Kubernetes write it?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import click

from kubeobj.cli.errors import error_record
from kubeobj.cli.output import output_option, print_json
from kubeobj.documents import Document
from kubeobj.errors import SelectorError


@dataclass(frozen=True, slots=True)
class Expression:
    """One expression to check, and its line if it came from standard input."""

    text: str
    line: int | None = None


@click.command(
    epilog="""\b
Examples:
  kubeobj selector check 'app=web,tier in (front,back)'
  grep -v '^#' selectors.txt | kubeobj selector check -
"""
)
@click.argument("expressions", metavar="EXPR...", nargs=-1, required=True)
@output_option("text", "json")
def check(expressions: tuple[str, ...], output: str) -> int:
    """Say whether each EXPR is a selector, and how Kubernetes writes it.

    With - the expressions are read from standard input, one a line; an empty line is the empty
    selector, which selects everything. What is wrong with an invalid one goes to stderr.
    """
    if output == "json":
        return _check_as_json(_expressions(expressions))
    all_valid = True
    for expression in _expressions(expressions):
        try:
            click.echo(_canonical(expression))
        except SelectorError as error:
            all_valid = False
            click.echo(_complaint(expression, error), err=True)
    return 0 if all_valid else 1


def _check_as_json(expressions: Iterable[Expression]) -> int:
    results = [_result(expression) for expression in expressions]
    valid = all(result["valid"] for result in results)
    print_json({"valid": valid, "results": results})
    return 0 if valid else 1


def _expressions(arguments: Iterable[str]) -> Iterator[Expression]:
    for argument in arguments:
        if argument == "-":
            from kubeobj.cli.inputs import read_lines

            for number, line in enumerate(read_lines(), start=1):
                yield Expression(line, number)
        else:
            yield Expression(argument)


def _canonical(expression: Expression) -> str:
    from kubeobj.labels.selector import Selector

    return str(Selector.parse(expression.text))


def _complaint(expression: Expression, error: SelectorError) -> str:
    where = f"-:{expression.line}:{error.position + 1}: " if expression.line is not None else ""
    return f"{where}{click.style('error:', fg='red', bold=True)} {error}"


def _result(expression: Expression) -> Document:
    given: Document = {"text": expression.text, "line": expression.line}
    try:
        return {**given, "valid": True, "canonical": _canonical(expression), "error": None}
    except SelectorError as error:
        return {**given, "valid": False, "canonical": None, "error": error_record(error)}
