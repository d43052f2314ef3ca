"""References as URLs, both ways."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import ObjectReferenceError
from kubeobj.meta.gvk import GroupVersionResource
from kubeobj.meta.reference import ObjectReference

PODS = GroupVersionResource("", "v1", "pods")
NAMESPACES = GroupVersionResource("", "v1", "namespaces")
DEPLOYMENTS = GroupVersionResource("apps", "v1", "deployments")
ROLES = GroupVersionResource("rbac.authorization.k8s.io", "v1", "clusterroles")

URLS = [
    ("/api/v1/nodes", ObjectReference(GroupVersionResource("", "v1", "nodes"))),
    ("/api/v1/pods", ObjectReference(PODS)),
    ("/api/v1/namespaces/x/pods", ObjectReference(PODS, "x")),
    ("/api/v1/namespaces/x/pods/some-name", ObjectReference(PODS, "x", "some-name")),
    ("/api/v1/namespaces/x/pods/web/log", ObjectReference(PODS, "x", "web", "log")),
    ("/api/v1/namespaces", ObjectReference(NAMESPACES)),
    ("/api/v1/namespaces/x", ObjectReference(NAMESPACES, name="x")),
    ("/api/v1/namespaces/x/finalize", ObjectReference(NAMESPACES, "", "x", "finalize")),
    ("/api/v1/namespaces/x/status", ObjectReference(NAMESPACES, "", "x", "status")),
    ("/api/v1/namespaces/status/pods", ObjectReference(PODS, "status")),
    ("/apis/apps/v1/deployments", ObjectReference(DEPLOYMENTS)),
    (
        "/apis/apps/v1/namespaces/x/deployments/y/scale",
        ObjectReference(DEPLOYMENTS, "x", "y", "scale"),
    ),
    (
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node",
        ObjectReference(ROLES, name="system:node"),
    ),
    (
        "/apis/rbac.authorization.k8s.io/v1/clusterroles/a%20%C3%A9%3F%23%22",
        ObjectReference(ROLES, name='a é?#"'),
    ),
]


@pytest.mark.parametrize(("url", "reference"), URLS, ids=[url for url, _ in URLS])
def test_urls_and_references_are_the_same(url: str, reference: ObjectReference) -> None:
    """A URL reads as the reference, and the reference writes the URL."""
    assert ObjectReference.parse(url) == reference
    assert ObjectReference.parse(f"{url}/") == reference
    assert str(reference) == reference.path == url
    assert reference.is_collection is (not reference.name)


def test_more_is_encoded_than_need_be() -> None:
    """Percent-encoding of what could stand as it is means the same."""
    reference = ObjectReference.parse("/apis/apps/v1/%64eployments/%77eb")
    assert reference == ObjectReference(DEPLOYMENTS, name="web")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/",
        "api/v1/pods",
        "/healthz",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/apis/apps",
        "/apis/apps/v1",
        "/api/v1/watch/pods",
        "/api/v1/proxy/nodes/a",
        "/api/v1//pods",
        "/api/v1/namespaces//pods",
        "/api/v1/namespaces/x/pods/a/b/c",
        "/api/v1/namespaces/x/status/a",
        "/api/v1/namespaces/X/pods",
        "/api/v1/pods/..",
        "/api/v1/pods/.",
        "/api/v1/pods/a%2Fb",
        "/api/v1/pods/a%25",
        "/api/v1/pods/a%zz",
        "/api/v1/pods/%ff",
        "/api/v1/pods/\ud800",
        "/api/v1/pods?watch=1",
        "/api/v1/pods/a#b",
        "/api/V1/pods",
        "/api/v1/Pods",
        "/apis/Apps/v1/deployments",
    ],
)
def test_other_urls_are_refused(url: str) -> None:
    """What is no URL of an object or collection says why."""
    with pytest.raises(ObjectReferenceError) as caught:
        ObjectReference.parse(url)
    assert str(caught.value)


@pytest.mark.parametrize(
    ("resource", "namespace", "name", "subresource"),
    [
        (PODS, "x", "", "log"),
        (PODS, "X", "", ""),
        (PODS, "x", "a/b", ""),
        (PODS, "x", "\ud800", ""),
        (PODS, "x", "web", "a%b"),
        (NAMESPACES, "", "x", "pods"),
        (GroupVersionResource("", "v1", "status"), "x", "", ""),
        (GroupVersionResource("", "v1", "watch"), "", "", ""),
        (GroupVersionResource("", "", "pods"), "", "", ""),
        (GroupVersionResource("a b", "v1", "pods"), "", "", ""),
    ],
)
def test_what_has_no_url_of_its_own_is_refused(
    resource: GroupVersionResource, namespace: str, name: str, subresource: str
) -> None:
    """A reference that could not be read back cannot be made."""
    with pytest.raises(ObjectReferenceError):
        ObjectReference(resource, namespace, name, subresource)


LABELS = st.sampled_from(["a", "b1", "status", "finalize", "namespaces", "pods", "watch", "x-y"])
NAMES = st.text(min_size=1, max_size=8) | LABELS


@given(
    st.sampled_from(["", "apps", "example.com"]),
    st.sampled_from(["v1", "v2beta1"]),
    LABELS,
    st.just("") | LABELS,
    st.just("") | NAMES,
    st.just("") | LABELS,
)
def test_every_reference_reads_back(
    group: str, version: str, resource: str, namespace: str, name: str, subresource: str
) -> None:
    """Whatever reference can be made has a URL that means it and nothing else."""
    try:
        reference = ObjectReference(
            GroupVersionResource(group, version, resource), namespace, name, subresource
        )
    except ObjectReferenceError:
        return
    assert ObjectReference.parse(reference.path) == reference
    assert reference.path.isascii()


@given(st.text() | st.text(alphabet="/apis%v1namespaces.?#", max_size=60).map("/api/v1/{}".format))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    """Reading fails in no other way than by our error, and what it reads has a canonical URL."""
    with contextlib.suppress(ObjectReferenceError):
        reference = ObjectReference.parse(text)
        assert ObjectReference.parse(reference.path) == reference


def test_only_text_is_read() -> None:
    """Bytes are a mistake in the program, not a bad URL."""
    with pytest.raises(TypeError, match="must be str, not bytes"):
        ObjectReference.parse(b"/api/v1/nodes/a")  # type: ignore[arg-type]
