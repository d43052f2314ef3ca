"""How the command reports what it cannot use: as text on stderr, and as JSON where JSON is asked.

Every error has a JSON form, an object that always holds ``kind`` and ``message``; what else it
holds depends on the kind (docs/reference/command.md lists it).
"""

from collections.abc import Iterable
from typing import final

import click

from kubeobj.cli.output import print_json
from kubeobj.documents import Document, JsonValue
from kubeobj.errors import (
    FieldError,
    KubeobjError,
    ManifestError,
    SelectorError,
    SelectorInvalidError,
    SelectorSyntaxError,
)


@final
class UnreadableError(KubeobjError):
    """A file or standard input that cannot be read.

    Attributes:
        source: The file, as it was given, or ``-``.
    """

    def __init__(self, reason: str, *, source: str) -> None:
        """Say why *source* cannot be read."""
        super().__init__(f"{source}: {reason}")
        self.reason = reason
        self.source = source


@final
class RefusedError(KubeobjError):
    """An object that the API would not have.

    Attributes:
        source: The file that it is in, or ``-``.
        line: The line of what is wrong, from 1.
    """

    def __init__(self, reason: str, *, source: str, line: int) -> None:
        """Say why an object of *source* is refused."""
        super().__init__(f"{source}:{line}: {reason}")
        self.reason = reason
        self.source = source
        self.line = line


def report(errors: Iterable[Exception], *, as_json: bool) -> None:
    """Print *errors* to stderr, and as JSON to stdout besides if *as_json*."""
    errors = tuple(errors)
    if as_json:
        print_json({"errors": [error_record(error) for error in errors]})
    for error in errors:
        if isinstance(error, click.ClickException):
            error.show()
        else:
            click.echo(f"{click.style('Error:', fg='red')} {error}", err=True)


def error_record(error: Exception) -> Document:
    """Return the JSON form of *error*."""
    match error:
        case SelectorError():
            return _selector_error(error)
        case ManifestError():
            return {
                "kind": type(error).__name__,
                "message": error.reason,
                "file": error.source,
                "line": error.line,
                "column": error.column,
            }
        case UnreadableError():
            return {"kind": "UnreadableError", "message": error.reason, "file": error.source}
        case RefusedError():
            return {
                "kind": "RefusedError",
                "message": error.reason,
                "file": error.source,
                "line": error.line,
            }
        case click.ClickException():
            return {"kind": "UsageError", "message": error.format_message()}
        case _:
            return _other_error(error)


def _other_error(error: Exception) -> Document:
    kind = type(error).__name__
    if kind != "FaultTextError":  # its module is imported only by who reads faults
        return {"kind": kind, "message": str(error)}
    names = {"message": "reason", "text": "text", "position": "position", "hint": "hint"}
    return {"kind": kind, **{name: getattr(error, each) for name, each in names.items()}}


def _selector_error(error: SelectorError) -> Document:
    record: dict[str, JsonValue] = {
        "kind": type(error).__name__,
        "message": error.reason,
        "text": error.text,
        "position": error.position,
        "hint": error.hint,
    }
    if isinstance(error, SelectorSyntaxError):
        record |= {"found": error.found, "expected": error.expected}
    if isinstance(error, SelectorInvalidError):
        record["errors"] = [
            _field_error(field_error) | {"position": position}
            for field_error, position in zip(error.errors, error.positions, strict=True)
        ]
    return record


def _field_error(error: FieldError) -> dict[str, JsonValue]:
    return {
        "path": str(error.path),
        "type": str(error.type),
        "value": error.value,
        "detail": error.detail,
        "rule": error.origin,
    }
