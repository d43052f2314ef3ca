"""What pod specs leave open, and the older ways to say things in them.

Fields whose feature gates are off in v1.36 are dropped here, as the API drops them before it
checks anything.

Source: ``k8s.io/kubernetes/pkg/apis/core/v1`` defaults.go and conversion.go, and
``pkg/api/pod`` dropDisabledFields (v1.36).
"""

from kubeobj.api.podspec.images import default_pull_policy
from kubeobj.api.podspec.volumedefaults import default_field_reference, default_volume
from kubeobj.api.quantities import round_up_to_milli
from kubeobj.documents import Wire

CONTAINER_LISTS = ("containers", "initContainers", "ephemeralContainers")
"""The lists of a pod spec that hold containers."""

_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_HANDLERS = (*_PROBES, "lifecycle")
_HOOKS = ("postStart", "preStop")
_NUMBERS_OF_PROBES = (
    ("timeoutSeconds", 1),
    ("periodSeconds", 10),
    ("successThreshold", 1),
    ("failureThreshold", 3),
)
# Init containers were once written here; a kubelet of that time would still read them.
_DROPPED_ANNOTATIONS = (
    "pod.beta.kubernetes.io/init-containers",
    "pod.alpha.kubernetes.io/init-containers",
    "pod.beta.kubernetes.io/init-container-statuses",
    "pod.alpha.kubernetes.io/init-container-statuses",
)


def default_pod_template(template: Wire) -> None:
    """Fill in what a pod template leaves open."""
    drop_old_annotations(template.get("metadata") or {})
    default_pod_spec(template["spec"])


def drop_old_annotations(metadata: Wire) -> None:
    """Drop the annotations that held init containers."""
    annotations = metadata.get("annotations")
    if not annotations:
        return
    for name in _DROPPED_ANNOTATIONS:
        annotations.pop(name, None)
    if not annotations:
        del metadata["annotations"]


def default_pod_spec(spec: Wire) -> None:
    """Fill in what a pod spec leaves open, be it of a pod or of a template."""
    if "restartPolicy" not in spec:
        spec["restartPolicy"] = "Always"
    if "terminationGracePeriodSeconds" not in spec:
        spec["terminationGracePeriodSeconds"] = 30
    if "dnsPolicy" not in spec:
        spec["dnsPolicy"] = "ClusterFirst"
    if "securityContext" not in spec:
        spec["securityContext"] = {}
    if "schedulerName" not in spec:
        spec["schedulerName"] = "default-scheduler"
    spec.pop("schedulingGroup", None)
    name_service_account(spec)
    _default_amounts(spec)
    for volume in spec.get("volumes", ()):
        default_volume(volume)
    for name in CONTAINER_LISTS:
        for container in spec.get(name) or ():
            _default_container(container)


def name_service_account(spec: Wire) -> None:
    """Give the service account both of its names, of which the newer one wins."""
    name = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if name:
        spec["serviceAccountName"] = spec["serviceAccount"] = name


def _default_amounts(spec: Wire) -> None:
    round_up_to_milli(spec.get("overhead"))
    if "resources" in spec:
        _round_requirements(spec["resources"])


def _round_requirements(resources: Wire) -> None:
    if resources:
        round_up_to_milli(resources.get("limits"))
        round_up_to_milli(resources.get("requests"))


def _default_container(container: Wire) -> None:
    if "imagePullPolicy" not in container:
        container["imagePullPolicy"] = default_pull_policy(container.get("image", ""))
    if "terminationMessagePath" not in container:
        container["terminationMessagePath"] = "/dev/termination-log"
    if "terminationMessagePolicy" not in container:
        container["terminationMessagePolicy"] = "File"
    for port in container.get("ports", ()):
        port.setdefault("protocol", "TCP")
    for variable in container.get("env", ()):
        if "valueFrom" in variable:
            _default_variable(variable["valueFrom"])
    _round_requirements(container["resources"])
    for name in _HANDLERS:
        if name in container:
            _default_handlers(container)
            break


def _default_handlers(container: Wire) -> None:
    for name in _PROBES:
        if name in container:
            _default_probe(container[name])
    if "lifecycle" in container:
        _default_lifecycle(container)


def _default_variable(source: Wire) -> None:
    default_field_reference(source)
    if "fileKeyRef" in source:
        source["fileKeyRef"].setdefault("optional", False)


def _default_probe(probe: Wire) -> None:
    for name, number in _NUMBERS_OF_PROBES:
        if name not in probe:
            probe[name] = number
    if "httpGet" in probe:
        _default_http_get(probe["httpGet"])
    if "grpc" in probe and probe["grpc"].get("service") is None:
        probe["grpc"]["service"] = ""


def _default_http_get(action: Wire) -> None:
    action.setdefault("path", "/")
    action.setdefault("scheme", "HTTP")


def _default_lifecycle(container: Wire) -> None:
    lifecycle = container["lifecycle"]
    if lifecycle.pop("stopSignal", None) is not None and not lifecycle:
        del container["lifecycle"]
        return
    for name in _HOOKS:
        hook = lifecycle.get(name)
        if hook and "httpGet" in hook:
            _default_http_get(hook["httpGet"])
