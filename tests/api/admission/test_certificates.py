"""Who may approve and sign requests for certificates, and what nobody may ask for."""

from base64 import b64encode

import pytest

from kubeobj.api.admission.certificates import CLIENT_SIGNER, REQUESTS, organizations
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Forbidden
from kubeobj.api.kind import User
from kubeobj.documents import Wire
from tests.api.admission.making import change, found, make

BOB = User("bob", ("system:authenticated",))
GROUP = "rbac.authorization.k8s.io"
SIGNER = "example.com/serving"

# By `openssl req -new` with the subjects /O=system:masters/O=dev/CN=bob and /CN=bob.
MASTER = """-----BEGIN CERTIFICATE REQUEST-----
MIHwMIGXAgEAMDUxFzAVBgNVBAoMDnN5c3RlbTptYXN0ZXJzMQwwCgYDVQQKDANk
ZXYxDDAKBgNVBAMMA2JvYjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFkAFa/b
TY27iNOYALHXGlmm5TLr4GZiEuldEUHe69k7FnN+FxJiRXAaYZFAlaJNDmWZbdh/
YKicPnEodNg00y2gADAKBggqhkjOPQQDAgNIADBFAiEA52ZRfqzTpDGyD6En3+KQ
mPrgzBMSRb5LZl9FdN0Rc+gCIG+awXlHTKsVNHuEKbjT72XeirXokEfPEJj5BTu/
K3KA
-----END CERTIFICATE REQUEST-----
"""
PLAIN = """-----BEGIN CERTIFICATE REQUEST-----
MIHHMHACAQAwDjEMMAoGA1UEAwwDYm9iMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD
QgAEWQAVr9tNjbuI05gAsdcaWablMuvgZmIS6V0RQd7r2TsWc34XEmJFcBphkUCV
ok0OZZlt2H9gqJw+cSh02DTTLaAAMAoGCCqGSM49BAMCA0cAMEQCIDWFn47p0RkT
RlGlcB75Wcy72dsVzOvQ3VFcvREd0RRZAiA9Ikc/JiB84chLhFmHDMfTfcMkfgrb
NIUesun3JJlmXw==
-----END CERTIFICATE REQUEST-----
"""


def _ask(server: ApiServer, *, signer: str = SIGNER, request: str = PLAIN) -> Wire:
    spec = {
        "request": b64encode(request.encode()).decode(),
        "signerName": signer,
        "usages": ["client auth"],
    }
    return make(server, REQUESTS, {"metadata": {"name": "r"}, "spec": spec})


def _let_bob(server: ApiServer, verb: str, *names: str) -> None:
    """Let Bob do *verb* in the names of signers."""
    rule = {
        "verbs": [verb],
        "apiGroups": ["certificates.k8s.io"],
        "resources": ["signers"],
        "resourceNames": list(names),
    }
    make(server, f"clusterroles.{GROUP}", {"metadata": {"name": "r"}, "rules": [rule]})
    binding = {
        "metadata": {"name": "r"},
        "roleRef": {"apiGroup": GROUP, "kind": "ClusterRole", "name": "r"},
        "subjects": [{"kind": "User", "name": "bob", "apiGroup": GROUP}],
    }
    make(server, f"clusterrolebindings.{GROUP}", binding)


def _condition(kind: str) -> Wire:
    return {"type": kind, "status": "True", "reason": "Because"}


@pytest.mark.parametrize("name", [SIGNER, "example.com/*"], ids=["signer", "domain"])
def test_who_may_approve_approves(server: ApiServer, name: str) -> None:
    """In the name of one signer, or of all of a domain; and does not sign."""
    request = _ask(server)
    request["status"] = {"conditions": [_condition("Approved")]}
    with pytest.raises(Forbidden, match="not permitted to approve"):
        change(server, REQUESTS, request, part="approval", user=BOB)
    _let_bob(server, "approve", name)
    change(server, REQUESTS, request, part="approval", user=BOB)
    approved = found(server, REQUESTS, "r", "")
    approved["status"]["conditions"].append(_condition("Failed"))
    with pytest.raises(Forbidden, match="not permitted to sign"):
        change(server, REQUESTS, approved, part="status", user=BOB)


def test_who_may_sign_signs(server: ApiServer) -> None:
    """Whoever changes neither certificate nor conditions need not be allowed to."""
    request = _ask(server)
    change(server, REQUESTS, request, part="status", user=BOB)
    request["status"] = {"conditions": [_condition("Failed")]}
    with pytest.raises(Forbidden, match="not permitted to sign"):
        change(server, REQUESTS, request, part="status", user=BOB)
    _let_bob(server, "sign", SIGNER)
    change(server, REQUESTS, request, part="status", user=BOB)


def test_nobody_asks_to_be_a_master(server: ApiServer) -> None:
    """Of the signer whose certificates are taken for users."""
    with pytest.raises(Forbidden, match="system:masters group is not allowed"):
        _ask(server, signer=CLIENT_SIGNER, request=MASTER)
    _ask(server, signer=SIGNER, request=MASTER)


@pytest.mark.parametrize(
    ("request_text", "names"),
    [
        pytest.param(MASTER, ["system:masters", "dev"], id="two"),
        pytest.param(PLAIN, [], id="none"),
        pytest.param("", [], id="empty"),
        pytest.param(MASTER[:120] + MASTER[200:], [], id="broken"),
    ],
)
def test_organizations_are_read_from_the_request(request_text: str, names: list[str]) -> None:
    """What is no request has none."""
    assert organizations(b64encode(request_text.encode()).decode()) == names
