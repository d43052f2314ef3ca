"""Words and the objects that have them: an owner's word, or a term."""

from collections import defaultdict
from collections.abc import Iterable
from typing import final

# Most words are those of a few objects: a set of one costs 216 bytes, a tuple of one 48.
_FEW = 16


@final
class PathIndex:
    """From a word to the paths of the objects that have it.

    A copy shares every set of paths with its original until the copy changes it. The original
    must not be changed any more.
    """

    __slots__ = ("_own", "_paths")

    def __init__(self) -> None:
        self._paths: dict[str, tuple[str, ...] | set[str]] = {}
        # The words whose sets are this index's alone.
        self._own: set[str] = set()

    @classmethod
    def of(cls, objects: Iterable[tuple[str, tuple[str, ...]]]) -> "PathIndex":
        """Return an index of *objects*: paths, each once, and the words of each."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path, words in objects:
            for word in words if len(words) < 2 else dict.fromkeys(words):
                found[word].append(path)
        made = cls()
        for word, paths in found.items():
            if len(paths) <= _FEW:
                made._paths[word] = tuple(paths)
            else:
                made._paths[word] = set(paths)
                made._own.add(word)
        return made

    def copy(self) -> "PathIndex":
        """Return the same index, for somebody else to change; nobody may change this one."""
        twin = PathIndex()
        twin._paths = self._paths.copy()
        return twin

    def move(self, path: str, before: Iterable[str], after: Iterable[str]) -> None:
        """Let *path* have the words *after* where it had *before*."""
        for word in set(before):
            self._unlink(word, path)
        for word in set(after):
            self._link(word, path)

    def find(self, word: str) -> list[str]:
        """Return the paths of what has *word*, in order."""
        return sorted(self._paths.get(word, ()))

    def _link(self, word: str, path: str) -> None:
        paths = self._paths.get(word, ())
        if len(paths) < _FEW:
            self._paths[word] = (*paths, path)
        else:
            self._writable(word).add(path)

    def _unlink(self, word: str, path: str) -> None:
        paths = self._writable(word)
        paths.discard(path)
        # Half the limit, so that a set at its edge does not change shape all the time.
        if not paths:
            del self._paths[word]
            self._own.discard(word)
        elif len(paths) <= _FEW // 2:
            self._paths[word] = tuple(paths)
            self._own.discard(word)

    def _writable(self, word: str) -> set[str]:
        """Return the paths of *word* as a set that is this index's alone."""
        paths = self._paths[word]
        if not isinstance(paths, set) or word not in self._own:
            paths = self._paths[word] = set(paths)
            self._own.add(word)
        return paths
