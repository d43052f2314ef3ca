"""How much of a manifest file is read: every bound has a name, and the message says it."""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one file may hold; more of it is refused, never cut.

    Args:
        file_bytes: Its length in bytes of UTF-8. An API server takes objects of about 1.5 MiB
            (etcd's limit), so this is room for a long dump.
        documents: Its documents and items of lists together.
        depth: How deep lists and mappings nest; aliases count where they are used. Real objects
            stay below 60 (a CustomResourceDefinition's schema), and writers of JSON stop at 254.
        alias_characters: How much aliases and merge keys (``*a``, ``<<: *a``) may add: the
            characters of all keys and strings they stand for, and one for each value. This is
            what keeps a small file from meaning a huge document.
    """

    file_bytes: int = 64 * 1024 * 1024
    documents: int = 1_000_000
    depth: int = 200
    alias_characters: int = 10_000_000


DEFAULT = Limits()
"""The limits of every reader that is not told otherwise."""
