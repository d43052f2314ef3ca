"""Files of variables that a container has written for another one of its pod.

Each variable is ``NAME='value'``; a value may go over lines, and is taken as it is. Lines that are
empty or begin with ``#`` say nothing.

Source: KEP-3721; Kubernetes documentation, Define Environment Variable Values Using An Init
Container (v1.36).
"""

import re
from pathlib import Path
from typing import Final

LONGEST_BYTES: Final = 1 << 20
"""How large such a file may be."""

_assignment = re.compile(r"[ \t]*([^=\s#][^=\n]*?)[ \t]*=[ \t]*'([^']*)'[ \t]*(?:\n|\Z)").match
_nothing = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)").match


def value_in(text: str, key: str) -> str:
    r"""Return the value of a variable in the text of such a file; empty if there is none.

    Raises:
        ValueError: If what is read until there is not of that form.

    >>> value_in("# made at start\nHOST = 'a b'\n", "HOST")
    'a b'
    """
    at, line = 0, 1
    while at < len(text):
        match = _nothing(text, at) or _assignment(text, at)
        if match is None:
            raise ValueError(f"invalid environment variable format at line {line}")
        if match.re.groups and match[1] == key:
            return match[2]
        line += match[0].count("\n")
        at = match.end()
    return ""


def read_value(path: Path, key: str) -> str:
    """Return the value of a variable in a file; empty if there is none.

    Raises:
        OSError: If it cannot be read.
        ValueError: If it is too large, no text, or not of that form.
    """
    with path.open("rb") as file:
        data = file.read(LONGEST_BYTES + 1)
    if len(data) > LONGEST_BYTES:
        raise ValueError(f"the file is larger than {LONGEST_BYTES} bytes")
    return value_in(data.decode(), key)
