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
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__version__ = "0.1.0"

__all__ = [
    "Admission",
    "AdmissionRequest",
    "AlreadyExists",
    "ApiError",
    "ApiServer",
    "BadRequest",
    "Client",
    "Conflict",
    "Expired",
    "FieldError",
    "FieldErrorType",
    "FieldErrors",
    "FieldPath",
    "FieldSelector",
    "Forbidden",
    "Gone",
    "GroupVersionKind",
    "InProcessClient",
    "InternalError",
    "Invalid",
    "KubeobjError",
    "LabelIndex",
    "LabelSelector",
    "LabelsTypeError",
    "LiveClock",
    "ManifestError",
    "MethodNotAllowed",
    "NotAcceptable",
    "NotFound",
    "ObjectMeta",
    "ObjectReferenceError",
    "Operator",
    "OwnerReference",
    "Quantity",
    "QuantityError",
    "RequestEntityTooLarge",
    "Requirement",
    "SeededIdSource",
    "Selector",
    "SelectorError",
    "SelectorIndex",
    "SelectorInvalidError",
    "SelectorSyntaxError",
    "ServerTimeout",
    "ServiceUnavailable",
    "TimeError",
    "Timeout",
    "TooManyRequests",
    "Unauthorized",
    "UnknownIdError",
    "UnsupportedMediaType",
    "User",
    "VirtualClock",
    "__version__",
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
