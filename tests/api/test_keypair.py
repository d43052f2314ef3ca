"""Certificates and keys that belong together, and some that do not."""

import base64

import pytest

from kubeobj.api.keypair import keypair_fault


def element(tag: int, *parts: bytes) -> bytes:
    """Return an element of DER."""
    content = b"".join(parts)
    size = len(content)
    head = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + head + content


def sequence(*parts: bytes) -> bytes:
    """Return a sequence of DER."""
    return element(0x30, *parts)


def pem(label: str, content: bytes) -> bytes:
    """Return a block of PEM."""
    body = base64.encodebytes(content).decode()
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n".encode()


MODULUS = element(0x02, b"\x00" + b"\xc3" * 256)
OTHER = element(0x02, b"\x00" + b"\xc5" * 256)
ONE = element(0x02, b"\x01")
KIND = sequence(element(0x06, b"\x2a"))
POINT = element(0x03, b"\x00\x04" + b"\x07" * 64)


def certificate(public: bytes, *, version: bool = True) -> bytes:
    """Return a certificate of which only the public key means anything."""
    start = (element(0xA0, ONE),) if version else ()
    body = sequence(*start, ONE, KIND, KIND, KIND, KIND, sequence(KIND, public))
    return pem("CERTIFICATE", sequence(body, KIND, element(0x03, b"\x00")))


OF_RSA = certificate(element(0x03, b"\x00" + sequence(MODULUS, ONE)))
OF_POINT = certificate(POINT, version=False)
RSA = sequence(ONE, MODULUS, ONE)
EC = sequence(ONE, element(0x04, b"\x09" * 32), element(0xA1, POINT))


@pytest.mark.parametrize(
    ("shown", "kept", "fault"),
    [
        pytest.param(OF_RSA, pem("RSA PRIVATE KEY", RSA), None, id="rsa"),
        pytest.param(
            OF_RSA, pem("PRIVATE KEY", sequence(ONE, KIND, element(0x04, RSA))), None, id="wrapped"
        ),
        pytest.param(OF_POINT, pem("EC PRIVATE KEY", EC), None, id="ec"),
        pytest.param(
            OF_POINT,
            pem("EC PRIVATE KEY", sequence(ONE, element(0x04, b"\x09" * 32))),
            None,
            id="a key that does not say",
        ),
        pytest.param(
            OF_RSA,
            pem("RSA PRIVATE KEY", sequence(ONE, OTHER, ONE)),
            "tls: private key does not match public key",
            id="another key",
        ),
        pytest.param(
            OF_RSA, pem("RSA PRIVATE KEY", b"\x30"), "tls: failed to parse private key", id="no key"
        ),
        pytest.param(
            pem("CERTIFICATE", b"\x30\x82"),
            pem("RSA PRIVATE KEY", RSA),
            "x509: malformed certificate",
            id="no certificate",
        ),
        pytest.param(
            OF_RSA,
            OF_RSA,
            "tls: failed to find any PEM data in key input",
            id="a certificate twice",
        ),
    ],
)
def test_certificate_and_key_belong_together(shown: bytes, kept: bytes, fault: str | None) -> None:
    """A certificate and a key are used together if the one is of the other."""
    assert keypair_fault(shown, kept) == fault
