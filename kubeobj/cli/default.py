"""`kubeobj default`: manifests as the API would store them."""

from typing import TYPE_CHECKING

import click

from kubeobj.cli.documents import print_all
from kubeobj.cli.errors import RefusedError
from kubeobj.cli.inputs import read_inputs
from kubeobj.cli.output import output_option
from kubeobj.cli.paths import path_options, required
from kubeobj.cli.progress import Bar, progress
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
    What only a server can say, such as uids, addresses and the status, is left out. Objects of
    kinds that Kubernetes does not have itself are shown as they are; those that the API would
    refuse are not shown.
    """
    with progress() as bar:
        inputs = read_inputs(required(filenames + paths), bar)
        documents, refused = _stored(inputs.manifests, bar)
    return print_all(documents, output, (*inputs.problems, *refused))


def _stored(
    manifests: "tuple[Manifest, ...]", bar: Bar
) -> tuple[list[Document], list[RefusedError]]:
    from kubeobj.cli.stored import as_stored

    bar.begin("Filling in", total=len(manifests))
    documents: list[Document] = []
    refused: list[RefusedError] = []
    for manifest in manifests:
        stored, errors = as_stored(manifest)
        if stored is not None:
            documents.append(stored)
        refused += errors
        bar.advance()
    return documents, refused
