"""`kubeobj agent`: the process that is a cluster. People use `kubeobj up`."""

from pathlib import Path

import click

from kubeobj.cli.stateoption import state_directory, state_option


@click.command("agent", hidden=True)
@state_option
@click.option("--runtime", default="auto", help="What runs pods.")
def command(*, state: str | None, runtime: str) -> int:
    """Run a cluster until it is told to end, and answer on its socket."""
    from kubeobj.cli.upagent import run_detached

    return run_detached(Path(state_directory(state).path), runtime)
