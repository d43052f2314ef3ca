"""`kubeobj logs`: what containers have printed."""

import click

from kubeobj.cli.connecting import Reach, reaching, selector_option
from kubeobj.cli.spans import SPAN


@click.command(
    "logs",
    epilog="""\b
Examples:
  kubeobj logs web-0
  kubeobj logs -f deployment/web --all-containers
  kubeobj logs -f -l app=web --prefix
  kubeobj logs web-0 --previous --tail=20
""",
)
@click.argument("args", metavar="POD [CONTAINER] | TYPE/NAME [CONTAINER]", nargs=-1)
@selector_option
@click.option("-c", "--container", default="", help="Of this container.")
@click.option("--all-containers", is_flag=True, help="Of all containers.")
@click.option("--all-pods", is_flag=True, help="Of all pods of the workload.")
@click.option("-f", "--follow", is_flag=True, help="Go on as more is printed.")
@click.option("-p", "--previous", is_flag=True, help="Of the run before this one.")
@click.option("--tail", type=int, default=None, help="So many lines; -1 for all, 10 with -l.")
@click.option("--since", type=SPAN, default=None, help="Not older than this: 5s, 2m, 3h.")
@click.option("--since-time", default="", help="Not older than this time (RFC 3339).")
@click.option("--timestamps", is_flag=True, help="Begin each line with its time.")
@click.option("--limit-bytes", type=click.IntRange(min=1), default=None, help="At most so much.")
@click.option("--prefix", is_flag=True, help="Begin each line with its pod and container.")
@click.option("--max-log-requests", type=click.IntRange(min=1), default=5, show_default=True)
@click.option("--ignore-errors", is_flag=True, help="Go on if one cannot be read.")
@reaching
def command(  # noqa: PLR0913 - kubectl's options
    reach: Reach,
    *,
    args: tuple[str, ...],
    selector: str,
    container: str,
    all_containers: bool,
    all_pods: bool,
    follow: bool,
    previous: bool,
    tail: int | None,
    since: float | None,
    since_time: str,
    timestamps: bool,
    limit_bytes: int | None,
    prefix: bool,
    max_log_requests: int,
    ignore_errors: bool,
) -> int:
    """Print the logs of pods, of the pods of a workload, or of those with some labels."""
    from kubeobj.api.client.podstreams import LogQuery
    from kubeobj.cli.logreading import print_logs, sources_of

    if bool(args) == bool(selector):
        raise click.UsageError("Say which: POD, TYPE/NAME, or -l SELECTOR.")
    if len(args) > 2 or (len(args) == 2 and container):
        raise click.UsageError("only one pod, and one container, can be named")
    if since is not None and since_time:
        raise click.UsageError("at most one of --since or --since-time may be used")
    if all_containers and (container or len(args) == 2):
        raise click.UsageError("--all-containers=true should not be specified with a container")
    lines = (10 if selector else None) if tail is None else (None if tail < 0 else tail)
    query = LogQuery(
        follow=follow,
        previous=previous,
        since_seconds=None if since is None else max(int(since), 1),
        since_time=since_time,
        timestamps=timestamps,
        tail_lines=lines,
        limit_bytes=limit_bytes,
    )
    sources = sources_of(
        reach,
        args[0] if args else "",
        selector,
        container or (args[1] if len(args) == 2 else ""),
        every_container=all_containers,
        every_pod=all_pods,
    )
    return print_logs(
        reach,
        sources,
        query,
        prefix=prefix or all_pods,
        limit=max_log_requests,
        ignore_errors=ignore_errors,
    )
