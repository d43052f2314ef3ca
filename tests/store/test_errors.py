"""The error tree of the store."""

import inspect
import pickle
import re

import pytest

from kubeobj.errors import KubeobjError
from kubeobj.store import errors
from kubeobj.store.errors import (
    RevisionAhead,
    RevisionConflict,
    RevisionExpired,
    SnapshotError,
    StoreError,
    UidConflict,
)


def test_the_tree_is_as_drawn() -> None:
    """Every error class is in the drawing, with the built-in it also is."""
    drawn = dict(re.findall(r"[├└]── (\w+)\((\w+)\)", errors.__doc__ or ""))
    real = {
        name: kind.__bases__[1].__name__
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, StoreError) and kind is not StoreError
    }
    assert drawn == real
    assert issubclass(StoreError, KubeobjError)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (RevisionConflict("pods x/a", expected=1, actual=2), '"pods x/a" is at revision 2, not 1'),
        (UidConflict("pods x/a", expected="u", actual="v"), '"pods x/a" has uid "v", not "u"'),
        (RevisionExpired(1, oldest=2), "revision 1 has been compacted; the oldest is 2"),
        (RevisionAhead(3, current=2), "revision 3 is ahead of the store, which is at 2"),
        (SnapshotError("no", line=5), "line 5: no"),
    ],
)
def test_an_error_says_what_and_survives_a_process_pool(error: StoreError, text: str) -> None:
    """With its attributes."""
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own
    assert (str(error), str(copy), vars(copy)) == (text, text, vars(error))
