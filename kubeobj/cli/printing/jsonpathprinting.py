"""Objects printed by a JSONPath template.

Source: ``k8s.io/cli-runtime/pkg/printers`` jsonpath.go (v1.36).
"""

from collections.abc import Sequence

from kubeobj.cli.connecting import CommandFailed
from kubeobj.cli.printing.documents import json_text
from kubeobj.cli.printing.formats import Found, Print, echo, whole
from kubeobj.cli.printing.jsonpath import JsonPathError, parse_path
from kubeobj.cli.printing.jsonpathvalues import printed, results


def path_printer(template: str, *, as_json: bool = False) -> Print:
    """Return what prints objects by a template.

    Raises:
        CommandFailed: If it is none.
    """
    try:
        path = parse_path(template)
    except JsonPathError as error:
        raise CommandFailed(f"error parsing jsonpath {template}, {error}") from None

    def show(found: Sequence[Found], is_one: bool) -> None:  # noqa: FBT001 - see Print
        document = whole(found, is_one=is_one)
        try:
            values = results(path, document)
        except JsonPathError as error:
            msg = f'error executing jsonpath "{template}": {error}'
            raise CommandFailed(msg) from None
        if as_json:
            echo(f"{json_text([one for part in values for one in part])}\n")
        else:
            echo("".join(map(printed, values)))

    return show
