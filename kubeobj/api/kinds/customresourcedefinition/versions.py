"""The versions of a custom resource: which there are, and what each says beside its schema.

What all versions say alike is told of once, without a version: so the API keeps it.

Source: ``k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation`` (v1.36).
"""

from kubeobj.api.fielderrors import invalid, required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_dns1035_label

COLUMN_TYPES = frozenset({"integer", "number", "string", "boolean", "date"})
COLUMN_FORMATS = frozenset(
    {"int32", "int64", "float", "double", "byte", "date", "date-time", "password"}
)

_SPEC = FieldPath.of("spec")
_VERSIONS = _SPEC.child("versions")


def validate_versions(spec: Wire) -> Errors:
    """Find what is wrong with the versions of a definition, schemas apart."""
    versions = spec["versions"] or []
    for position, version in enumerate(versions):
        yield from _version(version, _VERSIONS.index(position))
    if len({version["name"] for version in versions}) < len(versions):
        yield invalid(_VERSIONS, None, "must contain unique version names", "unique")
    if sum(version["storage"] for version in versions) != 1:
        detail = "must have exactly one version marked as storage version"
        yield invalid(_VERSIONS, None, detail, "storage=one")
    if versions:
        # The API keeps the name of the first version at an older place as well.
        yield from validate_dns1035_label(versions[0]["name"], _SPEC.child("version"))
    for position, version in enumerate(versions):
        path = _SPEC if _is_alike(versions, position) else _VERSIONS.index(position)
        for number, column in enumerate(version.get("additionalPrinterColumns", ())):
            yield from _column(column, path.child("additionalPrinterColumns").index(number))
        scale = version.get("subresources", {}).get("scale")
        if scale is not None:
            yield from _scale(scale, path.child("subresources", "scale"))
        if path is _SPEC:
            return


def _is_alike(versions: list[Wire], position: int) -> bool:
    """Return whether all versions say the same of columns and subresources."""
    return all(
        version.get(name) == versions[position].get(name)
        for version in versions
        for name in ("additionalPrinterColumns", "subresources")
    )


def _version(version: Wire, path: FieldPath) -> Errors:
    yield from validate_dns1035_label(version["name"], path.child("name"))
    if version.get("schema", {}).get("openAPIV3Schema") is None:
        yield required(path.child("schema", "openAPIV3Schema"), "required")
    warning = version.get("deprecationWarning")
    if warning is not None:
        here = path.child("deprecationWarning")
        if not version.get("deprecated"):
            detail = "can only be set for deprecated versions"
            yield invalid(here, warning, detail, "deprecated=true")
        if not warning.isprintable() or len(warning) > 256:
            detail = "must be printable, and no longer than 256 characters"
            yield invalid(here, warning, detail, "format=warning")


def _column(column: Wire, path: FieldPath) -> Errors:
    if not column["jsonPath"]:
        yield required(path.child("JSONPath"), "required")
    elif not _is_json_path(column["jsonPath"]):
        detail = "is invalid: not a JSON path"
        yield invalid(path.child("JSONPath"), column["jsonPath"], detail, "format=json-path")
    if not column["name"]:
        yield required(path.child("name"), "required")
    if not column["type"]:
        yield required(path.child("type"), "required")
    elif column["type"] not in COLUMN_TYPES:
        detail = f"must be one of {','.join(sorted(COLUMN_TYPES))}"
        yield invalid(path.child("type"), column["type"], detail, "enum")
    if column.get("format", "") not in COLUMN_FORMATS | {""}:
        detail = f"must be one of {','.join(sorted(COLUMN_FORMATS))}"
        yield invalid(path.child("format"), column["format"], detail, "enum")


def _is_json_path(text: str) -> bool:
    return text.startswith((".", "[")) and text.count("[") == text.count("]")


def _scale(scale: Wire, path: FieldPath) -> Errors:
    for name, parents in (
        ("specReplicasPath", (".spec.",)),
        ("statusReplicasPath", (".status.",)),
        ("labelSelectorPath", (".status.", ".spec.")),
    ):
        text, here = scale.get(name), path.child(name)
        if text is None:
            continue
        if not text:
            yield required(here, "required")
        elif not text.startswith(parents):
            detail = f"should be a json path under {' or '.join(parents)}"
            yield invalid(here, text, detail, "format=json-path")


def validate_stored_versions(obj: Wire) -> Errors:
    """Find stored versions that are none, and a version to store in that is not among them."""
    stored, here = obj["status"]["storedVersions"] or [], FieldPath.of("status", "storedVersions")
    versions = obj["spec"]["versions"] or []
    if not stored:
        yield invalid(here, stored, "must have at least one stored version", "minItems")
        return
    names = {version["name"] for version in versions}
    for position, name in enumerate(stored):
        if name not in names:
            detail = "missing from spec.versions; it was previously a storage version"
            yield invalid(here.index(position), name, detail, "version=known")
    for version in versions:
        if version["storage"] and version["name"] not in stored:
            detail = f"must have the storage version {version['name']}"
            yield invalid(here, stored, detail, "storage=stored")
