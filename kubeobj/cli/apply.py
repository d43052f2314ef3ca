"""`kubeobj apply`: put manifests in place in the cluster that runs."""

import click

from kubeobj.cli.connecting import Reach, dry_run_option, reaching


@click.command(
    "apply",
    epilog="""\b
Examples:
  kubeobj apply -f shop.yaml
  kubeobj apply -f manifests/ -n shop
  helm template . | kubeobj apply -f -
""",
)
@click.option(
    *("-f", "--filename", "filenames"),
    metavar="PATH",
    multiple=True,
    required=True,
    type=click.Path(),
    help="A file, a directory, or - for standard input. May be given more than once.",
)
@click.option("-R", "--recursive", is_flag=True, help="As kubectl's; directories are read whole.")
@dry_run_option
@click.option("-l", "--selector", default="", metavar="SELECTOR", help="Those with these labels.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(("", "name", "json", "yaml")),
    default="",
    help="What to print.",
)
@reaching
def command(
    reach: Reach,
    *,
    filenames: tuple[str, ...],
    recursive: bool,
    dry_run: str,
    selector: str,
    output: str,
) -> int:
    """Create what is not there, and change what is there as the files say.

    What a file said when it was applied last, and says no more, is removed.
    """
    from kubeobj.cli.applying import apply_targets
    from kubeobj.cli.resourceargs import from_files, has_labels

    del recursive
    found = [one for one in from_files(reach, filenames) if has_labels(one, selector)]
    return apply_targets(reach, found, dry_run=dry_run, output=output)
