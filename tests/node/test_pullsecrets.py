"""Who asks a registry for an image."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.node.pullsecrets import credentials_for, full_repository, image_auth
from tests.node.podworld import PodWorld

Document = dict[str, Any]


def coded(text: str) -> str:
    """Return a text in base64."""
    return base64.b64encode(text.encode()).decode()


def secret(registries: Document, kind: str = "kubernetes.io/dockerconfigjson") -> Document:
    """Return a secret with credentials by registry; a text stands for user and password."""
    auths = {
        where: {"auth": coded(f"{one}:pw-{one}")} if isinstance(one, str) else one
        for where, one in registries.items()
    }
    if kind == "kubernetes.io/dockercfg":
        return {"type": kind, "data": {".dockercfg": coded(json.dumps(auths))}}
    return {"type": kind, "data": {".dockerconfigjson": coded(json.dumps({"auths": auths}))}}


def users(image: str, *registries: Document) -> list[str]:
    """Return who may ask for an image, in order."""
    return [one.username for one in credentials_for(image, [secret(each) for each in registries])]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("nginx", "docker.io/library/nginx"),
        ("nginx:1.27", "docker.io/library/nginx"),
        ("team/app@sha256:ab", "docker.io/team/app"),
        ("docker.io/nginx", "docker.io/library/nginx"),
        ("index.docker.io/team/app:1", "docker.io/team/app"),
        ("quay.io/team/app:1@sha256:ab", "quay.io/team/app"),
        ("localhost/app", "localhost/app"),
        ("localhost:5000/app:1", "localhost:5000/app"),
        ("registry:5000/a/b/c", "registry:5000/a/b/c"),
    ],
)
def test_whole_names(image: str, expected: str) -> None:
    """An image without a registry is Docker's own."""
    assert full_repository(image) == expected


@pytest.mark.parametrize(
    ("image", "registries", "expected"),
    [
        ("quay.io/team/app", {"quay.io": "a"}, ["a"]),
        ("quay.io/team/app", {"https://quay.io": "a"}, ["a"]),
        ("quay.io/team/app", {"https://quay.io/v2/": "a"}, ["a"]),
        ("quay.io/team/app", {"quay.io/team": "a", "quay.io": "b", "gcr.io": "c"}, ["a", "b"]),
        ("quay.io/team/app", {"quay.io/other": "a"}, []),
        ("quay.io/team/app", {"http://quay.io/v1/team": "a"}, ["a"]),
        ("quay.io:443/app", {"quay.io": "a"}, []),
        ("registry:5000/app", {"registry:5000": "a"}, ["a"]),
        ("eu.gcr.io/app", {"*.gcr.io": "a"}, ["a"]),
        ("gcr.io/app", {"*.gcr.io": "a"}, []),
        ("a.b.gcr.io/app", {"*.gcr.io": "a"}, []),
        ("eu1.gcr.io/app", {"eu*.gcr.io/app": "a"}, ["a"]),
        ("nginx", {"https://index.docker.io/v1/": "a"}, ["a"]),
        ("team/app:1", {"index.docker.io": "a"}, ["a"]),
        ("nginx", {"docker.io": "a"}, ["a"]),
        ("nginx", {"quay.io": "a"}, []),
        ("quay.io/app", {"https://index.docker.io/v1/": "a"}, []),
    ],
)
def test_for_which_images(image: str, registries: Document, expected: list[str]) -> None:
    """The registry counts, and its path, the longest first."""
    assert users(image, registries) == expected


def test_of_several_secrets() -> None:
    """All of them may be tried, in the order in which the pod names them."""
    assert users("quay.io/a/b", {"quay.io": "x"}, {"quay.io/a": "y", "quay.io": "z"}) == [
        "y",
        "x",
        "z",
    ]
    assert users("quay.io/a/b", {"quay.io": "x"}, {"quay.io": "x"}) == ["x"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"username": "u", "password": "p"}, ("u", "p", "")),
        ({"auth": coded("u:p4s:q")}, ("u", "p4s:q", "")),
        ({"auth": coded("u:p").rstrip("=")}, ("u", "p", "")),
        ({"auth": coded("u:p"), "username": "x", "password": "y"}, ("u", "p", "")),
        ({"identitytoken": "tok3n"}, ("", "", "tok3n")),
    ],
)
def test_forms_of_credentials(entry: Document, expected: tuple[str, str, str]) -> None:
    """In one word, or in two."""
    for kind in ("kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"):
        (found,) = credentials_for("quay.io/app", [secret({"quay.io": entry}, kind)])
        assert (found.username, found.password, found.identity_token) == expected
        assert found.server == "quay.io"
        assert not any(len(word) > 1 and word in repr(found) for word in expected[1:])


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "Opaque", "data": {".dockerconfigjson": coded('{"auths": {"quay.io": {}}}')}},
        {"type": "kubernetes.io/dockerconfigjson"},
        {"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": coded("{")}},
        {"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": coded("[]")}},
        {"type": "kubernetes.io/dockercfg", "data": {".dockercfg": coded('{"quay.io": 1}')}},
        secret({"quay.io": {"auth": "not base64"}}),
        secret({"quay.io": {"auth": coded("nocolon")}}),
        secret({"quay.io:port": "a", "http://[": "a", "": "a"}),
    ],
)
def test_what_cannot_be_read_is_left_out(broken: Document) -> None:
    """The others are tried."""
    good = secret({"quay.io": "a"})
    assert [one.username for one in credentials_for("quay.io/app", [broken, good])] == ["a"]


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_names_have_an_answer(image: str, registry: str) -> None:
    """Nothing that somebody writes breaks a pull."""
    for one in credentials_for(image, [secret({registry: "a"})]):
        assert one.username == "a"


HOSTS = st.lists(st.sampled_from(["a", "b", "registry"]), min_size=2, max_size=4).map(".".join)
PATHS = st.lists(st.sampled_from(["x", "y", "team"]), min_size=1, max_size=3).map("/".join)


@given(HOSTS, PATHS)
def test_credentials_of_a_registry_are_for_all_of_its_images(host: str, path: str) -> None:
    """And for those of no other."""
    assert users(f"{host}/{path}:1", {host: "a"}) == ["a"]
    assert users(f"{host}/{path}", {f"{host}/{path}": "a"}) == ["a"]
    assert users(f"{host}/{path}", {f"other.{host}": "a"}) == []
    assert users(f"evil-{host}/{path}", {host: "a"}) == []
    assert users(f"{host}.evil/{path}", {host: "a"}) == []


def test_secrets_of_a_pod(world: PodWorld) -> None:
    """Those that are missing are told by name."""
    found = secret({"quay.io": "a"})
    world.create("v1", "Secret", "pull", **found)
    references = [{"name": "pull"}, {"name": "gone"}, {}]
    pod = world.pod("web", imagePullSecrets=references)
    auth, missing = image_auth(pod, "quay.io/app", world.sources)
    assert [one.username for one in auth] == ["a"]
    assert missing == ("gone",)
