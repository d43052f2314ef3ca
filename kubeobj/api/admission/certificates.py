"""Who may approve and sign requests for certificates, and what nobody may ask for.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/certificates`` (v1.36).
"""

from base64 import b64decode
from collections.abc import Iterator

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.authorization.attributes import Attributes
from kubeobj.api.authorization.rbac import MASTERS, authorize
from kubeobj.api.der import INTEGER, OBJECT_IDENTIFIER, SEQUENCE, SET, inside, item, items
from kubeobj.api.pem import blocks
from kubeobj.documents import Wire

REQUESTS = "certificatesigningrequests.certificates.k8s.io"
"""The resource of requests."""

CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client"
"""Who signs certificates by which clients sign on to the API."""

_ORGANIZATION = bytes((0x55, 0x04, 0x0A))


def _check_approver(request: AdmissionRequest) -> None:
    if request.old is not None:
        _check(request, "approve", request.old)


def _check_signer(request: AdmissionRequest) -> None:
    if request.old is None:
        return
    new, old = request.object.get("status", {}), request.old.get("status", {})
    if any(new.get(field) != old.get(field) for field in ("certificate", "conditions")):
        _check(request, "sign", request.old)


def _check(request: AdmissionRequest, verb: str, stored: Wire) -> None:
    """Refuse who may not do *verb* in the name of a signer, or of all of its domain."""
    signer = stored["spec"]["signerName"]
    domain = signer.partition("/")[0]
    if not any(_may(request, verb, name) for name in (signer, f"{domain}/*")):
        raise request.refusal(f'user not permitted to {verb} requests with signerName "{signer}"')


def _may(request: AdmissionRequest, verb: str, name: str) -> bool:
    attributes = Attributes(
        user=request.user,
        verb=verb,
        group="certificates.k8s.io",
        version="*",
        resource="signers",
        name=name,
    )
    return authorize(attributes, request.context.objects).allowed


def _check_subject(request: AdmissionRequest) -> None:
    spec = request.object["spec"]
    if spec["signerName"] == CLIENT_SIGNER and MASTERS in organizations(spec["request"]):
        raise request.refusal(f"use of {CLIENT_SIGNER} signer with {MASTERS} group is not allowed")


def organizations(request: str) -> list[str]:
    """Return the organizations of whom a request is for; its form is not judged here.

    Args:
        request: The request, PEM in base64.
    """
    found = next((data for label, data in blocks(b64decode(request))), b"")
    try:
        asked = item(item(found, 0, SEQUENCE), 0, SEQUENCE)
        item(asked, 0, INTEGER)
        return list(_organizations(item(asked, 1, SEQUENCE)))
    except ValueError:
        return []


def _organizations(subject: bytes) -> Iterator[str]:
    for names in items(subject):
        for name in items(inside(names, SET)):
            kind, value = items(inside(name, SEQUENCE))[:2]
            if inside(kind, OBJECT_IDENTIFIER) == _ORGANIZATION:
                yield value[1].decode("utf-8", "replace")


CERTIFICATE_APPROVAL = Admission(
    name="CertificateApproval",
    validate=_check_approver,
    resources=frozenset({f"{REQUESTS}/approval"}),
    operations=frozenset({Operation.UPDATE}),
    is_builtin=True,
)
"""Lets those approve who may."""

CERTIFICATE_SIGNING = Admission(
    name="CertificateSigning",
    validate=_check_signer,
    resources=frozenset({f"{REQUESTS}/status"}),
    operations=frozenset({Operation.UPDATE}),
    is_builtin=True,
)
"""Lets those sign who may."""

CERTIFICATE_SUBJECT_RESTRICTION = Admission(
    name="CertificateSubjectRestriction",
    validate=_check_subject,
    resources=frozenset({REQUESTS}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Lets nobody ask to be one who may do everything."""
