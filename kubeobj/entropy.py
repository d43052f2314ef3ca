"""Identity and chance, as something that is handed in: uids and the random ends of names.

Everything that needs them takes an `IdSource`, so that what runs on `SeededIdSource` can run again
and make the same. Nothing else in kubeobj makes anything random.

Source: API concepts, Generated values; RFC 4122 section 4.4 for the form of uids.
"""

import random
import secrets
from typing import Protocol, final

from kubeobj.names import SUFFIX_ALPHABET, SUFFIX_LENGTH, UID, SuffixSource


class IdSource(SuffixSource, Protocol):
    """Where uids and the random ends of names come from."""

    def uid(self) -> UID:
        """Return a uid that this source has not returned before."""
        ...


@final
class SeededIdSource:
    """Ids that are a function of a seed and of how many were asked for before.

    Args:
        seed: Any integer; equal seeds give equal ids, in every version of Python.

    >>> SeededIdSource(1).uid() == SeededIdSource(1).uid()
    True
    """

    __slots__ = ("_random",)

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, not a secret

    def uid(self) -> UID:
        """Return the next uid, of the form of a random one."""
        return _uid(self._random.getrandbits(128))

    def suffix(self, length: int = SUFFIX_LENGTH) -> str:
        """Return the next *length* characters."""
        # `random()` is what Python promises to keep for a seed; `choice` is not.
        size = len(SUFFIX_ALPHABET)
        return "".join(SUFFIX_ALPHABET[int(self._random.random() * size)] for _ in range(length))


@final
class Chance:
    """Decisions that are a function of a seed and of how many were made before.

    Args:
        seed: Any integer; equal seeds decide alike, in every version of Python.

    >>> Chance(1).below(10) == Chance(1).below(10)
    True
    """

    __slots__ = ("_random",)

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, not a secret

    def happens(self, probability: float) -> bool:
        """Decide whether something happens that does so with a probability from 0 to 1."""
        return self._random.random() < probability

    def below(self, bound: int) -> int:
        """Return an integer from 0 on that is less than *bound*, which is 1 or more."""
        return int(self._random.random() * bound)

    def between(self, low: float, high: float) -> float:
        """Return a number from *low* to *high*."""
        return low + (high - low) * self._random.random()

    def seed(self) -> int:
        """Return a seed for another source, which then goes on by itself."""
        return self._random.getrandbits(63)


@final
class SystemIdSource:
    """Ids from the randomness of the operating system."""

    __slots__ = ()

    def uid(self) -> UID:
        """Return a random uid."""
        return _uid(secrets.randbits(128))

    def suffix(self, length: int = SUFFIX_LENGTH) -> str:
        """Return *length* random characters."""
        return "".join(secrets.choice(SUFFIX_ALPHABET) for _ in range(length))


def _uid(bits: int) -> UID:
    """Return 128 random *bits* as a version 4 UUID."""
    bits = bits & ~(0xF << 76) | 4 << 76  # the version
    bits = bits & ~(0x3 << 62) | 2 << 62  # the variant
    digits = f"{bits:032x}"
    return UID("-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])))
