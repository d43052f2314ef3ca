"""Where selectors stand in objects: every place the API has for one, and what stands there.

Source: the API reference of Kubernetes 1.36.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TypeAlias, final

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import (
    ROOT,
    FieldError,
    FieldErrorType,
    FieldPath,
    SelectorInvalidError,
    mistyped,
)
from kubeobj.labels.labelselector import OPERATORS
from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement
from kubeobj.labels.selector import Selector
from kubeobj.lint.kinds import KINDS
from kubeobj.meta.gvk import GroupKind

EACH = "*"
"""A step of a pattern that goes to each item of a list."""

Pattern: TypeAlias = tuple[str, ...]
"""A path into an object, as field names and `EACH`."""


class Form(Enum):
    """How a selector is written."""

    OBJECT = auto()
    """``matchLabels`` and ``matchExpressions``; a null one selects nothing."""
    MAP = auto()
    """Labels alone, as in a Service; a null one means that there is none."""
    NODES = auto()
    """``matchExpressions`` of nodes, which compare numbers too."""


@final
@dataclass(frozen=True, slots=True)
class Site:
    """One selector in an object.

    Args:
        path: Where it is.
        value: What is written there.
        selector: What it means; None if it is invalid.
        errors: What is wrong with it.
        form: How a selector is written there.
    """

    path: FieldPath
    value: JsonValue
    selector: Selector | None
    errors: tuple[FieldError, ...]
    form: Form = Form.OBJECT


def _patterns(*texts: str) -> tuple[Pattern, ...]:
    """Return the patterns written with slashes."""
    return tuple(tuple(text.split("/")) for text in texts)


_POD_AFFINITY = tuple(
    f"affinity/{side}/{when}/{selector}"
    for side in ("podAffinity", "podAntiAffinity")
    for when in (
        f"requiredDuringSchedulingIgnoredDuringExecution/{EACH}",
        f"preferredDuringSchedulingIgnoredDuringExecution/{EACH}/podAffinityTerm",
    )
    for selector in ("labelSelector", "namespaceSelector")
)
_NODE_TERMS = _patterns(
    f"affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/{EACH}",
    f"affinity/nodeAffinity/preferredDuringSchedulingIgnoredDuringExecution/{EACH}/preference",
)
_POD_SPEC = _patterns(
    *_POD_AFFINITY,
    f"topologySpreadConstraints/{EACH}/labelSelector",
    f"volumes/{EACH}/ephemeral/volumeClaimTemplate/spec/selector",
    f"volumes/{EACH}/projected/sources/{EACH}/clusterTrustBundle/labelSelector",
)
_SELECTOR = _patterns("spec/selector")
_WEBHOOKS = _patterns(f"webhooks/{EACH}/namespaceSelector", f"webhooks/{EACH}/objectSelector")
_POLICY = _patterns(
    "spec/matchConstraints/namespaceSelector", "spec/matchConstraints/objectSelector"
)
_POLICY_BINDING = _patterns(
    "spec/matchResources/namespaceSelector", "spec/matchResources/objectSelector"
)
_NODE_OPERATORS: Mapping[str, Operator] = {
    **OPERATORS,
    "Gt": Operator.GREATER_THAN,
    "Lt": Operator.LESS_THAN,
}
_ADMISSION = "admissionregistration.k8s.io"

_OBJECTS: Mapping[GroupKind, tuple[Pattern, ...]] = {
    GroupKind("", "PersistentVolumeClaim"): _SELECTOR,
    GroupKind("apps", "DaemonSet"): _SELECTOR,
    GroupKind("apps", "Deployment"): _SELECTOR,
    GroupKind("apps", "ReplicaSet"): _SELECTOR,
    GroupKind("apps", "StatefulSet"): _patterns(
        "spec/selector", f"spec/volumeClaimTemplates/{EACH}/spec/selector"
    ),
    GroupKind("autoscaling", "HorizontalPodAutoscaler"): _patterns(
        f"spec/metrics/{EACH}/external/metric/selector",
        f"spec/metrics/{EACH}/object/metric/selector",
        f"spec/metrics/{EACH}/pods/metric/selector",
    ),
    GroupKind("batch", "CronJob"): _patterns("spec/jobTemplate/spec/selector"),
    GroupKind("batch", "Job"): _SELECTOR,
    GroupKind("networking.k8s.io", "NetworkPolicy"): _patterns(
        "spec/podSelector",
        f"spec/ingress/{EACH}/from/{EACH}/namespaceSelector",
        f"spec/ingress/{EACH}/from/{EACH}/podSelector",
        f"spec/egress/{EACH}/to/{EACH}/namespaceSelector",
        f"spec/egress/{EACH}/to/{EACH}/podSelector",
    ),
    GroupKind("policy", "PodDisruptionBudget"): _SELECTOR,
    GroupKind("rbac.authorization.k8s.io", "ClusterRole"): _patterns(
        f"aggregationRule/clusterRoleSelectors/{EACH}"
    ),
    GroupKind(_ADMISSION, "MutatingAdmissionPolicy"): _POLICY,
    GroupKind(_ADMISSION, "MutatingAdmissionPolicyBinding"): _POLICY_BINDING,
    GroupKind(_ADMISSION, "MutatingWebhookConfiguration"): _WEBHOOKS,
    GroupKind(_ADMISSION, "ValidatingAdmissionPolicy"): _POLICY,
    GroupKind(_ADMISSION, "ValidatingAdmissionPolicyBinding"): _POLICY_BINDING,
    GroupKind(_ADMISSION, "ValidatingWebhookConfiguration"): _WEBHOOKS,
}
_MAPS: Mapping[GroupKind, tuple[Pattern, ...]] = {
    GroupKind("", "ReplicationController"): _SELECTOR,
    GroupKind("", "Service"): _SELECTOR,
    GroupKind("node.k8s.io", "RuntimeClass"): _patterns("scheduling/nodeSelector"),
}
_NODES: Mapping[GroupKind, tuple[Pattern, ...]] = {
    GroupKind("", "PersistentVolume"): _patterns(
        f"spec/nodeAffinity/required/nodeSelectorTerms/{EACH}"
    ),
}


def _table() -> dict[GroupKind, tuple[tuple[Pattern, Form], ...]]:
    """Return the places of each kind, those in its pods' specification among them."""
    table: defaultdict[GroupKind, list[tuple[Pattern, Form]]] = defaultdict(list)
    for form, by_kind in ((Form.OBJECT, _OBJECTS), (Form.MAP, _MAPS), (Form.NODES, _NODES)):
        for group_kind, patterns in by_kind.items():
            table[group_kind] += [(pattern, form) for pattern in patterns]
    in_pods = (
        *((pattern, Form.OBJECT) for pattern in _POD_SPEC),
        (("nodeSelector",), Form.MAP),
        *((pattern, Form.NODES) for pattern in _NODE_TERMS),
    )
    for group_kind, kind in KINDS.items():
        if kind.pod is not None:
            spec = (*kind.pod, "spec")
            table[group_kind] += [((*spec, *pattern), form) for pattern, form in in_pods]
    return {group_kind: tuple(places) for group_kind, places in table.items()}


_PLACES = _table()


def find_sites(document: Document, group_kind: GroupKind) -> tuple[Site, ...]:
    """Return every selector in *document*, an object of that kind, but for null ones."""
    return tuple(
        _READERS[form](path, value)
        for pattern, form in _PLACES.get(group_kind, ())
        for path, value in expand(document, pattern)
        if value is not None
    )


def expand(
    here: JsonValue, pattern: Pattern, way: tuple[str | int, ...] = ()
) -> Iterator[tuple[FieldPath, JsonValue]]:
    """Yield each value that *pattern* leads to from *here*, which *way* has led to."""
    for position, step in enumerate(pattern):
        if step == EACH:
            for index, item in enumerate(here if isinstance(here, list) else ()):
                so_far = (*way, *pattern[:position], index)
                yield from expand(item, pattern[position + 1 :], so_far)
            return
        if not isinstance(here, dict) or step not in here:
            return
        here = here[step]
    yield FieldPath((*way, *pattern)), here


def _read_object(path: FieldPath, value: JsonValue) -> Site:
    """Return the selector in object form at *path*."""
    if not isinstance(value, dict):
        return Site(path, value, None, (mistyped(path, value, "an object"),))
    try:
        return Site(path, value, Selector.from_label_selector(value), ())
    except SelectorInvalidError as error:
        labels = value.get("matchLabels")
        return Site(path, value, None, _rebase(error.errors, path, labels))


def _read_map(path: FieldPath, value: JsonValue) -> Site:
    """Return the selector of labels alone at *path*."""
    if not isinstance(value, dict):
        return Site(path, value, None, (mistyped(path, value, "an object"),), Form.MAP)
    try:
        selector = Selector.from_label_selector({"matchLabels": value})
    except SelectorInvalidError as error:
        errors = (replace(one, path=FieldPath(one.path.parts[1:])) for one in error.errors)
        return Site(path, value, None, _rebase(errors, path, value), Form.MAP)
    return Site(path, value, selector, (), Form.MAP)


def _read_nodes(path: FieldPath, value: JsonValue) -> Site:
    """Return the selector of nodes at *path*."""
    expressions = value.get("matchExpressions") if isinstance(value, dict) else None
    requirements: list[Requirement] = []
    errors: list[FieldError] = []
    for index, expression in enumerate(expressions if isinstance(expressions, list) else ()):
        at = path.child("matchExpressions").index(index)
        try:
            requirements.append(_node_requirement(expression))
        except SelectorInvalidError as error:
            errors += _rebase(error.errors, at, None)
    selector = None if errors else Selector(requirements)
    return Site(path, value, selector, tuple(errors), Form.NODES)


def _node_requirement(expression: JsonValue) -> Requirement:
    """Return one requirement on nodes."""
    if not isinstance(expression, dict):
        raise SelectorInvalidError([mistyped(ROOT, expression, "an object")])
    operator = expression.get("operator")
    if not isinstance(operator, str) or operator not in _NODE_OPERATORS:
        rule = f"must be one of {', '.join(_NODE_OPERATORS)}"
        error = FieldError(
            FieldPath.of("operator"), FieldErrorType.NOT_SUPPORTED, operator, rule, "enum"
        )
        raise SelectorInvalidError([error])
    key, values = expression.get("key", ""), expression.get("values") or []
    if not isinstance(key, str):
        raise SelectorInvalidError([mistyped(FieldPath.of("key"), key, "a string")])
    texts = (
        [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
    )
    if not isinstance(values, list) or len(texts) != len(values):
        raise SelectorInvalidError([mistyped(FieldPath.of("values"), values, "a list of strings")])
    return Requirement(key, _NODE_OPERATORS[operator], texts)


def _rebase(
    errors: Iterable[FieldError], path: FieldPath, labels: JsonValue
) -> tuple[FieldError, ...]:
    """Return *errors* of a selector at *path*; those about a label of *labels* at that label.

    The API names the whole map in them, and people look for the line.
    """
    keys: dict[str, str] = {}
    if isinstance(labels, dict):
        keys = {value: key for key, value in labels.items() if isinstance(value, str)}
        keys.update({key: key for key in labels})
    rebased: list[FieldError] = []
    for error in errors:
        parts = error.path.parts
        whole = parts in {(), ("matchLabels",)}
        key = keys.get(error.value) if whole and isinstance(error.value, str) else None
        at = FieldPath((*path.parts, *parts))
        rebased.append(replace(error, path=at if key is None else at.key(key)))
    return tuple(rebased)


_READERS: Mapping[Form, Callable[[FieldPath, JsonValue], Site]] = {
    Form.OBJECT: _read_object,
    Form.MAP: _read_map,
    Form.NODES: _read_nodes,
}
