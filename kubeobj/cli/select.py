"""`kubeobj select`: the objects in files that a selector selects."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from kubeobj.cli.documents import print_documents
from kubeobj.cli.errors import report
from kubeobj.cli.inputs import read_inputs
from kubeobj.cli.objects import NONE, object_name, object_place
from kubeobj.cli.output import columns, output_option, print_text
from kubeobj.cli.paths import path_options, required
from kubeobj.cli.progress import progress

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest


@click.command(
    "select",
    epilog="""\b
Examples:
  kubeobj select -l app=web -f manifests/
  kubeobj select -l 'tier notin (cache)' -n shop -f manifests/ -o name
  helm template . | kubeobj select --field-selector metadata.name=web -f - -o yaml
""",
)
@click.option("-l", "--selector", metavar="EXPR", default="", help="Select by label.")
@click.option("--field-selector", metavar="EXPR", default="", help="Select by field.")
@click.option("-n", "--namespace", metavar="NS", help="Select those that name this namespace.")
@click.option("-A", "--all-namespaces", is_flag=True, help="Any namespace; the default.")
@path_options
@output_option("table", "name", "yaml", "json")
@click.option("--show-labels", is_flag=True, help="Show the labels in the table, too.")
@click.option("--no-headers", is_flag=True, help="Leave out the first line of the table.")
def command(  # noqa: PLR0913 - the toolkit passes each option by name
    *,
    selector: str,
    field_selector: str,
    namespace: str | None,
    all_namespaces: bool,
    filenames: tuple[str, ...],
    paths: tuple[str, ...],
    output: str,
    show_labels: bool,
    no_headers: bool,
) -> int:
    """Print the objects that match, of all those in files.

    All criteria given must be met. Without -n an object's namespace does not matter; with it,
    only what the manifest itself says counts, so one that names no namespace is not selected.
    """
    if namespace is not None and all_namespaces:
        raise click.UsageError("Give either -n or -A.")
    is_selected = _predicate(selector, field_selector, namespace)
    with progress() as bar:
        inputs = read_inputs(required(filenames + paths), bar)
        chosen = [manifest for manifest in inputs.manifests if is_selected(manifest)]
    if inputs.problems and output == "json":
        # A list that may lack objects is not printed where programs would take it for complete.
        report(inputs.problems, as_json=True)
        return 2
    match output:
        case "table":
            print_text(_table(chosen, with_labels=show_labels, with_headers=not no_headers))
        case "name":
            print_text(object_name(manifest) for manifest in chosen)
        case _:
            print_documents([manifest.document for manifest in chosen], output)
    if inputs.problems:
        report(inputs.problems, as_json=False)
        return 2
    if not chosen and output != "json":
        click.echo(f"None of {len(inputs.manifests)} objects is selected.", err=True)
    return 0 if chosen else 1


def _predicate(
    selector: str, field_selector: str, namespace: str | None
) -> "Callable[[Manifest], bool]":
    from kubeobj.fields import FieldSelector
    from kubeobj.labels.selector import Selector

    labels, fields = Selector.parse(selector), FieldSelector.parse(field_selector)

    def is_selected(manifest: "Manifest") -> bool:
        return (
            (namespace is None or manifest.namespace == namespace)
            and labels.matches(manifest.labels)
            and fields.matches(manifest.document)
        )

    return is_selected


def _table(manifests: Sequence["Manifest"], *, with_labels: bool, with_headers: bool) -> list[str]:
    from kubeobj.labels.labeltext import format_labels

    rows = [("NAMESPACE", "KIND", "NAME", "LABELS", "FILE:LINE")] if with_headers else []
    rows += [
        (
            manifest.namespace or NONE,
            manifest.kind or NONE,
            manifest.name or NONE,
            format_labels(manifest.labels),
            object_place(manifest),
        )
        for manifest in manifests
    ]
    if not manifests:
        return []
    return columns(row if with_labels else (*row[:3], row[4]) for row in rows)
