"""What may be changed in Pods: little, for they run.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidatePodUpdate (v1.36).
"""

from kubeobj.api.fielderrors import forbidden, invalid, required
from kubeobj.api.kind import Errors, put_back
from kubeobj.api.kinds.pod.samespecs import SPEC
from kubeobj.api.kinds.pod.validation import ANNOTATIONS, validate_pod
from kubeobj.api.podspec.annotations import validate_annotations_kept, validate_pod_annotations
from kubeobj.api.podspec.containers import validate_trimmed_image
from kubeobj.api.podspec.tolerations import validate_tolerations
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.metarules import validate_read_object_meta
from kubeobj.names import SUBDOMAIN_NAMES

_MOST_SECONDS = 2**31 - 1
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_UPDATABLE = (
    "`spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds`,"
    " `spec.tolerations` (only additions to existing tolerations),"
    " `spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
)


def validate_update(pod: Wire, old: Wire) -> Errors:
    """Find what is wrong with a Pod that is to take the place of another."""
    yield from validate_anew(pod, old)
    yield from _validate_spec_update(pod["spec"], old["spec"])


def validate_anew(pod: Wire, old: Wire) -> Errors:
    """Find what is wrong with a changed Pod by the rules of new ones, and with its annotations."""
    # The API asks this of the metadata of a Pod again, and twice.
    found = validate_read_object_meta(pod["metadata"], namespaced=True, names=SUBDOMAIN_NAMES)
    yield from (*found, *found)
    yield from validate_pod(pod)
    yield from validate_annotation_update(pod, old)


def validate_annotation_update(pod: Wire, old: Wire) -> Errors:
    """Find annotations that may not be changed, and those that are wrong."""
    new = pod["metadata"].get("annotations", {})
    before = old["metadata"].get("annotations", {})
    if new != before:
        yield from validate_annotations_kept(new, before, ANNOTATIONS)
    if new:
        yield from validate_pod_annotations(new, pod["spec"], ANNOTATIONS)


def _validate_spec_update(spec: Wire, old: Wire) -> Errors:
    if spec == old:
        # What was kept for long may not be good any more, but nobody has made it so.
        return
    for name in ("containers", "initContainers"):
        new_list, old_list = spec.get(name) or (), old.get(name) or ()
        if len(new_list) != len(old_list):
            yield forbidden(SPEC.child(name), "pod updates may not add or remove containers")
            return
        for position, container in enumerate(new_list):
            here = SPEC.child(name).index(position)
            if not container.get("image"):
                yield required(here.child("image"), "required")
            yield from validate_trimmed_image(container, here)
    wrong = list(_validate_deadline(spec, old))
    yield from wrong
    if wrong and "activeDeadlineSeconds" in spec:
        return
    yield from _validate_tolerations(spec, old)
    yield from _validate_gates(spec, old)
    like_old = _with_allowed_changes_undone(spec, old)
    if "schedulingGates" in old:
        yield from _validate_gated(like_old, old)
        _undo_gated(like_old, old)
    if like_old != old:
        yield forbidden(SPEC, f"pod updates may not change fields other than {_UPDATABLE}")


def _validate_deadline(spec: Wire, old: Wire) -> Errors:
    """Find a deadline that is taken away or put off."""
    new, before = spec.get("activeDeadlineSeconds"), old.get("activeDeadlineSeconds")
    at = SPEC.child("activeDeadlineSeconds")
    if new is None:
        if before is not None:
            detail = "must not update from a positive integer to nil value"
            yield invalid(at, None, detail, "immutable")
    elif not 0 <= new <= _MOST_SECONDS:
        yield invalid(at, new, f"must be between 0 and {_MOST_SECONDS}, inclusive", "range")
    elif before is not None and before < new:
        yield invalid(at, new, "must be less than or equal to previous value", "maximum=old")


def _validate_tolerations(spec: Wire, old: Wire) -> Errors:
    """Find tolerations that are gone or changed, but for how long they last."""
    at = SPEC.child("tolerations")
    kept = [_without_seconds(one) for one in spec.get("tolerations", ())]
    if any(_without_seconds(one) not in kept for one in old.get("tolerations", ())):
        detail = "existing toleration can not be modified except its tolerationSeconds"
        yield forbidden(at, detail)
        return
    yield from validate_tolerations(spec.get("tolerations", []), at)


def _without_seconds(toleration: Wire) -> Wire:
    return {name: part for name, part in toleration.items() if name != "tolerationSeconds"}


def _validate_gates(spec: Wire, old: Wire) -> Errors:
    known = {gate["name"] for gate in old.get("schedulingGates", ())}
    added = {
        gate["name"]: position
        for position, gate in enumerate(spec.get("schedulingGates", ()))
        if gate["name"] not in known
    }
    for name, position in added.items():
        at = SPEC.child("schedulingGates").index(position).child("name")
        detail = f"only deletion is allowed, but found new scheduling gate '{name}'"
        yield forbidden(at, detail)


def _with_allowed_changes_undone(spec: Wire, old: Wire) -> Wire:
    """Return a spec with all that may be changed as it was."""
    like_old = dict(spec)
    for name in ("containers", "initContainers"):
        if spec.get(name):
            like_old[name] = [
                {**container, "image": before.get("image", "")}
                for container, before in zip(spec[name], old[name], strict=True)
            ]
    put_back(like_old, old, "activeDeadlineSeconds", "schedulingGates", "tolerations")
    grace = "terminationGracePeriodSeconds"
    if old.get(grace, 0) < 0 and spec.get(grace) == 1:
        like_old[grace] = old[grace]
    return like_old


def _validate_gated(spec: Wire, old: Wire) -> Errors:
    """Find what is changed, but not only narrowed, of where a Pod that is held back may go."""
    selector, before = spec.get("nodeSelector", {}), old.get("nodeSelector", {})
    if any(selector.get(key) != value for key, value in before.items()):
        detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
        yield invalid(SPEC.child("nodeSelector"), selector, detail, "additions")
    at = SPEC.child("affinity", "nodeAffinity")
    yield from _validate_terms(_terms_of(spec), _terms_of(old), at)


def _terms_of(spec: Wire) -> list[Wire]:
    required_terms = spec.get("affinity", {}).get("nodeAffinity", {}).get(_REQUIRED, {})
    return required_terms.get("nodeSelectorTerms") or []


def _validate_terms(terms: list[Wire], old: list[Wire], path: FieldPath) -> Errors:
    if not old:
        return
    at = path.child(_REQUIRED, "nodeSelectorTerms")
    if len(terms) != len(old):
        detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed"
        yield invalid(at, terms, detail, "additions")
        return
    for position, (term, before) in enumerate(zip(terms, old, strict=True)):
        if not _is_narrower(term, before):
            detail = "only additions are allowed (no mutations or deletions)"
            yield invalid(at.index(position), term, detail, "additions")


def _is_narrower(term: Wire, old: Wire) -> bool:
    """Return whether a term asks for all that it did; one that asked for nothing goes on so."""
    if not old:
        return not term
    return all(term.get(name, [])[: len(before)] == before for name, before in old.items())


def _undo_gated(spec: Wire, old: Wire) -> None:
    """Put back what may be changed of a Pod that is held back."""
    put_back(spec, old, "nodeSelector")
    affinity, before = spec.get("affinity", {}), old.get("affinity")
    nodes = (before or {}).get("nodeAffinity")
    if affinity.get("nodeAffinity") == nodes:
        return
    affinity = {name: part for name, part in affinity.items() if name != "nodeAffinity"}
    if nodes is not None:
        affinity["nodeAffinity"] = nodes
    if affinity or before is not None:
        spec["affinity"] = affinity
    else:
        spec.pop("affinity", None)
