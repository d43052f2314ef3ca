"""What the REST layer adds to the verbs: which mistake it names first, and how it writes."""

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from kubeobj.api.rest.message import HttpRequest, HttpResponse

if TYPE_CHECKING:
    from kubeobj.api.apiserver import ApiServer

MAPS = "/api/v1/namespaces/default/configmaps"
JSON = {"content-type": "application/json"}
MERGE = {"content-type": "application/merge-patch+json"}
MADE = b'{"metadata": {"name": "a"}}'


def _send(
    server: "ApiServer",
    method: str,
    target: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    from kubeobj.api.rest.api import RestApi

    return RestApi(server).handle(HttpRequest(method, target, headers or {}, body))


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "status"),
    [
        pytest.param("POST", f"{MAPS}?fieldValidation=Maybe", JSON, b"{", 422, id="create-options"),
        pytest.param("POST", MAPS, JSON, b"{", 400, id="create-body"),
        pytest.param("PUT", f"{MAPS}/a?dryRun=Some", JSON, b"{", 422, id="update-options"),
        pytest.param("PATCH", f"{MAPS}/a?dryRun=Some", MERGE, b"{", 422, id="patch-options"),
        pytest.param("PATCH", f"{MAPS}/a", MERGE, b"{", 400, id="patch-body"),
        pytest.param(
            "POST", f"{MAPS}?dryRun=Some", {"content-type": "text/csv"}, b"{", 415, id="syntax"
        ),
        pytest.param(
            "POST", f"{MAPS}?dryRun=Some", JSON, b" " * (4 << 20), 413, id="size-before-options"
        ),
        # Go reads null into an object of which nothing is said, and that has no name.
        pytest.param("POST", MAPS, JSON, b"null", 422, id="create-null"),
        pytest.param("PUT", f"{MAPS}/a", JSON, b"null", 400, id="update-null"),
        pytest.param("POST", MAPS, JSON, b"[]", 400, id="create-list"),
    ],
)
def test_the_first_mistake_is_the_one_that_is_named(
    server: "ApiServer",
    method: str,
    target: str,
    headers: dict[str, str],
    body: bytes,
    status: int,
) -> None:
    """The form of the body, its size, the options, and only then what it says."""
    before = server.store.revision
    assert _send(server, method, target, body, headers).status == status
    assert server.store.revision == before


@pytest.mark.parametrize(
    ("target", "status"), [(MAPS, 200), (f"{MAPS}?watch=true&timeoutSeconds=1", 406)]
)
def test_a_watch_is_not_written_as_yaml(server: "ApiServer", target: str, status: int) -> None:
    """A list is."""
    headers = {"accept": "application/yaml"}
    assert _send(server, "GET", target, headers=headers).status == status


def test_documents_are_compressed_like_objects(server: "ApiServer") -> None:
    """Compressed, one says the same."""
    plain = _send(server, "GET", "/openapi/v3/apis/apps/v1")
    packed = _send(server, "GET", "/openapi/v3/apis/apps/v1", headers={"accept-encoding": "gzip"})
    assert packed.header("content-encoding") == "gzip"
    assert gzip.decompress(packed.body) == plain.body


@pytest.mark.parametrize("agent", ["curl/8.5.0", "Wget/1.21", "Mozilla/5.0 (X11)"])
def test_who_reads_with_their_own_eyes_gets_lines(server: "ApiServer", agent: str) -> None:
    """Unless they say otherwise."""
    headers = {"user-agent": agent}
    target = "/api/v1/namespaces/default"
    pretty = _send(server, "GET", target, headers=headers).body
    plain = _send(server, "GET", f"{target}?pretty=false", headers=headers).body
    assert pretty.count(b"\n") > 5 > plain.count(b"\n")
    assert json.loads(pretty) == json.loads(plain)


def test_other_programs_get_no_lines(server: "ApiServer") -> None:
    """They do not look."""
    headers = {"user-agent": "kubectl/v1.36.2"}
    body = _send(server, "GET", "/api/v1/namespaces/default", headers=headers).body
    assert body.count(b"\n") < 5
