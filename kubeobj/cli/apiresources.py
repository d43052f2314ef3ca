"""`kubeobj api-resources`: which kinds the cluster serves."""

from typing import TYPE_CHECKING

import click

from kubeobj.cli.connecting import Reach, reaching

if TYPE_CHECKING:
    from kubeobj.models.resource import Resource


@click.command(
    "api-resources",
    epilog="""\b
Examples:
  kubeobj api-resources
  kubeobj api-resources --namespaced=false -o name
  kubeobj api-resources --api-group=apps
""",
)
@click.option("--api-group", default=None, help="Of this group alone.")
@click.option("--namespaced", type=bool, default=None, help="Only those in namespaces, or not.")
@click.option("-o", "--output", type=click.Choice(("", "name", "wide")), default="", help="How.")
@click.option("--no-headers", is_flag=True, help="Do not name the columns.")
@reaching
def command(
    reach: Reach, *, api_group: str | None, namespaced: bool | None, output: str, no_headers: bool
) -> int:
    """List the kinds that the cluster serves, with the names that they have."""
    from kubeobj.cli.printing.elastictabs import Rows

    found: dict[tuple[str, str], Resource] = {}
    for one in reach.kinds.served.resources:
        if api_group is not None and one.kind.group != api_group:
            continue
        if namespaced is not None and one.namespaced != namespaced:
            continue
        found.setdefault((one.kind.group, one.plural), one)
    # By group, and by name within one.
    ordered = [found[key] for key in sorted(found)]
    if output == "name":
        for one in ordered:
            click.echo(str(one.group_version_resource.group_resource))
        return 0
    rows = [] if no_headers else [["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]]
    if output == "wide" and rows:
        rows[0] += ["VERBS", "CATEGORIES"]
    for one in ordered:
        in_namespace = str(one.namespaced).lower()
        short = ",".join(one.short_names)
        row = [one.plural, short, one.kind.api_version, in_namespace, one.kind.kind]
        if output == "wide":
            row += [",".join(one.verbs), ",".join(one.categories)]
        rows.append(row)
    click.echo("\n".join(Rows().add(rows)))
    return 0
