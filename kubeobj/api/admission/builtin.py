"""The members of the chain that Kubernetes 1.36 has by default, in its order."""

from kubeobj.api.admission.certificates import (
    CERTIFICATE_APPROVAL,
    CERTIFICATE_SIGNING,
    CERTIFICATE_SUBJECT_RESTRICTION,
)
from kubeobj.api.admission.chain import Admission
from kubeobj.api.admission.claimresize import PERSISTENT_VOLUME_CLAIM_RESIZE
from kubeobj.api.admission.defaultclasses import DEFAULT_INGRESS_CLASS, DEFAULT_STORAGE_CLASS
from kubeobj.api.admission.escalation import BINDING_ESCALATION, ROLE_ESCALATION
from kubeobj.api.admission.limitranger import CLAIM_LIMITS, LIMIT_RANGER, RESIZE_LIMITS
from kubeobj.api.admission.namespacelifecycle import IMMORTAL_NAMESPACES, NAMESPACE_LIFECYCLE
from kubeobj.api.admission.noderestriction import NODE_RESTRICTION
from kubeobj.api.admission.nodetaints import TAINT_NODES_BY_CONDITION
from kubeobj.api.admission.podsecurity import NAMESPACE_LEVELS, POD_SECURITY
from kubeobj.api.admission.priority import ONE_DEFAULT_PRIORITY, PRIORITY
from kubeobj.api.admission.resourcequota import RESOURCE_QUOTA
from kubeobj.api.admission.runtimeclass import RUNTIME_CLASS
from kubeobj.api.admission.serviceaccount import EPHEMERAL_SECRETS, SERVICE_ACCOUNT
from kubeobj.api.admission.storageprotection import STORAGE_OBJECT_IN_USE_PROTECTION
from kubeobj.api.admission.tolerationseconds import DEFAULT_TOLERATION_SECONDS
from kubeobj.api.admission.topologylabels import BINDING_TOPOLOGY_LABELS, POD_TOPOLOGY_LABELS


def builtin_admissions() -> tuple[Admission, ...]:
    """Return them."""
    return (
        ROLE_ESCALATION,
        BINDING_ESCALATION,
        NAMESPACE_LIFECYCLE,
        IMMORTAL_NAMESPACES,
        LIMIT_RANGER,
        RESIZE_LIMITS,
        CLAIM_LIMITS,
        SERVICE_ACCOUNT,
        EPHEMERAL_SECRETS,
        NODE_RESTRICTION,
        TAINT_NODES_BY_CONDITION,
        POD_SECURITY,
        NAMESPACE_LEVELS,
        PRIORITY,
        ONE_DEFAULT_PRIORITY,
        DEFAULT_TOLERATION_SECONDS,
        DEFAULT_STORAGE_CLASS,
        STORAGE_OBJECT_IN_USE_PROTECTION,
        PERSISTENT_VOLUME_CLAIM_RESIZE,
        RUNTIME_CLASS,
        CERTIFICATE_APPROVAL,
        CERTIFICATE_SIGNING,
        CERTIFICATE_SUBJECT_RESTRICTION,
        DEFAULT_INGRESS_CLASS,
        POD_TOPOLOGY_LABELS,
        BINDING_TOPOLOGY_LABELS,
        RESOURCE_QUOTA,
    )
