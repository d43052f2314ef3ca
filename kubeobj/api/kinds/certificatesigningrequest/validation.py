"""Which requests for certificates there may be, and what may become of them.

Signatures are not checked here; that a request has the form of one is.

Source: ``k8s.io/kubernetes/pkg/apis/certificates/validation`` (v1.36).
"""

import binascii
import re
from base64 import b64decode

from kubeobj.api.fielderrors import duplicate, forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_dns1123_label, validate_dns1123_subdomain

USAGES = frozenset(
    {
        *("any", "cert sign", "client auth", "code signing", "content commitment", "crl sign"),
        *("data encipherment", "decipher only", "digital signature", "email protection"),
        *("encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement"),
        *("key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime"),
        *("server auth", "signing", "timestamping"),
    }
)
"""What a certificate can be for."""

LEGACY_SIGNER = "kubernetes.io/legacy-unknown"
"""The signer of those who named none, which no longer may be named."""

LEAST_SECONDS = 600
"""The shortest time that a certificate can be asked for."""

DECISIONS = ("Approved", "Denied")
LASTING = (*DECISIONS, "Failed")
"""Conditions that never go, and are true."""

_SPEC = FieldPath.of("spec")
_CONDITIONS = FieldPath.of("status", "conditions")
_CERTIFICATE = FieldPath.of("status", "certificate")
_BLOCK = re.compile(
    r"-----BEGIN (?P<label>[A-Z0-9 ]+)-----\s*(?P<body>[A-Za-z0-9+/=\s]*?)-----END (?P=label)-----"
)


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a new request."""
    spec = obj["spec"]
    if not _is_request(spec["request"]):
        detail = "PEM block type must be CERTIFICATE REQUEST"
        yield invalid(_SPEC.child("request"), None, detail, "format=pkcs10")
    usages, here = spec.get("usages", []), _SPEC.child("usages")
    if not usages:
        yield required(here, "required")
    for position, usage in enumerate(usages):
        if usage not in USAGES:
            yield not_supported(here.index(position), usage, sorted(USAGES))
        if usage in usages[:position]:
            yield duplicate(here.index(position), usage)
    yield from _signer(spec["signerName"], _SPEC.child("signerName"))
    seconds = spec.get("expirationSeconds")
    if seconds is not None and seconds < LEAST_SECONDS:
        detail = f"may not specify a duration less than {LEAST_SECONDS} seconds (10 minutes)"
        yield invalid(_SPEC.child("expirationSeconds"), seconds, detail, "minimum")
    yield from _status(obj)


def _blocks(text: str | None) -> list[tuple[str, bytes]]:
    """Return the blocks of PEM in base64 of it, each with its label."""
    try:
        decoded = b64decode(text or "").decode("ascii")
        return [
            (found["label"], b64decode("".join(found["body"].split()), validate=True))
            for found in _BLOCK.finditer(decoded)
        ]
    except (binascii.Error, UnicodeDecodeError):
        return []


def _is_request(text: str | None) -> bool:
    blocks = _blocks(text)
    return bool(blocks) and blocks[0][0] == "CERTIFICATE REQUEST" and _is_sequence(blocks[0][1])


def _is_sequence(data: bytes) -> bool:
    """Return whether *data* begins as what all such things are in DER."""
    return data[:1] == b"\x30" and len(data) > 2


def _signer(name: str, path: FieldPath) -> Errors:
    if not name:
        yield required(path, "required")
        return
    if name == LEGACY_SIGNER:
        yield invalid(path, name, "the legacy signerName is not allowed via this API version", "v1")
        return
    domain, _, rest = name.partition("/")
    if not rest or "/" in rest:
        detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
        yield invalid(path, name, detail, "format=signer-name")
        return
    labels = domain.split(".")
    if len(labels) < 2:
        detail = "should be a domain with at least two segments separated by dots"
        yield invalid(path, domain, detail, "format=signer-name")
    for label in labels:
        for error in validate_dns1123_label(label):
            yield invalid(path, domain, error.detail, error.origin)
    for error in validate_dns1123_subdomain(rest):
        yield invalid(path, rest, error.detail, error.origin)


# ---------------------------------------------------------------- status


def _status(obj: Wire) -> Errors:
    status = obj["status"]
    conditions = status.get("conditions", ())
    seen: set[str] = set()
    for position, condition in enumerate(conditions):
        here, kind = _CONDITIONS.index(position), condition["type"]
        if not kind:
            yield required(here.child("type"), "required")
        if kind in seen:
            yield duplicate(here.child("type"), kind)
        seen.add(kind)
        allowed = ("True",) if kind in LASTING else ("True", "False", "Unknown")
        if not condition["status"]:
            yield required(here.child("status"), "required")
        elif condition["status"] not in allowed:
            yield not_supported(here.child("status"), condition["status"], allowed)
    if seen.issuperset(DECISIONS):
        detail = "Approved and Denied conditions are mutually exclusive"
        yield invalid(_CONDITIONS, None, detail, "union")
    if status.get("certificate") and not _is_certificate(status["certificate"]):
        detail = "must contain one or more PEM blocks of type CERTIFICATE"
        yield invalid(_CERTIFICATE, "<certificate data>", detail, "format=x509")


def _is_certificate(text: str) -> bool:
    blocks = _blocks(text)
    return bool(blocks) and all(
        label == "CERTIFICATE" and _is_sequence(data) for label, data in blocks
    )


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a request that takes the place of another."""
    yield from _same_status(obj, old, deciding=False)


def validate_status(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with the status of a request."""
    yield from _status(obj)
    yield from _same_status(obj, old, deciding=False)
    before = old["status"].get("certificate")
    if before and obj["status"].get("certificate") != before:
        detail = "updates may not modify existing certificate content"
        yield forbidden(_CERTIFICATE, detail, "immutable")


def validate_approval(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a decision on a request."""
    yield from _status(obj)
    yield from _same_status(obj, old, deciding=True)


def _same_status(obj: Wire, old: Wire, *, deciding: bool) -> Errors:
    """Find conditions that go though they never do, and decisions by who does not decide."""
    new = {one["type"]: one for one in obj["status"].get("conditions", ())}
    before = {one["type"]: one for one in old["status"].get("conditions", ())}
    for kind in LASTING:
        detail = ""
        if kind in before and kind not in new:
            detail = f'updates may not remove a condition of type "{kind}"'
        elif not deciding and kind in DECISIONS and new.get(kind) != before.get(kind):
            how = "modify" if kind in before else "add"
            detail = f'updates may not {how} a condition of type "{kind}"'
        if detail:
            yield forbidden(_CONDITIONS, detail, "immutable")
