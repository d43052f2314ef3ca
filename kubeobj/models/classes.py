"""The class of each kind, loaded when it is first asked for."""

from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from kubeobj.models.catalog import KINDS

if TYPE_CHECKING:
    from kubeobj.models.base import ApiObject


def has_class(api_version: str, kind: str) -> bool:
    """Return whether there is a class for *kind*; nothing is loaded.

    >>> has_class("apps/v1", "Deployment"), has_class("apps/v1", "Pod")
    (True, False)
    """
    return api_version in KINDS and kind in _kinds(api_version)


@lru_cache(maxsize=len(KINDS))
def _kinds(api_version: str) -> frozenset[str]:
    """Return the kinds of a group-version that is known."""
    _, kinds = KINDS[api_version]
    return frozenset(kinds.split())


@lru_cache(maxsize=512)
def class_of(api_version: str, kind: str) -> "type[ApiObject]":
    """Return the class of a *kind* that has one."""
    module, _ = KINDS[api_version]
    model: type[ApiObject] = getattr(import_module(f"kubeobj.models.{module}"), kind)
    return model
