"""What OpenAPI says of types beyond the tables of fields: free JSON, unions, defaults.

Source: the API's published schema (v1.36), against which a test holds the definitions; and for
defaults, ``+default`` in ``k8s.io/api`` (v0.36).
"""

from collections.abc import Mapping

from kubeobj.documents import JsonScalar

_EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1"

FIELDS_V1 = "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1"
"""The set of fields that a manager manages."""

RAW_EXTENSION = "io.k8s.apimachinery.pkg.runtime.RawExtension"
"""An object of any kind."""

PATCH = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch"
"""The body of a patch."""

ANY_JSON = f"{_EXTENSIONS}.JSON"
"""Any JSON value."""

FREE_FORM: Mapping[str, str] = {
    "ManagedFieldsEntry.fieldsV1": FIELDS_V1,
    "apiextensionsv1.JSONSchemaProps.additionalItems": f"{_EXTENSIONS}.JSONSchemaPropsOrBool",
    "apiextensionsv1.JSONSchemaProps.additionalProperties": f"{_EXTENSIONS}.JSONSchemaPropsOrBool",
    "apiextensionsv1.JSONSchemaProps.default": ANY_JSON,
    "apiextensionsv1.JSONSchemaProps.dependencies": f"{_EXTENSIONS}.JSONSchemaPropsOrStringArray",
    "apiextensionsv1.JSONSchemaProps.enum": ANY_JSON,
    "apiextensionsv1.JSONSchemaProps.example": ANY_JSON,
    "apiextensionsv1.JSONSchemaProps.items": f"{_EXTENSIONS}.JSONSchemaPropsOrArray",
}
"""Fields that hold free JSON, and what that is called; others hold `RAW_EXTENSION`."""

UNIONS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "corev1.AppArmorProfile": ("type", {"localhostProfile": "LocalhostProfile"}),
    "corev1.PodSchedulingGroup": ("", {"podGroupName": "PodGroupName"}),
    "corev1.SeccompProfile": ("type", {"localhostProfile": "LocalhostProfile"}),
    "flowcontrolv1.LimitResponse": ("type", {"queuing": "Queuing"}),
    "flowcontrolv1.PriorityLevelConfigurationSpec": (
        "type",
        {"exempt": "Exempt", "limited": "Limited"},
    ),
    "flowcontrolv1.Subject": (
        "kind",
        {"group": "Group", "serviceAccount": "ServiceAccount", "user": "User"},
    ),
}
"""Types of which one field says which of the others is meant."""

DEFAULTS: Mapping[str, JsonScalar] = {
    "corev1.AzureDiskVolumeSource.cachingMode": "ReadWrite",
    "corev1.AzureDiskVolumeSource.fsType": "ext4",
    "corev1.AzureDiskVolumeSource.kind": "Shared",
    "corev1.AzureDiskVolumeSource.readOnly": False,
    "corev1.ConfigMapEnvSource.name": "",
    "corev1.ConfigMapKeySelector.name": "",
    "corev1.ConfigMapProjection.name": "",
    "corev1.ConfigMapVolumeSource.name": "",
    "corev1.ContainerPort.protocol": "TCP",
    "corev1.GRPCAction.service": "",
    "corev1.ISCSIPersistentVolumeSource.iscsiInterface": "default",
    "corev1.ISCSIVolumeSource.iscsiInterface": "default",
    "corev1.LocalObjectReference.name": "",
    "corev1.RBDPersistentVolumeSource.keyring": "/etc/ceph/keyring",
    "corev1.RBDPersistentVolumeSource.pool": "rbd",
    "corev1.RBDPersistentVolumeSource.user": "admin",
    "corev1.RBDVolumeSource.keyring": "/etc/ceph/keyring",
    "corev1.RBDVolumeSource.pool": "rbd",
    "corev1.RBDVolumeSource.user": "admin",
    "corev1.ScaleIOPersistentVolumeSource.fsType": "xfs",
    "corev1.ScaleIOPersistentVolumeSource.storageMode": "ThinProvisioned",
    "corev1.ScaleIOVolumeSource.fsType": "xfs",
    "corev1.ScaleIOVolumeSource.storageMode": "ThinProvisioned",
    "corev1.SecretEnvSource.name": "",
    "corev1.SecretKeySelector.name": "",
    "corev1.SecretProjection.name": "",
    "corev1.ServicePort.protocol": "TCP",
}
"""The defaults of fields that have others than the zero of their type."""
