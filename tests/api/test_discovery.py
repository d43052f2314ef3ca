"""Discovery: what a server says it serves, compared with what a real one says."""

import json
from pathlib import Path
from typing import Any

import pytest

from kubeobj.api.discovery.documents import (
    aggregated,
    api_group,
    api_group_list,
    api_resource_list,
    api_versions,
)
from kubeobj.api.discovery.health import CHECKS, check, health
from kubeobj.api.discovery.order import group_versions, version_rank
from kubeobj.api.discovery.paths import root_paths
from kubeobj.api.discovery.version import version_info
from kubeobj.meta.gvk import GroupVersion, GroupVersionKind
from kubeobj.models.resource import Resource, Subresource
from kubeobj.models.scheme import Scheme

GOLDEN = Path(__file__).parents[1] / "golden" / "discovery"
SERVED = [one for one in Scheme.builtin().resources if one.kind.group != "metrics.k8s.io"]
INDEX = json.loads((GOLDEN / "index.json").read_text())
DOCUMENTS = [
    entry for entry in INDEX if entry["path"].startswith("/api") and entry["status"] == 200
]


def recorded(file: str) -> str:
    """Return a recorded document, written in one way."""
    return json.dumps(json.loads((GOLDEN / file).read_text()))


def document(path: str, *, is_aggregated: bool = False) -> object:
    """Return the document at *path*."""
    parts = path.strip("/").split("/")
    if is_aggregated:
        return aggregated(SERVED, core=parts == ["api"])
    match parts:
        case ["api"]:
            return api_versions(SERVED)
        case ["apis"]:
            return api_group_list(SERVED)
        case ["api", version]:
            return api_resource_list(SERVED, GroupVersion("", version))
        case ["apis", group]:
            return api_group(SERVED, group)
        case _:
            return api_resource_list(SERVED, GroupVersion(parts[1], parts[2]))


@pytest.mark.parametrize("entry", DOCUMENTS, ids=lambda entry: entry["file"])
def test_the_documents_are_those_of_a_real_server(entry: dict[str, Any]) -> None:
    """Every field, in its order."""
    made = document(entry["path"], is_aggregated="accept" in entry)
    assert json.dumps(made) == recorded(entry["file"])


def test_all_documents_are_compared() -> None:
    """None of the recorded ones is left out by its path."""
    assert len(DOCUMENTS) == 47


def test_the_paths_at_the_root_are_those_of_a_real_server() -> None:
    """Every path, sorted."""
    assert json.dumps(root_paths(SERVED)) == recorded("root.json")


def test_the_version_has_the_fields_of_a_real_server() -> None:
    """What is said of the build is ours."""
    wanted = json.loads((GOLDEN / "version.json").read_text())
    made = version_info()
    assert list(made) == list(wanted)
    assert {key: made[key] for key in made if wanted[key] != "<any>"} == {
        key: value for key, value in wanted.items() if value != "<any>"
    }


WIDGETS = Resource(
    GroupVersionKind("example.com", "v1beta1", "Widget"),
    "widgets",
    "widget",
    verbs=("delete", "get"),
    subresources=(
        Subresource("status", GroupVersionKind("example.com", "v1beta1", "Widget"), ("get",)),
        Subresource("scale", GroupVersionKind("autoscaling", "v1", "Scale"), ("get",)),
    ),
)


def test_custom_resources_come_after_what_is_built_in() -> None:
    """And before what other servers serve; the kind of an answer is said in full."""
    resources = [WIDGETS, *Scheme.builtin().resources]
    names = [group["name"] for group in api_group_list(resources)["groups"]]
    assert names[-3:] == ["flowcontrol.apiserver.k8s.io", "example.com", "metrics.k8s.io"]
    group = aggregated(resources, core=False)["items"][-2]
    (widgets,) = group["versions"][0]["resources"]
    assert widgets["responseKind"] == {
        "group": "example.com", "version": "v1beta1", "kind": "Widget",
    }  # fmt: skip
    assert [part["responseKind"]["kind"] for part in widgets["subresources"]] == ["Widget", "Scale"]
    assert "/apis/example.com/v1beta1" in root_paths(resources)["paths"]


def test_subresources_keep_their_order() -> None:
    """They are listed after their resource, in the order in which they are given."""
    listed = api_resource_list([WIDGETS], GroupVersion("example.com", "v1beta1"))
    assert listed is not None
    rows = listed["resources"]
    assert [row["name"] for row in rows] == ["widgets", "widgets/status", "widgets/scale"]
    assert rows[2]["group"] == "autoscaling"
    assert "storageVersionHash" not in rows[0]


def test_what_is_not_served_has_no_document() -> None:
    """There is nothing to say of it."""
    assert api_group(SERVED, "metrics.k8s.io") is None
    assert api_resource_list(SERVED, GroupVersion("apps", "v2")) is None


def test_stable_and_new_versions_are_preferred() -> None:
    """Names that are no versions come last, in their order."""
    names = ["v1", "v11", "v2", "v1beta1", "v3alpha1", "b", "a", "v0", "v1beta2"]
    assert sorted(names, key=version_rank) == [
        "v11", "v2", "v1", "v1beta2", "v1beta1", "v3alpha1", "a", "b", "v0",
    ]  # fmt: skip
    assert group_versions(SERVED)[:2] == [
        GroupVersion("", "v1"),
        GroupVersion("apiregistration.k8s.io", "v1"),
    ]


@pytest.mark.parametrize("endpoint", ["healthz", "livez", "readyz"])
def test_a_server_that_is_well_says_ok(endpoint: str) -> None:
    """Told to say more, it names every check."""
    assert health(endpoint) == (200, "ok")
    status, text = health(endpoint, is_verbose=True, excluded=["ping", "nothing"])
    lines = text.splitlines()
    assert status == 200
    assert lines[0] == "[+]ping excluded: ok"
    assert lines[1] == "[+]log ok"
    assert lines[-2].startswith("warn: ")
    assert lines[-1] == f"{endpoint} check passed"
    assert len(lines) == len(CHECKS[endpoint]) + 2


def test_a_server_that_is_not_well_says_which_check_fails() -> None:
    """But not why; and what is excluded does not matter."""
    status, text = health("readyz", failing=["informer-sync"])
    assert status == 500
    assert "[-]informer-sync failed: reason withheld\n" in text
    assert text.endswith("readyz check failed\n")
    assert health("readyz", failing=["log"], excluded=["log"]) == (200, "ok")
    assert health("livez", failing=["informer-sync"]) == (200, "ok")


def test_each_check_can_be_asked_for() -> None:
    """There is a path for each."""
    assert check("livez", "poststarthook/rbac/bootstrap-roles") == (200, "ok")
    assert check("livez", "shutdown") is None
    assert check("other", "ping") is None
    found = check("livez", "etcd", failing=["etcd"])
    assert found is not None
    assert found[0] == 500
