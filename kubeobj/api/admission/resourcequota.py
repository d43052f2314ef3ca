"""ResourceQuotas: what a namespace may use, never exceeded.

A quota's status says how much may be used and is: a write that would use more is refused, and one
that is taken is booked before the object is kept.

Source: ``k8s.io/apiserver/pkg/admission/plugin/resourcequota`` (v1.36).
"""

from collections.abc import Iterator, Mapping

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.errors import Forbidden
from kubeobj.api.quantities import ZERO, quantities_of
from kubeobj.api.quotausage import Usage, is_in_scopes, usage_of
from kubeobj.documents import Wire

QUOTAS = "resourcequotas"
"""The resource of quotas."""

# What each container must say something about, where a quota bounds it.
_COMPUTE = frozenset(
    {"cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"}
)
# What may use more or less after an update.
_MEASURED_AGAIN = frozenset({"services", "persistentvolumeclaims", "pods/resize"})
# Events are so many, and last so short, that no quota counts them.
_NEVER_COUNTED = frozenset({"events"})


def _admit(request: AdmissionRequest) -> None:
    if not request.namespace or not _is_counted(request):
        return
    quotas = [
        quota for quota in _quotas(request) if is_in_scopes(quota, request.resource, request.object)
    ]
    if not quotas:
        return
    usage = usage_of(request.resource, request.object)
    for quota in quotas:
        _check_known(request, quota, usage)
    delta = _delta(request, usage)
    booked = [_charged(request, quota, delta) for quota in quotas]
    if request.dry_run:
        return
    for quota, amended in zip(quotas, booked, strict=True):
        if amended is not quota:
            request.context.objects.amend(QUOTAS, amended)


def _is_counted(request: AdmissionRequest) -> bool:
    """Return whether the request may change how much is used."""
    if request.operation is Operation.CREATE:
        return not request.subresource and request.resource not in _NEVER_COUNTED
    part = f"/{request.subresource}" if request.subresource else ""
    return f"{request.resource}{part}" in _MEASURED_AGAIN


def _quotas(request: AdmissionRequest) -> list[Wire]:
    """Return the quotas of the namespace, as they are now."""
    objects = request.context.objects

    def namespaces() -> frozenset[str]:
        return frozenset(one["metadata"]["namespace"] for one in objects.every(QUOTAS))

    if request.namespace not in objects.memo("namespaces with quotas", QUOTAS, namespaces):
        return []
    return list(objects.every(QUOTAS, request.namespace))


def _check_known(request: AdmissionRequest, quota: Wire, usage: Usage) -> None:
    """Refuse what a quota bounds and cannot judge.

    Raises:
        Forbidden: If the object does not say how much it uses, or the quota how much is used.
    """
    status = quota.get("status") or {}
    hard, used = status.get("hard", {}), status.get("used", {})
    name = quota["metadata"]["name"]
    if request.resource == "pods":
        missing = dict(_missing(request.object["spec"], hard))
        if missing:
            listed = "; ".join(f"{one} for: {','.join(of)}" for one, of in sorted(missing.items()))
            raise request.refusal(f"failed quota: {name}: must specify {listed}")
    unknown = sorted(one for one in hard if one in usage and one not in used)
    if unknown:
        why = f"status unknown for quota: {name}, resources: {','.join(unknown)}"
        raise request.refusal(why)


def _delta(request: AdmissionRequest, usage: Usage) -> Usage:
    """Return what the request adds to what is used, or takes from it."""
    before: Usage = {}
    if request.old is not None:
        before = usage_of(request.resource, request.old)
    elif _is_bound_to_fail(request):
        return {}
    changed = {name: usage.get(name, ZERO) - before.get(name, ZERO) for name in {*usage, *before}}
    return {name: amount for name, amount in changed.items() if amount}


def _is_bound_to_fail(request: AdmissionRequest) -> bool:
    """Return whether a new object will be refused in the end, and is not to be booked."""
    metadata = request.object["metadata"]
    name = metadata.get("name", "")
    is_there = request.context.objects.find(request.resource, request.namespace, name)
    return is_there is not None or bool(metadata.get("resourceVersion"))


def _charged(request: AdmissionRequest, quota: Wire, delta: Usage) -> Wire:
    """Return *quota* with *delta* booked; the same one if it bounds nothing of it.

    Raises:
        Forbidden: If it would be exceeded.
    """
    status = quota.get("status") or {}
    hard = quantities_of(status.get("hard", {}))
    bounded = {name: amount for name, amount in delta.items() if name in hard}
    if not bounded:
        return quota
    used = quantities_of(status.get("used", {}))
    now = {name: used.get(name, ZERO) + amount for name, amount in bounded.items()}
    exceeded = sorted(name for name, amount in now.items() if amount > hard[name])
    if exceeded:
        raise _refusal(request, quota, exceeded, (bounded, used, hard))
    texts = {name: str(amount) for name, amount in now.items()}
    return {**quota, "status": {**status, "used": {**status.get("used", {}), **texts}}}


def _missing(spec: Wire, hard: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
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
        ",".join(f"{name}={of.get(name, ZERO)}" for name in exceeded) for of in amounts
    )
    name = quota["metadata"]["name"]
    return request.refusal(
        f"exceeded quota: {name}, requested: {asked}, used: {used}, limited: {hard}"
    )


RESOURCE_QUOTA = Admission(name="ResourceQuota", validate=_admit, is_builtin=True, is_last=True)
"""Refuses what would use more than a quota lets."""
