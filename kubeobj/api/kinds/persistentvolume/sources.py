"""Where the data of a PersistentVolume are: the sources it shares with pods, and its own.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidatePersistentVolumeSpec (v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.fielderrors import forbidden, invalid, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec import volumesources
from kubeobj.api.podspec.volumesources import (
    ERROR_NAMES,
    SURPLUS_NAMES,
    SourceRule,
    is_iscsi_name_too_long,
    validate_csi_driver_name,
    validate_iscsi,
    validate_local,
    validate_needed,
    validate_secret_name,
)
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_dns1123_label, validate_dns1123_subdomain

_SECRETS_OF_CSI = (
    "controllerPublishSecretRef",
    "controllerExpandSecretRef",
    "nodePublishSecretRef",
    "nodeExpandSecretRef",
)


def _validate_glusterfs(source: Wire, path: FieldPath) -> Errors:
    yield from volumesources.RULES["glusterfs"](source, path)
    namespace = source.get("endpointsNamespace")
    if namespace is not None:
        at = path.child("endpointsNamespace")
        yield from validate_dns1123_label(namespace, at)


def _validate_iscsi(source: Wire, path: FieldPath) -> Errors:
    yield from validate_iscsi(source, path)
    yield from validate_secret_name(source, path)


def _validate_whole_secret(source: Wire, path: FieldPath) -> Errors:
    """Find a reference to a secret that does not say which, in which namespace."""
    ref = source.get("secretRef")
    if ref is not None:
        yield from validate_needed(ref, path.child("secretRef"), "name", "namespace")


def _validate_cinder(source: Wire, path: FieldPath) -> Errors:
    yield from validate_needed(source, path, "volumeID")
    yield from _validate_whole_secret(source, path)


def _validate_storage_os(source: Wire, path: FieldPath) -> Errors:
    yield from volumesources.RULES["storageos"](source, path)
    ref = source.get("secretRef")
    if ref is not None:
        yield from validate_needed(ref, path.child("secretRef"), "namespace")


def _validate_azure_file(source: Wire, path: FieldPath) -> Errors:
    yield from volumesources.RULES["azureFile"](source, path)
    if source.get("secretNamespace") == "":
        yield required(path.child("secretNamespace"), "required")


def _validate_csi(source: Wire, path: FieldPath) -> Errors:
    yield from validate_csi_driver_name(source["driver"], path.child("driver"))
    yield from validate_needed(source, path, "volumeHandle")
    for name in _SECRETS_OF_CSI:
        if name in source:
            yield from _validate_secret(source[name], path.child(name))


def _validate_secret(ref: Wire, path: FieldPath) -> Errors:
    yield from validate_needed(ref, path, "name", "namespace")
    if ref.get("name"):
        yield from validate_dns1123_subdomain(ref["name"], path.child("name"))
    if ref.get("namespace"):
        yield from validate_dns1123_label(ref["namespace"], path.child("namespace"))


# In the order in which the API looks at them: of two sources, the second is one too many.
RULES: Mapping[str, SourceRule] = {
    "hostPath": volumesources.RULES["hostPath"],
    "gcePersistentDisk": volumesources.RULES["gcePersistentDisk"],
    "awsElasticBlockStore": volumesources.RULES["awsElasticBlockStore"],
    "glusterfs": _validate_glusterfs,
    "flocker": volumesources.RULES["flocker"],
    "nfs": volumesources.RULES["nfs"],
    "rbd": volumesources.RULES["rbd"],
    "quobyte": volumesources.RULES["quobyte"],
    "cephfs": volumesources.RULES["cephfs"],
    "iscsi": _validate_iscsi,
    "cinder": _validate_cinder,
    "fc": volumesources.RULES["fc"],
    "flexVolume": volumesources.RULES["flexVolume"],
    "azureFile": _validate_azure_file,
    "vsphereVolume": volumesources.RULES["vsphereVolume"],
    "photonPersistentDisk": volumesources.RULES["photonPersistentDisk"],
    "portworxVolume": volumesources.RULES["portworxVolume"],
    "azureDisk": volumesources.RULES["azureDisk"],
    "scaleIO": volumesources.RULES["scaleIO"],
    "local": validate_local,
    "storageos": _validate_storage_os,
    "csi": _validate_csi,
}
"""The rules of the sources of a PersistentVolume, by their names."""


def validate_source(spec: Wire, name: str, path: FieldPath) -> Errors:
    """Find what is wrong with the one source of a volume called *name*, and all further ones."""
    found = [source for source in RULES if source in spec]
    if not found:
        yield required(path, "one-of")
    for position, source in enumerate(found):
        # A volume of a program is never one too many; so the API does it.
        if position and source != "flexVolume":
            detail = "may not specify more than 1 volume type"
            yield forbidden(path.child(SURPLUS_NAMES.get(source, source)), detail, "one-of")
        else:
            here = path.child(ERROR_NAMES.get(source, source))
            yield from RULES[source](spec[source], here)
    if found[:1] == ["iscsi"] and is_iscsi_name_too_long(name, spec["iscsi"]):
        detail = "'<name>:<iscsi.targetPortal>' must be no longer than 64 bytes with an initiator"
        at = path.child("iscsi", "targetportal")
        yield invalid(at, spec["iscsi"]["targetPortal"], detail, "maxLength")
    if "local" in found and found[0] == "local" and "nodeAffinity" not in spec:
        yield required(path.child("nodeAffinity"), "required")
