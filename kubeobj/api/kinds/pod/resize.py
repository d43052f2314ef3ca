"""Changing what the containers of a Pod have of CPU and memory while they run.

Source: ``k8s.io/kubernetes/pkg/registry/core/pod`` podResizeStrategy, and
``pkg/apis/core/validation`` ValidatePodResize (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.fielderrors import forbidden, invalid
from kubeobj.api.kind import Context, Errors, Part, keep_status
from kubeobj.api.kinds.pod.ephemeral import keep_metadata
from kubeobj.api.kinds.pod.samespecs import SPEC
from kubeobj.api.kinds.pod.validation import validate_pod
from kubeobj.api.podspec.annotations import MIRROR
from kubeobj.api.podspec.qos import qos_class_of
from kubeobj.documents import Wire
from kubeobj.errors import ROOT, FieldError, FieldPath
from kubeobj.meta.metarules import validate_read_object_meta
from kubeobj.names import SUBDOMAIN_NAMES

_LISTS = ("initContainers", "containers")
_CHANGEABLE = ("resources", "resizePolicy")
_RESIZABLE = ("cpu", "memory")


def _prepare(pod: Wire, old: Wire, _context: Context) -> None:
    """Put back all but resources; what adds, removes or renames containers is left to be refused.

    Then nothing is put back.
    """
    spec, before = pod["spec"], old["spec"]
    if any(len(spec.get(name) or ()) != len(before.get(name) or ()) for name in _LISTS):
        return
    kept = dict(before)
    kept.pop("resources", None)
    if "resources" in spec:
        kept["resources"] = spec["resources"]
    for name in _LISTS:
        if spec.get(name):
            kept[name] = _with_resources(spec[name], before[name])
    pod["spec"] = kept
    keep_status(pod, old)
    keep_metadata(pod, old)


def _with_resources(containers: list[Wire], old: list[Wire]) -> list[Wire]:
    """Return the *old* containers with the resources of the new ones."""
    if any(new["name"] != before["name"] for new, before in zip(containers, old, strict=True)):
        return containers
    return [
        {
            **{name: part for name, part in before.items() if name not in _CHANGEABLE},
            **{name: new[name] for name in _CHANGEABLE if name in new},
        }
        for new, before in zip(containers, old, strict=True)
    ]


def _validate(pod: Wire, old: Wire) -> Errors:
    refused = _refusal(old)
    if refused:
        yield forbidden(ROOT, refused)
        return
    errors = [
        *_metadata_errors(pod),
        *validate_pod(pod),
        *_validate_whole(pod, old),
    ]
    yield from errors
    spec, before = pod["spec"], old["spec"]
    renamed = list(_validate_order(spec, before))
    if renamed:
        yield from renamed
        return
    wrong = list(_validate_containers(spec, before))
    yield from wrong
    if not errors and not wrong and _with_amounts_undone(spec, before) != before:
        yield forbidden(SPEC, "only cpu and memory resources are mutable")


def _metadata_errors(pod: Wire) -> Iterator[FieldError]:
    found = validate_read_object_meta(pod["metadata"], namespaced=True, names=SUBDOMAIN_NAMES)
    # The API asks this of the metadata of a Pod again, and twice.
    yield from (*found, *found)


def _refusal(old: Wire) -> str:
    """Return why a Pod cannot be resized at all; empty if it can."""
    if MIRROR in old["metadata"].get("annotations", {}):
        return "static pods cannot be resized"
    if old["spec"].get("os", {}).get("name") == "windows":
        return "windows pods cannot be resized"
    return ""


def _validate_whole(pod: Wire, old: Wire) -> Errors:
    """Find what is wrong with the Pod as a whole."""
    spec, before, status = pod["spec"], old["spec"], old.get("status", {})
    qos_class = status.get("qosClass") or qos_class_of(before)
    if qos_class != qos_class_of(spec):
        detail = "Pod QOS Class may not change as a result of resizing"
        yield invalid(SPEC, qos_class, detail, "immutable")
    for state in status.get("containerStatuses", ()):
        if "running" in state["state"]:
            if "resources" not in state:
                yield forbidden(SPEC, "Pod running on node without support for resize")
            break
    if _has_amounts(spec) or _has_amounts(before):
        yield from _validate_pod_resources(spec.get("resources"), before.get("resources"))


def _has_amounts(spec: Wire) -> bool:
    resources = spec.get("resources", {})
    return bool(resources.get("requests") or resources.get("limits"))


def _validate_pod_resources(resources: Wire | None, old: Wire | None) -> Errors:
    here = SPEC.child("resources")
    if resources is None:
        if old is not None:
            yield forbidden(here, "pod-level resources cannot be removed")
        return
    yield from _validate_kept(resources, old or {}, here)
    if _with_undone(resources, old or {}) != (old or {}):
        yield forbidden(SPEC, "only cpu and memory resources are mutable at pod-level")


def _validate_kept(resources: Wire, old: Wire, path: FieldPath) -> Errors:
    """Find requests and limits that are taken away."""
    for part in ("requests", "limits"):
        if not old.get(part, {}).keys() <= resources.get(part, {}).keys():
            yield forbidden(path.child(part), f"resource {part} cannot be removed")


def _validate_order(spec: Wire, old: Wire) -> Errors:
    """Find containers that are added, removed, or at another place."""
    for name in _LISTS:
        containers, before = spec.get(name) or (), old.get(name) or ()
        if len(containers) != len(before):
            detail = f"{name} may not be added or removed on resize"
            yield forbidden(SPEC.child(name), detail)
            continue
        for position, (one, other) in enumerate(zip(containers, before, strict=True)):
            if one["name"] != other["name"]:
                at = SPEC.child(name).index(position).child("name")
                yield forbidden(at, f"{name} may not be renamed or reordered on resize")


def _validate_containers(spec: Wire, old: Wire) -> Errors:
    for name in _LISTS:
        for position, container in enumerate(spec.get(name) or ()):
            before = old[name][position]
            here = SPEC.child(name).index(position)
            yield from _validate_kept(
                container["resources"], before["resources"], here.child("resources")
            )
            if _container_undone(container, before) != before:
                detail = "only cpu and memory resources are mutable"
                yield forbidden(SPEC if name == "containers" else here, detail)
            if name == "initContainers" and container != before:
                yield from _validate_init_resize(container, here)


def _validate_init_resize(container: Wire, path: FieldPath) -> Errors:
    """Find an init container that would have to be started again, which it cannot be."""
    if container.get("restartPolicy") == "Always":
        return
    policies = container.get("resizePolicy", ())
    if any(policy["restartPolicy"] == "RestartContainer" for policy in policies):
        detail = "init containers with a resize policy of RestartContainer cannot be resized"
        yield forbidden(path, detail)


def _container_undone(container: Wire, old: Wire) -> Wire:
    resources = _with_undone(container["resources"], old["resources"])
    # Claims are not looked at; and nothing else of a container is left to differ.
    resources.pop("claims", None)
    if "claims" in old["resources"]:
        resources["claims"] = old["resources"]["claims"]
    return {**container, "resources": resources}


def _with_amounts_undone(spec: Wire, old: Wire) -> Wire:
    """Return a spec with all that may be changed as it was."""
    undone = dict(spec)
    for name in _LISTS:
        if spec.get(name):
            undone[name] = [
                _container_undone(container, before)
                for container, before in zip(spec[name], old[name], strict=True)
            ]
    if "resources" in spec:
        undone["resources"] = _with_undone(spec["resources"], old.get("resources", {}))
        if not undone["resources"] and "resources" not in old:
            del undone["resources"]
    return undone


def _with_undone(resources: Wire, old: Wire) -> Wire:
    """Return resources with CPU and memory as they were."""
    undone = dict(resources)
    for part in ("limits", "requests"):
        amounts, before = resources.get(part, {}), old.get(part, {})
        kept = {name: text for name, text in amounts.items() if name not in _RESIZABLE}
        kept |= {name: before[name] for name in _RESIZABLE if name in before}
        if kept:
            undone[part] = kept
        else:
            undone.pop(part, None)
    return undone


PART = Part(prepare=_prepare, validate=_validate)
"""The part that only changes resources."""
