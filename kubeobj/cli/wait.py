"""`kubeobj wait`: until something is so."""

import click

from kubeobj.cli.connecting import (
    Reach,
    all_namespaces_option,
    field_selector_option,
    files_option,
    reaching,
    selector_option,
)
from kubeobj.cli.resourceargs import targets_of
from kubeobj.cli.spans import SPAN


@click.command(
    "wait",
    epilog="""\b
Examples:
  kubeobj wait --for=condition=Available deployment/web --timeout=60s
  kubeobj wait --for=delete pod/web-0
  kubeobj wait --for=jsonpath='{.status.phase}'=Running pod/web-0
  kubeobj wait --for=create job/migrate
""",
)
@click.argument("args", metavar="TYPE NAME... | TYPE/NAME...", nargs=-1)
@files_option
@all_namespaces_option
@selector_option
@field_selector_option
@click.option("--all", "everything", is_flag=True, help="All of the kind in the namespace.")
@click.option(
    "--for",
    "condition",
    required=True,
    metavar="WHAT",
    help="condition=NAME[=VALUE], jsonpath=PATH[=VALUE], delete or create.",
)
@click.option("--timeout", type=SPAN, default=30.0, help="How long: 30s, 5m; by default 30s.")
@reaching
def command(  # noqa: PLR0913 - kubectl's options
    reach: Reach,
    *,
    args: tuple[str, ...],
    filenames: tuple[str, ...],
    all_namespaces: bool,
    selector: str,
    field_selector: str,
    everything: bool,
    condition: str,
    timeout: float,
) -> int:
    """Wait until a condition of objects is met, or they are there, or gone."""
    from kubeobj.cli.waiting import condition_of, wait_for

    is_met = condition_of(condition)
    targets = targets_of(reach, args, filenames)
    if any(not one.name for one in targets) and not (everything or selector or field_selector):
        raise click.UsageError("resource(s) were provided, but no name was specified")
    namespace = "" if all_namespaces else None
    return wait_for(reach, targets, (namespace, selector, field_selector), is_met, timeout)
