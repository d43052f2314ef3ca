"""Kinds that are not Kubernetes' own, beside those that are, on every way to the server."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.customkinds import VERBS
from kubeobj.api.errors import ApiError, BadRequest, Invalid, UnsupportedMediaType
from kubeobj.api.fielderrors import invalid
from kubeobj.api.kind import STATUS, Kind, Scale, Version
from kubeobj.api.patching import PatchType
from kubeobj.api.rest.api import RestApi
from kubeobj.api.rest.message import HttpRequest
from kubeobj.api.verdict import Judge
from kubeobj.clock import VirtualClock
from kubeobj.documents import JsonValue, Wire
from kubeobj.entropy import SeededIdSource
from kubeobj.errors import FieldError, FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.resource import Resource
from kubeobj.models.scheme import Scheme

DAYS = FieldPath.of("spec", "days")
PATH = "/apis/storage.example.com/v1/namespaces/default/backups"


def _default(obj: Wire) -> None:
    obj.setdefault("spec", {}).setdefault("days", 7)


def _validate(obj: Wire) -> Iterator[FieldError]:
    days = obj["spec"]["days"]
    if not isinstance(days, int) or days < 1:
        yield invalid(DAYS, days, "must be greater than 0", "minimum")


def _old_form(obj: Wire) -> Wire:
    return {**obj, "spec": {"weeks": obj["spec"]["days"] // 7}}


def _new_form(obj: Wire) -> Wire:
    return {**obj, "spec": {"days": obj["spec"]["weeks"] * 7}}


BACKUP = Kind(
    kind=GroupVersionKind("storage.example.com", "v1", "Backup"),
    plural="backups",
    namespaced=True,
    default=_default,
    validate=_validate,
    validate_update=lambda obj, _old: _validate(obj),
    counts_generations=True,
    parts={"status": STATUS},
    scale=Scale(selector=lambda _obj: "app=backup", replicas=("spec", "days")),
    versions=(
        Version(
            kind=GroupVersionKind("storage.example.com", "v1beta1", "Backup"),
            to_stored=_new_form,
            from_stored=_old_form,
        ),
    ),
)


@pytest.fixture
def server() -> ApiServer:
    """Return a server that serves backups, too."""
    return ApiServer(clock=VirtualClock(), ids=SeededIdSource(1), kinds=[BACKUP])


def backup(name: str = "nightly", **fields: JsonValue) -> Wire:
    """Return a backup."""
    return {"metadata": {"name": name}, **fields}


def ask(server: ApiServer, path: str, accept: str = "application/json") -> Any:
    """Return the JSON that a GET is answered with."""
    response = RestApi(server).handle(HttpRequest("GET", path, {"Accept": accept}, b""))
    assert response.status == 200, response.body
    return json.loads(response.body)


def test_it_has_all_that_kinds_have(server: ApiServer) -> None:
    """Defaults, rules, generations, a status apart, and fields of any form."""
    made = json.loads(
        server.create("backups", backup(extra=[{"a": None}, 1.5]), namespace="default").data
    )
    assert (made["apiVersion"], made["kind"]) == ("storage.example.com/v1", "Backup")
    assert (made["spec"], made["extra"]) == ({"days": 7}, [{"a": None}, 1.5])
    assert made["metadata"]["generation"] == 1
    change: Wire = {"spec": {"days": 3}, "status": {"phase": "Done"}}
    args = ("backups", "nightly", change, PatchType.MERGE)
    server.patch(*args, namespace="default")
    server.patch(*args, namespace="default", part="status")
    found = server.core.find("backups.storage.example.com", "default", "nightly")
    assert found is not None
    assert (found["spec"], found["status"]) == ({"days": 3}, {"phase": "Done"})
    assert found["metadata"]["generation"] == 2
    with pytest.raises(Invalid) as caught:
        server.create("backups", backup("other", spec={"days": 0}), namespace="default")
    assert [(str(error.path), error.origin) for error in caught.value.errors] == [
        ("spec.days", "minimum")
    ]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param(backup("A b"), Invalid, id="a bad name"),
        pytest.param({"metadata": {"name": "a", "labels": {"b": 1}}}, BadRequest, id="labels"),
        pytest.param({"metadata": []}, BadRequest, id="no metadata"),
        pytest.param({"kind": "Restore", **backup()}, BadRequest, id="another kind"),
    ],
)
def test_metadata_is_that_of_every_kind(
    server: ApiServer, body: Wire, error: type[ApiError]
) -> None:
    """Nobody need write its rules again."""
    with pytest.raises(error):
        server.create("backups", body, namespace="default")


def test_lists_of_it_merge_in_no_known_way(server: ApiServer) -> None:
    """A strategic merge patch is refused, as for custom resources."""
    server.create("backups", backup(), namespace="default")
    with pytest.raises(UnsupportedMediaType):
        server.patch("backups", "nightly", {"spec": {}}, namespace="default")


def test_it_is_discovered_listed_and_printed(server: ApiServer) -> None:
    """Clients that know nothing of it learn all there is to know."""
    server.create("backups", backup(), namespace="default")
    (plain, scale, status) = ask(server, "/apis/storage.example.com/v1")["resources"]
    assert (plain["name"], plain["verbs"]) == ("backups", list(VERBS))
    assert {scale["name"], status["name"]} == {"backups/scale", "backups/status"}
    groups = [group["name"] for group in ask(server, "/apis")["groups"]]
    assert "storage.example.com" in groups
    assert "apis/storage.example.com/v1" in ask(server, "/openapi/v3")["paths"]
    (item,) = ask(server, PATH)["items"]
    assert (item["apiVersion"], item["kind"]) == ("storage.example.com/v1", "Backup")
    table = ask(server, PATH, "application/json;as=Table;v=v1;g=meta.k8s.io")
    assert [row["cells"][0] for row in table["rows"]] == ["nightly"]
    assert ask(server, f"{PATH}/nightly/scale")["spec"] == {"replicas": 7}


def test_it_is_one_kind_in_each_of_its_versions(server: ApiServer) -> None:
    """What is written in one version is read in the other."""
    beta = server.core.endpoint("backups.v1beta1.storage.example.com")
    server.create(beta, backup(spec={"weeks": 2}), namespace="default")
    assert ask(server, f"{PATH}/nightly")["spec"] == {"days": 14}
    old = ask(server, f"{PATH.replace('v1', 'v1beta1')}/nightly")
    assert (old["apiVersion"], old["spec"]) == ("storage.example.com/v1beta1", {"weeks": 2})


def test_verdicts_know_it_where_they_are_told_of_it() -> None:
    """Its rules are asked without a server, of a creation and of a change."""
    document = {"apiVersion": "storage.example.com/v1", "kind": "Backup", **backup()}
    assert not Judge().judge(document).is_known
    judge = Judge(kinds=[BACKUP])
    assert judge.judge(document).stored == {
        **document,
        "metadata": {"name": "nightly", "namespace": "default"},
        "spec": {"days": 7},
    }
    errors = judge.judge({**document, "spec": {"days": 0}}).errors
    assert [str(error.path) for error in errors] == ["spec.days"]
    errors = judge.judge({**document, "spec": {"days": 0}}, against=document).errors
    assert [str(error.path) for error in errors] == ["spec.days"]


def test_a_fork_serves_it_too(server: ApiServer) -> None:
    """A fork has the kinds of its server."""
    server.fork().create("backups", backup(), namespace="default")
    assert not server.list("backups").records


def test_a_scheme_may_say_more_of_it() -> None:
    """Short names and verbs come from the scheme, where that has the resource."""
    resource = Resource(
        BACKUP.kind, "backups", "backup", verbs=("get", "list", "create"), short_names=("bu",)
    )
    scheme = Scheme.builtin().with_resources([resource])
    server = ApiServer(scheme=scheme, kinds=[BACKUP])
    server.create("bu", backup(), namespace="default")
    (row,) = ask(server, "/apis/storage.example.com/v1")["resources"]
    assert (row["shortNames"], row["verbs"]) == (["bu"], ["get", "list", "create"])
    (item,) = ask(server, f"{PATH.replace('v1', 'v1beta1')}")["items"]
    assert item["spec"] == {"weeks": 1}
