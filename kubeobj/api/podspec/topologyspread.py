"""Topology spread constraints: how evenly pods are spread over zones, nodes and the like.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateTopologySpreadConstraints (v1.36).
"""

from kubeobj.api.fielderrors import duplicate, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.affinity import validate_keys_are_new, validate_keys_of_labels
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.labels.labelselector import validate_label_selector

ACTIONS = ("DoNotSchedule", "ScheduleAnyway")
"""What is done with a pod that would break a constraint."""

NODE_POLICIES = ("Honor", "Ignore")
"""Whether nodes that a pod cannot run on count."""


def validate_topology_spread(constraints: list[Wire], path: FieldPath) -> Errors:
    """Find what is wrong with the topology spread constraints of a pod."""
    for position, constraint in enumerate(constraints):
        here = path.index(position)
        yield from _validate_constraint(constraint, here)
        pair = constraint["topologyKey"], constraint["whenUnsatisfiable"]
        if any(
            pair == (other["topologyKey"], other["whenUnsatisfiable"])
            for other in constraints[position + 1 :]
        ):
            at = here.child("{topologyKey, whenUnsatisfiable}")
            yield duplicate(at, f"{{{', '.join(pair)}}}")


def _validate_constraint(constraint: Wire, path: FieldPath) -> Errors:
    if constraint["maxSkew"] <= 0:
        detail = "must be greater than zero"
        yield invalid(path.child("maxSkew"), constraint["maxSkew"], detail, "minimum")
    if not constraint["topologyKey"]:
        yield required(path.child("topologyKey"), "required")
    action = constraint["whenUnsatisfiable"]
    if action not in ACTIONS:
        yield not_supported(path.child("whenUnsatisfiable"), action, ACTIONS)
    yield from _validate_min_domains(constraint, path)
    for name in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
        policy = constraint.get(name)
        if policy is not None and policy not in NODE_POLICIES:
            yield not_supported(path.child(name), policy, NODE_POLICIES)
    keys, selector = constraint.get("matchLabelKeys", []), constraint.get("labelSelector")
    if keys:
        yield from validate_keys_of_labels(keys, selector, path.child("matchLabelKeys"))
        yield from validate_keys_are_new(keys, selector, path)
    yield from validate_label_selector(selector, path.child("labelSelector"))


def _validate_min_domains(constraint: Wire, path: FieldPath) -> Errors:
    least = constraint.get("minDomains")
    if least is None:
        return
    if least <= 0:
        yield invalid(path.child("minDomains"), least, "must be greater than zero", "minimum")
    if constraint["whenUnsatisfiable"] != "DoNotSchedule":
        detail = "may only be used when whenUnsatisfiable is DoNotSchedule"
        yield invalid(path.child("minDomains"), least, detail, "forbidden")
