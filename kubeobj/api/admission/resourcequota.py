"""ResourceQuotas: what a namespace may use, never exceeded.

A quota's status says how much may be used and is: a write that would use more is refused, and one
that is taken is booked before the object is kept.

Source: ``k8s.io/apiserver/pkg/admission/plugin/resourcequota`` (v1.36).
"""

from collections.abc import Iterator, Mapping

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.admission.quotausage import Usage, is_in_scopes, is_over, usage_of
from kubeobj.api.errors import Forbidden, forbidden
from kubeobj.api.quantities import quantities_of
from kubeobj.documents import Wire
from kubeobj.meta.quantity import Quantity

QUOTAS = "resourcequotas"
"""The resource of quotas."""

_ZERO = Quantity(0)
# What each container must say something about, where a quota bounds it.
_COMPUTE = frozenset(
    {"cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"}
)
_MEASURED_AGAIN = frozenset({"pods", "services", "persistentvolumeclaims"})


def _admit(request: AdmissionRequest) -> None:
    if not request.namespace:
        return
    quotas = _quotas(request)
    if not quotas:
        return
    delta = _delta(request)
    if not delta:
        return
    booked = [
        amended
        for quota in quotas
        if is_in_scopes(quota, request.resource, request.object)
        and (amended := _charged(request, quota, delta)) is not None
    ]
    if request.dry_run:
        return
    for quota in booked:
        request.context.objects.amend(QUOTAS, quota)


def _quotas(request: AdmissionRequest) -> list[Wire]:
    """Return the quotas of the namespace, as they are now."""
    objects = request.context.objects

    def namespaces() -> frozenset[str]:
        return frozenset(one["metadata"]["namespace"] for one in objects.every(QUOTAS))

    if request.namespace not in objects.memo("namespaces with quotas", QUOTAS, namespaces):
        return []
    return list(objects.every(QUOTAS, request.namespace))


def _delta(request: AdmissionRequest) -> Usage:
    """Return what the request adds to what is used."""
    resource, old = request.resource, request.old
    if old is None:
        name = request.object["metadata"].get("name", "")
        if request.context.objects.find(resource, request.namespace, name) is not None:
            return {}  # it will be refused, and is not to be booked twice
        return usage_of(resource, request.object)
    if resource not in _MEASURED_AGAIN:
        return {}
    before, after = usage_of(resource, old), usage_of(resource, request.object)
    return {
        name: after.get(name, _ZERO) - before.get(name, _ZERO)
        for name in {*before, *after}
        if after.get(name, _ZERO) > before.get(name, _ZERO)
    }


def _charged(request: AdmissionRequest, quota: Wire, delta: Usage) -> Wire | None:
    """Return *quota* with *delta* booked; None if it bounds nothing of it.

    Raises:
        Forbidden: If it would be exceeded, or the object does not say what it uses.
    """
    status = quota.get("status") or {}
    hard = quantities_of(status.get("hard", {}))
    if request.resource == "pods" and request.operation is Operation.CREATE:
        _check_told(request, quota, hard)
    bounded = {name: amount for name, amount in delta.items() if name in hard}
    if not bounded:
        return None
    used = quantities_of(status.get("used", {}))
    exceeded = [
        name for name, amount in bounded.items() if used.get(name, _ZERO) + amount > hard[name]
    ]
    if exceeded:
        raise _refusal(request, quota, sorted(exceeded), (bounded, used, hard))
    now = {name: used.get(name, _ZERO) + amount for name, amount in bounded.items()}
    texts = {name: str(amount) for name, amount in now.items()}
    return {**quota, "status": {**status, "used": {**status.get("used", {}), **texts}}}


def _check_told(request: AdmissionRequest, quota: Wire, hard: Mapping[str, Quantity]) -> None:
    """Refuse a pod with a container that does not say what the quota bounds."""
    if is_over(request.object):
        return
    missing = dict(_missing(request.object["spec"], hard))
    if missing:
        listed = "; ".join(f"{name} for: {','.join(of)}" for name, of in sorted(missing.items()))
        why = f"failed quota: {quota['metadata']['name']}: must specify {listed}"
        raise forbidden("", "pods", request.name, why)


def _missing(spec: Wire, hard: Mapping[str, Quantity]) -> Iterator[tuple[str, list[str]]]:
    for name in _COMPUTE.intersection(hard):
        part = "limits" if name.startswith("limits.") else "requests"
        plain = name.rpartition(".")[2]
        if plain in (spec.get("resources") or {}).get(part, {}):
            continue
        containers = (*spec["containers"], *(spec.get("initContainers") or ()))
        silent = [one["name"] for one in containers if plain not in one["resources"].get(part, {})]
        if silent:
            yield name, silent


def _refusal(
    request: AdmissionRequest,
    quota: Wire,
    exceeded: list[str],
    amounts: tuple[Usage, Usage, Usage],
) -> Forbidden:
    asked, used, hard = (
        ",".join(f"{name}={of.get(name, _ZERO)}" for name in exceeded) for of in amounts
    )
    plural, _, group = request.resource.partition(".")
    name = quota["metadata"]["name"]
    why = f"exceeded quota: {name}, requested: {asked}, used: {used}, limited: {hard}"
    return forbidden(group, plural, request.name, why)


RESOURCE_QUOTA = Admission(name="ResourceQuota", validate=_admit, is_builtin=True)
"""Refuses what would use more than a quota lets."""
