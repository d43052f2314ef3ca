"""Containers put into Pods that run, to look at them: they can only be added.

Source: ``k8s.io/kubernetes/pkg/registry/core/pod`` podEphemeralContainersStrategy, and
``pkg/apis/core/validation`` ValidatePodEphemeralContainersUpdate (v1.36).
"""

from kubeobj.api.fielderrors import forbidden
from kubeobj.api.kind import Context, Errors, Part, keep_status, put_back
from kubeobj.api.kinds.pod.samespecs import SPEC
from kubeobj.api.kinds.pod.updating import validate_anew
from kubeobj.api.podspec.annotations import MIRROR
from kubeobj.documents import Wire
from kubeobj.errors import ROOT

_FIELD = "ephemeralContainers"
_OF_OWNERS = ("labels", "annotations", "finalizers", "ownerReferences", "selfLink")


def keep_metadata(pod: Wire, old: Wire) -> None:
    """Put back what the metadata says for others than the API."""
    put_back(pod["metadata"], old["metadata"], *_OF_OWNERS)


def _prepare(pod: Wire, old: Wire, _context: Context) -> None:
    containers = pod["spec"].get(_FIELD)
    pod["spec"] = {name: part for name, part in old["spec"].items() if name != _FIELD}
    if containers:
        pod["spec"][_FIELD] = containers
    keep_status(pod, old)
    keep_metadata(pod, old)


def _validate(pod: Wire, old: Wire) -> Errors:
    if MIRROR in old["metadata"].get("annotations", {}):
        yield forbidden(ROOT, "static pods do not support ephemeral containers")
        return
    yield from validate_anew(pod, old)
    at = SPEC.child(_FIELD)
    by_name = {container["name"]: container for container in pod["spec"].get(_FIELD, ())}
    for container in old["spec"].get(_FIELD, ()):
        name = container["name"]
        if name not in by_name:
            yield forbidden(at, f'existing ephemeral containers "{name}" may not be removed')
        elif by_name[name] != container:
            yield forbidden(at, f'existing ephemeral containers "{name}" may not be changed')


PART = Part(prepare=_prepare, validate=_validate)
"""The part that only adds containers."""
