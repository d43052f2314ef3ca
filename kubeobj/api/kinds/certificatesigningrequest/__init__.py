"""CertificateSigningRequest: a request for a certificate, and what became of it.

Source: ``k8s.io/kubernetes/pkg/registry/certificates/certificates`` (v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.kind import Context, Kind, Part, put_back
from kubeobj.api.kinds.certificatesigningrequest.validation import (
    validate,
    validate_approval,
    validate_status,
    validate_update,
)
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of, human_duration
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import PATH_SEGMENT_NAMES


def prepare_create(obj: Wire, context: Context) -> None:
    """Say who asks, and that nothing is decided."""
    spec, user = obj["spec"], context.user
    said = {
        "username": user.name,
        "uid": user.uid,
        "groups": list(user.groups),
        "extra": {name: list(values) for name, values in user.extra.items()},
    }
    for name, value in said.items():
        if value:
            spec[name] = value
        else:
            spec.pop(name, None)
    obj["status"] = {}


def prepare_update(obj: Wire, old: Wire, _context: Context) -> None:
    """Put back all but the metadata: a request does not change."""
    put_back(obj, old, "spec", "status")


def prepare_status(obj: Wire, old: Wire, context: Context) -> None:
    """Put back what is asked for, and the decisions."""
    put_back(obj, old, "spec")
    _date_conditions(obj, old, context)


def prepare_approval(obj: Wire, old: Wire, context: Context) -> None:
    """Put back all but the conditions."""
    put_back(obj, old, "spec")
    status = dict(old["status"])
    put_back(status, obj["status"], "conditions")
    obj["status"] = status
    _date_conditions(obj, old, context)


def _date_conditions(obj: Wire, old: Wire, context: Context) -> None:
    """Say of conditions since when they are, where nothing is said."""
    before = {
        (one["type"], one["status"]): one["lastTransitionTime"]
        for one in old["status"].get("conditions", ())
    }
    for condition in obj["status"].get("conditions", ()):
        if not condition["lastUpdateTime"]:
            condition["lastUpdateTime"] = context.now
        if not condition["lastTransitionTime"]:
            since = before.get((condition["type"], condition["status"]))
            condition["lastTransitionTime"] = since or context.now


def _fields(obj: Wire) -> Mapping[str, str]:
    return {"spec.signerName": obj["spec"]["signerName"]}


def _cells(obj: Wire, now: float) -> Cells:
    spec = obj["spec"]
    seconds = spec.get("expirationSeconds")
    return [
        obj["metadata"].get("name", ""),
        age_of(obj, now),
        spec["signerName"] or "<none>",
        spec.get("username", ""),
        "<none>" if seconds is None else human_duration(seconds),
        _state(obj.get("status", {})),
    ]


def _state(status: Wire) -> str:
    kinds = {one["type"] for one in status.get("conditions", ())}
    state = "Pending"
    if "Denied" in kinds:
        state = "Denied"
    elif "Approved" in kinds:
        state = "Approved"
    if "Failed" in kinds:
        state += ",Failed"
    return f"{state},Issued" if status.get("certificate") else state


KIND = Kind(
    kind=GroupVersionKind("certificates.k8s.io", "v1", "CertificateSigningRequest"),
    plural="certificatesigningrequests",
    namespaced=False,
    names=PATH_SEGMENT_NAMES,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    fields=_fields,
    field_names=frozenset({"spec.signerName"}),
    table=Table(
        (
            NAME,
            AGE,
            Column("SignerName"),
            Column("Requestor"),
            Column("RequestedDuration"),
            Column("Condition"),
        ),
        _cells,
    ),
    parts={
        "status": Part(prepare=prepare_status, validate=validate_status),
        "approval": Part(prepare=prepare_approval, validate=validate_approval),
    },
)
"""What the API knows of CertificateSigningRequests."""
