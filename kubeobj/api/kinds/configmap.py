"""ConfigMap: settings, as texts and bytes by name.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateConfigMap (v1.36).
"""

from kubeobj.api.base64size import decoded_size
from kubeobj.api.fielderrors import forbidden, invalid, too_long
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import ROOT, FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import byte_length, validate_config_map_key

MAX_BYTES = 1024 * 1024
"""The most that all values may take together."""

IMMUTABLE = "field is immutable when `immutable` is set"
"""What is said of what was to stay as it was."""


def validate(obj: Wire) -> Errors:
    """Find keys that cannot be names of files, or are there twice, and too much of everything."""
    data, binary = obj.get("data", {}), obj.get("binaryData", {})
    size = 0
    for key, value in data.items():
        yield from validate_config_map_key(key, FieldPath.of("data").key(key))
        if key in binary:
            here = FieldPath.of("data").key(key)
            yield invalid(here, key, "duplicate of key present in binaryData", "unique")
        size += byte_length(value)
    for key, value in binary.items():
        yield from validate_config_map_key(key, FieldPath.of("binaryData").key(key))
        size += decoded_size(value)
    if size > MAX_BYTES:
        # The API says of no field that it is too long, and writes so: `[]`.
        yield too_long(ROOT.key(""), "", MAX_BYTES)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what has changed of a ConfigMap that was to stay as it was."""
    yield from validate_kept(obj, old, "data", "binaryData")
    yield from validate(obj)


def validate_kept(obj: Wire, old: Wire, *names: str) -> Errors:
    """Find what of the fields *names* has changed though *old* said that nothing would."""
    if not old.get("immutable"):
        return
    if not obj.get("immutable"):
        yield forbidden(FieldPath.of("immutable"), IMMUTABLE, "immutable")
    for name in names:
        if obj.get(name) != old.get(name):
            yield forbidden(FieldPath.of(name), IMMUTABLE, "immutable")


def _cells(obj: Wire, now: float) -> Cells:
    count = len(obj.get("data", ())) + len(obj.get("binaryData", ()))
    return [obj["metadata"].get("name", ""), count, age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("", "v1", "ConfigMap"),
    plural="configmaps",
    namespaced=True,
    validate=validate,
    validate_update=validate_update,
    table=Table((NAME, Column("Data", description="How many values it has."), AGE), _cells),
    revalidates_metadata=True,
)
"""What the API knows of ConfigMaps."""
