"""Names that are made for an object from the beginning of one (``generateName``).

Source: API concepts, Generated values (Kubernetes v1.36).
"""

from typing import Protocol

from kubeobj.names.dns import DNS_LABEL_MAX_BYTES
from kubeobj.names.types import Name

SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""What suffixes are made of: no vowels and nothing like them, so that no words come out."""

SUFFIX_LENGTH = 5
"""How many random characters a generated name ends with."""

GENERATED_BASE_MAX_BYTES = DNS_LABEL_MAX_BYTES - SUFFIX_LENGTH
"""How much of the base is kept, so that the whole is no longer than a DNS label."""


class SuffixSource(Protocol):
    """Where the random end of a name comes from; `kubeobj.entropy` has the real ones."""

    def suffix(self, length: int = SUFFIX_LENGTH) -> str:
        """Return *length* characters of `SUFFIX_ALPHABET`."""
        ...


def generate_name(base: str, suffixes: SuffixSource) -> Name:
    """Return a name that begins with *base*, cut to fit, and ends with a suffix.

    >>> from kubeobj.entropy import SeededIdSource
    >>> generate_name("web-", SeededIdSource(7)).startswith("web-")
    True
    """
    kept = base.encode("utf-8", "replace")[:GENERATED_BASE_MAX_BYTES]
    # A character that is cut through is left out.
    return Name(f"{kept.decode('utf-8', 'ignore')}{suffixes.suffix()}")
