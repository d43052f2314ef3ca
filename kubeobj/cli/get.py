"""`kubeobj get`: objects of the cluster that runs, as kubectl shows them."""

import click

from kubeobj.cli.connecting import (
    Reach,
    all_namespaces_option,
    field_selector_option,
    files_option,
    reaching,
    selector_option,
)
from kubeobj.cli.resourceargs import narrowed, targets_of


@click.command(
    "get",
    epilog="""\b
Examples:
  kubeobj get pods
  kubeobj get deployments,services -A -o wide
  kubeobj get pod/web -o yaml
  kubeobj get pods -l app=web -o jsonpath='{.items[*].metadata.name}'
  kubeobj get pods --watch
""",
)
@click.argument("args", metavar="[TYPE[,TYPE] [NAME]... | TYPE/NAME...]", nargs=-1)
@files_option
@all_namespaces_option
@selector_option
@field_selector_option
@click.option(
    *("-o", "--output"),
    default="",
    metavar="FORM",
    help="json, yaml, name, wide, jsonpath=TEMPLATE, custom-columns=SPEC, or one of these from a"
    " file: jsonpath-file=PATH, custom-columns-file=PATH.",
)
@click.option("-w", "--watch/--no-watch", help="Go on, and show what changes.")
@click.option("--watch-only", is_flag=True, help="Show what changes alone.")
@click.option("--output-watch-events", is_flag=True, help="Say with each what has happened.")
@click.option("--sort-by", default="", metavar="PATH", help="Sort by this field: .metadata.name.")
@click.option("--show-labels", is_flag=True, help="Show the labels of each.")
@click.option(
    *("-L", "--label-columns", "label_columns"),
    multiple=True,
    metavar="LABEL",
    help="A column with this label. Several with commas, or again.",
)
@click.option("--no-headers", is_flag=True, help="Do not name the columns.")
@click.option("--show-kind", is_flag=True, help="Say the kind before each name.")
@click.option("--show-managed-fields", is_flag=True, help="Show who wrote which field.")
@click.option("--ignore-not-found", is_flag=True, help="It is no error if one is not there.")
@reaching
def command(  # noqa: PLR0913 - kubectl's options
    reach: Reach,
    *,
    args: tuple[str, ...],
    filenames: tuple[str, ...],
    all_namespaces: bool,
    selector: str,
    field_selector: str,
    output: str,
    watch: bool,
    watch_only: bool,
    output_watch_events: bool,
    sort_by: str,
    show_labels: bool,
    label_columns: tuple[str, ...],
    no_headers: bool,
    show_kind: bool,
    show_managed_fields: bool,
    ignore_not_found: bool,
) -> int:
    """Show objects of the cluster: all of a kind, or those that are named.

    The exit code is 1 if one is not there.
    """
    from kubeobj.cli.getting import Getting, Question
    from kubeobj.cli.watching import follow

    namespace = "" if all_namespaces else None
    targets = targets_of(reach, args, filenames)
    question = Question(
        targets=narrowed(reach, targets, namespace, selector, field_selector, latest=True),
        namespace=namespace,
        selector=selector,
        fields=field_selector,
        output=output,
        sort_by=sort_by,
        headers=not no_headers,
        show_labels=show_labels,
        label_columns=tuple(one for text in label_columns for one in text.split(",") if one),
        show_kind=show_kind,
        show_managed_fields=show_managed_fields,
        ignore_not_found=ignore_not_found,
    )
    if watch or watch_only:
        return follow(reach, question, begins=not watch_only, tells_events=output_watch_events)
    return Getting(reach, question).run()
