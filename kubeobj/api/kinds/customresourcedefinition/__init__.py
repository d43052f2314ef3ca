"""CustomResourceDefinition: a kind that users bring along.

Names, versions and the like are judged here; schemas are not looked into.

Source: ``k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition`` (v1.36).
"""

from kubeobj.api.fielderrors import immutable, invalid
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.kinds.customresourcedefinition.conversion import validate_conversion
from kubeobj.api.kinds.customresourcedefinition.names import (
    validate_approval,
    validate_identity,
    validate_own_name,
)
from kubeobj.api.kinds.customresourcedefinition.versions import (
    validate_stored_versions,
    validate_versions,
)
from kubeobj.api.webhooks import default_service
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import PATH_SEGMENT_NAMES

_SPEC = FieldPath.of("spec")
_PRESERVE = "preserveUnknownFields"


def default(obj: Wire) -> None:
    """Fill in the names that follow from the kind, and that nothing is converted."""
    spec = obj["spec"]
    kind = spec["names"]["kind"]
    if kind:
        spec["names"].setdefault("singular", kind.lower())
        spec["names"].setdefault("listKind", f"{kind}List")
    conversion = spec.setdefault("conversion", {"strategy": "None"})
    default_service(conversion.get("webhook", {}).get("clientConfig", {}))


def prepare_create(obj: Wire, _context: Context) -> None:
    """Begin with a status that only says in which version objects are stored."""
    obj["status"] = {
        "conditions": None,
        "acceptedNames": {"plural": "", "kind": ""},
        "storedVersions": None,
    }
    _store_versions(obj)


def prepare_update(obj: Wire, _old: Wire, _context: Context) -> None:
    """Say in which versions objects are stored from now on."""
    _store_versions(obj)


def _store_versions(obj: Wire) -> None:
    stored = list(obj["status"]["storedVersions"] or ())
    for version in obj["spec"]["versions"] or ():
        if version["storage"] and version["name"] not in stored:
            stored.append(version["name"])
    obj["status"] = {**obj["status"], "storedVersions": stored or None}


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a new definition."""
    yield from validate_own_name(obj)
    yield from _validate(obj)
    yield from validate_approval(obj)
    if obj["spec"].get(_PRESERVE):
        yield _preserves()


def _validate(obj: Wire) -> Errors:
    spec = obj["spec"]
    yield from validate_identity(obj)
    yield from validate_versions(spec)
    yield from validate_conversion(spec["conversion"])
    yield from validate_stored_versions(obj)


def _preserves() -> FieldError:
    detail = "cannot set to true, set x-kubernetes-preserve-unknown-fields to true instead"
    return invalid(_SPEC.child(_PRESERVE), True, detail, "false")  # noqa: FBT003 - a JSON value


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a definition that takes the place of another."""
    spec, before = obj["spec"], old["spec"]
    yield from _validate(obj)
    if _is_established(old):
        yield from immutable(spec["scope"], before["scope"], _SPEC.child("scope"))
        kinds = spec["names"]["kind"], before["names"]["kind"]
        yield from immutable(*kinds, _SPEC.child("names", "kind"))
    yield from immutable(spec["group"], before["group"], _SPEC.child("group"))
    plurals = spec["names"]["plural"], before["names"]["plural"]
    yield from immutable(*plurals, _SPEC.child("names", "plural"))
    if spec.get(_PRESERVE) and not before.get(_PRESERVE):
        yield _preserves()


def _is_established(obj: Wire) -> bool:
    """Return whether objects of the kind are served."""
    return any(
        one["type"] == "Established" and one["status"] == "True"
        for one in obj["status"]["conditions"] or ()
    )


def validate_status(obj: Wire, _old: Wire) -> Errors:
    """Find stored versions that are wrong."""
    return validate_stored_versions(obj)


KIND = Kind(
    kind=GroupVersionKind("apiextensions.k8s.io", "v1", "CustomResourceDefinition"),
    plural="customresourcedefinitions",
    namespaced=False,
    names=PATH_SEGMENT_NAMES,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    counts_generations=True,
    parts={"status": Part(prepare=STATUS.prepare, validate=validate_status)},
    updates_blindly=False,
)
"""What the API knows of CustomResourceDefinitions."""
