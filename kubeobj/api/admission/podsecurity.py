"""Pod Security: the levels that a namespace enforces, and warns of.

Labels of the namespace say the levels. Pods that break the enforced one are refused; workloads
that would make such pods are warned of.

Source: Pod Security Admission (Kubernetes v1.36).
"""

import re
from collections.abc import Iterator, Mapping

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.admission.podsecuritychecks import CHECKS
from kubeobj.api.errors import forbidden, invalid
from kubeobj.api.fielderrors import invalid as invalid_field
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldPath

PREFIX = "pod-security.kubernetes.io/"
"""What the labels begin with."""

PRIVILEGED = "privileged"
"""The level that refuses nothing."""

_VERSION = re.compile(r"latest|v1\.(?:0|[1-9][0-9]*)").fullmatch
_LABELS = FieldPath.of("metadata", "labels")

# Where each kind has the pods that it makes.
_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "pods": (),
    "podtemplates": ("template",),
    "replicationcontrollers": ("spec", "template"),
    "replicasets.apps": ("spec", "template"),
    "deployments.apps": ("spec", "template"),
    "statefulsets.apps": ("spec", "template"),
    "daemonsets.apps": ("spec", "template"),
    "jobs.batch": ("spec", "template"),
    "cronjobs.batch": ("spec", "jobTemplate", "spec", "template"),
}


def _levels(request: AdmissionRequest) -> Mapping[str, str]:
    """Return the levels that the namespace asks for, by what is to be done."""

    def by_namespace() -> dict[str, dict[str, str]]:
        return {
            one["metadata"]["name"]: {
                key.removeprefix(PREFIX): value
                for key, value in one["metadata"].get("labels", {}).items()
                if key.startswith(PREFIX)
            }
            for one in request.context.objects.every("namespaces")
        }

    found = request.context.objects.memo("pod security", "namespaces", by_namespace)
    levels: Mapping[str, str] = found.get(request.namespace, {})
    return levels


def _validate(request: AdmissionRequest) -> None:
    levels = _levels(request)
    if not levels:
        return
    pod = _pod_of(request.object, _TEMPLATES[request.resource])
    if pod is None or _is_irrelevant(request, pod):
        return
    if request.resource == "pods":
        level = levels.get("enforce", PRIVILEGED)
        faults = list(_faults(pod, level))
        if faults:
            version = levels.get("enforce-version", "latest")
            why = f'violates PodSecurity "{level}:{version}": {", ".join(faults)}'
            raise forbidden("", "pods", request.name, why)
    mode = "warn" if "warn" in levels else "enforce"
    level = levels.get(mode, PRIVILEGED)
    faults = list(_faults(pod, level))
    if faults:
        version = levels.get(f"{mode}-version", "latest")
        request.context.warn(f'would violate PodSecurity "{level}:{version}": {", ".join(faults)}')


def _pod_of(obj: Wire, way: tuple[str, ...]) -> Wire | None:
    for step in way:
        obj = obj.get(step) or {}
    return obj if obj.get("spec") else None


def _is_irrelevant(request: AdmissionRequest, pod: Wire) -> bool:
    """Return whether an update changes nothing that a check looks at."""
    old = request.old
    if request.resource != "pods" or old is None:
        return False
    return bool(pod["spec"] == old["spec"])


def _faults(pod: Wire, level: str) -> Iterator[str]:
    # An unknown level cannot be set, and who has got one all the same is refused the most.
    for check in CHECKS.get(level, CHECKS["restricted"]):
        yield from check(pod.get("metadata") or {}, pod["spec"])


def _validate_namespace(request: AdmissionRequest) -> None:
    """Refuse levels and versions that there are not."""
    metadata = request.object["metadata"]
    labels = metadata.get("labels", {})
    if request.old is not None and labels == request.old["metadata"].get("labels", {}):
        return
    errors = list(_label_errors(labels))
    if errors:
        raise invalid("", "Namespace", metadata.get("name", ""), errors)


def _label_errors(labels: Mapping[str, str]) -> Iterator[FieldError]:
    for mode in ("enforce", "audit", "warn"):
        for key, is_good, detail in (
            (PREFIX + mode, CHECKS.__contains__, f"must be one of {', '.join(CHECKS)}"),
            (f"{PREFIX}{mode}-version", _VERSION, "must be 'latest' or 'v1.x'"),
        ):
            if key in labels and not is_good(labels[key]):
                yield invalid_field(_LABELS.key(key), labels[key], detail, "podsecurity")


POD_SECURITY = Admission(
    name="PodSecurity",
    validate=_validate,
    resources=frozenset({*_TEMPLATES, "pods/ephemeralcontainers"}),
    is_builtin=True,
)
"""Refuses pods that break the level of their namespace."""

NAMESPACE_LEVELS = Admission(
    name="PodSecurity",
    validate=_validate_namespace,
    resources=frozenset({"namespaces"}),
    operations=frozenset({Operation.CREATE, Operation.UPDATE}),
    is_builtin=True,
)
"""Refuses levels that there are not."""
