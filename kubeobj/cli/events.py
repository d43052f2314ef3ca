"""`kubeobj events`: what has happened to objects of the cluster that runs."""

import click

from kubeobj.cli.connecting import Reach, all_namespaces_option, reaching


@click.command(
    "events",
    epilog="""\b
Examples:
  kubeobj events
  kubeobj events --for pod/web-0 --watch
  kubeobj events -A --types=Warning
""",
)
@all_namespaces_option
@click.option("--for", "about", default="", metavar="TYPE/NAME", help="Only those of this object.")
@click.option("--types", default="", metavar="TYPES", help="Only those of these types: Warning.")
@click.option("-w", "--watch", is_flag=True, help="Go on, and show what happens.")
@click.option("--no-headers", is_flag=True, help="Do not name the columns.")
@click.option("-o", "--output", default="", metavar="FORM", help="As in kubeobj get: json, yaml…")
@reaching
def command(  # noqa: PLR0913 - kubectl's options
    reach: Reach,
    *,
    all_namespaces: bool,
    about: str,
    types: str,
    watch: bool,
    no_headers: bool,
    output: str,
) -> int:
    """Show events, the latest last."""
    from kubeobj.cli.eventlist import EventQuestion, show

    wanted = tuple(one for one in types.split(",") if one)
    if any(one.lower() not in {"normal", "warning"} for one in wanted):
        raise click.UsageError("valid --types are Normal or Warning")
    if about and (about.count("/") != 1 or not all(about.split("/"))):
        raise click.UsageError("--for must be in resource/name form")
    question = EventQuestion(
        namespace="" if all_namespaces else None,
        about=about,
        types=wanted,
        headers=not no_headers,
        output=output,
    )
    return show(reach, question, watch=watch)
