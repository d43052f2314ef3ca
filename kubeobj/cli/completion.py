"""`kubeobj completion`: the script that teaches a shell to complete the command."""

import click

SHELLS = ("bash", "zsh", "fish")


@click.command(
    "completion",
    epilog="""\b
Examples:
  kubeobj completion bash > ~/.local/share/bash-completion/completions/kubeobj
  kubeobj completion zsh > "${fpath[1]}/_kubeobj"
  kubeobj completion fish > ~/.config/fish/completions/kubeobj.fish
""",
)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    """Print the completion script for a shell.

    The shell reads it once; what it offers, it asks the command itself each time.
    """
    from click.shell_completion import BashComplete, FishComplete, ZshComplete

    from kubeobj.cli.app import COMPLETE_VARIABLE, NAME, root

    completer = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}[shell]
    script = completer(root, {}, NAME, COMPLETE_VARIABLE).source()
    click.echo(script.encode(), nl=False)  # as bytes, so that no system changes the line ends
    return 0
