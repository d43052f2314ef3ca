"""OpenAPI: the requests and types of a server, compared with what a real one publishes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import orjson
import pytest
from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV30SpecValidator

from kubeobj.api.openapi import v2, v3
from kubeobj.api.openapi.facts import DEFAULTS, UNIONS
from kubeobj.api.openapi.schemas import Definitions
from kubeobj.api.openapi.served import Served
from kubeobj.api.openapi.serving import openapi_document
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.atomictypes import ATOMIC_TYPES
from kubeobj.models.fieldtable import TYPES
from kubeobj.models.resource import Resource, Subresource
from kubeobj.models.scheme import Scheme

GOLDEN = Path(__file__).parents[1] / "golden" / "discovery"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch"}
WIDGET = GroupVersionKind("example.com", "v1", "Widget")
WIDGETS = Resource(
    WIDGET,
    "widgets",
    "widget",
    verbs=("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"),
    subresources=(Subresource("status", WIDGET, ("get", "patch", "update")),),
)
SCHEMA = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "properties": {
                "size": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}]},
                "note": {"type": "string", "nullable": True},
                "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                "tags": {"type": "array", "items": {"type": "string", "nullable": True}},
                "map": {"type": "object", "additionalProperties": {"not": {}, "type": "string"}},
            },
        },
    },
}
RESOURCES = tuple(one for one in Scheme.builtin().resources if one.kind.group != "metrics.k8s.io")
SERVED = Served(RESOURCES)
CUSTOM = Served(
    (*(one for one in RESOURCES if one.kind.group in {"apps", "policy"}), WIDGETS),
    {WIDGET: SCHEMA},
)


def recorded(file: str) -> Any:
    """Return a recorded document."""
    return json.loads((GOLDEN / file).read_text())


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield each operation of a document with its path and method."""
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item[method]


def written(document: Any) -> Any:
    """Return a document as it is read from its bytes."""
    return json.loads(orjson.dumps(document))


def test_the_index_names_the_documents_of_a_real_server() -> None:
    """In its order; each with a hash that changes only with what is served."""
    index = v3.index(SERVED)
    assert list(index["paths"]) == recorded("openapi_v3_paths.json")
    url = index["paths"]["apis/apps/v1"]["serverRelativeURL"]
    assert re.fullmatch(r"/openapi/v3/apis/apps/v1\?hash=[0-9A-F]{128}", url)
    assert url.endswith(v3.hash_of(SERVED, "apis/apps/v1") or "-")
    assert v3.hash_of(SERVED, "apis/nothing/v1") is None


def test_hashes_change_with_custom_schemas() -> None:
    """Only those of the documents that have them."""
    before, after = Served(CUSTOM.resources), CUSTOM
    assert v3.hash_of(before, "apis/example.com/v1") != v3.hash_of(after, "apis/example.com/v1")
    assert v3.hash_of(before, "apis/apps/v1") == v3.hash_of(after, "apis/apps/v1")


@pytest.mark.parametrize("path", recorded("openapi_v3_paths.json"))
def test_the_paths_and_methods_are_those_of_a_real_server(path: str) -> None:
    """Every document has exactly the requests that are answered."""
    found: dict[str, set[str]] = {}
    for where, method, _ in operations(v3.document(SERVED, path)):
        found.setdefault(where, set()).add(method)
    wanted = recorded("openapi_v3_operations.json")[path]
    assert {where: sorted(methods) for where, methods in found.items()} == wanted


def test_what_is_not_served_has_no_document() -> None:
    """There is nothing to say of it."""
    assert v3.document(SERVED, "apis/metrics.k8s.io/v1beta1") is None


PUBLISHED = (
    Path(kubernetes_validate.__file__).parent
    / "kubernetes-json-schema"
    / "v1.36.0-local"
    / "_definitions.json"
)


def plain(schema: Any) -> Any:
    """Return a schema without what only one side has: nulls, enums, descriptions, defaults."""
    if isinstance(schema, list):
        return [plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "allOf" in schema:
        schema = schema["allOf"][0] | {key: schema[key] for key in schema if key != "allOf"}
    kept = schema.keys() - {"description", "enum", "default"}
    return {key: plain_value(key, schema[key]) for key in kept}


def plain_value(key: str, value: Any) -> Any:
    """Return the value of a keyword of a schema, as `plain` has it."""
    match key, value:
        case "properties", _:
            return {name: plain(part) for name, part in value.items()}
        case "type", [name, *_]:
            return name
        case "$ref", _:
            return value.rpartition("/")[2]
        case "required", _:
            return sorted(value)
        case "x-kubernetes-patch-strategy", _:
            return sorted(value.split(","))
        case _:
            return plain(value)


def definitions(*, is_v3: bool) -> dict[str, Any]:
    """Return the definitions of all types."""
    versions = tuple(map(str, Scheme.builtin().group_versions))
    found: dict[str, Any] = Definitions(is_v3, versions).all_of(TYPES)
    return found


def test_types_are_those_that_kubernetes_publishes() -> None:
    """Fields, formats, what is required, how lists and maps merge, and which kinds they are."""
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))["$defs"]
    found = definitions(is_v3=True)
    # These are listed for every version there ever was, or are written otherwise.
    ours = {"DeleteOptions", "WatchEvent", "IntOrString"}
    compared = {name for name in found if name in published and name.split(".")[-1] not in ours}
    assert len(compared) > 570
    for name in compared:
        assert plain(found[name]) == plain(published[name]), name


def test_the_older_dialect_says_the_same_without_defaults() -> None:
    """And without choices of types."""
    older, newer = definitions(is_v3=False), definitions(is_v3=True)
    fields = [field for one in older.values() for field in one.get("properties", {}).values()]
    assert len(fields) > 2000
    for field in fields:
        assert "default" not in field.keys() | field.get("items", {}).keys()
        assert "allOf" not in field
    choices = {name for name in newer if "oneOf" in newer[name]}
    assert {name.split(".")[-1] for name in choices} == {"Quantity", "IntOrString"}
    for name in newer.keys() - choices:
        assert plain(older[name]) == plain(newer[name])
    assert older["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] == {
        "type": "string", "format": "int-or-string",
    }  # fmt: skip


def test_fields_that_are_always_written_have_defaults() -> None:
    """Structs, what lists hold, and numbers and texts; pointers, times and quantities do not."""
    found = definitions(is_v3=True)
    pod = found["io.k8s.api.core.v1.PodSpec"]["properties"]
    assert pod["containers"]["items"]["default"] == {}
    assert pod["affinity"] == {"$ref": "#/components/schemas/io.k8s.api.core.v1.Affinity"}
    container = found["io.k8s.api.core.v1.Container"]["properties"]
    assert container["name"] == {"type": "string", "default": ""}
    assert container["image"] == {"type": "string"}
    assert container["args"]["items"] == {"type": "string", "default": ""}
    port = found["io.k8s.api.core.v1.ContainerPort"]["properties"]
    assert port["protocol"]["default"] == "TCP"
    assert port["containerPort"]["default"] == 0
    meta = found["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]["properties"]
    assert meta["creationTimestamp"].keys() == {"$ref"}


def test_facts_by_hand_are_of_types_that_there_are() -> None:
    """A type that has gone would go unseen."""
    assert all(name in TYPES for name in (*ATOMIC_TYPES, *UNIONS))
    for place in DEFAULTS:
        type_name, _, field = place.rpartition(".")
        assert field in TYPES[type_name], place


@pytest.mark.parametrize("path", ["apis/apps/v1", "apis/example.com/v1", "apis", "version", "api"])
def test_documents_of_openapi_3_are_valid(path: str) -> None:
    """By the specification; but a default of a struct need not have what is required in it."""
    document = v3.document(CUSTOM if "example" in path else SERVED, path)
    assert list(OpenAPIV30SpecValidator(without_structs(written(document))).iter_errors()) == []


def without_structs(part: Any) -> Any:
    """Return a document without the defaults of structs."""
    if isinstance(part, list):
        return [without_structs(one) for one in part]
    if isinstance(part, dict):
        return {
            key: without_structs(value)
            for key, value in part.items()
            if (key, value) != ("default", {})
        }
    return part


def test_the_document_of_openapi_2_is_valid() -> None:
    """By the specification."""
    assert list(OpenAPIV2SpecValidator(written(v2.document(CUSTOM))).iter_errors()) == []


def references(part: Any) -> Iterator[str]:
    """Yield every reference in a document."""
    if isinstance(part, list):
        for one in part:
            yield from references(one)
    elif isinstance(part, dict):
        reference = part.get("$ref")
        if isinstance(reference, str):
            yield reference
        for one in part.values():
            yield from references(one)


def test_the_whole_document_holds_together() -> None:
    """Every reference leads somewhere, every name is used once, and every path is told."""
    document = written(v2.document(SERVED))
    for reference in set(references(document)):
        home, name = reference.removeprefix("#/").split("/")
        assert name in document[home], reference
    found = list(operations(document))
    names = [operation["operationId"] for _, _, operation in found]
    assert len(names) == len(set(names)) > 800
    wanted = recorded("openapi_v3_operations.json").values()
    assert {path for path, _, _ in found} == {path for paths in wanted for path in paths}


NAMES = {
    "listCoreV1PodForAllNamespaces": ("/api/v1/pods", "get"),
    "listCoreV1NamespacedPod": ("/api/v1/namespaces/{namespace}/pods", "get"),
    "deleteCoreV1CollectionNamespacedPod": ("/api/v1/namespaces/{namespace}/pods", "delete"),
    "readCoreV1NamespacedPodLog": ("/api/v1/namespaces/{namespace}/pods/{name}/log", "get"),
    "createCoreV1NamespacedPodEviction": (
        "/api/v1/namespaces/{namespace}/pods/{name}/eviction",
        "post",
    ),
    "connectCoreV1PutNodeProxyWithPath": ("/api/v1/nodes/{name}/proxy/{path}", "put"),
    "replaceCoreV1NamespaceFinalize": ("/api/v1/namespaces/{name}/finalize", "put"),
    "patchAppsV1NamespacedDeploymentScale": (
        "/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale",
        "patch",
    ),
    "watchRbacAuthorizationV1RoleListForAllNamespaces": (
        "/apis/rbac.authorization.k8s.io/v1/watch/roles",
        "get",
    ),
    "watchFlowcontrolApiserverV1FlowSchema": (
        "/apis/flowcontrol.apiserver.k8s.io/v1/watch/flowschemas/{name}",
        "get",
    ),
    "getCoreV1APIResources": ("/api/v1/", "get"),
    "getAppsAPIGroup": ("/apis/apps/", "get"),
}


def test_operations_have_the_names_that_clients_are_made_by() -> None:
    """Generated clients call their functions by these."""
    found = {
        operation["operationId"]: (path, method)
        for path, method, operation in operations(v2.document(SERVED))
    }
    assert {name: found.get(name) for name in NAMES} == NAMES


def test_a_patch_says_that_fields_can_be_validated() -> None:
    """That is how kubectl finds out whether the server does it."""
    for document in (v2.document(SERVED), v3.document(SERVED, "apis/apps/v1")):
        assert document is not None
        path = "/apis/apps/v1/namespaces/{namespace}/deployments/{name}"
        patch = document["paths"][path]["patch"]
        names = {one.get("name") or one["$ref"].rpartition("/")[2] for one in patch["parameters"]}
        assert {"fieldValidation", "fieldManager", "force", "dryRun"} <= names
        assert patch["x-kubernetes-action"] == "patch"
        assert patch["x-kubernetes-group-version-kind"] == {
            "group": "apps", "kind": "Deployment", "version": "v1",
        }  # fmt: skip
        shared = document["paths"][path]["parameters"]
        assert [one.get("name", "pretty") for one in shared] == ["name", "namespace", "pretty"]


def test_custom_kinds_are_what_their_schemas_say() -> None:
    """With what every object has; in the older dialect without what that cannot say."""
    newer = v3.document(CUSTOM, "apis/example.com/v1")
    assert newer is not None
    found = newer["components"]["schemas"]
    widget = found["com.example.v1.Widget"]
    assert list(widget["properties"]) == ["apiVersion", "kind", "metadata", "spec"]
    assert widget["properties"]["spec"] == SCHEMA["properties"]["spec"]  # type: ignore[index]
    assert widget["x-kubernetes-group-version-kind"][0]["kind"] == "Widget"
    assert "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" in found
    assert found["com.example.v1.WidgetList"]["required"] == ["items"]
    older = v2.document(CUSTOM)
    spec = older["definitions"]["com.example.v1.Widget"]["properties"]["spec"]["properties"]
    assert spec == {
        "size": {"x-kubernetes-int-or-string": True},
        "note": {},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "tags": {"type": "array", "items": {}},
        "map": {"type": "object", "additionalProperties": {"type": "string"}},
    }
    patch = older["paths"]["/apis/example.com/v1/namespaces/{namespace}/widgets/{name}"]["patch"]
    assert "application/strategic-merge-patch+json" not in patch["consumes"]


def test_a_custom_kind_without_a_schema_is_any_object() -> None:
    """Nothing else is known of it."""
    document = v3.document(Served((WIDGETS,)), "apis/example.com/v1")
    assert document is not None
    widget = document["components"]["schemas"]["com.example.v1.Widget"]
    assert widget["x-kubernetes-preserve-unknown-fields"] is True


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("v2", "swagger"),
        ("v3", "paths"),
        ("v3/apis/apps/v1", "openapi"),
        ("v3/.well-known/openid-configuration", "openapi"),
        ("v3/apis/nothing", None),
        ("v4", None),
        ("", None),
    ],
)
def test_each_path_has_its_document(path: str, wanted: str | None) -> None:
    """And no other path has one."""
    found = openapi_document(RESOURCES, path.split("/"))
    assert found is None if wanted is None else found is not None and wanted in found
