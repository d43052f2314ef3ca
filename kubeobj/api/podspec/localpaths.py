"""Paths inside a volume or on a node: which of them stay where they belong.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateLocalDescendingPath and its like
(v1.36).
"""

from kubeobj.api.fielderrors import invalid
from kubeobj.api.kind import Errors
from kubeobj.errors import FieldPath


def has_backstep(text: str) -> bool:
    """Return whether a part of the path *text* is ``..``.

    >>> [has_backstep(text) for text in ("/a/../b", "/a/..b", "..")]
    [True, False, True]
    """
    return ".." in text and ".." in text.split("/")


def validate_no_backsteps(text: str, path: FieldPath) -> Errors:
    """Find a path that leads up again."""
    if has_backstep(text):
        yield invalid(path, text, "must not contain '..'", "format=path-no-backsteps")


def validate_descending_path(text: str, path: FieldPath) -> Errors:
    """Find a path that leads out of the directory it starts in."""
    if text.startswith("/"):
        yield invalid(path, text, "must be a relative path", "format=path-relative")
    yield from validate_no_backsteps(text, path)


def validate_file_path(text: str, path: FieldPath) -> Errors:
    """Find a path that cannot be that of a file that the kubelet writes into a volume.

    Names that begin with ``..`` are its own.
    """
    yield from validate_descending_path(text, path)
    # What only begins as `..` does is no backstep, and `..` itself breaks both rules.
    if text.startswith("..") and not text.startswith("../"):
        yield invalid(path, text, "must not start with '..'", "format=path-not-reserved")
