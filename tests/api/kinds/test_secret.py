"""Rules of Secrets and ConfigMaps that no recording shows."""

import base64

import pytest

from kubeobj.documents import JsonValue, Wire
from tests.api.kinds.rules import Found, create_errors, created, update_errors, warned

TEXT = base64.b64encode(b"{}").decode()


def secret(kind: str = "", **data: JsonValue) -> Wire:
    """Return a Secret."""
    return {"metadata": {"name": "s"}, "type": kind, "data": data}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            secret("kubernetes.io/dockercfg", **{".dockercfg": "W10="}),
            {("data[.dockercfg]", "INVALID"): 1},
            id="a list is no configuration",
        ),
        pytest.param(
            secret("kubernetes.io/dockerconfigjson", **{".dockerconfigjson": TEXT}), {}, id="JSON"
        ),
        pytest.param(
            secret("kubernetes.io/ssh-auth", **{"ssh-privatekey": ""}),
            {("data[ssh-privatekey]", "REQUIRED"): 1},
            id="an empty key is none",
        ),
        pytest.param(secret("kubernetes.io/basic-auth", username=""), {}, id="no password"),
        pytest.param(
            secret("kubernetes.io/tls", **{"tls.crt": ""}),
            {("data[tls.key]", "REQUIRED"): 1},
            id="an empty certificate is there",
        ),
        pytest.param(
            secret(a=base64.b64encode(b"x" * (1024 * 1024 + 1)).decode()),
            {("data", "TOO_LONG"): 1},
            id="one byte too many",
        ),
        pytest.param(
            secret(a=base64.b64encode(b"x" * (1024 * 1024)).decode()), {}, id="just enough"
        ),
    ],
)
def test_types_have_needs(document: Wire, expected: Found) -> None:
    """Secrets of known types have what these need."""
    assert create_errors("secrets", document) == expected


def test_texts_are_encoded() -> None:
    """Texts take the place of bytes of the same name."""
    document = {**secret(a="eA==", b="eQ=="), "stringData": {"a": "ü"}}
    obj = created("secrets", document)
    assert obj["data"] == {"a": "w7w=", "b": "eQ=="}
    assert "stringData" not in obj


def test_immutable_secrets_stay() -> None:
    """Of a secret that is to stay as it is nothing changes, that it is so included."""
    before = {**secret(a="eA=="), "immutable": True}
    assert update_errors("secrets", {**secret(a="eQ==")}, before) == {
        ("immutable", "FORBIDDEN"): 1,
        ("data", "FORBIDDEN"): 1,
    }


def test_certificates_without_content_are_warned_of() -> None:
    """A certificate that is none is taken, with a warning."""
    assert warned("secrets", secret("kubernetes.io/tls", **{"tls.crt": "", "tls.key": ""})) == 1
    assert warned("secrets", secret("Opaque")) == 0


def test_keys_are_of_texts_or_of_bytes() -> None:
    """A ConfigMap has each key once, and all values count."""
    size = 600 * 1024
    document = {
        "metadata": {"name": "c"},
        "data": {"a": "x" * size},
        "binaryData": {"a": base64.b64encode(b"x" * size).decode()},
    }
    expected = {("data[a]", "INVALID"): 1, ("[]", "TOO_LONG"): 1}
    assert create_errors("configmaps", document) == expected


def test_service_accounts_keep_names_of_secrets() -> None:
    """Of the secrets of a service account only the names are kept."""
    secrets = [{"name": "x", "namespace": "n", "uid": "u"}]
    obj = created("serviceaccounts", {"metadata": {"name": "a"}, "secrets": secrets})
    assert obj["secrets"] == [{"name": "x"}]
