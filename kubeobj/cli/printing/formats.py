"""The forms of ``-o``: which one is meant, and how it prints objects.

Source: ``k8s.io/kubectl/pkg/cmd/get`` get_flags.go (v1.36).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import click

from kubeobj.cli.connecting import CommandFailed
from kubeobj.cli.printing.documents import json_text, listed
from kubeobj.cli.printing.goyaml import yaml_text
from kubeobj.cli.resourceargs import Target
from kubeobj.documents import Wire

Found: TypeAlias = tuple[Target, Wire]
"""An object, and what it was asked for as."""

Print: TypeAlias = Callable[[Sequence[Found], bool], None]
"""Prints objects; whether they are one, or a list of any length."""

FORMATS: Final = (
    *("json", "yaml", "name", "wide", "jsonpath", "jsonpath-as-json", "jsonpath-file"),
    *("custom-columns", "custom-columns-file"),
)
_WITH_VALUE: Final = FORMATS[4:]


def split_output(output: str) -> tuple[str, str]:
    """Return the form and its argument, such as ``jsonpath`` and a template.

    Raises:
        click.UsageError: If it is none.
    """
    name, _, value = output.partition("=")
    if name not in {"", *FORMATS}:
        allowed = ", ".join(FORMATS)
        raise click.UsageError(
            f'unable to match a printer suitable for the output format "{name}",'
            f" allowed formats are: {allowed}"
        )
    if name in _WITH_VALUE and not value:
        raise click.UsageError(f"{name} format specified but no {_lacks(name)} given")
    return name, value


def _lacks(name: str) -> str:
    return "custom columns" if name.startswith("custom-columns") else "template"


def printer_of(output: str, *, headers: bool = True) -> Print | None:
    """Return what prints in a form; None if that is a table of the server's.

    Raises:
        click.UsageError: If it is no form.
        CommandFailed: If its template is none.
    """
    name, value = split_output(output)
    if name in {"", "wide"}:
        return None
    if name in {"jsonpath-file", "custom-columns-file"}:
        name, value = name.removesuffix("-file"), _read(value)
    if name == "json":
        return _print_json
    if name == "yaml":
        return _print_yaml
    if name == "name":
        return _print_names
    if name == "custom-columns":
        from kubeobj.cli.printing.customcolumns import columns_printer

        return columns_printer(value, headers=headers)
    from kubeobj.cli.printing.jsonpathprinting import path_printer

    return path_printer(value, as_json=name == "jsonpath-as-json")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"error reading template {path}, {error}") from None


def whole(found: Sequence[Found], *, is_one: bool) -> Wire:
    """Return objects as one document."""
    return found[0][1] if is_one else listed([document for _, document in found])


def echo(text: str) -> None:
    """Print *text* to stdout, in UTF-8, as it is."""
    click.echo(text.encode("utf-8", "surrogatepass"), nl=False)


def _print_json(found: Sequence[Found], is_one: bool) -> None:  # noqa: FBT001 - see Print
    echo(f"{json_text(whole(found, is_one=is_one))}\n")


def _print_yaml(found: Sequence[Found], is_one: bool) -> None:  # noqa: FBT001 - see Print
    echo(yaml_text(whole(found, is_one=is_one)))


def _print_names(found: Sequence[Found], is_one: bool) -> None:  # noqa: FBT001 - see Print
    del is_one
    for target, document in found:
        click.echo(f"{target.kind_name}/{document['metadata'].get('name', '')}")
