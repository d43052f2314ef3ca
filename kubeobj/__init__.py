"""Kubernetes' object semantics as an embeddable Python library.

The names people use, loaded when they are first touched: ``import kubeobj`` costs next to nothing,
and selectors alone never load pydantic.

>>> from kubeobj import Selector
>>> Selector.parse("app=web,tier!=db").matches({"app": "web", "tier": "cache"})
True
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubeobj.api.admission.chain import Admission, AdmissionRequest
    from kubeobj.api.apiserver import ApiServer
    from kubeobj.api.client import Client
    from kubeobj.api.errors import (
        AlreadyExists,
        ApiError,
        BadRequest,
        Conflict,
        Expired,
        Forbidden,
        Gone,
        InternalError,
        Invalid,
        MethodNotAllowed,
        NotAcceptable,
        NotFound,
        RequestEntityTooLarge,
        ServerTimeout,
        ServiceUnavailable,
        Timeout,
        TooManyRequests,
        Unauthorized,
        UnsupportedMediaType,
    )
    from kubeobj.api.inprocess import InProcessClient
    from kubeobj.api.kind import User
    from kubeobj.clock import LiveClock, VirtualClock
    from kubeobj.cluster.asynccluster import AsyncCluster
    from kubeobj.cluster.cluster import Cluster
    from kubeobj.cluster.faults import (
        ClockJump,
        ContainerCrash,
        NodeCrash,
        Partition,
        ProcessKill,
        Relist,
        SlowNode,
    )
    from kubeobj.cluster.invariants.invariant import InvariantViolated
    from kubeobj.cluster.simulated import Plan, SimulatedCluster
    from kubeobj.cluster.troubles import (
        ClosedWatches,
        Conflicts,
        DeathAtWrite,
        DoubledWatches,
        Forgotten,
        LateWatches,
        LostWatches,
        Throttled,
        Unavailable,
    )
    from kubeobj.entropy import SeededIdSource
    from kubeobj.errors import (
        FieldError,
        FieldErrors,
        FieldErrorType,
        FieldPath,
        KubeobjError,
        LabelsTypeError,
        ManifestError,
        ObjectReferenceError,
        QuantityError,
        SelectorError,
        SelectorInvalidError,
        SelectorSyntaxError,
        TimeError,
        UnknownIdError,
    )
    from kubeobj.fields.selector import FieldSelector
    from kubeobj.labels.index import LabelIndex
    from kubeobj.labels.operator import Operator
    from kubeobj.labels.requirement import Requirement
    from kubeobj.labels.selector import Selector
    from kubeobj.labels.selectorindex import SelectorIndex
    from kubeobj.meta.gvk import GroupVersionKind
    from kubeobj.meta.labelselector import LabelSelector
    from kubeobj.meta.objectmeta import ObjectMeta
    from kubeobj.meta.ownership import OwnerReference
    from kubeobj.meta.quantity import Quantity
    from kubeobj.node.nodeobject import Machine
    from kubeobj.reconcile.informer import Informer
    from kubeobj.reconcile.loop import NeverSettles
    from kubeobj.reconcile.manager import Manager
    from kubeobj.reconcile.reconciler import reconciler
    from kubeobj.reconcile.request import Request, Result
    from kubeobj.reconcile.work import Work
    from kubeobj.reconcile.workqueue import WorkQueue
    from kubeobj.runtimes.behaviour import Behaviour, BehaviourRule, Behaviours

_ROOMS = {
    "kubeobj.api.admission.chain": ("Admission", "AdmissionRequest"),
    "kubeobj.api.apiserver": ("ApiServer",),
    "kubeobj.api.client": ("Client",),
    "kubeobj.api.errors": (
        "AlreadyExists",
        "ApiError",
        "BadRequest",
        "Conflict",
        "Expired",
        "Forbidden",
        "Gone",
        "InternalError",
        "Invalid",
        "MethodNotAllowed",
        "NotAcceptable",
        "NotFound",
        "RequestEntityTooLarge",
        "ServerTimeout",
        "ServiceUnavailable",
        "Timeout",
        "TooManyRequests",
        "Unauthorized",
        "UnsupportedMediaType",
    ),
    "kubeobj.api.inprocess": ("InProcessClient",),
    "kubeobj.api.kind": ("User",),
    "kubeobj.clock": ("LiveClock", "VirtualClock"),
    "kubeobj.cluster.asynccluster": ("AsyncCluster",),
    "kubeobj.cluster.cluster": ("Cluster",),
    "kubeobj.cluster.faults": (
        "ClockJump",
        "ContainerCrash",
        "NodeCrash",
        "Partition",
        "ProcessKill",
        "Relist",
        "SlowNode",
    ),
    "kubeobj.cluster.invariants.invariant": ("InvariantViolated",),
    "kubeobj.cluster.simulated": ("Plan", "SimulatedCluster"),
    "kubeobj.cluster.troubles": (
        "ClosedWatches",
        "Conflicts",
        "DeathAtWrite",
        "DoubledWatches",
        "Forgotten",
        "LateWatches",
        "LostWatches",
        "Throttled",
        "Unavailable",
    ),
    "kubeobj.entropy": ("SeededIdSource",),
    "kubeobj.errors": (
        "FieldError",
        "FieldErrorType",
        "FieldErrors",
        "FieldPath",
        "KubeobjError",
        "LabelsTypeError",
        "ManifestError",
        "ObjectReferenceError",
        "QuantityError",
        "SelectorError",
        "SelectorInvalidError",
        "SelectorSyntaxError",
        "TimeError",
        "UnknownIdError",
    ),
    "kubeobj.fields.selector": ("FieldSelector",),
    "kubeobj.labels.index": ("LabelIndex",),
    "kubeobj.labels.operator": ("Operator",),
    "kubeobj.labels.requirement": ("Requirement",),
    "kubeobj.labels.selector": ("Selector",),
    "kubeobj.labels.selectorindex": ("SelectorIndex",),
    "kubeobj.meta.gvk": ("GroupVersionKind",),
    "kubeobj.meta.labelselector": ("LabelSelector",),
    "kubeobj.meta.objectmeta": ("ObjectMeta",),
    "kubeobj.meta.ownership": ("OwnerReference",),
    "kubeobj.meta.quantity": ("Quantity",),
    "kubeobj.node.nodeobject": ("Machine",),
    "kubeobj.reconcile.informer": ("Informer",),
    "kubeobj.reconcile.loop": ("NeverSettles",),
    "kubeobj.reconcile.manager": ("Manager",),
    "kubeobj.reconcile.reconciler": ("reconciler",),
    "kubeobj.reconcile.request": ("Request", "Result"),
    "kubeobj.reconcile.work": ("Work",),
    "kubeobj.reconcile.workqueue": ("WorkQueue",),
    "kubeobj.runtimes.behaviour": ("Behaviour", "BehaviourRule", "Behaviours"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__version__ = "0.1.0"

__all__ = [
    "Admission",
    "AdmissionRequest",
    "AlreadyExists",
    "ApiError",
    "ApiServer",
    "AsyncCluster",
    "BadRequest",
    "Behaviour",
    "BehaviourRule",
    "Behaviours",
    "Client",
    "ClockJump",
    "ClosedWatches",
    "Cluster",
    "Conflict",
    "Conflicts",
    "ContainerCrash",
    "DeathAtWrite",
    "DoubledWatches",
    "Expired",
    "FieldError",
    "FieldErrorType",
    "FieldErrors",
    "FieldPath",
    "FieldSelector",
    "Forbidden",
    "Forgotten",
    "Gone",
    "GroupVersionKind",
    "InProcessClient",
    "Informer",
    "InternalError",
    "Invalid",
    "InvariantViolated",
    "KubeobjError",
    "LabelIndex",
    "LabelSelector",
    "LabelsTypeError",
    "LateWatches",
    "LiveClock",
    "LostWatches",
    "Machine",
    "Manager",
    "ManifestError",
    "MethodNotAllowed",
    "NeverSettles",
    "NodeCrash",
    "NotAcceptable",
    "NotFound",
    "ObjectMeta",
    "ObjectReferenceError",
    "Operator",
    "OwnerReference",
    "Partition",
    "Plan",
    "ProcessKill",
    "Quantity",
    "QuantityError",
    "Relist",
    "Request",
    "RequestEntityTooLarge",
    "Requirement",
    "Result",
    "SeededIdSource",
    "Selector",
    "SelectorError",
    "SelectorIndex",
    "SelectorInvalidError",
    "SelectorSyntaxError",
    "ServerTimeout",
    "ServiceUnavailable",
    "SimulatedCluster",
    "SlowNode",
    "Throttled",
    "TimeError",
    "Timeout",
    "TooManyRequests",
    "Unauthorized",
    "Unavailable",
    "UnknownIdError",
    "UnsupportedMediaType",
    "User",
    "VirtualClock",
    "Work",
    "WorkQueue",
    "__version__",
    "reconciler",
]


def __getattr__(name: str) -> object:
    room = _ROOM_OF.get(name)
    if room is None:
        raise AttributeError(f"module 'kubeobj' has no attribute {name!r}")
    value: object = getattr(import_module(room), name)
    # Found once, it is an ordinary attribute from here on.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
