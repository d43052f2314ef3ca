"""`kubeobj default`: manifests as the API would store them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kubeobj.cli.errors import report
from kubeobj.cli.inputs import read_inputs
from kubeobj.cli.objects import object_name, object_place
from kubeobj.cli.output import output_option
from kubeobj.cli.paths import path_options, required
from kubeobj.cli.progress import progress
from kubeobj.cli.stored import print_documents
from kubeobj.documents import Document

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest


@click.command(
    "default",
    epilog="""\b
Examples:
  kubeobj default -f deployment.yaml
  kubeobj default -f manifests/ -o json
""",
)
@path_options
@output_option("yaml", "json")
def command(*, filenames: tuple[str, ...], paths: tuple[str, ...], output: str) -> int:
    """Show objects as the API would store them.

    Every default is filled in, and quantities and times have the form that the API gives them.
    What only a server can say, such as uids and times of creation, is left out. Objects of kinds
    that Kubernetes does not have are shown as they are; those that the API refuses are not shown.
    """
    with progress() as bar:
        inputs = read_inputs(required(filenames + paths), bar)
    refused: list[str] = []
    print_documents(list(_documents(inputs.manifests, refused)), output)
    for line in refused:
        click.echo(line, err=True)
    if inputs.problems:
        report(inputs.problems, as_json=False)
        return 2
    return 1 if refused else 0


def _documents(manifests: "tuple[Manifest, ...]", refused: list[str]) -> Iterator[Document]:
    from kubeobj.cli.stored import as_stored

    for manifest in manifests:
        stored, errors = as_stored(manifest)
        if stored is not None:
            yield stored
        else:
            where = f"{object_place(manifest)}: {object_name(manifest)}"
            refused += [f"{where}: {error}" for error in errors]
