"""The types whose objects one owner owns as a whole, in Server-Side Apply, wherever they stand.

Source: ``x-kubernetes-map-type: atomic`` on the types of the API's published schema (v1.36); a
test holds this list against it.
"""

ATOMIC_TYPES = frozenset(
    {
        "LabelSelector",
        "OwnerReference",
        "admissionregistrationv1.MatchResources",
        "admissionregistrationv1.NamedRuleWithOperations",
        "admissionregistrationv1.ParamKind",
        "admissionregistrationv1.ParamRef",
        "admissionregistrationv1.Variable",
        "autoscalingv1.CrossVersionObjectReference",
        "corev1.ConfigMapKeySelector",
        "corev1.EndpointAddress",
        "corev1.EndpointPort",
        "corev1.FileKeySelector",
        "corev1.LocalObjectReference",
        "corev1.NodeSelector",
        "corev1.NodeSelectorTerm",
        "corev1.ObjectFieldSelector",
        "corev1.ObjectReference",
        "corev1.ResourceFieldSelector",
        "corev1.ScopeSelector",
        "corev1.SecretKeySelector",
        "corev1.SecretReference",
        "corev1.TopologySelectorTerm",
        "corev1.TypedLocalObjectReference",
        "discoveryv1.EndpointPort",
        "networkingv1.ServiceBackendPort",
        "rbacv1.RoleRef",
        "rbacv1.Subject",
    }
)
"""Types by the names that `FieldSchema` has for them."""
