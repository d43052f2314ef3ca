"""`kubeobj convert`: manifests in another form: YAML, JSON, another version of the API."""

from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from kubeobj.cli.documents import print_all
from kubeobj.cli.errors import RefusedError
from kubeobj.cli.inputs import read_inputs
from kubeobj.cli.kindnames import complete_version
from kubeobj.cli.output import output_option
from kubeobj.cli.paths import path_options, required
from kubeobj.cli.progress import progress
from kubeobj.documents import Document

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest
    from kubeobj.meta.gvk import GroupVersion


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
    shell_complete=complete_version,
    help="The version of the API to convert to, such as autoscaling/v2; objects of kinds that it"
    " does not have stay as they are.",
)
def command(
    *, filenames: tuple[str, ...], paths: tuple[str, ...], output: str, version: str | None
) -> int:
    """Write manifests in another form: as YAML or JSON, or in another version of their kind.

    Nothing is filled in. Kubernetes 1.36 serves two kinds in two versions each:
    HorizontalPodAutoscalers, and Events.
    """
    target = None if version is None else _version(version)
    with progress() as bar:
        inputs = read_inputs(required(filenames + paths), bar)
    refused: list[RefusedError] = []
    documents = [_converted(manifest, target, refused) for manifest in inputs.manifests]
    found = [document for document in documents if document is not None]
    return print_all(found, output, (*inputs.problems, *refused))


def _version(text: str) -> "GroupVersion":
    """Return the version called *text*, which is one that is served."""
    from kubeobj.models.scheme import Scheme

    versions = {str(version): version for version in Scheme.builtin().group_versions}
    if text not in versions:
        close = get_close_matches(text, versions, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise click.UsageError(f"No version is called {text}.{hint}")
    return versions[text]


def _converted(
    manifest: "Manifest", target: "GroupVersion | None", refused: list[RefusedError]
) -> Document | None:
    """Return an object as the target has it; None if it cannot be read."""
    if target is None:
        return manifest.document
    from kubeobj.api.conversion import convert
    from kubeobj.cli.stored import refusal
    from kubeobj.errors import FieldErrors
    from kubeobj.lint.finding import locate

    try:
        return convert(manifest.document, target)
    except FieldErrors as errors:
        refused += [
            refusal(manifest, locate(manifest, error.path), f"{error.path}: {error.detail}")
            for error in errors
        ]
        return None
