"""The volumes of a pod, each with one source.

What containers make of them is in `kubeobj.api.podspec.volumemounts`.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateVolumes (v1.36).
"""

from collections.abc import Mapping
from functools import partial

from kubeobj.api.claimspec import validate_claim_template
from kubeobj.api.fielderrors import duplicate, forbidden, invalid, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec import filevolumes, volumesources
from kubeobj.api.podspec.volumesources import (
    ERROR_NAMES,
    SURPLUS_NAMES,
    SourceRule,
    is_iscsi_name_too_long,
    validate_image,
)
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import is_dns1123_label, validate_dns1123_label, validate_dns1123_subdomain


def _validate_ephemeral(source: Wire, path: FieldPath) -> Errors:
    template = source.get("volumeClaimTemplate")
    at = path.child("volumeClaimTemplate")
    if template is None:
        yield required(at, "required")
    else:
        yield from validate_claim_template(template, at)


# In the order in which the API looks at them: of two sources, the second is one too many.
_ORDER = (
    *("emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret"),
    *("nfs", "iscsi", "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs"),
    *("quobyte", "downwardAPI", "fc", "flexVolume", "configMap", "azureFile", "vsphereVolume"),
    *("photonPersistentDisk", "portworxVolume", "azureDisk", "storageos", "projected", "scaleIO"),
    *("csi", "ephemeral", "image"),
)
_RULES: Mapping[str, SourceRule] = {
    **volumesources.RULES,
    **filevolumes.RULES,
    "ephemeral": _validate_ephemeral,
    "image": partial(validate_image, in_pod=False),
}
_POD_RULES: Mapping[str, SourceRule] = {**_RULES, "image": partial(validate_image, in_pod=True)}


def validate_volumes(
    volumes: list[Wire],
    path: FieldPath,
    *,
    pod_name: str | None = None,
    usable: dict[str, Wire] | None = None,
) -> Errors:
    """Find what is wrong with the volumes of a pod or a template.

    Args:
        volumes: The volumes.
        path: Where they are.
        pod_name: The name of the pod; None in a template.
        usable: Takes the volumes that are in order, by name: those that containers can use.
    """
    rules = _RULES if pod_name is None else _POD_RULES
    sound = {} if usable is None else usable
    made = {f"{pod_name}-{volume['name']}" for volume in volumes if "ephemeral" in volume}
    for position, volume in enumerate(volumes):
        here, name = path.index(position), volume["name"]
        errors = [*_validate_source(volume, here, rules)]
        if not is_dns1123_label(name) or "iscsi" in volume or made:
            errors += _validate_name(volume, here, pod_name)
        if name in sound:
            errors.append(duplicate(here.child("name"), name))
        if errors:
            yield from errors
        else:
            sound[name] = volume
        if pod_name and made:
            yield from _validate_claim_is_found(volume, made, here)


def _validate_source(volume: Wire, path: FieldPath, rules: Mapping[str, SourceRule]) -> Errors:
    """Find what is wrong with the one source of a volume, and all further ones."""
    found = [name for name in volume if name in rules]
    if not found:
        yield required(path, "one-of")
        return
    if len(found) > 1:
        found.sort(key=_ORDER.index)
    source = found[0]
    yield from rules[source](volume[source], path.child(ERROR_NAMES.get(source, source)))
    for surplus in found[1:]:
        detail = "may not specify more than 1 volume type"
        yield forbidden(path.child(SURPLUS_NAMES.get(surplus, surplus)), detail, "one-of")


def _validate_name(volume: Wire, path: FieldPath, pod_name: str | None) -> Errors:
    name = volume["name"]
    if not is_dns1123_label(name):
        at = path.child("name")
        yield from validate_dns1123_label(name, at) if name else (required(at, "required"),)
    if "iscsi" in volume and is_iscsi_name_too_long(name, volume["iscsi"]):
        detail = "'<name>:<iscsi.targetPortal>' must be no longer than 64 bytes with an initiator"
        yield invalid(path.child("name"), name, detail, "maxLength")
    if "ephemeral" in volume and pod_name and name:
        for error in validate_dns1123_subdomain(f"{pod_name}-{name}"):
            detail = f"the claim of the volume {error.detail}"
            yield invalid(path.child("name"), name, detail, error.origin)


def _validate_claim_is_found(volume: Wire, made: set[str], path: FieldPath) -> Errors:
    """Find a volume of a claim that is only made for the pod, for another volume."""
    claim = volume.get("persistentVolumeClaim")
    if claim is not None and claim["claimName"] in made:
        detail = "must not reference a claim that is made for an ephemeral volume"
        at = path.child("persistentVolumeClaim", "claimName")
        yield invalid(at, claim["claimName"], detail, "reference")
