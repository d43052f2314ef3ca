"""CSIDriver: what a driver of storage needs from the cluster.

Source: ``k8s.io/kubernetes/pkg/apis/storage`` and ``pkg/registry/storage/csidriver`` (v1.36).
"""

from kubeobj.api.fielderrors import duplicate, immutable, invalid, not_supported, required
from kubeobj.api.kind import Context, Errors, Kind
from kubeobj.api.podspec.filevolumes import validate_token_seconds
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

GROUP_POLICIES = ("File", "None", "ReadWriteOnceWithFSType")
"""Whether the group of the files of a volume is changed."""

LIFECYCLE_MODES = ("Ephemeral", "Persistent")
"""Whether volumes outlive the pods that use them."""

MIN_UPDATE_SECONDS = 10
"""How often at most what nodes have room for is asked."""

_SPEC = FieldPath.of("spec")
_DEFAULTS = {
    "attachRequired": True,
    "podInfoOnMount": False,
    "storageCapacity": False,
    "fsGroupPolicy": "ReadWriteOnceWithFSType",
    "requiresRepublish": False,
    "seLinuxMount": False,
}
_NEEDED = ("attachRequired", "podInfoOnMount", "storageCapacity", "seLinuxMount")

_DISABLED = "preventPodSchedulingIfMissing"
_COUNTED = (
    "tokenRequests",
    "requiresRepublish",
    "seLinuxMount",
    "nodeAllocatableUpdatePeriodSeconds",
    "serviceAccountTokenInSecrets",
)

# What errors call fields, where it is not what objects call them.
_ERROR_NAMES = {"attachRequired": "attachedRequired"}


def default(obj: Wire) -> None:
    """Fill in what a driver leaves open."""
    spec = obj["spec"]
    for name, value in _DEFAULTS.items():
        spec.setdefault(name, value)
    if not spec.get("volumeLifecycleModes"):
        spec["volumeLifecycleModes"] = ["Persistent"]


def prepare_create(obj: Wire, _context: Context) -> None:
    """Drop what the API has, but does not take (v1.36): its gate is off."""
    obj["spec"].pop(_DISABLED, None)


def prepare_update(obj: Wire, old: Wire, _context: Context) -> None:
    """Drop what the API does not take, and count the changes of what may change."""
    if _DISABLED not in old["spec"]:
        obj["spec"].pop(_DISABLED, None)
    if any(obj["spec"].get(name) != old["spec"].get(name) for name in _COUNTED):
        obj["metadata"]["generation"] = old["metadata"].get("generation", 0) + 1


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a driver."""
    spec = obj["spec"]
    for name in _NEEDED:
        if name not in spec:
            yield required(_SPEC.child(_ERROR_NAMES.get(name, name)), "required")
    policy = spec.get("fsGroupPolicy")
    if policy is not None and policy not in GROUP_POLICIES:
        yield not_supported(_SPEC.child("fsGroupPolicy"), policy, GROUP_POLICIES)
    for mode in spec["volumeLifecycleModes"]:
        if mode not in LIFECYCLE_MODES:
            yield not_supported(_SPEC.child("volumeLifecycleModes"), mode, LIFECYCLE_MODES)
    yield from _validate_tokens(spec.get("tokenRequests", ()), _SPEC.child("tokenRequests"))
    seconds = spec.get("nodeAllocatableUpdatePeriodSeconds")
    if seconds is not None and seconds < MIN_UPDATE_SECONDS:
        here = _SPEC.child("nodeAllocatableUpdatePeriodSeconds")
        yield invalid(here, seconds, "must be greater than or equal to 10 seconds", "minimum")
    if spec.get("serviceAccountTokenInSecrets") is not None and not spec.get("tokenRequests"):
        detail = "must not be set without tokenRequests"
        value = spec["serviceAccountTokenInSecrets"]
        yield invalid(_SPEC.child("serviceAccountTokenInSecrets"), value, detail, "one-of")


def _validate_tokens(requests: list[Wire], path: FieldPath) -> Errors:
    """Find two tokens for the same audience, and lives that are too short or too long."""
    audiences = set()
    for position, request in enumerate(requests):
        here, audience = path.index(position), request["audience"]
        if audience in audiences:
            yield duplicate(here.child("audience"), audience)
            continue
        audiences.add(audience)
        if "expirationSeconds" in request:
            yield from validate_token_seconds(request["expirationSeconds"], here)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a driver, and what has changed of it that never does."""
    yield from validate(obj)
    for name in ("attachRequired", "volumeLifecycleModes"):
        here = _SPEC.child(_ERROR_NAMES.get(name, name))
        yield from immutable(obj["spec"].get(name), old["spec"].get(name), here)


def _cells(obj: Wire, now: float) -> Cells:
    spec = obj["spec"]
    tokens = spec.get("tokenRequests")
    audiences = "<unset>" if tokens is None else ",".join(one["audience"] for one in tokens)
    return [
        obj["metadata"].get("name", ""),
        spec.get("attachRequired", True),
        spec.get("podInfoOnMount", False),
        spec.get("storageCapacity", False),
        audiences,
        spec.get("requiresRepublish", False),
        ",".join(spec.get("volumeLifecycleModes", ())) or "<none>",
        age_of(obj, now),
    ]


_COLUMNS = (
    NAME,
    Column("AttachRequired", "boolean", description="Whether volumes are attached to nodes."),
    Column("PodInfoOnMount", "boolean", description="Whether it is told of the pod."),
    Column("StorageCapacity", "boolean", description="Whether it says how much room there is."),
    Column("TokenRequests", description="For whom it needs tokens of the pod."),
    Column("RequiresRepublish", "boolean", description="Whether it is called again and again."),
    Column("Modes", description="Whether volumes outlive pods."),
    AGE,
)

KIND = Kind(
    kind=GroupVersionKind("storage.k8s.io", "v1", "CSIDriver"),
    plural="csidrivers",
    namespaced=False,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    updates_blindly=False,
    validate=validate,
    validate_update=validate_update,
    table=Table(_COLUMNS, _cells),
    returns_deleted=True,
)
"""What the API knows of CSIDrivers."""
