"""Groups, versions, kinds and resources, and how they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import ObjectReferenceError
from kubeobj.meta.gvk import (
    GroupKind,
    GroupResource,
    GroupVersion,
    GroupVersionKind,
    GroupVersionResource,
)

WORDS = st.text(alphabet="abcxyz", min_size=1, max_size=5)
GROUPS = st.one_of(st.just(""), WORDS, st.builds("{}.{}".format, WORDS, WORDS))


@pytest.mark.parametrize(
    ("text", "group", "version", "canonical"),
    [
        ("v1", "", "v1", "v1"),
        ("apps/v1", "apps", "v1", "apps/v1"),
        ("", "", "", ""),
        ("/", "", "", ""),
        ("/v1", "", "v1", "v1"),
        ("apps/", "apps", "", "apps/"),
    ],
)
def test_group_versions_are_read(text: str, group: str, version: str, canonical: str) -> None:
    """An apiVersion is a version, or a group and a version; Kubernetes is lenient about empties."""
    parsed = GroupVersion.parse(text)
    assert parsed == GroupVersion(group, version)
    assert str(parsed) == canonical


@pytest.mark.parametrize("text", ["a/b/c", "//", "a//b"])
def test_more_than_one_slash_is_refused(text: str) -> None:
    """Nothing else can be made of such an apiVersion."""
    with pytest.raises(ObjectReferenceError, match="apiVersion"):
        GroupVersion.parse(text)


@given(GROUPS, WORDS, WORDS)
def test_text_forms_read_back(group: str, version: str, word: str) -> None:
    """What is written reads back as the same value."""
    assert GroupVersion.parse(str(GroupVersion(group, version))) == GroupVersion(group, version)
    assert GroupKind.parse(str(GroupKind(group, word))) == GroupKind(group, word)
    assert GroupResource.parse(str(GroupResource(group, word))) == GroupResource(group, word)
    gvk = GroupVersionKind(group, version, word)
    assert GroupVersionKind.from_api_version(gvk.api_version, gvk.kind) == gvk
    assert GroupVersionKind.parse_argument(f"{word}.{version}.{group}") == gvk
    gvr = GroupVersionResource(group, version, word)
    assert GroupVersionResource.parse_argument(f"{word}.{version}.{group}") == gvr


def test_parts_are_values_themselves() -> None:
    """The whole gives its parts."""
    gvk = GroupVersionKind("apps", "v1", "Deployment")
    gvr = GroupVersionResource("apps", "v1", "deployments")
    assert gvk.group_version == gvr.group_version == GroupVersion("apps", "v1")
    assert str(gvk.group_kind) == "Deployment.apps"
    assert str(gvr.group_resource) == "deployments.apps"
    assert (str(gvk), str(gvr)) == ("apps/v1, Kind=Deployment", "apps/v1, Resource=deployments")
    assert str(GroupVersionKind("", "v1", "Pod")) == "/v1, Kind=Pod"
    assert (str(GroupKind("", "Pod")), str(GroupResource("", "pods"))) == ("Pod", "pods")


def test_arguments_without_a_version_are_none() -> None:
    """``deployments`` and ``deployments.apps`` name no version."""
    for text in ("deployments", "deployments.apps"):
        assert GroupVersionResource.parse_argument(text) is None
        assert GroupVersionKind.parse_argument(text) is None


def test_objects_say_what_they_are() -> None:
    """The kind of an object is in its first two fields."""
    pod = {"apiVersion": "v1", "kind": "Pod"}
    assert GroupVersionKind.from_object(pod) == GroupVersionKind("", "v1", "Pod")
    for broken in ({}, {**pod, "kind": ""}, {**pod, "kind": 5}, {**pod, "apiVersion": None}):
        with pytest.raises(ObjectReferenceError):
            GroupVersionKind.from_object(broken)
