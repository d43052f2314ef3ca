"""Volumes of files that the kubelet writes: of secrets, config maps, and of the pod itself.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateProjectedVolumeSource and its like
(v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.fielderrors import forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.fieldreferences import (
    VOLUME_FIELDS,
    validate_field_reference,
    validate_resource_reference,
)
from kubeobj.api.podspec.localpaths import validate_file_path
from kubeobj.api.podspec.volumesources import SourceRule, validate_needed
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.labels.labelselector import validate_label_selector
from kubeobj.names import validate_dns1123_subdomain

MAX_MODE = 0o777
"""The greatest mode of a file."""

MIN_TOKEN_SECONDS = 600
"""The shortest life of a token."""

MAX_TOKEN_SECONDS = 2**32
"""The longest life of a token."""

MIN_CERTIFICATE_SECONDS = 3600
"""The shortest life that can be asked for a certificate."""

MAX_CERTIFICATE_SECONDS = 91 * 86400
"""The longest life that can be asked for a certificate."""

KEY_TYPES = ("ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519", "RSA3072", "RSA4096")
"""The keys that certificates of pods can be for."""

_WITH_ONE_FILE = frozenset({"clusterTrustBundle"})


def _validate_mode(mode: int | None, path: FieldPath) -> Errors:
    if mode is not None and not 0 <= mode <= MAX_MODE:
        yield invalid(path, mode, "must be between 0 and 0777 (octal), both inclusive", "range")


def _validate_item(item: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a key that becomes a file."""
    yield from validate_needed(item, path, "key", "path")
    yield from validate_file_path(item["path"], path.child("path"))
    yield from _validate_mode(item.get("mode"), path.child("mode"))


def _validate_keyed(source: Wire, path: FieldPath, *, name: str) -> Errors:
    yield from validate_needed(source, path, name)
    yield from _validate_mode(source.get("defaultMode"), path.child("defaultMode"))
    for position, item in enumerate(source.get("items", ())):
        yield from _validate_item(item, path.child("items").index(position))


def _validate_secret(source: Wire, path: FieldPath) -> Errors:
    return _validate_keyed(source, path, name="secretName")


def _validate_config_map(source: Wire, path: FieldPath) -> Errors:
    return _validate_keyed(source, path, name="name")


def _validate_downward_api(source: Wire, path: FieldPath) -> Errors:
    yield from _validate_mode(source.get("defaultMode"), path.child("defaultMode"))
    for item in source.get("items", ()):
        # The API does not say which item it is.
        yield from _validate_downward_file(item, path)


def _validate_downward_file(item: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with a file that shows a field of the pod."""
    yield from validate_needed(item, path, "path")
    yield from validate_file_path(item["path"], path.child("path"))
    field, resource = item.get("fieldRef"), item.get("resourceFieldRef")
    if field is not None:
        yield from validate_field_reference(field, VOLUME_FIELDS, path.child("fieldRef"))
        if resource is not None:
            detail = "fieldRef and resourceFieldRef cannot both be specified"
            yield invalid(path, "resource", detail, "one-of")
    elif resource is not None:
        at = path.child("resourceFieldRef")
        yield from validate_resource_reference(resource, at, in_volume=True)
    else:
        yield required(path, "one-of")
    yield from _validate_mode(item.get("mode"), path.child("mode"))


# ---------------------------------------------------------------- projected volumes


def _validate_projected(source: Wire, path: FieldPath) -> Errors:
    yield from _validate_mode(source.get("defaultMode"), path.child("defaultMode"))
    files: set[str] = set()
    for position, part in enumerate(source["sources"] or ()):
        here = path.child("sources").index(position)
        for name, rule in _PROJECTIONS.items():
            if name in part:
                yield from rule(part[name], here.child(name), path)
                yield from _validate_files(name, part[name], path, files)
        if sum(name in part for name in _PROJECTIONS) > 1:
            yield forbidden(here, "may not specify more than 1 volume type per source", "one-of")


def _validate_files(name: str, part: Wire, path: FieldPath, files: set[str]) -> Errors:
    """Find the files of a *part* that are there before; of tokens the API does not ask it."""
    listed = [part] if name in _WITH_ONE_FILE else part.get("items", ())
    for item in listed:
        if item["path"] in files:
            yield invalid(path, item["path"], "conflicting duplicate paths", "unique")
        elif item["path"]:
            files.add(item["path"])


def _validate_named_part(part: Wire, here: FieldPath, _path: FieldPath) -> Errors:
    yield from validate_needed(part, here, "name")
    for position, item in enumerate(part.get("items", ())):
        yield from _validate_item(item, here.child("items").index(position))


def _validate_downward_part(part: Wire, here: FieldPath, _path: FieldPath) -> Errors:
    for item in part.get("items", ()):
        yield from _validate_downward_file(item, here)


def _validate_token_part(part: Wire, here: FieldPath, path: FieldPath) -> Errors:
    yield from validate_token_seconds(part.get("expirationSeconds", 0), here)
    if part["path"]:
        yield from validate_file_path(part["path"], path.child("path"))
    else:
        yield required(path.child("path"), "required")


def validate_token_seconds(seconds: int, path: FieldPath) -> Errors:
    """Find a life of a token that is too short or too long."""
    at = path.child("expirationSeconds")
    if seconds < MIN_TOKEN_SECONDS:
        yield invalid(at, seconds, "may not specify a duration less than 10 minutes", "minimum")
    if seconds > MAX_TOKEN_SECONDS:
        detail = "may not specify a duration larger than 2^32 seconds"
        yield invalid(at, seconds, detail, "maximum")


def _validate_trust_part(part: Wire, here: FieldPath, _path: FieldPath) -> Errors:
    """Find what is wrong with certificates of authorities: of one bundle, or of one signer."""
    name, signer = part.get("name"), part.get("signerName")
    if name is not None and signer is not None:
        detail = "only one of name and signerName may be used"
        yield invalid(here, part, detail, "one-of")
    elif name is not None:
        yield from _validate_bundle_name(name, here.child("name"))
        if "labelSelector" in part:
            detail = "must not be set if name is specified"
            yield invalid(here.child("labelSelector"), part["labelSelector"], detail, "one-of")
    elif signer is not None:
        yield from _validate_signer(signer, here.child("signerName"))
        yield from validate_label_selector(part.get("labelSelector"), here.child("labelSelector"))
    else:
        yield required(here, "one-of")
    yield from validate_needed(part, here, "path")
    yield from validate_file_path(part["path"], here.child("path"))


def _validate_bundle_name(name: str, path: FieldPath) -> Errors:
    if not name:
        yield required(path, "required")
    signer, colon, rest = name.rpartition(":")
    for part in (signer.replace(":", "."), rest) if colon else (rest,):
        yield from validate_dns1123_subdomain(part, path)


def _validate_signer(signer: str, path: FieldPath) -> Errors:
    """Find a name of a signer that is no domain and path."""
    if not signer:
        yield required(path, "required")
    domain, slash, rest = signer.partition("/")
    if not slash or not rest:
        detail = "must be a domain, '/' and a path, such as 'example.com/signer'"
        yield invalid(path, signer, detail, "format=domain-prefixed-path")
        return
    yield from validate_dns1123_subdomain(domain, path)
    for part in rest.split("/"):
        yield from validate_dns1123_subdomain(part, path)


def _validate_certificate_part(part: Wire, here: FieldPath, _path: FieldPath) -> Errors:
    """Find what is wrong with a certificate of the pod itself."""
    yield from _validate_signer(part.get("signerName", ""), here.child("signerName"))
    if part.get("keyType", "") not in KEY_TYPES:
        yield not_supported(here.child("keyType"), part.get("keyType", ""), KEY_TYPES)
    seconds = part.get("maxExpirationSeconds")
    if seconds is not None and not MIN_CERTIFICATE_SECONDS <= seconds <= MAX_CERTIFICATE_SECONDS:
        detail = f"must be between {MIN_CERTIFICATE_SECONDS} and {MAX_CERTIFICATE_SECONDS}"
        yield invalid(here.child("maxExpirationSeconds"), seconds, detail, "range")
    names = ("credentialBundlePath", "keyPath", "certificateChainPath")
    if not any(part.get(name) for name in names):
        yield required(here, "one-of")
    for name in names:
        if part.get(name):
            yield from validate_file_path(part[name], here.child(name))


_PROJECTIONS = {
    "secret": _validate_named_part,
    "configMap": _validate_named_part,
    "downwardAPI": _validate_downward_part,
    "serviceAccountToken": _validate_token_part,
    "clusterTrustBundle": _validate_trust_part,
    "podCertificate": _validate_certificate_part,
}

RULES: Mapping[str, SourceRule] = {
    "secret": _validate_secret,
    "configMap": _validate_config_map,
    "downwardAPI": _validate_downward_api,
    "projected": _validate_projected,
}
"""The rules of the sources whose files the kubelet writes."""
