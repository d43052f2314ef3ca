"""Files of a simulation that hold one thing, read with the place of every value."""

from typing import TYPE_CHECKING

from kubeobj.cli.errors import RefusedError
from kubeobj.cli.inputs import read_inputs
from kubeobj.cli.progress import Bar

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest


def read_one(path: str) -> "Manifest":
    """Return the one object in a file.

    Raises:
        KubeobjError: If it cannot be read, or there is not just one.
    """
    found = read_all([path])
    if len(found) != 1:
        raise RefusedError(f"holds {len(found)} objects, not one", source=path, line=1)
    return found[0]


def read_all(paths: list[str]) -> "tuple[Manifest, ...]":
    """Return the objects in files and directories.

    Raises:
        KubeobjError: If one cannot be read: the first.
    """
    inputs = read_inputs(paths, Bar())
    if inputs.problems:
        raise inputs.problems[0]
    return inputs.manifests
