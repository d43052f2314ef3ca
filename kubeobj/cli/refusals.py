"""How a command says what a cluster refuses: in kubectl's words, with exit code 1.

Source: ``k8s.io/kubectl/pkg/cmd/util`` helpers.go (v1.36).
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

import click

from kubeobj.api.errors import ApiError, Invalid, Unauthorized
from kubeobj.cli.connecting import CommandFailed
from kubeobj.cli.output import print_json
from kubeobj.documents import Document

_One = TypeVar("_One")


def answered(command: Callable[[], int], *, as_json: bool = False) -> int:
    """Return what *command* does, or 1 once it has been said why it could not."""
    try:
        return command()
    except (ApiError, CommandFailed) as error:
        say(error, as_json=as_json)
        return 1


def answered_each(ones: Iterable[_One], act: Callable[[_One], None]) -> int:
    """Act on each, say of each why that could not be, and return 1 if any could not, else 0."""
    code = 0
    for one in ones:
        try:
            act(one)
        except (ApiError, CommandFailed) as error:
            say(error)
            code = 1
    return code


def say(error: Exception, *, as_json: bool = False) -> None:
    """Print an error to stderr, and as JSON to stdout besides if *as_json*."""
    if as_json:
        print_json({"errors": [error_document(error)]})
    click.echo(refusal(error), err=True)


def error_document(error: Exception) -> Document:
    """Return the JSON form of an error."""
    kind = getattr(error, "reason", "") or type(error).__name__
    return {"kind": str(kind), "message": str(error)}


def refusal(error: Exception, *, source: str = "") -> str:
    """Return what kubectl says of an error.

    Args:
        error: The error.
        source: The file that it is about; empty for none.

    >>> from kubeobj.api.errors import NotFound
    >>> refusal(NotFound('pods "web" not found'))
    'Error from server (NotFound): pods "web" not found'
    >>> refusal(CommandFailed("timed out"))
    'error: timed out'
    """
    if not isinstance(error, ApiError):
        return f"error: {error}"
    if isinstance(error, Unauthorized):
        return f"error: You must be logged in to the server ({error.message})"
    if isinstance(error, Invalid) and not source:
        return _invalid(error)
    said = f"error when {source}: {error.message}" if source else error.message
    return (
        f"Error from server ({error.reason}): {said}"
        if error.reason
        else (f"Error from server: {said}")
    )


def _invalid(error: Invalid) -> str:
    details = error.details or {}
    if not details:
        return f"The request is invalid: {error.message}"
    begin = f'The {details.get("kind", "")} "{details.get("name", "")}" is invalid'
    causes = details.get("causes") or ()
    said = list(
        dict.fromkeys(f"{one.get('field', '')}: {one.get('message', '')}" for one in causes)
    )
    if not said:
        return f"{begin}: {error.message}"
    if len(said) == 1:
        return f"{begin}: {said[0]}"
    return "\n".join([f"{begin}: ", *(f"* {one}" for one in said)])
