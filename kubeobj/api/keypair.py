"""Whether a certificate and a private key belong together, as servers ask before they use them.

What is read of the encodings is what that takes: the public key of the certificate, and that of
the private key where it holds it. Nothing is verified.

Source: RFC 7468 (PEM), X.690 (DER), RFC 5280 (certificates), RFC 8017, 5915 and 5958 (keys); Go's
``crypto/tls`` X509KeyPair for what is asked.
"""

from kubeobj.api.der import BIT_STRING, INTEGER, OCTET_STRING, SEQUENCE, inside, item, items
from kubeobj.api.pem import blocks

_VERSION = 0xA0
_PUBLIC = 0xA1


def keypair_fault(certificate: bytes, key: bytes) -> str | None:
    """Return why a *certificate* and a *key*, both PEM, cannot be used together; None if they can.

    >>> keypair_fault(b"", b"")
    'tls: failed to find any PEM data in certificate input'
    """
    shown = next((body for label, body in blocks(certificate) if label == b"CERTIFICATE"), None)
    if shown is None:
        return "tls: failed to find any PEM data in certificate input"
    kept = next((body for label, body in blocks(key) if label.endswith(b"PRIVATE KEY")), None)
    if kept is None:
        return "tls: failed to find any PEM data in key input"
    try:
        public = _public_key_of(shown)
    except ValueError:
        return "x509: malformed certificate"
    try:
        own = _own_public_key(kept)
    except ValueError:
        return "tls: failed to parse private key"
    if own is not None and own not in public:
        return "tls: private key does not match public key"
    return None


def _public_key_of(certificate: bytes) -> bytes:
    """Return the public key of a certificate, as it stands there."""
    body = item(item(certificate, 0, SEQUENCE), 0, SEQUENCE)
    position = 6 if items(body)[:1] and items(body)[0][0] == _VERSION else 5
    return item(item(body, position, SEQUENCE), 1, BIT_STRING)


def _own_public_key(key: bytes) -> bytes | None:
    """Return what a private key holds of its public one: a modulus or a point; None for nothing."""
    found = items(item(key, 0, SEQUENCE))
    if len(found) < 2:
        raise ValueError("an element is missing")
    if found[1][0] == SEQUENCE and len(found) > 2:
        inner = items(inside(found[2], OCTET_STRING))
        if not inner:
            raise ValueError("an element is missing")
        return _own_public_key(found[2][1]) if inner[0][0] == SEQUENCE else None
    if found[1][0] == INTEGER:
        return found[1][1]
    inside(found[1], OCTET_STRING)
    point = next((content for tag, content in found if tag == _PUBLIC), None)
    return None if point is None else item(point, 0, BIT_STRING)
