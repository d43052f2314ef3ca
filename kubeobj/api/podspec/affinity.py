"""Affinity: near what, and away from what, a pod is to run.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateAffinity and its like (v1.36).
"""

from kubeobj.api.fielderrors import forbidden, invalid, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.nodeselector import validate_node_selector, validate_node_selector_term
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.labels.labelselector import validate_label_selector
from kubeobj.names import validate_dns1123_label, validate_label_key

MAX_WEIGHT = 100
"""The most that one wish can weigh."""

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def validate_affinity(affinity: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the affinity of a pod."""
    nodes = affinity.get("nodeAffinity")
    if nodes is not None:
        yield from _validate_nodes(nodes, path.child("nodeAffinity"))
    for name in ("podAffinity", "podAntiAffinity"):
        pods = affinity.get(name)
        if pods is not None:
            yield from _validate_pods(pods, path.child(name))


def _validate_nodes(nodes: Wire, path: FieldPath) -> Errors:
    if _REQUIRED in nodes:
        yield from validate_node_selector(nodes[_REQUIRED], path.child(_REQUIRED))
    for position, wish in enumerate(nodes.get(_PREFERRED, ())):
        here = path.child(_PREFERRED).index(position)
        yield from _validate_weight(wish, here)
        # A wish that no label can meet does no harm, and has always been let pass.
        at = here.child("preference")
        yield from validate_node_selector_term(wish["preference"], at, lenient=True)


def _validate_pods(pods: Wire, path: FieldPath) -> Errors:
    for position, term in enumerate(pods.get(_REQUIRED, ())):
        yield from _validate_term(term, path.child(_REQUIRED).index(position))
    for position, wish in enumerate(pods.get(_PREFERRED, ())):
        here = path.child(_PREFERRED).index(position)
        yield from _validate_weight(wish, here)
        yield from _validate_term(wish["podAffinityTerm"], here.child("podAffinityTerm"))


def _validate_weight(wish: Wire, path: FieldPath) -> Errors:
    if not 0 < wish["weight"] <= MAX_WEIGHT:
        detail = f"must be in the range 1-{MAX_WEIGHT}"
        yield invalid(path.child("weight"), wish["weight"], detail, "range")


def _validate_term(term: Wire, path: FieldPath) -> Errors:
    for name in ("labelSelector", "namespaceSelector"):
        yield from validate_label_selector(term.get(name), path.child(name))
    for namespace in term.get("namespaces", ()):
        yield from validate_dns1123_label(namespace, path.child("namespace"))
    yield from _validate_label_keys(term, path)
    at = path.child("topologyKey")
    if not term["topologyKey"]:
        yield required(at, "required")
    yield from validate_label_key(term["topologyKey"], at)


def _validate_label_keys(term: Wire, path: FieldPath) -> Errors:
    """Find label keys by which pods are told apart that cannot serve so."""
    matched, differing = term.get("matchLabelKeys", ()), term.get("mismatchLabelKeys", ())
    if not matched and not differing:
        return
    selector = term.get("labelSelector")
    yield from validate_keys_of_labels(matched, selector, path.child("matchLabelKeys"))
    yield from validate_keys_of_labels(differing, selector, path.child("mismatchLabelKeys"))
    yield from validate_keys_are_new(matched, selector, path)
    for position, key in enumerate(matched):
        if key in differing:
            here = path.child("matchLabelKeys").index(position)
            detail = "is in both matchLabelKeys and mismatchLabelKeys"
            yield invalid(here, key, detail, "unique")


def validate_keys_of_labels(keys: list[str], selector: Wire | None, path: FieldPath) -> Errors:
    """Find *keys*, which narrow a selector, that are no label keys or narrow none."""
    if keys and selector is None:
        yield forbidden(path, "must not be specified when labelSelector is not set")
        return
    for position, key in enumerate(keys):
        yield from validate_label_key(key, path.index(position))


def validate_keys_are_new(keys: list[str], selector: Wire | None, path: FieldPath) -> Errors:
    """Find *keys* that the selector they narrow has of its own.

    They have become expressions of the selector before; so each is there once, at its end.
    """
    if not keys or selector is None:
        return
    seen = set(selector.get("matchLabels", ()))
    for expression in selector.get("matchExpressions", ()):
        key = expression["key"]
        if key in keys and key in seen:
            position = len(keys) - 1 - keys[::-1].index(key)
            detail = "is in both matchLabelKeys and labelSelector"
            yield invalid(path.index(position), key, detail, "unique")
        seen.add(key)
