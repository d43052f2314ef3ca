"""Columns that the asker chooses: ``-o custom-columns=NAME:.metadata.name``.

Source: ``k8s.io/kubectl/pkg/cmd/get`` customcolumn.go (v1.36).
"""

from collections.abc import Sequence

from kubeobj.cli.connecting import CommandFailed
from kubeobj.cli.printing.elastictabs import Rows
from kubeobj.cli.printing.formats import Found, Print, echo
from kubeobj.cli.printing.jsonpath import JsonPathError, Template, parse_path, relaxed
from kubeobj.cli.printing.jsonpathvalues import found as values_of
from kubeobj.cli.printing.jsonpathvalues import go_text
from kubeobj.documents import Wire


def columns_printer(spec: str, *, headers: bool = True) -> Print:
    """Return what prints the columns that *spec* names, in a line or in two.

    Raises:
        CommandFailed: If it is none.
    """
    columns = _columns(spec)
    rows = Rows()
    is_begun = not headers

    def show(found: Sequence[Found], is_one: bool) -> None:  # noqa: FBT001 - see Print
        nonlocal is_begun
        del is_one
        shown = [] if is_begun else [[name for name, _ in columns]]
        is_begun = True
        shown += [[_cell(path, document) for _, path in columns] for _, document in found]
        echo("".join(f"{line}\n" for line in rows.add(shown)))

    return show


def _columns(spec: str) -> list[tuple[str, Template]]:
    lines = [line for line in spec.splitlines() if line.strip()]
    if len(lines) == 2:  # a file: names in one line, paths below
        names, paths = lines[0].split(), lines[1].split()
        if len(names) != len(paths):
            msg = f"number of headers ({len(names)}) and columns ({len(paths)}) don't match"
            raise CommandFailed(msg)
        return [(name, _path(path)) for name, path in zip(names, paths, strict=True)]
    parts = [part.partition(":") for part in spec.strip().split(",")]
    for part, colon, _ in parts:
        if not colon:
            msg = f"unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"
            raise CommandFailed(msg)
    return [(name, _path(path)) for name, _, path in parts]


def _path(text: str) -> Template:
    try:
        return parse_path(relaxed(text))
    except JsonPathError as error:
        raise CommandFailed(str(error)) from None


def _cell(path: Template, document: Wire) -> str:
    try:
        values = values_of(path, document)
    except JsonPathError as error:
        raise CommandFailed(str(error)) from None
    return ",".join(map(go_text, values)) or "<none>"
