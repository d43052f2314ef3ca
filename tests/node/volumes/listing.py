"""What is in a directory."""

from pathlib import Path


def names_in(directory: Path) -> list[str]:
    """Return the names in a directory, in order."""
    return sorted(one.name for one in directory.iterdir())
