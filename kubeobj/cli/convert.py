"""`kubeobj convert`: manifests in another form: YAML, JSON, another version of the API."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from kubeobj.cli.errors import report
from kubeobj.cli.inputs import read_inputs
from kubeobj.cli.output import output_option
from kubeobj.cli.paths import path_options, required
from kubeobj.cli.progress import progress
from kubeobj.cli.stored import print_documents
from kubeobj.documents import Document

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest


@click.command(
    "convert",
    epilog="""\b
Examples:
  kubeobj convert -f manifests/ -o json
  kubeobj convert -f autoscaler.yaml --to autoscaling/v2
""",
)
@path_options
@output_option("yaml", "json")
@click.option(
    "--to",
    "version",
    metavar="VERSION",
    help="The version of the API to convert to, such as autoscaling/v2; objects of kinds that it"
    " does not have stay as they are.",
)
def command(
    *, filenames: tuple[str, ...], paths: tuple[str, ...], output: str, version: str | None
) -> int:
    """Write manifests in another form: as YAML or JSON, or in another version of their kind."""
    with progress() as bar:
        inputs = read_inputs(required(filenames + paths), bar)
    print_documents(list(_converted(inputs.manifests, version)), output)
    if inputs.problems:
        report(inputs.problems, as_json=False)
        return 2
    return 0


def _converted(manifests: "tuple[Manifest, ...]", version: str | None) -> Iterator[Document]:
    for manifest in manifests:
        if version is None:
            yield manifest.document
            continue
        from kubeobj.api.conversion import convert

        yield convert(manifest.document, version)
