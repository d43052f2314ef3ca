"""Where the data of a volume come from, with the rules of each source.

Pods and PersistentVolumes share most of them. Names of fields in errors are the API's own, even
where they differ from those in objects (``persistentDisk``).

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateVolumeSource (v1.36).
"""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from kubeobj.api.fielderrors import forbidden, invalid, not_supported, required, too_long
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.localpaths import (
    validate_descending_path,
    validate_no_backsteps,
)
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import (
    byte_length,
    validate_dns1123_label,
    validate_dns1123_subdomain,
)

SourceRule: TypeAlias = Callable[[Wire, FieldPath], Errors]
"""Finds what is wrong with a source."""

CSI_DRIVER_NAME_MAX_BYTES = 63
"""The longest name of a CSI driver."""

QUOBYTE_TENANT_MAX_BYTES = 64
"""The longest name of a Quobyte tenant."""

HOST_PATH_TYPES = frozenset(
    {
        "",
        "DirectoryOrCreate",
        "Directory",
        "FileOrCreate",
        "File",
        "Socket",
        "CharDevice",
        "BlockDevice",
    }
)
"""What can be expected of a path of a node."""

PULL_POLICIES = ("Always", "IfNotPresent", "Never")
"""When images are pulled."""

_MAX_BYTE = 255
_CACHING_MODES = ("None", "ReadOnly", "ReadWrite")
_DISK_KINDS = ("Dedicated", "Managed", "Shared")
_RESERVED_DOMAINS = (".kubernetes.io", ".k8s.io")


def validate_needed(source: Wire, path: FieldPath, *names: str) -> Errors:
    """Find fields called *names* that are not there, or empty."""
    for name in names:
        if not source.get(name):
            yield required(path.child(name), "required")


def needing(*names: str) -> SourceRule:
    """Return the rule that the fields called *names* must be there."""

    def rule(source: Wire, path: FieldPath) -> Errors:
        return validate_needed(source, path, *names)

    return rule


def validate_secret_name(source: Wire, path: FieldPath) -> Errors:
    """Find a reference to a secret that names none."""
    ref = source.get("secretRef")
    if ref is not None and not ref.get("name"):
        yield required(path.child("secretRef", "name"), "required")


def validate_host_path(source: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a path of the node."""
    if not source["path"]:
        yield required(path.child("path"), "required")
        return
    yield from validate_no_backsteps(source["path"], path.child("path"))
    kind = source.get("type", "")
    if kind not in HOST_PATH_TYPES:
        yield not_supported(path.child("type"), kind, sorted(HOST_PATH_TYPES))


def validate_local(source: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a disk of the node."""
    if not source["path"]:
        yield required(path.child("path"), "required")
        return
    yield from validate_no_backsteps(source["path"], path.child("path"))


def _validate_empty_dir(source: Wire, path: FieldPath) -> Errors:
    if source.get("sizeLimit", "").startswith("-"):
        yield forbidden(path.child("sizeLimit"), "must not be negative", "minimum")


def _validate_git_repo(source: Wire, path: FieldPath) -> Errors:
    yield from validate_needed(source, path, "repository")
    yield from validate_descending_path(source.get("directory", ""), path.child("directory"))


def _validate_disk(source: Wire, path: FieldPath, *, name: str) -> Errors:
    """Find what is wrong with a disk of a cloud, which has partitions."""
    yield from validate_needed(source, path, name)
    yield from _validate_byte(source, path, "partition")


def _validate_byte(source: Wire, path: FieldPath, name: str) -> Errors:
    if not 0 <= source.get(name, 0) <= _MAX_BYTE:
        detail = f"must be between 0 and {_MAX_BYTE}, inclusive"
        yield invalid(path.child(name), source[name], detail, "range")


def validate_nfs(source: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a directory of an NFS server."""
    yield from validate_needed(source, path, "server", "path")
    if not source["path"].startswith("/"):
        detail = "must be an absolute path"
        yield invalid(path.child("path"), source["path"], detail, "format=path-absolute")


_IQN = re.compile(r"iqn\.[0-9]{4}-[0-9]{2}\.[-.0-9A-Za-z]+:[^,;*&$|\t\n\f\r ]+\Z").search
_EUI = re.compile(r"eui.[0-9A-Za-z]{16}").fullmatch
_NAA = re.compile(r"naa.[0-9A-Za-z]{32}").fullmatch
_ISCSI_NAMES = {"iqn": _IQN, "eui": _EUI, "naa": _NAA}


def _is_iscsi_name(text: str) -> bool:
    matches = _ISCSI_NAMES.get(text[:3])
    return matches is not None and matches(text) is not None


def validate_iscsi(source: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a disk that is reached by iSCSI."""
    yield from validate_needed(source, path, "targetPortal", "iqn")
    detail = "must be a name that starts with iqn, eui or naa, such as 'iqn.2001-04.com.a:disk'"
    if source["iqn"] and not _is_iscsi_name(source["iqn"]):
        yield invalid(path.child("iqn"), source["iqn"], detail, "format=iscsi-name")
    yield from _validate_byte(source, path, "lun")
    signs_on = source.get("chapAuthDiscovery") or source.get("chapAuthSession")
    if signs_on and "secretRef" not in source:
        yield required(path.child("secretRef"), "required")
    initiator = source.get("initiatorName")
    if initiator is not None and not _is_iscsi_name(initiator):
        yield invalid(path.child("initiatorname"), initiator, detail, "format=iscsi-name")


def is_iscsi_name_too_long(name: str, source: Wire) -> bool:
    """Return whether the *name* of a volume and its portal are too long to name a session."""
    return "initiatorName" in source and byte_length(f"{name}:{source['targetPortal']}") > 64


def validate_fibre_channel(source: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a disk that is reached by fibre channel."""
    targets, wwids = source.get("targetWWNs"), source.get("wwids")
    at = path.child("targetWWNs")
    if not targets and not wwids:
        yield required(at, "required")
    if not targets:
        return
    if wwids:
        detail = "targetWWNs and wwids cannot both be specified"
        yield invalid(at, targets, detail, "one-of")
    if "lun" not in source:
        yield required(path.child("lun"), "required")
    else:
        yield from _validate_byte(source, path, "lun")


def _validate_flocker(source: Wire, path: FieldPath) -> Errors:
    name, uid = source.get("datasetName", ""), source.get("datasetUUID")
    if not name and not uid:
        yield required(path, "one-of")
    if name and uid:
        detail = "datasetName and datasetUUID cannot both be specified"
        yield invalid(path, "resource", detail, "one-of")
    if "/" in name:
        yield invalid(path.child("datasetName"), name, "must not contain '/'", "format=no-slash")


def _validate_quobyte(source: Wire, path: FieldPath) -> Errors:
    registry, tenant = source["registry"], source.get("tenant", "")
    if not registry:
        yield required(path.child("registry"), "required")
    elif byte_length(tenant) > QUOBYTE_TENANT_MAX_BYTES:
        yield required(path.child("tenant"), "maxLength")
    else:
        for pair in registry.split(","):
            if not _is_host_and_port(pair):
                detail = "must be a host:port pair, or several with commas between"
                yield invalid(path.child("registry"), registry, detail, "format=host-port")
    yield from validate_needed(source, path, "volume")


_HOST_AND_PORT = re.compile(r"(?:\[[^][]*\]|[^][:]*):[^][:]*").fullmatch


def _is_host_and_port(pair: str) -> bool:
    return _HOST_AND_PORT(pair) is not None


def _validate_cinder(source: Wire, path: FieldPath) -> Errors:
    yield from validate_needed(source, path, "volumeID")
    yield from validate_secret_name(source, path)


def validate_flex_volume(source: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a volume of a program on the node."""
    yield from validate_needed(source, path, "driver")
    for key in source.get("options", ()):
        if f".{key.partition('/')[0].lower()}".endswith(_RESERVED_DOMAINS):
            detail = "kubernetes.io and k8s.io are reserved"
            yield invalid(path.child("options").key(key), key, detail, "format=not-reserved")


def _validate_azure_disk(source: Wire, path: FieldPath) -> Errors:
    yield from validate_needed(source, path, "diskName", "diskURI")
    caching, kind, uri = source.get("cachingMode"), source.get("kind"), source["diskURI"]
    if caching is not None and caching not in _CACHING_MODES:
        yield not_supported(path.child("cachingMode"), caching, _CACHING_MODES)
    if kind is None:
        return
    if kind not in _DISK_KINDS:
        yield not_supported(path.child("kind"), kind, _DISK_KINDS)
    start, example = (
        ("/subscriptions/", "/subscriptions/…/providers/microsoft.compute/disks/…")
        if kind == "Managed"
        else ("https://", "https://….blob.core.windows.net/…/….vhd")
    )
    if not uri.startswith(start):
        yield not_supported(path.child("diskURI"), uri, [example])


def _validate_storage_os(source: Wire, path: FieldPath) -> Errors:
    name, namespace = source.get("volumeName"), source.get("volumeNamespace")
    if name:
        yield from validate_dns1123_label(name, path.child("volumeName"))
    else:
        yield required(path.child("volumeName"), "required")
    if namespace:
        yield from validate_dns1123_label(namespace, path.child("volumeNamespace"))
    yield from validate_secret_name(source, path)


def validate_csi_driver_name(name: str, path: FieldPath) -> Errors:
    """Find what is wrong with the name of a CSI driver."""
    if not name:
        yield required(path, "required")
        return
    if byte_length(name) > CSI_DRIVER_NAME_MAX_BYTES:
        yield too_long(path, name, CSI_DRIVER_NAME_MAX_BYTES)
    yield from validate_dns1123_subdomain(name.lower(), path)


def _validate_csi(source: Wire, path: FieldPath) -> Errors:
    yield from validate_csi_driver_name(source["driver"], path.child("driver"))
    ref = source.get("nodePublishSecretRef")
    if ref is None:
        return
    if ref.get("name"):
        yield from validate_dns1123_subdomain(ref["name"], path.child("name"))
    else:
        yield required(path.child("nodePublishSecretRef", "name"), "required")


def validate_image(source: Wire, path: FieldPath, *, in_pod: bool) -> Errors:
    """Find what is wrong with an image that is mounted; only a template may leave out which."""
    if in_pod and not source.get("reference"):
        yield required(path.child("reference"), "required")
    policy = source.get("pullPolicy", "")
    if not policy:
        yield required(path.child("pullPolicy"), "required")
    elif policy not in PULL_POLICIES:
        yield not_supported(path.child("pullPolicy"), policy, PULL_POLICIES)


RULES: Mapping[str, SourceRule] = {
    "emptyDir": _validate_empty_dir,
    "hostPath": validate_host_path,
    "gitRepo": _validate_git_repo,
    "gcePersistentDisk": partial(_validate_disk, name="pdName"),
    "awsElasticBlockStore": partial(_validate_disk, name="volumeID"),
    "nfs": validate_nfs,
    "iscsi": validate_iscsi,
    "glusterfs": needing("endpoints", "path"),
    "flocker": _validate_flocker,
    "persistentVolumeClaim": needing("claimName"),
    "rbd": needing("monitors", "image"),
    "cinder": _validate_cinder,
    "cephfs": needing("monitors"),
    "quobyte": _validate_quobyte,
    "fc": validate_fibre_channel,
    "flexVolume": validate_flex_volume,
    "azureFile": needing("secretName", "shareName"),
    "vsphereVolume": needing("volumePath"),
    "photonPersistentDisk": needing("pdID"),
    "portworxVolume": needing("volumeID"),
    "azureDisk": _validate_azure_disk,
    "storageos": _validate_storage_os,
    "scaleIO": needing("gateway", "system", "volumeName"),
    "csi": _validate_csi,
}
"""The rules of the sources that stand on their own."""

ERROR_NAMES: Mapping[str, str] = {"gcePersistentDisk": "persistentDisk"}
"""What errors call a source, where it is not what objects call it."""

SURPLUS_NAMES: Mapping[str, str] = {"cephfs": "cephFS", "downwardAPI": "downwarAPI"}
"""What errors call a source that is one too many, where it is not what objects call it."""
