"""What the linter knows of Kubernetes' own kinds: scope, names, pod templates, selectors.

A kind that is not here (a custom one) has its metadata checked, and nothing else.

Source: the API reference of Kubernetes 1.36, and Object Names and IDs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from kubeobj.meta.gvk import GroupKind
from kubeobj.names import (
    DNS1035_LABEL_NAMES,
    DNS1123_LABEL_NAMES,
    PATH_SEGMENT_NAMES,
    SUBDOMAIN_NAMES,
    NameRule,
)


@final
@dataclass(frozen=True, slots=True)
class Kind:
    """What the linter knows of one kind.

    Args:
        namespaced: Whether its objects live in namespaces.
        names: The rule for their names.
        name_max: The most characters of a name, where names are made from it; None if no other
            limit is on it than the rule's.
        pod: Where the labels and the ``spec`` of the pods it makes are; None if it makes none.
    """

    namespaced: bool = True
    names: NameRule = SUBDOMAIN_NAMES
    name_max: int | None = None
    pod: tuple[str, ...] | None = None


_TEMPLATE = ("spec", "template")
# A CronJob's Jobs are called after it and eleven characters more.
_CRON_JOB_NAME_MAX = 52
_CLUSTER_PATH_SEGMENT = Kind(namespaced=False, names=PATH_SEGMENT_NAMES)

_NAMESPACED: Mapping[str, tuple[str, ...]] = {
    "": (
        "ConfigMap", "Endpoints", "Event", "LimitRange", "PersistentVolumeClaim", "ResourceQuota",
        "Secret", "ServiceAccount",
    ),
    "apps": ("ControllerRevision",),
    "autoscaling": ("HorizontalPodAutoscaler",),
    "coordination.k8s.io": ("Lease", "LeaseCandidate"),
    "discovery.k8s.io": ("EndpointSlice",),
    "events.k8s.io": ("Event",),
    "networking.k8s.io": ("Ingress", "NetworkPolicy"),
    "policy": ("PodDisruptionBudget",),
    "resource.k8s.io": ("ResourceClaim", "ResourceClaimTemplate"),
    "storage.k8s.io": ("CSIStorageCapacity",),
}  # fmt: skip
_CLUSTER: Mapping[str, tuple[str, ...]] = {
    "": ("Node", "PersistentVolume"),
    "admissionregistration.k8s.io": (
        "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
    ),
    "apiextensions.k8s.io": ("CustomResourceDefinition",),
    "flowcontrol.apiserver.k8s.io": ("FlowSchema", "PriorityLevelConfiguration"),
    "networking.k8s.io": ("IngressClass", "ServiceCIDR"),
    "node.k8s.io": ("RuntimeClass",),
    "resource.k8s.io": ("DeviceClass", "ResourceSlice"),
    "scheduling.k8s.io": ("PriorityClass",),
    "storage.k8s.io": (
        "CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass",
    ),
}  # fmt: skip
_SPECIAL: Mapping[GroupKind, Kind] = {
    GroupKind("", "Namespace"): Kind(namespaced=False, names=DNS1123_LABEL_NAMES),
    GroupKind("", "Pod"): Kind(pod=()),
    GroupKind("", "PodTemplate"): Kind(pod=("template",)),
    GroupKind("", "ReplicationController"): Kind(pod=_TEMPLATE),
    GroupKind("", "Service"): Kind(names=DNS1035_LABEL_NAMES),
    # Their names are derived from other fields.
    GroupKind("apiregistration.k8s.io", "APIService"): _CLUSTER_PATH_SEGMENT,
    GroupKind("networking.k8s.io", "IPAddress"): _CLUSTER_PATH_SEGMENT,
    GroupKind("apps", "DaemonSet"): Kind(pod=_TEMPLATE),
    GroupKind("apps", "Deployment"): Kind(pod=_TEMPLATE),
    GroupKind("apps", "ReplicaSet"): Kind(pod=_TEMPLATE),
    # Its name becomes the host name of its pods, but for their number.
    GroupKind("apps", "StatefulSet"): Kind(names=DNS1123_LABEL_NAMES, pod=_TEMPLATE),
    GroupKind("batch", "CronJob"): Kind(
        name_max=_CRON_JOB_NAME_MAX, pod=("spec", "jobTemplate", *_TEMPLATE)
    ),
    GroupKind("batch", "Job"): Kind(pod=_TEMPLATE),
    GroupKind("certificates.k8s.io", "CertificateSigningRequest"): _CLUSTER_PATH_SEGMENT,
    GroupKind("certificates.k8s.io", "ClusterTrustBundle"): _CLUSTER_PATH_SEGMENT,
    GroupKind("rbac.authorization.k8s.io", "ClusterRole"): _CLUSTER_PATH_SEGMENT,
    GroupKind("rbac.authorization.k8s.io", "ClusterRoleBinding"): _CLUSTER_PATH_SEGMENT,
    GroupKind("rbac.authorization.k8s.io", "Role"): Kind(names=PATH_SEGMENT_NAMES),
    GroupKind("rbac.authorization.k8s.io", "RoleBinding"): Kind(names=PATH_SEGMENT_NAMES),
}


def _plain(kinds: Mapping[str, tuple[str, ...]], *, namespaced: bool) -> dict[GroupKind, Kind]:
    """Return the kinds of which only the scope is special."""
    return {
        GroupKind(group, kind): Kind(namespaced=namespaced)
        for group in kinds
        for kind in kinds[group]
    }


KINDS: Mapping[GroupKind, Kind] = {
    **_plain(_NAMESPACED, namespaced=True),
    **_plain(_CLUSTER, namespaced=False),
    **_SPECIAL,
}
"""Each kind that is known, by group and kind."""

CONFIGURATION_GROUPS = frozenset(
    {
        "apiserver.config.k8s.io",
        "apiserver.k8s.io",
        "audit.k8s.io",
        "client.authentication.k8s.io",
        "config.kubernetes.io",
        "kind.x-k8s.io",
        "kubeadm.k8s.io",
        "kubelet.config.k8s.io",
        "kubeproxy.config.k8s.io",
        "kubescheduler.config.k8s.io",
        "kustomize.config.k8s.io",
    }
)
"""Groups of files for Kubernetes' tools, which look like objects; no API server sees them."""
