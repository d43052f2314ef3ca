"""Pod Security: the levels that a namespace enforces, and warns of.

Labels of the namespace say the levels. Pods that break the enforced one are refused; workloads
that would make such pods are warned of, and so is who makes the level stricter than pods there
are.

Source: Pod Security Admission (Kubernetes v1.36), and ``k8s.io/pod-security-admission``.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple, final

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.admission.podsecuritychecks import (
    LATEST,
    LEVELS,
    PRIVILEGED,
    RESTRICTED,
    Fault,
    faults,
)
from kubeobj.api.errors import invalid
from kubeobj.api.fielderrors import invalid as invalid_field
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldPath

PREFIX = "pod-security.kubernetes.io/"
"""What the labels begin with."""

CHECKED_PODS = 3000
"""How many of the pods in a namespace are looked at when its level changes."""

_VERSION = re.compile(r"latest|v1\.(?:0|[1-9][0-9]*)").fullmatch
_LABELS = FieldPath.of("metadata", "labels")
_SECCOMP = "seccomp.security.alpha.kubernetes.io/pod"

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


@final
class Level(NamedTuple):
    """A level in one version.

    Args:
        name: ``privileged``, ``baseline`` or ``restricted``.
        minor: The minor version, or `LATEST`.
    """

    name: str = PRIVILEGED
    minor: int = LATEST

    def faults(self, pod: Wire) -> list[Fault]:
        """Return what a pod, or a template of one, does that the level refuses."""
        if self.name == PRIVILEGED:
            return []
        return list(faults(pod.get("metadata") or {}, pod["spec"], self.name, self.minor))

    @property
    def strictness(self) -> int:
        """How strict it is, more for more."""
        return LEVELS.index(self.name)

    def __str__(self) -> str:
        return f"{self.name}:{'latest' if self.minor == LATEST else f'v1.{self.minor}'}"


@final
class Policy(NamedTuple):
    """The levels of a namespace.

    Args:
        enforce: What pods may not break.
        warn: What is warned of.
    """

    enforce: Level
    warn: Level


def policy_of(labels: Mapping[str, str]) -> Policy:
    """Return the levels that labels of a namespace say.

    A level to enforce that there is not counts as the strictest, one to warn of as none.
    """
    enforce = Level(*_said(labels, "enforce", RESTRICTED))
    warn = Level(*_said(labels, "warn", PRIVILEGED))
    is_stricter = enforce.strictness > warn.strictness
    if is_stricter and PREFIX + "warn" not in labels and labels[PREFIX + "enforce"] in LEVELS:
        minor = warn.minor if f"{PREFIX}warn-version" in labels else enforce.minor
        warn = Level(enforce.name, minor)
    return Policy(enforce, warn)


def _said(labels: Mapping[str, str], mode: str, otherwise: str) -> tuple[str, int]:
    """Return the level and version that labels say for a mode, *otherwise* for a wrong level."""
    level = labels.get(PREFIX + mode, PRIVILEGED)
    version = labels.get(f"{PREFIX}{mode}-version", "latest")
    is_numbered = version != "latest" and _VERSION(version)
    minor = int(version.removeprefix("v1.")) if is_numbered else LATEST
    return level if level in LEVELS else otherwise, minor


# ---------------------------------------------------------------- pods


def _policy(request: AdmissionRequest) -> Policy | None:
    """Return the levels of the namespace; None if it says none."""
    namespace = request.context.objects.look("namespaces", "", request.namespace)
    labels = namespace["metadata"].get("labels", {}) if namespace is not None else {}
    return policy_of(labels) if any(key.startswith(PREFIX) for key in labels) else None


def _validate(request: AdmissionRequest) -> None:
    policy = _policy(request)
    if policy is None:
        return
    pod = _pod_of(request.object, _TEMPLATES[request.resource])
    if pod is None:
        return
    if request.resource == "pods":
        if request.old is not None and not _is_significant(pod, request.old):
            return
        found = policy.enforce.faults(pod)
        if found:
            raise request.refusal(f'violates PodSecurity "{policy.enforce}": {_told(found)}')
    found = policy.warn.faults(pod)
    if found:
        request.context.warn(f'would violate PodSecurity "{policy.warn}": {_told(found)}')


def _told(found: list[Fault]) -> str:
    return ", ".join(map(str, found))


def _pod_of(obj: Wire, way: tuple[str, ...]) -> Wire | None:
    for step in way:
        obj = obj.get(step) or {}
    return obj if obj.get("spec") else None


def _is_significant(pod: Wire, old: Wire) -> bool:
    """Return whether an update changes what the checks are about: images, and new containers."""
    annotations = (one["metadata"].get("annotations", {}).get(_SECCOMP) for one in (pod, old))
    if len(set(annotations)) > 1:
        return True
    spec, before = pod["spec"], old["spec"]
    for field in ("containers", "initContainers"):
        if _images(spec, field) != _images(before, field):
            return True
    added = {one["name"]: one.get("image") for one in spec.get("ephemeralContainers", ())}
    known = {one["name"]: one.get("image") for one in before.get("ephemeralContainers", ())}
    return any(name not in known or known[name] != image for name, image in added.items())


def _images(spec: Wire, field: str) -> list[str]:
    return [one.get("image", "") for one in spec.get(field) or ()]


# ---------------------------------------------------------------- namespaces


def _validate_namespace(request: AdmissionRequest) -> None:
    """Refuse levels and versions that there are not, and tell of pods that break a new level."""
    metadata = request.object["metadata"]
    labels = metadata.get("labels", {})
    before = request.old["metadata"].get("labels", {}) if request.old is not None else {}
    if labels == before:
        return
    errors = list(_label_errors(labels))
    if errors and errors != list(_label_errors(before)):
        raise invalid("", "Namespace", metadata.get("name", ""), errors)
    if request.old is not None:
        new, old = policy_of(labels).enforce, policy_of(before).enforce
        is_relaxed = new.minor == old.minor and new.strictness <= old.strictness
        if new.name != PRIVILEGED and not is_relaxed:
            for warning in _warnings(request, new):
                request.context.warn(warning)


def _label_errors(labels: Mapping[str, str]) -> Iterator[FieldError]:
    for mode in ("enforce", "audit", "warn"):
        for key, is_good, detail in (
            (PREFIX + mode, LEVELS.__contains__, f"must be one of {', '.join(LEVELS)}"),
            (f"{PREFIX}{mode}-version", _VERSION, "must be 'latest' or 'v1.x'"),
        ):
            if key in labels and not is_good(labels[key]):
                yield invalid_field(_LABELS.key(key), labels[key], detail, "podsecurity")


def _warnings(request: AdmissionRequest, level: Level) -> Iterator[str]:
    """Tell which pods of a namespace break a level, those together that do so alike."""
    namespace = request.name
    breaking: dict[str, list[str]] = {}
    for pod in islice(request.context.objects.every("pods", namespace), CHECKED_PODS):
        found = level.faults(pod)
        if found:
            reasons = ", ".join(fault.reason for fault in found)
            breaking.setdefault(reasons, []).append(pod["metadata"]["name"])
    if breaking:
        yield (
            f'existing pods in namespace "{namespace}" violate the new PodSecurity enforce level'
            f' "{level}"'
        )
    yield from sorted(f"{_first(names)}: {reasons}" for reasons, names in breaking.items())


def _first(names: list[str]) -> str:
    others = len(names) - 1
    if not others:
        return names[0]
    return f"{min(names)} (and {others} other pod{'s' if others > 1 else ''})"


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
