"""What containers and pods ask for of the resources of nodes.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateResourceRequirements and
validateResourceClaimNames (v1.36).
"""

from collections.abc import Collection, Mapping
from functools import lru_cache

from kubeobj.api.fielderrors import duplicate, forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.quantities import is_whole, quantity_of
from kubeobj.api.resourcenames import (
    CONTAINER_RESOURCES,
    HUGE_PAGES,
    is_extended,
    is_for_pods,
    is_huge_page,
    is_integer,
    is_native,
    is_overcommit_allowed,
    is_standard,
)
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldErrorType, FieldPath, QuantityError
from kubeobj.meta.quantity import Quantity
from kubeobj.names import is_dns1123_label, validate_dns1123_label, validate_qualified_name

POD_RESOURCES = ("cpu", "hugepages-", "memory")
"""What a pod as a whole can ask for, as messages name it."""

_COMPUTE = frozenset({"cpu", "memory"})
_NONE: Mapping[str, str] = {}


def is_plain(resources: Wire) -> bool:
    """Return whether requests and limits are of CPU and memory alone, and in order.

    Those of most containers are, so they are asked this first.
    """
    limits = resources.get("limits", _NONE)
    for name, text in limits.items():
        if name not in _COMPUTE or text[0] == "-":
            return False
    for name, text in resources.get("requests", _NONE).items():
        if name not in _COMPUTE or text[0] == "-":
            return False
        if name in limits and not _is_within(text, limits[name]):
            return False
    return "claims" not in resources


@lru_cache(maxsize=4096)
def _is_within(request: str, limit: str) -> bool:
    return quantity_of(request) <= quantity_of(limit)


def validate_resource_requirements(
    resources: Wire, path: FieldPath, *, claims: Collection[str] = (), of_pod: bool = False
) -> Errors:
    """Find what is wrong with requests and limits.

    Args:
        resources: Them.
        path: Where they are.
        claims: The names of the claims of the pod.
        of_pod: Whether they are those of a pod as a whole.
    """
    limits: Mapping[str, str] = resources.get("limits", {})
    requests: Mapping[str, str] = resources.get("requests", {})
    for part, amounts in (("limits", limits), ("requests", requests)):
        for name, text in amounts.items():
            if name not in _COMPUTE or text[0] == "-":
                yield from _validate_amount(name, text, path.child(part).key(name), of_pod=of_pod)
    for name, text in requests.items():
        limit = limits.get(name)
        if limit != text:
            yield from _validate_request(name, text, limit, path)
    if not _COMPUTE & (limits.keys() | requests.keys()) and any(
        map(is_huge_page, limits.keys() | requests.keys())
    ):
        yield forbidden(path, "HugePages require cpu or memory")
    if "claims" in resources:
        yield from validate_claim_names(resources["claims"], claims, path.child("claims"))


def validate_overhead(overhead: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with what a pod takes beside its containers."""
    return validate_resource_requirements({"limits": overhead}, path)


def _validate_amount(name: str, text: str, path: FieldPath, *, of_pod: bool) -> Errors:
    yield from (_validate_pod_name if of_pod else validate_container_resource_name)(name, path)
    yield from validate_resource_quantity(name, text, path)
    if is_huge_page(name) and not _is_divisible(name, text):
        detail = f"{text} is not positive integer multiple of {name}"
        yield invalid(path, text, detail, "multiple-of")


def validate_resource_quantity(name: str, text: str, path: FieldPath) -> Errors:
    """Find an amount below zero, or part of what there are only whole ones of."""
    if text[0] == "-":
        yield invalid(path, text, "must be greater than or equal to 0", "minimum")
    if is_integer(name) and not is_whole(text):
        yield invalid(path, text, "must be an integer", "integer")


def validate_resource_name(name: str, path: FieldPath) -> Errors:
    """Find a name that is neither one of Kubernetes' own nor has a domain."""
    wrong = validate_qualified_name(name, path)
    yield from wrong
    if not wrong and "/" not in name and not is_standard(name):
        detail = "must be a standard resource type or fully qualified"
        yield invalid(path, name, detail, "resource-name")


def validate_container_resource_name(name: str, path: FieldPath) -> Errors:
    """Find a name that is none of a resource for containers; it is told of twice if of nothing."""
    yield from validate_resource_name(name, path)
    if "/" not in name:
        if name not in CONTAINER_RESOURCES and not is_huge_page(name):
            yield invalid(path, name, "must be a standard resource for containers", "resource-name")
    elif not is_native(name) and not is_extended(name):
        yield invalid(path, name, "doesn't follow extended resource name standard", "resource-name")


def _validate_pod_name(name: str, path: FieldPath) -> Errors:
    wrong = tuple(validate_resource_name(name, path))
    yield from wrong
    if not wrong and not is_for_pods(name):
        yield not_supported(path, name, POD_RESOURCES)


def _validate_request(name: str, text: str, limit: str | None, path: FieldPath) -> Errors:
    """Find a request that its limit does not allow."""
    if limit is None:
        if not is_overcommit_allowed(name):
            detail = "Limit must be set for non overcommitable resources"
            yield FieldError(path.child("limits"), FieldErrorType.REQUIRED, "", detail, "required")
        return
    asked, allowed = quantity_of(text), quantity_of(limit)
    if asked == allowed:
        return
    at = path.child("requests")
    if not is_overcommit_allowed(name):
        yield invalid(at, text, f"must be equal to {name} limit of {limit}", "equal=limit")
    elif asked > allowed:
        detail = f"must be less than or equal to {name} limit of {limit}"
        yield invalid(at, text, detail, "maximum=limit")


@lru_cache(maxsize=256)
def _is_divisible(name: str, text: str) -> bool:
    """Return whether an amount of huge pages is a number of pages of their size."""
    try:
        size = Quantity(name.removeprefix(HUGE_PAGES))
        if size.sign <= 0 or size.milli_value % 1000:
            return False
        return quantity_of(text).value % size.value == 0
    except QuantityError:
        return False


def validate_claim_names(claims: list[Wire], known: Collection[str], path: FieldPath) -> Errors:
    """Find claims that the pod does not have, and those that are used twice.

    A claim as a whole takes in each of its requests.
    """
    used: set[str] = set()
    for position, claim in enumerate(claims):
        name, request = claim["name"], claim.get("request", "")
        here = path.index(position)
        if not name:
            yield required(here, "required")
            continue
        if name in used:
            yield duplicate(here, name)
        else:
            if request and not is_dns1123_label(request):
                yield from validate_dns1123_label(request, here.child("request"))
            yield from _validate_use(name, request, used, here)
            used.add(f"{name}/{request}" if request else name)
        if name not in known:
            listed = ", ".join(sorted(known)) or "of which there are none"
            detail = f"must be one of the names in pod.spec.resourceClaims: {listed}"
            yield FieldError(here, FieldErrorType.NOT_FOUND, name, detail, "reference")


def _validate_use(name: str, request: str, used: Collection[str], path: FieldPath) -> Errors:
    if request:
        if f"{name}/{request}" in used:
            yield duplicate(path, f"{name}/{request}")
        return
    for other in used:
        if other.startswith(f"{name}/"):
            yield duplicate(path, name)
