"""PriorityLevelConfiguration: how many requests of one priority the API serves at once.

Source: ``k8s.io/kubernetes/pkg/apis/flowcontrol/validation``, ``v1`` and ``bootstrap`` (v1.36).
"""

import math

from kubeobj.api.fielderrors import forbidden, invalid, not_negative, not_supported, required
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.kinds.flowschema import GROUP, validate_flow_status
from kubeobj.api.metadata import new_errors
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

TYPES = ("Exempt", "Limited")
RESPONSES = ("Queue", "Reject")

USUAL_SHARES = 30
"""The shares of a level that says nothing of them."""

USUAL_QUEUING = {"queues": 64, "handSize": 8, "queueLengthLimit": 50}
"""How requests wait where nothing is said."""

MOST_QUEUES = 10_000_000
"""The most queues of a level."""

MOST_HASH_BITS = 60
"""How many bits there are to deal requests to queues by."""

CATCH_ALL = {
    "type": "Limited",
    "limited": {
        "nominalConcurrencyShares": 5,
        "limitResponse": {"type": "Reject"},
        "lendablePercent": 0,
    },
}
"""The level of what no schema is about, which is always the same."""

_SPEC = FieldPath.of("spec")
_SHARES = "nominalConcurrencyShares"
_LENDABLE = "lendablePercent"


def default(obj: Wire) -> None:
    """Fill in what a level leaves open."""
    spec = obj["spec"]
    for name, shares in (("limited", USUAL_SHARES), ("exempt", 0)):
        if name in spec:
            if spec[name].get(_SHARES) is None:
                spec[name][_SHARES] = shares
            spec[name].setdefault(_LENDABLE, 0)
    queuing = spec.get("limited", {}).get("limitResponse", {}).get("queuing")
    if queuing is not None:
        for name, number in USUAL_QUEUING.items():
            queuing[name] = queuing[name] or number


def prepare_create(obj: Wire, _context: Context) -> None:
    """Begin with a status that says nothing."""
    obj["status"] = {}


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a level."""
    spec, name = obj["spec"], obj["metadata"].get("name", "")
    kind, limited, exempt = spec["type"], spec.get("limited"), spec.get("exempt")
    if (name == "exempt") != (kind == "Exempt"):
        detail = "type must be 'Exempt' if and only if name is 'exempt'"
        yield invalid(_SPEC.child("type"), kind, detail, "name=exempt")
    if kind == "Exempt":
        if limited is not None:
            yield forbidden(_SPEC.child("limited"), "must be nil if the type is Exempt", "union")
        if exempt is not None:
            yield from _shares(exempt, _SPEC.child("exempt"))
    elif kind == "Limited":
        if exempt is not None:
            yield forbidden(_SPEC.child("exempt"), "must be nil if the type is Limited", "union")
        if limited is None:
            yield required(_SPEC.child("limited"), "union")
        else:
            yield from _limited(limited, _SPEC.child("limited"))
    else:
        yield not_supported(_SPEC.child("type"), kind, TYPES)
    if name == "catch-all" and spec != CATCH_ALL:
        yield invalid(_SPEC, None, f"spec of '{name}' must equal the fixed value", "fixed")


def _shares(level: Wire, path: FieldPath) -> Errors:
    yield from not_negative(level[_SHARES], path.child(_SHARES))
    percent = level[_LENDABLE]
    if not 0 <= percent <= 100:
        yield invalid(path.child(_LENDABLE), percent, "must be between 0 and 100", "range")


def _limited(level: Wire, path: FieldPath) -> Errors:
    yield from _shares(level, path)
    yield from not_negative(level.get("borrowingLimitPercent"), path.child("borrowingLimitPercent"))
    response, here = level["limitResponse"], path.child("limitResponse")
    kind, queuing = response["type"], response.get("queuing")
    if kind == "Reject":
        if queuing is not None:
            yield forbidden(here.child("queuing"), "must be nil if the type is Reject", "union")
    elif kind != "Queue":
        yield not_supported(here.child("type"), kind, RESPONSES)
    elif queuing is None:
        yield required(here.child("queuing"), "union")
    else:
        yield from _queuing(queuing, here.child("queuing"))


def _queuing(queuing: Wire, path: FieldPath) -> Errors:
    for name in ("queueLengthLimit", "queues", "handSize"):
        if queuing[name] <= 0:
            yield invalid(path.child(name), queuing[name], "must be positive", "minimum")
    queues, hand = queuing["queues"], queuing["handSize"]
    if queues > MOST_QUEUES:
        detail = f"must not be greater than {MOST_QUEUES}"
        yield invalid(path.child("queues"), queues, detail, "maximum")
    here = path.child("handSize")
    if hand > queues:
        if hand > 0:
            yield invalid(here, hand, f"should not be greater than queues ({queues})", "maximum")
    elif hand > 0 and math.ceil(math.log2(queues) * hand) > MOST_HASH_BITS:
        detail = f"required entropy bits should not be greater than {MOST_HASH_BITS}"
        yield invalid(here, hand, detail, "entropy")


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a level that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)


def _cells(obj: Wire, now: float) -> Cells:
    spec = obj["spec"]
    level = spec.get("limited") or spec.get("exempt") or {}
    queuing = level.get("limitResponse", {}).get("queuing") or {}
    return [
        obj["metadata"].get("name", ""),
        spec["type"],
        level.get(_SHARES, "<none>"),
        queuing.get("queues", "<none>"),
        queuing.get("handSize", "<none>"),
        queuing.get("queueLengthLimit", "<none>"),
        age_of(obj, now),
    ]


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "PriorityLevelConfiguration"),
    plural="prioritylevelconfigurations",
    namespaced=False,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    counts_generations=True,
    table=Table(
        (
            NAME,
            Column("Type"),
            Column("NominalConcurrencyShares"),
            Column("Queues"),
            Column("HandSize"),
            Column("QueueLengthLimit"),
            AGE,
        ),
        _cells,
    ),
    parts={"status": Part(prepare=STATUS.prepare, validate=validate_flow_status)},
    updates_blindly=False,
)
"""What the API knows of PriorityLevelConfigurations."""
