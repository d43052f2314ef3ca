"""`kubeobj attach`: the streams of a container that runs."""

import click

from kubeobj.cli.connecting import Reach, reaching


@click.command(
    "attach",
    epilog="""\b
Examples:
  kubeobj attach web-0
  kubeobj attach -i deploy/web -c web
""",
)
@click.argument("name", metavar="POD | TYPE/NAME")
@click.option("-c", "--container", default="", help="To this container.")
@click.option("-i", "--stdin", "has_stdin", is_flag=True, help="Send it what is typed.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what it prints.")
@reaching
def command(reach: Reach, *, name: str, container: str, has_stdin: bool, quiet: bool) -> int:
    """Show what a container prints from now on, and send it what is typed."""
    from kubeobj.cli.podtargets import chosen_container, first_pod, pod_target
    from kubeobj.cli.terminal import run_session

    pod = first_pod(reach, pod_target(reach, name))
    chosen = chosen_container(pod, container, quiet=quiet)
    metadata = pod["metadata"]
    return run_session(
        lambda _: reach.streams.attach(
            metadata["name"], container=chosen, stdin=has_stdin, namespace=metadata["namespace"]
        ),
        stdin=has_stdin,
        tty=False,
    )
