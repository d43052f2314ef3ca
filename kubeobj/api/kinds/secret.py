"""Secret: bytes by name that are not for everybody, some of known types.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateSecret and
``pkg/registry/core/secret`` (v1.36).
"""

import base64
import json
from collections.abc import Iterator, Mapping

from kubeobj.api.base64size import decoded_size
from kubeobj.api.fielderrors import immutable, invalid, required, too_long
from kubeobj.api.keypair import keypair_fault
from kubeobj.api.kind import Context, Errors, Kind
from kubeobj.api.kinds.configmap import validate_kept
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import validate_config_map_key

MAX_BYTES = 1024 * 1024
"""The most that all values may take together."""

ACCOUNT_ANNOTATION = "kubernetes.io/service-account.name"
"""The annotation that names the service account that a token is for."""

_DATA = FieldPath.of("data")
_OF_ACCOUNT = "kubernetes.io/service-account-token"
_TLS = "kubernetes.io/tls"
_BASIC = "kubernetes.io/basic-auth"

# What must be there, even if it is empty.
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    _TLS: ("tls.crt", "tls.key"),
}
_JSON = frozenset({"kubernetes.io/dockercfg", "kubernetes.io/dockerconfigjson"})
_NOT_EMPTY = frozenset({"kubernetes.io/ssh-auth"})


def default(obj: Wire) -> None:
    """Give a type to what has none, and encode what was given as text."""
    if not obj.get("type"):
        obj["type"] = "Opaque"
    texts = obj.pop("stringData", None)
    if texts:
        data = obj.setdefault("data", {})
        for key, text in texts.items():
            data[key] = base64.b64encode(text.encode()).decode()


def prepare_update(obj: Wire, old: Wire, _context: Context) -> None:
    """Keep the type where none is given."""
    if not obj.get("type"):
        obj["type"] = old["type"]


def validate(obj: Wire) -> Errors:
    """Find keys that cannot be names of files, too much of everything, and what a type lacks."""
    data = obj.get("data", {})
    size = 0
    for key, value in data.items():
        yield from validate_config_map_key(key, _DATA.key(key))
        size += decoded_size(value)
    if size > MAX_BYTES:
        yield too_long(_DATA, "", MAX_BYTES)
    kind = obj.get("type", "")
    if kind == _OF_ACCOUNT:
        if not obj["metadata"].get("annotations", {}).get(ACCOUNT_ANNOTATION):
            here = FieldPath.of("metadata", "annotations").key(ACCOUNT_ANNOTATION)
            yield required(here, "required")
    elif kind == _BASIC:
        if "username" not in data and "password" not in data:
            for name in ("username", "password"):
                yield required(_DATA.key(name), "required")
    elif kind in _NEEDED:
        yield from _validate_needed(kind, data)


def _validate_needed(kind: str, data: Wire) -> Errors:
    for name in _NEEDED[kind]:
        if name not in data or (kind in _NOT_EMPTY and not data[name]):
            yield required(_DATA.key(name), "required")
        elif kind in _JSON and not _is_json_object(data[name]):
            detail = "must be a JSON object"
            yield invalid(_DATA.key(name), "<secret contents redacted>", detail, "format=json")


def _is_json_object(encoded: str) -> bool:
    try:
        return isinstance(json.loads(base64.b64decode(encoded)), dict | None)
    except (ValueError, RecursionError):
        return False


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what has changed that never does, and what has though it was to stay as it was."""
    yield from immutable(obj.get("type", ""), old.get("type", ""), FieldPath.of("type"))
    yield from validate_kept(obj, old, "data")
    yield from validate(obj)


def warnings(obj: Wire, _old: Wire | None) -> Iterator[str]:
    """Warn of a certificate and a key that do not belong together."""
    if obj.get("type") != _TLS:
        return
    data = obj.get("data", {})
    certificate, key = (base64.b64decode(data.get(name) or "") for name in _NEEDED[_TLS])
    fault = keypair_fault(certificate, key)
    if fault is not None:
        yield fault


def _cells(obj: Wire, now: float) -> Cells:
    name, kind = obj["metadata"].get("name", ""), obj.get("type", "")
    return [name, kind, len(obj.get("data", ())), age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("", "v1", "Secret"),
    plural="secrets",
    namespaced=True,
    default=default,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    fields=lambda obj: {"type": obj.get("type", "")},
    field_names=frozenset({"type"}),
    table=Table(
        (
            NAME,
            Column("Type", description="What the values are for."),
            Column("Data", description="How many values it has."),
            AGE,
        ),
        _cells,
    ),
    revalidates_metadata=True,
)
"""What the API knows of Secrets."""
