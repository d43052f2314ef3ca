"""How much of the capacity of a device can be asked for.

Source: ``k8s.io/kubernetes/pkg/apis/resource/validation`` validateRequestPolicy (v1.36).
"""

from kubeobj.api.fielderrors import duplicate, forbidden, invalid, required, too_many
from kubeobj.api.kind import Errors
from kubeobj.api.quantities import quantity_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.quantity import Quantity

MAX_VALUES = 10
"""The most amounts that can be listed."""


def validate_request_policy(policy: Wire, capacity: str, path: FieldPath) -> Errors:
    """Find what is wrong with the amounts that can be asked for of a *capacity*."""
    values, bounds, usual = policy.get("validValues"), policy.get("validRange"), policy["default"]
    if values and bounds is not None:
        detail = 'cannot specify "validValues" and "validRange" at the same time'
        yield forbidden(path, detail, "union")
    elif not values and bounds is None:
        return
    elif usual is None:
        yield required(path.child("default"), "together")
    elif values:
        yield from _values(values, quantity_of(usual), capacity, path.child("validValues"))
    elif bounds is not None:
        yield from _range(bounds, quantity_of(usual), capacity, path.child("validRange"))


def _values(values: list[str], usual: Quantity, capacity: str, path: FieldPath) -> Errors:
    amounts = [quantity_of(value) for value in values]
    for position, amount in enumerate(amounts[1:], 1):
        if amount < amounts[position - 1]:
            detail = "values must be sorted in ascending order"
            yield invalid(path.index(position), values[position], detail, "order")
    if len(values) > MAX_VALUES:
        yield too_many(path, len(values), MAX_VALUES)
        return
    for position, amount in enumerate(amounts):
        if amount > quantity_of(capacity):
            detail = f"option is larger than capacity value: {capacity}"
            yield invalid(path.index(position), values[position], detail, "maximum")
        if amount in amounts[:position]:
            yield duplicate(path.index(position), values[position])
    if usual not in amounts:
        detail = "default value is not valid according to the requestPolicy"
        yield invalid(path, str(usual), detail, "default")


def _range(bounds: Wire, usual: Quantity, capacity: str, path: FieldPath) -> Errors:
    if "min" not in bounds:
        yield required(path.child("min"), "required")
        return
    whole, least = quantity_of(capacity), quantity_of(bounds["min"])
    most = quantity_of(bounds["max"]) if "max" in bounds else None
    if least > whole:
        detail = f"min is larger than capacity value: {capacity}"
        yield invalid(path.child("min"), bounds["min"], detail, "maximum")
    if usual < least:
        detail = f"default is less than min: {least}"
        yield invalid(path.child("default"), str(usual), detail, "minimum")
    if most is not None:
        yield from _upper(bounds, least, most, whole, path)
        if usual > most:
            detail = f"default is more than max: {most}"
            yield invalid(path.child("default"), str(usual), detail, "maximum")
    if "step" in bounds:
        amounts = [amount for amount in (usual, most) if amount is not None]
        yield from _steps(quantity_of(bounds["step"]), least, amounts, whole, path.child("step"))


def _steps(
    step: Quantity, least: Quantity, amounts: list[Quantity], whole: Quantity, path: FieldPath
) -> Errors:
    if step.sign <= 0:
        yield invalid(path, str(step), "must be greater than zero", "minimum")
        return
    if least + step > whole:
        detail = f"one step is larger than capacity value: {whole}"
        yield invalid(path, str(step), detail, "maximum")
    for amount in amounts:
        if (amount.value - least.value) % step.value:
            detail = f"value is not a multiple of a given step ({step}) from ({least})"
            yield invalid(path, str(amount), detail, "multiple-of")


def _upper(
    bounds: Wire, least: Quantity, most: Quantity, whole: Quantity, path: FieldPath
) -> Errors:
    here = path.child("max")
    if least > most:
        yield invalid(here, bounds["min"], f"min is larger than max: {most}", "order")
    if most > whole:
        yield invalid(here, bounds["max"], f"max is larger than capacity value: {whole}", "maximum")
