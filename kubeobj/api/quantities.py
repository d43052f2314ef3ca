"""Amounts of resources as objects hold them: maps of names to canonical texts.

Source: ``k8s.io/kubernetes/pkg/apis/core/v1`` SetDefaults_ResourceList, and
``k8s.io/component-helpers/resource`` (v1.36).
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from kubeobj.documents import Wire
from kubeobj.errors import QuantityError
from kubeobj.meta.quantity import Quantity

ZERO = Quantity(0)
"""Nothing."""


@lru_cache(maxsize=4096)
def quantity_of(text: str) -> Quantity:
    """Return the quantity that a canonical *text* is."""
    return Quantity(text)


def quantities_of(amounts: Mapping[str, str]) -> dict[str, Quantity]:
    """Return the quantities of a map of names to texts."""
    return {name: quantity_of(text) for name, text in amounts.items()}


def round_up_to_milli(amounts: Wire | None) -> None:
    """Round each amount up to a thousandth, the finest that the API keeps of a resource."""
    if not amounts:
        return
    for name, text in amounts.items():
        if text[-1] in "nu" or "e-" in text:
            amounts[name] = str(quantity_of(text).round_up(-3))


@lru_cache(maxsize=1024)
def is_whole(text: str) -> bool:
    """Return whether Kubernetes sees a whole number in a quantity.

    It counts in thousandths, in 64 bits, which very large amounts overflow.

    >>> [is_whole(text) for text in ("1Gi", "1500m", "1Ei", "1E")]
    [True, False, False, True]
    """
    quantity = quantity_of(text)
    try:
        return quantity.milli_value % 1000 == 0
    except QuantityError:
        # A big decimal keeps its last 64 bits; Go's remainder of those is zero when ours is.
        thousandths = int(quantity.as_decimal() * 1000)
        return ((thousandths + 2**63) % 2**64 - 2**63) % 1000 == 0


def add_amounts(total: dict[str, Quantity], amounts: Mapping[str, Quantity]) -> None:
    """Add *amounts* to *total*."""
    for name, amount in amounts.items():
        total[name] = total[name] + amount if name in total else amount


def raise_to(total: dict[str, Quantity], amounts: Mapping[str, Quantity]) -> None:
    """Make *total* no less than *amounts*."""
    for name, amount in amounts.items():
        if name not in total or amount > total[name]:
            total[name] = amount


def is_any_negative(texts: Iterable[str]) -> bool:
    """Return whether one of the canonical *texts* is below zero."""
    return any(text[0] == "-" for text in texts)
