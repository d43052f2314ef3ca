"""LimitRanges: what containers get that say nothing of resources, and how much anything may ask.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/limitranger`` (v1.36).
"""

from collections.abc import Iterator, Mapping

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.podspec.podresources import total_of_pod
from kubeobj.api.quantities import quantities_of
from kubeobj.documents import Wire
from kubeobj.meta.quantity import Quantity

RANGES = "limitranges"
"""The resource of ranges."""

ANNOTATION = "kubernetes.io/limit-ranger"
"""The annotation that says what was filled in."""

_Amounts = Mapping[str, Quantity]


def _ranges(request: AdmissionRequest) -> list[Wire]:
    """Return the LimitRanges of the namespace."""
    objects = request.context.objects

    def by_namespace() -> dict[str, list[Wire]]:
        found: dict[str, list[Wire]] = {}
        for one in objects.every(RANGES):
            found.setdefault(one["metadata"]["namespace"], []).append(one)
        return found

    ranges: list[Wire] = objects.memo("limit ranges", RANGES, by_namespace).get(
        request.namespace, []
    )
    return ranges


# ---------------------------------------------------------------- filling in


def _mutate(request: AdmissionRequest) -> None:
    if _is_going(request):
        return
    for one in _ranges(request):
        _fill(request.object, one)


def _is_going(request: AdmissionRequest) -> bool:
    """Return whether the object is being deleted, so that no range is about it any more."""
    return request.old is not None and "deletionTimestamp" in request.old["metadata"]


def _fill(pod: Wire, limit_range: Wire) -> None:
    """Give containers the requests and limits that they leave open, and say which."""
    defaults = {
        part: {
            name: amount
            for item in limit_range["spec"]["limits"] or ()
            if item["type"] == "Container"
            for name, amount in item.get(field, {}).items()
        }
        for part, field in (("requests", "defaultRequest"), ("limits", "default"))
    }
    if not any(defaults.values()):
        return
    told: list[str] = []
    for field, what in (("containers", "container"), ("initContainers", "init container")):
        for container in pod["spec"].get(field) or ():
            told += _fill_container(container, defaults, what)
    if told:
        annotations = pod["metadata"].setdefault("annotations", {})
        annotations[ANNOTATION] = f"LimitRanger plugin set: {'; '.join(told)}"


def _fill_container(
    container: Wire, defaults: Mapping[str, Mapping[str, str]], what: str
) -> Iterator[str]:
    resources = container["resources"]
    for part, word in (("requests", "request"), ("limits", "limit")):
        given = resources.get(part, {})
        more = {name: amount for name, amount in defaults[part].items() if name not in given}
        if more:
            resources[part] = {**given, **more}
            yield f"{', '.join(sorted(more))} {word} for {what} {container['name']}"


# ---------------------------------------------------------------- refusing


def _validate(request: AdmissionRequest) -> None:
    if _is_going(request):
        return
    find = _pod_faults if request.resource == "pods" else _claim_faults
    for one in _ranges(request):
        faults = [
            fault for item in one["spec"]["limits"] or () for fault in find(request.object, item)
        ]
        if faults:
            why = faults[0] if len(faults) == 1 else f"[{', '.join(faults)}]"
            raise request.refusal(why)


def _pod_faults(pod: Wire, item: Wire) -> Iterator[str]:
    spec = pod["spec"]
    if item["type"] == "Container":
        for container in (*spec["containers"], *(spec.get("initContainers") or ())):
            resources = container["resources"]
            requests = quantities_of(resources.get("requests", {}))
            limits = quantities_of(resources.get("limits", {}))
            yield from _faults(item, requests, limits)
    elif item["type"] == "Pod":
        yield from _faults(item, total_of_pod(spec, "requests"), total_of_pod(spec, "limits"))


def _claim_faults(claim: Wire, item: Wire) -> Iterator[str]:
    if item["type"] != "PersistentVolumeClaim":
        return
    requests = quantities_of(claim["spec"]["resources"].get("requests", {}))
    for name, least in quantities_of(item.get("min", {})).items():
        yield from _request_faults("minimum", item, name, least, requests)
    for name, most in quantities_of(item.get("max", {})).items():
        yield from _request_faults("maximum", item, name, most, requests)


def _request_faults(
    word: str, item: Wire, name: str, bound: Quantity, requests: _Amounts
) -> Iterator[str]:
    told = f"{word} {name} usage per {item['type']} is {bound}"
    asked = requests.get(name)
    if asked is None:
        yield f"{told}.  No request is specified"
    elif asked < bound if word == "minimum" else asked > bound:
        yield f"{told}, but request is {asked}"


def _faults(item: Wire, requests: _Amounts, limits: _Amounts) -> Iterator[str]:
    for name, least in quantities_of(item.get("min", {})).items():
        yield from _request_faults("minimum", item, name, least, requests)
        limit = limits.get(name)
        if name in requests and requests[name] >= least and limit is not None and limit < least:
            yield f"minimum {name} usage per {item['type']} is {least}, but limit is {limit}"
    for name, most in quantities_of(item.get("max", {})).items():
        yield from _most_faults(item, name, most, requests.get(name), limits.get(name))
    for name, ratio in quantities_of(item.get("maxLimitRequestRatio", {})).items():
        yield from _ratio_faults(item, name, ratio, requests.get(name), limits.get(name))


def _most_faults(
    item: Wire, name: str, most: Quantity, request: Quantity | None, limit: Quantity | None
) -> Iterator[str]:
    told = f"maximum {name} usage per {item['type']} is {most}"
    if limit is None:
        yield f"{told}.  No limit is specified"
    elif limit > most:
        yield f"{told}, but limit is {limit}"
    elif request is not None and request > most:
        yield f"{told}, but request is {request}"


def _ratio_faults(
    item: Wire, name: str, most: Quantity, request: Quantity | None, limit: Quantity | None
) -> Iterator[str]:
    told = f"{name} max limit to request ratio per {item['type']} is {most}"
    if request is None or request == Quantity(0):
        yield f"{told}, but no request is specified or request is 0"
    elif limit is None or limit == Quantity(0):
        yield f"{told}, but no limit is specified or limit is 0"
    elif limit.as_decimal() > request.as_decimal() * most.as_decimal():
        yield f"{told}, but provided ratio is {limit.as_decimal() / request.as_decimal():.6f}"


LIMIT_RANGER = Admission(
    name="LimitRanger",
    mutate=_mutate,
    validate=_validate,
    resources=frozenset({"pods"}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Fills in what LimitRanges say of new pods, and refuses what they refuse."""

RESIZE_LIMITS = Admission(
    name="LimitRanger",
    mutate=_mutate,
    validate=_validate,
    resources=frozenset({"pods/resize"}),
    operations=frozenset({Operation.UPDATE}),
    is_builtin=True,
)
"""Does so for pods that change what they ask for; otherwise that never changes."""

CLAIM_LIMITS = Admission(
    name="LimitRanger",
    validate=_validate,
    resources=frozenset({"persistentvolumeclaims"}),
    is_builtin=True,
)
"""Refuses claims that LimitRanges refuse."""
