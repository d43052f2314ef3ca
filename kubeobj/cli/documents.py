"""Whole objects, printed as YAML or JSON, with the errors of those that could not be."""

from collections.abc import Sequence

import click

from kubeobj.cli.errors import RefusedError, report
from kubeobj.cli.output import print_json
from kubeobj.documents import Document


def print_documents(documents: Sequence[Document], output: str) -> None:
    """Print *documents*: as YAML, one after the other, or as JSON, a list unless it is just one."""
    if output == "json":
        if len(documents) == 1:
            print_json(documents[0])
        else:
            print_json({"apiVersion": "v1", "kind": "List", "items": list(documents)})
        return
    from kubeobj.manifests.yamltext import to_yaml

    if documents:
        click.echo(to_yaml(documents), nl=False)


def print_all(documents: Sequence[Document], output: str, errors: Sequence[Exception]) -> int:
    """Print *documents* and *errors*, and return the exit code.

    As JSON the errors alone are printed, so that nobody takes a list for complete that is not.
    """
    as_json = output == "json" and bool(errors)
    if not as_json:
        print_documents(documents, output)
    report(errors, as_json=as_json)
    if not errors:
        return 0
    return 1 if all(isinstance(error, RefusedError) for error in errors) else 2
