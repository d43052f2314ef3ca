"""The rules of PersistentVolumes.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidatePersistentVolume and
ValidatePersistentVolumeUpdate, ``pkg/volume/validation`` (v1.36).
"""

import posixpath

from kubeobj.api.accessmodes import validate_access_modes
from kubeobj.api.claimspec import VOLUME_MODES, validate_positive_size
from kubeobj.api.fielderrors import forbidden, immutable, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.persistentvolume.sources import RULES, validate_source
from kubeobj.api.podspec.nodelabels import NEW_NAMES
from kubeobj.api.podspec.nodeselector import validate_node_selector
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.metarules import METADATA
from kubeobj.names import validate_dns1123_subdomain

RECLAIM_POLICIES = ("Delete", "Recycle", "Retain")
"""What becomes of a volume whose claim is gone."""

OPTIONS_ANNOTATION = "volume.beta.kubernetes.io/mount-options"
"""The annotation that held the options of mounts before there was a field."""

_SPEC = FieldPath.of("spec")
_BETTER_NAMES = {name: better for name, (_, better) in NEW_NAMES.items() if "beta" in name}
_MOUNTED_WITH_OPTIONS = frozenset(
    {
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "glusterfs",
        "nfs",
        "rbd",
        "quobyte",
        "iscsi",
        "cinder",
        "cephfs",
        "azureFile",
        "vsphereVolume",
        "azureDisk",
        "portworxVolume",
    }
)


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a volume."""
    yield from validate_volume(obj)
    annotations = obj["metadata"].get("annotations", ())
    if OPTIONS_ANNOTATION in annotations and _MOUNTED_WITH_OPTIONS.isdisjoint(obj["spec"]):
        here = METADATA.child("annotations", OPTIONS_ANNOTATION)
        yield forbidden(here, "may not specify mount options for this volume type")


def validate_volume(obj: Wire) -> Errors:
    """Find what is wrong with a volume, annotations apart."""
    spec = obj["spec"]
    yield from validate_access_modes(spec.get("accessModes", ()), _SPEC.child("accessModes"))
    yield from _validate_capacity(spec.get("capacity", {}), _SPEC.child("capacity"))
    policy = spec.get("persistentVolumeReclaimPolicy", "")
    if policy and policy not in RECLAIM_POLICIES:
        here = _SPEC.child("persistentVolumeReclaimPolicy")
        yield not_supported(here, policy, RECLAIM_POLICIES)
    affinity = spec.get("nodeAffinity")
    if affinity is not None:
        here = _SPEC.child("nodeAffinity", "required")
        if "required" in affinity:
            yield from validate_node_selector(affinity["required"], here)
        else:
            yield required(here, "required")
    if spec.get("storageClassName"):
        here = _SPEC.child("storageClassName")
        yield from validate_dns1123_subdomain(spec["storageClassName"], here)
    mode = spec.get("volumeMode")
    if mode is not None and mode not in VOLUME_MODES:
        yield not_supported(_SPEC.child("volumeMode"), mode, VOLUME_MODES)
    yield from _validate_placement(spec, obj["metadata"].get("name", ""), _SPEC)


def validate_inline(spec: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a volume that is only part of an attachment: it is CSI's."""
    modes = spec.get("accessModes", ())
    yield from validate_access_modes(modes, path.child("accessModes"))
    for name in ("claimRef", "capacity", "nodeAffinity", "storageClassName"):
        if spec.get(name):
            yield forbidden(path.child(name), "may not be specified of an inline volume")
    if "csi" not in spec:
        yield required(path.child("csi"), "required")
    policy, mode = spec.get("persistentVolumeReclaimPolicy", ""), spec.get("volumeMode")
    if policy not in {"", "Retain"}:
        here = path.child("persistentVolumeReclaimPolicy")
        yield forbidden(here, "may only be Retain of an inline volume")
    if mode not in {None, "Filesystem"}:
        yield forbidden(path.child("volumeMode"), "may only be Filesystem of an inline volume")
    yield from _validate_placement(spec, "", path)


def _validate_placement(spec: Wire, name: str, path: FieldPath) -> Errors:
    """Find what is wrong with where the data of a volume are, and how they are kept."""
    yield from validate_source(spec, name, path)
    host = spec.get("hostPath")
    if (
        host is not None
        and spec.get("persistentVolumeReclaimPolicy") == "Recycle"
        and posixpath.normpath(host["path"]) in {"/", "//"}
    ):
        here = path.child("persistentVolumeReclaimPolicy")
        yield forbidden(here, "may not be 'recycle' for a hostPath mount of '/'")
    attributes = spec.get("volumeAttributesClassName")
    if attributes is None:
        return
    here = path.child("volumeAttributesClassName")
    if attributes:
        yield from validate_dns1123_subdomain(attributes, here)
    else:
        yield required(here, "required")
    if "csi" not in spec:
        yield required(path.child("csi"), "required")


def _validate_capacity(capacity: Wire, path: FieldPath) -> Errors:
    if not capacity:
        yield required(path, "required")
    if list(capacity) != ["storage"]:
        yield not_supported(path, dict(capacity), ["storage"])
    for name, size in capacity.items():
        here = path.key(name)
        if size[0] == "-":
            yield invalid(here, size, "must be a valid resource quantity", "minimum")
        yield from validate_positive_size(size, here)


# ---------------------------------------------------------------- updates


def validate_change(obj: Wire, old: Wire) -> Errors:
    """Find what has changed of a volume though it never does; paths are the API's own."""
    spec, before = obj["spec"], old["spec"]
    if _source_of(spec, before) != _source_of(before, before):
        here = FieldPath.of("spec", "persistentvolumesource")
        yield forbidden(here, "is immutable after creation", "immutable")
    mode = FieldPath.of("volumeMode")
    yield from immutable(spec.get("volumeMode"), before.get("volumeMode"), mode)
    affinity, was = spec.get("nodeAffinity"), before.get("nodeAffinity")
    if was is not None and affinity != was and affinity != _renamed(was, affinity):
        detail = "field is immutable, except for updating from beta label to GA"
        yield invalid(FieldPath.of("nodeAffinity"), affinity, detail, "immutable")
    name = "volumeAttributesClassName"
    if name in before and name not in spec:
        here = FieldPath.of("spec", name)
        yield forbidden(here, "update from non-nil value to nil is forbidden", "immutable")


def _source_of(spec: Wire, before: Wire) -> Wire:
    """Return the source of a volume without what may be added to it."""
    found = {name: spec[name] for name in RULES if name in spec}
    csi = found.get("csi")
    if csi and "csi" in before and "controllerExpandSecretRef" not in before["csi"]:
        found["csi"] = {
            name: part for name, part in csi.items() if name != "controllerExpandSecretRef"
        }
    return found


def _renamed(was: Wire, affinity: Wire | None) -> Wire | None:
    """Return what a node affinity was, with the better names of labels where they are used now."""
    terms = was.get("required", {}).get("nodeSelectorTerms") or []
    new_terms = (affinity or {}).get("required", {}).get("nodeSelectorTerms") or []
    if affinity is None or len(terms) != len(new_terms):
        return was
    renamed = [
        {**term, "matchExpressions": _renamed_expressions(term, new)}
        if "matchExpressions" in term
        else term
        for term, new in zip(terms, new_terms, strict=True)
    ]
    return {"required": {"nodeSelectorTerms": renamed}}


def _renamed_expressions(term: Wire, new: Wire) -> list[Wire]:
    expressions, wanted = term["matchExpressions"], new.get("matchExpressions", [])
    keys = [one["key"] for one in wanted] + [""] * len(expressions)
    return [
        {**one, "key": key} if _BETTER_NAMES.get(one["key"]) == key else one
        for one, key in zip(expressions, keys, strict=False)
    ]
