"""The subresource scale: how many replicas an object has, whatever its kind.

Source: ``k8s.io/kubernetes/pkg/registry/apps/deployment/storage`` ScaleREST and its like (v1.36).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace as replace_fields

import orjson

from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import BadRequest, invalid, not_found
from kubeobj.api.fielderrors import not_negative
from kubeobj.api.kind import Scale
from kubeobj.api.outcome import Outcome
from kubeobj.api.patching import PatchType, apply_to_type, unfit
from kubeobj.api.request import Request
from kubeobj.api.table import AGE, Cells, Column, Table, age_of
from kubeobj.api.updating import replace
from kubeobj.api.wireform import WireError, read_wire
from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.errors import FieldPath

TYPE = "autoscalingv1.Scale"
"""The type of what is sent and received."""

_METADATA = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


def _cells(scale: Wire, now: float) -> Cells:
    replicas = scale["spec"].get("replicas", 0)
    return [scale["metadata"]["name"], replicas, scale["status"]["replicas"], age_of(scale, now)]


TABLE = Table(
    (
        Column("Name", description="The name of the object."),
        Column("Desired", "integer", description="How many pods there are to be."),
        Column("Available", "integer", description="How many pods there are."),
        AGE,
    ),
    _cells,
)
"""What is printed of how an object is scaled."""


def scale_endpoint(endpoint: Endpoint) -> Endpoint:
    """Return what *endpoint* is where it is asked how its objects are scaled."""
    return replace_fields(endpoint, kind=replace_fields(endpoint.kind, table=TABLE), version=None)


def scale_of(obj: Wire, scale: Scale) -> Wire:
    """Return how *obj* is scaled."""
    metadata = obj["metadata"]
    status: Wire = {"replicas": _at(obj, scale.status_replicas)}
    selector = scale.selector(obj)
    if selector:
        status["selector"] = selector
    replicas = _at(obj, scale.replicas)
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {name: metadata[name] for name in _METADATA if name in metadata},
        "spec": {"replicas": replicas} if replicas else {},
        "status": status,
    }


def read_scale(request: Request, name: str) -> Wire:
    """Return how the object called *name* is scaled.

    Raises:
        NotFound: If there is no such object, or its kind does not scale.
    """
    record = request.core.store.get(request.key(name))
    if record is None:
        raise not_found(request.kind.group, request.kind.plural, name)
    return scale_of(request.stored(record), _scale(request))


def update_scale(request: Request, name: str, body: Document) -> Outcome:
    """Scale the object called *name* as *body* says.

    Raises:
        ApiError: If the body is no scale, or the object cannot become so.
    """
    try:
        asked, _ = read_wire(TYPE, body)
    except WireError as error:
        raise BadRequest(f"Scale cannot be handled: {error}") from None
    if asked["metadata"].get("name") != name:
        raise BadRequest(
            f"the name of the object ({asked['metadata'].get('name', '')}) does not match the name"
            f" on the URL ({name})"
        )
    return _scale_to(request, name, lambda _old: asked)


def patch_scale(request: Request, name: str, change: JsonValue, kind: PatchType) -> Outcome:
    """Scale the object called *name* as a patch of its scale says.

    Raises:
        ApiError: If the patch does not apply, or the object cannot become so.
    """

    def patched(scale: Wire) -> Wire:
        result = apply_to_type(scale, change, kind, TYPE)
        try:
            asked, _ = read_wire(TYPE, result)
        except WireError as error:
            raise unfit(str(error)) from None
        return asked

    return _scale_to(request, name, patched)


def _scale_to(request: Request, name: str, ask: Callable[[Wire], Wire]) -> Outcome:
    scale = _scale(request)

    def scaled(old: Wire) -> Wire:
        asked = ask(scale_of(old, scale))
        replicas = asked["spec"].get("replicas", 0)
        errors = list(not_negative(replicas, FieldPath.of("spec", "replicas")))
        if errors:
            raise invalid("autoscaling", "Scale", name, errors)
        holder = old
        for step in scale.replicas[:-1]:
            holder = holder.setdefault(step, {})
        holder[scale.replicas[-1]] = replicas
        metadata = asked["metadata"]
        old["metadata"]["resourceVersion"] = metadata.get("resourceVersion", "")
        if metadata.get("uid"):
            old["metadata"]["uid"] = metadata["uid"]
        return old

    outcome = replace(request, name, scaled)
    obj = request.stored(outcome.record) if outcome.record else orjson.loads(outcome.data)
    return Outcome(
        record=outcome.record,
        data=orjson.dumps(scale_of(obj, scale)),
        warnings=outcome.warnings,
    )


def _scale(request: Request) -> Scale:
    scale = request.kind.scale
    if scale is None:
        raise not_found(request.kind.group, request.kind.plural, "scale")
    return scale


def _at(obj: Wire, path: tuple[str, ...]) -> int:
    here: JsonValue = obj
    for step in path:
        here = here.get(step) if isinstance(here, Mapping) else None
    return here if isinstance(here, int) else 0
