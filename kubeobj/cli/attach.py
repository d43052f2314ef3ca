"""`kubeobj attach`: the streams of a container that runs."""

import click

from kubeobj.cli.connecting import Reach, reaching


@click.command(
    "attach",
    epilog="""\b
Examples:
  kubeobj attach web-0
  kubeobj attach -it deploy/web -c web
""",
)
@click.argument("name", metavar="POD | TYPE/NAME")
@click.option("-c", "--container", default="", help="To this container.")
@click.option("-i", "--stdin", "has_stdin", is_flag=True, help="Send it what is typed.")
@click.option("-t", "--tty", "has_tty", is_flag=True, help="Be the terminal that it has.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what it prints.")
@reaching
def command(
    reach: Reach, *, name: str, container: str, has_stdin: bool, has_tty: bool, quiet: bool
) -> int:
    """Show what a container prints from now on, and send it what is typed."""
    from kubeobj.api.podspec.visiting import containers_of
    from kubeobj.cli.podtargets import chosen_container, first_pod, pod_target
    from kubeobj.cli.terminal import run_session

    pod = first_pod(reach, pod_target(reach, name))
    chosen = chosen_container(pod, container, quiet=quiet)
    metadata = pod["metadata"]
    # A terminal is there from the start of a container on, whatever is asked for now.
    is_there = any(one.get("tty") for one in containers_of(pod["spec"]) if one["name"] == chosen)
    if has_tty and not is_there and not quiet:
        click.echo(
            f"error: Unable to use a TTY - container {chosen} did not allocate one", err=True
        )
    return run_session(
        lambda _: reach.streams.attach(
            metadata["name"], container=chosen, stdin=has_stdin, namespace=metadata["namespace"]
        ),
        stdin=has_stdin,
        tty=is_there,
        quiet=quiet,
        redraws=True,
    )
