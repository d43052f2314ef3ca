"""The priority of a pod is that of its class; one class may be the default.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/priority`` (v1.36).
"""

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.errors import forbidden
from kubeobj.documents import Wire

CLASSES = "priorityclasses.scheduling.k8s.io"
"""The resource of classes."""

_PREEMPTS = "PreemptLowerPriority"


def _admit(request: AdmissionRequest) -> None:
    spec = request.object["spec"]
    if request.old is not None:
        # What was computed at creation stays; a rule refuses any other change.
        for name in ("priority", "preemptionPolicy"):
            if name not in spec and name in request.old["spec"]:
                spec[name] = request.old["spec"][name]
        return
    found = _class_of(request, spec)
    priority = found["value"] if found else 0
    policy = found.get("preemptionPolicy", _PREEMPTS) if found else _PREEMPTS
    _check(request, "priority", spec.get("priority"), priority)
    _check(request, "preemptionPolicy", spec.get("preemptionPolicy"), policy)
    spec["priority"], spec["preemptionPolicy"] = priority, policy


def _class_of(request: AdmissionRequest, spec: Wire) -> Wire | None:
    """Return the class of a pod, the default one if it names none; None if there is no default."""
    objects, name = request.context.objects, spec.get("priorityClassName", "")
    if name:
        found = objects.look(CLASSES, "", name)
        if found is None:
            why = f"no PriorityClass with name {name} was found"
            raise forbidden("", "pods", request.name, why)
        return found
    found = objects.memo("default priority class", CLASSES, lambda: _default(request))
    if found is not None:
        spec["priorityClassName"] = found["metadata"]["name"]
    return found


def _default(request: AdmissionRequest) -> Wire | None:
    """Return the default class, of several the least."""
    defaults = [one for one in request.context.objects.every(CLASSES) if one.get("globalDefault")]
    return min(defaults, key=lambda one: one["value"], default=None)


def _check(request: AdmissionRequest, name: str, given: object, computed: object) -> None:
    if given is not None and given != computed:
        why = f"the value of {name} ({given}) must not be given; the class makes it {computed}"
        raise forbidden("", "pods", request.name, why)


def _validate_class(request: AdmissionRequest) -> None:
    """Refuse a second default."""
    if not request.object.get("globalDefault"):
        return
    name = request.object["metadata"]["name"]
    for one in request.context.objects.every(CLASSES):
        other = one["metadata"]["name"]
        if one.get("globalDefault") and other != name:
            why = f"PriorityClass {other} is already marked as default; there can be only one"
            raise forbidden("scheduling.k8s.io", "priorityclasses", name, why)


PRIORITY = Admission(name="Priority", mutate=_admit, resources=frozenset({"pods"}), is_builtin=True)
"""Gives pods the priority of their class."""

ONE_DEFAULT_PRIORITY = Admission(
    name="Priority",
    validate=_validate_class,
    resources=frozenset({CLASSES}),
    operations=frozenset({Operation.CREATE, Operation.UPDATE}),
    is_builtin=True,
)
"""Lets one class be the default."""
