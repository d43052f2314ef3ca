"""Who may be taken for whom: each name, group, uid and extra is asked about by itself."""

import json
from typing import TypeAlias

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.authorization.rbac import CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES
from kubeobj.api.kind import User
from kubeobj.api.rest.api import RestApi
from kubeobj.api.rest.authentication import TokenAuthenticator
from kubeobj.api.rest.message import HttpRequest, HttpResponse
from kubeobj.documents import Wire

Headers: TypeAlias = tuple[tuple[str, str], ...]

ME = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
AUTHENTICATION = "authentication.k8s.io"
BOB = User("bob", ("system:authenticated",))
ROOT = User("root", ("system:masters", "system:authenticated"))
AMY = ("Impersonate-User", "amy")
ROBOT = ("Impersonate-User", "system:serviceaccount:shop:robot")
NOBODY = ("Impersonate-User", "system:anonymous")


def _rule(resource: str, *names: str, group: str = "") -> Wire:
    rule: Wire = {"verbs": ["impersonate"], "apiGroups": [group], "resources": [resource]}
    return {**rule, "resourceNames": list(names)} if names else rule


def _grant(server: ApiServer, *rules: Wire) -> None:
    """Let bob be taken for others."""
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "actor"}
    server.create(CLUSTER_ROLES, {"metadata": {"name": "actor"}, "rules": list(rules)})
    binding: Wire = {
        "metadata": {"name": "actor"},
        "roleRef": ref,
        "subjects": [{"kind": "User", "name": "bob"}],
    }
    server.create(CLUSTER_ROLE_BINDINGS, binding)


def _ask(server: ApiServer, headers: Headers, asker: str = "bob") -> HttpResponse:
    """Ask who one is."""
    api = RestApi(server, authenticate=TokenAuthenticator({"bob": BOB, "root": ROOT}))
    content = ("Content-Type", "application/json")
    authorization = ("Authorization", f"Bearer {asker}")
    return api.handle(HttpRequest("POST", ME, (content, authorization, *headers), b"{}"))


def _as_root(server: ApiServer, *headers: tuple[str, str]) -> Wire:
    """Return whom one who may do everything is taken for."""
    response = _ask(server, headers, "root")
    assert response.status == 201
    info: Wire = json.loads(response.body)["status"]["userInfo"]
    return info


# ---------------------------------------------------------------- what has to be allowed


@pytest.mark.parametrize(
    ("rules", "headers", "refused"),
    [
        pytest.param([], (AMY,), "users/amy", id="nothing-allowed"),
        pytest.param([_rule("users")], (AMY,), "", id="user"),
        pytest.param([_rule("users", "amy")], (AMY,), "", id="user-by-name"),
        pytest.param([_rule("users", "eve")], (AMY,), "users/amy", id="other-user"),
        pytest.param(
            [_rule("users")],
            (AMY, ("Impersonate-Group", "system:masters")),
            "groups/system:masters",
            id="user-is-no-group",
        ),
        pytest.param(
            [_rule("users"), _rule("groups", "dev")],
            (AMY, ("Impersonate-Group", "dev")),
            "",
            id="group",
        ),
        pytest.param(
            [_rule("users"), _rule("groups", "dev")],
            (AMY, ("Impersonate-Group", "dev"), ("Impersonate-Group", "system:masters")),
            "groups/system:masters",
            id="each-group",
        ),
        pytest.param(
            [_rule("users"), _rule("groups", "dev")],
            (AMY, ("Impersonate-Group", "system:masters"), ("Impersonate-Group", "dev")),
            "groups/system:masters",
            id="the-first-group-too",
        ),
        pytest.param(
            [_rule("users"), _rule("groups", "dev", "system:masters")],
            (AMY, ("Impersonate-Group", "dev,system:masters")),
            "groups/dev,system:masters",
            id="a-comma-belongs-to-the-name",
        ),
        pytest.param(
            [_rule("users"), _rule("groups", "dev")],
            (AMY, ("Impersonate-Group", "")),
            "groups",
            id="the-empty-group",
        ),
        pytest.param(
            [_rule("users")], (AMY, ("Impersonate-Uid", "7")), "uids/7", id="user-is-no-uid"
        ),
        pytest.param(
            [_rule("users"), _rule("uids", "7", group=AUTHENTICATION)],
            (AMY, ("Impersonate-Uid", "7")),
            "",
            id="uid",
        ),
        pytest.param(
            [_rule("users"), _rule("uids")],
            (AMY, ("Impersonate-Uid", "7")),
            "uids/7",
            id="uid-of-the-core-group",
        ),
        pytest.param(
            [_rule("users")],
            (AMY, ("Impersonate-Extra-Scopes", "view")),
            "userextras/view",
            id="user-is-no-extra",
        ),
        pytest.param(
            [_rule("users"), _rule("userextras/scopes", "view", group=AUTHENTICATION)],
            (AMY, ("Impersonate-Extra-Scopes", "view")),
            "",
            id="extra",
        ),
        pytest.param(
            [_rule("users"), _rule("userextras/scopes", "view", group=AUTHENTICATION)],
            (AMY, ("Impersonate-Extra-Scopes", "view"), ("Impersonate-Extra-Scopes", "all")),
            "userextras/all",
            id="each-extra",
        ),
        pytest.param(
            [_rule("users"), _rule("userextras/scopes", group=AUTHENTICATION)],
            (AMY, ("Impersonate-Extra-Teams", "view")),
            "userextras/view",
            id="other-extra",
        ),
        pytest.param(
            [_rule("users"), _rule("userextras/acme.com/team", group=AUTHENTICATION)],
            (AMY, ("Impersonate-Extra-Acme.com%2FTeam", "a")),
            "",
            id="extra-with-a-slash",
        ),
        pytest.param([_rule("users")], (ROBOT,), "serviceaccounts/robot", id="account-is-no-user"),
        pytest.param([_rule("serviceaccounts", "robot")], (ROBOT,), "", id="account"),
        pytest.param(
            [_rule("serviceaccounts")],
            (ROBOT, ("Impersonate-Group", "system:serviceaccounts")),
            "groups/system:serviceaccounts",
            id="groups-of-an-account-that-are-given",
        ),
        pytest.param(
            [_rule("serviceaccounts")],
            (("Impersonate-User", "system:serviceaccount:shop:a:b"),),
            "users/system:serviceaccount:shop:a:b",
            id="no-account",
        ),
        pytest.param(
            [_rule("serviceaccounts")],
            (("Impersonate-User", "system:serviceaccount:Shop:robot"),),
            "users/system:serviceaccount:Shop:robot",
            id="no-namespace",
        ),
        # Whom nobody knows may not ask who they are.
        pytest.param([_rule("users")], (NOBODY,), "selfsubjectreviews", id="anonymous-is-a-user"),
    ],
)
def test_each_thing_is_asked_about(
    server: ApiServer, rules: list[Wire], headers: Headers, refused: str
) -> None:
    """By its own resource and name; what is not allowed is told, and nothing is done."""
    _grant(server, *rules)
    response = _ask(server, headers)
    answer = json.loads(response.body)
    if not refused:
        assert response.status == 201
        return
    assert (response.status, answer["reason"]) == (403, "Forbidden")
    details = answer["details"]
    assert "/".join(details[field] for field in ("kind", "name") if field in details) == refused


def test_an_account_is_asked_about_in_its_namespace(server: ApiServer) -> None:
    """Who may be taken for those of one namespace is not taken for those of others."""
    rule = _rule("serviceaccounts")
    server.create("roles", {"metadata": {"name": "actor"}, "rules": [rule]}, namespace="shop")
    binding: Wire = {
        "metadata": {"name": "actor"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "actor"},
        "subjects": [{"kind": "User", "name": "bob"}],
    }
    server.create("rolebindings", binding, namespace="shop")
    assert _ask(server, (ROBOT,)).status == 201
    other = ("Impersonate-User", "system:serviceaccount:default:robot")
    assert _ask(server, (other,)).status == 403


def test_what_is_not_allowed_is_said_in_full(server: ApiServer) -> None:
    """With the part of the resource, and the API group."""
    _grant(server, _rule("users"))
    response = _ask(server, (AMY, ("Impersonate-Extra-Scopes", "view")))
    assert json.loads(response.body)["message"] == (
        'userextras.authentication.k8s.io "view" is forbidden: User "bob" cannot impersonate'
        ' resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope'
    )


@pytest.mark.parametrize(
    "header",
    [
        ("Impersonate-Group", "dev"),
        ("Impersonate-Group", ""),
        ("Impersonate-Uid", "7"),
        ("Impersonate-Extra-Scopes", "view"),
    ],
)
@pytest.mark.parametrize("asker", ["bob", "root"])
def test_nobody_else_has_no_groups(server: ApiServer, header: tuple[str, str], asker: str) -> None:
    """A group, a uid or an extra without a user is a mistake, whoever asks."""
    response = _ask(server, (header,), asker)
    assert (response.status, json.loads(response.body)["reason"]) == (400, "BadRequest")


# ---------------------------------------------------------------- who one is then


@pytest.mark.parametrize(
    ("headers", "groups"),
    [
        pytest.param((AMY,), ["system:authenticated"], id="known"),
        pytest.param(
            (AMY, ("Impersonate-Group", "dev"), ("impersonate-group", "ops")),
            ["dev", "ops", "system:authenticated"],
            id="groups",
        ),
        pytest.param(
            (AMY, ("Impersonate-Group", "system:authenticated"), ("Impersonate-Group", "dev")),
            ["system:authenticated", "dev"],
            id="known-already",
        ),
        pytest.param(
            (
                AMY,
                ("Impersonate-Group", "system:unauthenticated"),
                ("Impersonate-Group", "system:masters"),
            ),
            ["system:unauthenticated", "system:masters"],
            id="unknown-by-its-group",
        ),
        pytest.param(
            (ROBOT,),
            ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"],
            id="account",
        ),
        pytest.param(
            (ROBOT, ("Impersonate-Group", "dev")), ["dev", "system:authenticated"], id="its-groups"
        ),
        pytest.param(
            (NOBODY, ("Impersonate-Group", "system:masters")),
            ["system:masters", "system:unauthenticated"],
            id="anonymous",
        ),
        pytest.param(
            (
                NOBODY,
                ("Impersonate-Group", "system:unauthenticated"),
                ("Impersonate-Group", "system:masters"),
            ),
            ["system:unauthenticated", "system:masters"],
            id="anonymous-already",
        ),
    ],
)
def test_groups_are_filled_in(server: ApiServer, headers: Headers, groups: list[str]) -> None:
    """Those of accounts where none are given, and whether somebody is known."""
    assert _as_root(server, *headers)["groups"] == groups


def test_the_rest_is_as_given(server: ApiServer) -> None:
    """The uid, and every value of every extra, whose name is small and decoded."""
    info = _as_root(
        server,
        AMY,
        ("Impersonate-Uid", "7"),
        ("Impersonate-Extra-Scopes", "view"),
        ("Impersonate-Extra-Scopes", "edit"),
        ("Impersonate-Extra-acme.com%2FTeam", "a"),
        ("Impersonate-Extra-100%", "b"),
        ("Impersonate-Extra-%C3%zz", "c"),
    )
    assert (info["username"], info["uid"]) == ("amy", "7")
    assert info["extra"] == {
        "scopes": ["view", "edit"],
        "acme.com/team": ["a"],
        "100%": ["b"],
        "%c3%zz": ["c"],
    }
