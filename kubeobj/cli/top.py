"""`kubeobj top`: what pods and nodes of the cluster that runs use."""

import click

from kubeobj.cli.connecting import (
    Reach,
    all_namespaces_option,
    field_selector_option,
    reaching,
    selector_option,
)
from kubeobj.cli.resourceargs import NO_NAME

_KINDS = {
    **dict.fromkeys(("pod", "pods", "po"), "pods"),
    **dict.fromkeys(("node", "nodes", "no"), "nodes"),
}


@click.command(
    "top",
    epilog="""\b
Examples:
  kubeobj top pods
  kubeobj top pod web-0 --containers
  kubeobj top pods -A --sort-by=memory
  kubeobj top nodes
""",
)
@click.argument("kind", type=click.Choice(tuple(_KINDS)), metavar="[pods | nodes]")
@click.argument("name", required=False)
@all_namespaces_option
@selector_option
@field_selector_option
@click.option("--containers", is_flag=True, help="What each container uses.")
@click.option("--sort-by", type=click.Choice(("cpu", "memory")), help="Sort by this, most first.")
@click.option("--sum", "total", is_flag=True, help="What all of them use together.")
@click.option("--no-headers", is_flag=True, help="Do not name the columns.")
@reaching
def command(  # noqa: PLR0913 - kubectl's options
    reach: Reach,
    *,
    kind: str,
    name: str | None,
    all_namespaces: bool,
    selector: str,
    field_selector: str,
    containers: bool,
    sort_by: str | None,
    total: bool,
    no_headers: bool,
) -> int:
    """Show how much of processors and memory pods use, or nodes.

    What a pod uses is known some seconds after it has begun.
    """
    from kubeobj.cli.usage import UsageQuestion, show_nodes, show_pods

    if name == "":
        raise click.UsageError(NO_NAME)
    if name and (selector or field_selector):
        raise click.UsageError("only one of NAME or selector can be provided")
    question = UsageQuestion(
        name=name or "",
        namespace="" if all_namespaces else None,
        selector=selector,
        fields=field_selector,
        sort_by=sort_by or "",
        headers=not no_headers,
    )
    if _KINDS[kind] == "nodes":
        return show_nodes(reach, question)
    return show_pods(reach, question, containers=containers, total=total)
