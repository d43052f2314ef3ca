"""The `kubeobj` command: questions about labels and manifests, asked from a shell.

`main` is all that is stable here. It imports the toolkit only once it knows that it is there, and
each command only when it is called, so that a small question is answered quickly.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec

__all__ = ["main"]


def main(args: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Args:
        args: What follows the name of the command; what the process was given if omitted.
    """
    missing = [name for name in ("click", "rich") if find_spec(name) is None]
    if missing:
        needs = " and ".join(missing)
        sys.stderr.write(f"Error: the kubeobj command needs {needs}: pip install 'kubeobj[cli]'\n")
        return 2
    try:
        from kubeobj.cli.app import run

        return run(sys.argv[1:] if args is None else args)
    except KeyboardInterrupt:
        return 130
