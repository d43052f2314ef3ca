"""The rules of Pods beyond those of their specs.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidatePodCreate and
validatePodMetadataAndSpec (v1.36).
"""

from kubeobj.api.fielderrors import forbidden
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.pod.samespecs import SPEC, is_known_good
from kubeobj.api.podspec.annotations import validate_pod_annotations, validate_profiles_agree
from kubeobj.api.podspec.containers import validate_trimmed_image
from kubeobj.api.podspec.validation import validate_pod_spec
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

ANNOTATIONS = FieldPath.of("metadata", "annotations")
"""Where the annotations are."""


def validate_create(pod: Wire) -> Errors:
    """Find what is wrong with a Pod that is to be created."""
    yield from validate_pod(pod)
    spec, annotations = pod["spec"], pod["metadata"].get("annotations")
    if "ephemeralContainers" in spec:
        yield forbidden(SPEC.child("ephemeralContainers"), "cannot be set on create")
    if "schedulingGates" in spec and spec.get("nodeName"):
        detail = "cannot be set until all schedulingGates have been cleared"
        yield forbidden(SPEC.child("nodeName"), detail)
    if annotations:
        yield from validate_profiles_agree(annotations, spec, SPEC)


def validate_pod(pod: Wire) -> Errors:
    """Find what is wrong with a Pod at any time."""
    spec, metadata = pod["spec"], pod["metadata"]
    if "annotations" in metadata:
        yield from validate_pod_annotations(metadata["annotations"], spec, ANNOTATIONS)
    if not is_known_good(spec):
        yield from validate_pod_spec(spec, SPEC, meta=metadata)
    if "volumes" in spec and not spec.get("serviceAccountName"):
        yield from _validate_no_tokens(spec["volumes"])
    for name in ("containers", "initContainers"):
        for position, container in enumerate(spec.get(name) or ()):
            image = container.get("image", "")
            if image != image.strip():
                yield from validate_trimmed_image(container, SPEC.child(name).index(position))


def _validate_no_tokens(volumes: list[Wire]) -> Errors:
    for position, volume in enumerate(volumes):
        for index, source in enumerate(volume.get("projected", {}).get("sources") or ()):
            if "serviceAccountToken" in source:
                here = SPEC.child("volumes").index(position).child("projected", "sources")
                detail = "must not be specified when serviceAccountName is not set"
                yield forbidden(here.index(index).child("serviceAccountToken"), detail)
