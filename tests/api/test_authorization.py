"""Who may do what: rules, roles and bindings, and that nobody grants more than they have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.authorization.attributes import Attributes
from kubeobj.api.authorization.rbac import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    MASTERS,
    ROLE_BINDINGS,
    ROLES,
    allows,
    authorize,
    covers,
    rules_of,
)
from kubeobj.api.errors import Forbidden, NotFound
from kubeobj.api.kind import User
from kubeobj.api.options import WriteOptions
from kubeobj.documents import Wire

BOB = User("bob", ("system:authenticated",))
AS_BOB = WriteOptions(user=BOB)
GROUP = "rbac.authorization.k8s.io"


def _rule(verbs: str, resources: str, groups: str = "", names: str = "") -> Wire:
    """Make a rule from lists with commas; the core group is the empty one."""
    rule: Wire = {
        "verbs": verbs.split(","),
        "apiGroups": groups.split(","),
        "resources": resources.split(","),
    }
    return {**rule, "resourceNames": names.split(",")} if names else rule


def _paths(verbs: str, paths: str) -> Wire:
    return {"verbs": verbs.split(","), "nonResourceURLs": paths.split(",")}


def _subject(kind: str = "User", name: str = "bob", **fields: str) -> Wire:
    return {"kind": kind, "name": name, **fields}


def _role(name: str, *rules: Wire) -> Wire:
    return {"metadata": {"name": name}, "rules": list(rules)}


def _binding(role: str, *subjects: Wire, kind: str = "Role", name: str = "b") -> Wire:
    return {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": GROUP, "kind": kind, "name": role},
        "subjects": list(subjects or (_subject(),)),
    }


def _grant(server: ApiServer, *rules: Wire, namespace: str = "", name: str = "own") -> None:
    """Let bob have some rules."""
    roles, bindings = (
        (ROLES, ROLE_BINDINGS) if namespace else (CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS)
    )
    kind = "Role" if namespace else "ClusterRole"
    server.create(roles, _role(name, *rules), namespace=namespace)
    server.create(bindings, _binding(name, kind=kind, name=name), namespace=namespace)


def _may(server: ApiServer, user: User = BOB, **asked: str) -> bool:
    """Return whether somebody may get pods, or what else is asked."""
    if "path" not in asked:
        asked = {"resource": "pods", "namespace": "shop", **asked}
    asked = {"verb": "get", **asked}
    return authorize(Attributes(user=user, **asked), server.core).allowed


# ---------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("rule", "asked", "expected"),
    [
        pytest.param(_rule("get,list", "pods"), {}, True, id="verb"),
        pytest.param(_rule("get,list", "pods"), {"verb": "delete"}, False, id="other-verb"),
        pytest.param(_rule("*", "pods"), {"verb": "delete"}, True, id="every-verb"),
        pytest.param(_rule("get", "pods"), {"resource": "secrets"}, False, id="other-resource"),
        pytest.param(_rule("get", "pods"), {"group": "apps"}, False, id="other-group"),
        pytest.param(_rule("get", "pods", "apps"), {}, False, id="not-of-core"),
        pytest.param(_rule("get", "pods", "apps,"), {}, True, id="two-groups"),
        pytest.param(_rule("get", "*", "*"), {"group": "apps"}, True, id="every-group"),
        pytest.param(_rule("get", "pods"), {"subresource": "log"}, False, id="part-of-it"),
        pytest.param(_rule("get", "pods/log"), {"subresource": "log"}, True, id="part"),
        pytest.param(_rule("get", "pods/log"), {}, False, id="not-the-whole"),
        pytest.param(_rule("get", "*/log"), {"subresource": "log"}, True, id="part-of-all"),
        pytest.param(_rule("get", "*/log"), {"subresource": "exec"}, False, id="other-part-of-all"),
        pytest.param(_rule("get", "*/log"), {}, False, id="part-is-not-the-whole"),
        pytest.param(_rule("get", "*"), {"subresource": "log"}, True, id="all-with-parts"),
        pytest.param(_rule("get", "pods", "", "a,b"), {"name": "b"}, True, id="name"),
        pytest.param(_rule("get", "pods", "", "a,b"), {"name": "c"}, False, id="other-name"),
        pytest.param(_rule("get", "pods", "", "a,b"), {}, False, id="no-name"),
        pytest.param(_rule("get", "pods", "", "*"), {"name": "c"}, False, id="names-are-names"),
        pytest.param(_rule("*", "*", "*"), {"path": "/healthz"}, False, id="path-by-resource"),
        pytest.param(_paths("*", "*"), {}, False, id="resource-by-path"),
        pytest.param(_paths("get", "/healthz"), {"path": "/healthz"}, True, id="path"),
        pytest.param(_paths("get", "/healthz"), {"path": "/healthz/a"}, False, id="below"),
        pytest.param(_paths("get", "/a/*"), {"path": "/a/b/c"}, True, id="star"),
        pytest.param(_paths("get", "/a/*"), {"path": "/a"}, False, id="star-is-below"),
        pytest.param(_paths("get", "/a*"), {"path": "/abc"}, True, id="star-in-a-word"),
        pytest.param(_paths("get", "/*/a"), {"path": "/b/a"}, False, id="star-within"),
        pytest.param(_paths("get", "*"), {"path": "/whatever"}, True, id="every-path"),
        pytest.param(_paths("get", "*"), {"path": "/a", "verb": "post"}, False, id="path-verb"),
    ],
)
def test_a_rule_allows_what_it_names(rule: Wire, asked: dict[str, str], expected: bool) -> None:
    """Verbs, groups, resources and their parts, names, and paths."""
    if "path" not in asked:
        asked = {"resource": "pods", **asked}
    attributes = Attributes(user=BOB, **{"verb": "get", **asked})
    assert allows(rule, attributes) is expected


# ---------------------------------------------------------------- bindings


@pytest.mark.parametrize(
    ("subject", "user", "expected"),
    [
        pytest.param(_subject(), BOB, True, id="user"),
        pytest.param(_subject(name="eve"), BOB, False, id="other-user"),
        pytest.param(_subject(name="devs"), User("x", ("devs",)), False, id="no-user-but-a-group"),
        pytest.param(_subject("Group", "devs"), User("x", ("a", "devs")), True, id="group"),
        pytest.param(_subject("Group", "devs"), User("devs"), False, id="no-group-but-a-user"),
        pytest.param(
            _subject("ServiceAccount", "ci", namespace="default"),
            User("system:serviceaccount:default:ci"),
            True,
            id="account",
        ),
        pytest.param(
            _subject("ServiceAccount", "ci", namespace="default"),
            User("system:serviceaccount:shop:ci"),
            False,
            id="account-of-another-namespace",
        ),
        pytest.param(
            _subject("User", "system:serviceaccount:shop:ci"),
            User("system:serviceaccount:shop:ci"),
            True,
            id="account-as-user",
        ),
    ],
)
def test_a_binding_is_of_its_subjects(
    server: ApiServer, subject: Wire, user: User, expected: bool
) -> None:
    """Users, groups and service accounts, and none that is only called like one."""
    server.create(ROLES, _role("reader", _rule("get", "pods")), namespace="shop")
    server.create(
        ROLE_BINDINGS, _binding("reader", _subject(name="else"), subject), namespace="shop"
    )
    assert _may(server, user) is expected


def test_an_account_without_a_namespace_is_of_that_of_the_binding(server: ApiServer) -> None:
    """Such a binding is refused today, but may be stored from of old; none is of the cluster."""
    server.create(ROLES, _role("reader", _rule("get", "pods")), namespace="shop")
    given = _subject("ServiceAccount", "ci", namespace="default")
    server.create(ROLE_BINDINGS, _binding("reader", given), namespace="shop")
    stored = server.core.find(ROLE_BINDINGS, "shop", "b")
    assert stored is not None
    del stored["subjects"][0]["namespace"]
    server.core.amend(ROLE_BINDINGS, stored)
    assert _may(server, User("system:serviceaccount:shop:ci"))
    assert not _may(server, User("system:serviceaccount:default:ci"))
    assert not _may(server, User("system:serviceaccount::ci"))


def test_a_role_counts_only_in_its_namespace(server: ApiServer) -> None:
    """As does a role of the cluster that is bound in one."""
    _grant(server, _rule("get", "pods"), namespace="shop")
    server.create(CLUSTER_ROLES, _role("wide", _rule("get", "nodes,secrets"), _paths("get", "/a")))
    binding = _binding("wide", kind="ClusterRole", name="wide")
    server.create(ROLE_BINDINGS, binding, namespace="shop")
    for resource in ("pods", "secrets"):
        allowed = [
            _may(server, resource=resource, namespace=one) for one in ("shop", "default", "")
        ]
        assert allowed == [True, False, False]
    assert not _may(server, resource="nodes", namespace="")
    assert not _may(server, path="/a")
    server.create(CLUSTER_ROLE_BINDINGS, binding)
    assert _may(server, resource="nodes", namespace="")
    assert _may(server, resource="secrets", namespace="default")
    assert _may(server, path="/a")


def test_the_reason_names_the_binding_the_role_and_the_subject(server: ApiServer) -> None:
    """Of what is allowed; and of what is not, which roles are missing."""
    _grant(server, _rule("get", "pods"), namespace="shop")
    asked = Attributes(user=BOB, verb="get", resource="pods", namespace="shop")
    decision = authorize(asked, server.core)
    expected = 'RBAC: allowed by RoleBinding "own/shop" of Role "own" to User "bob"'
    assert (decision.allowed, decision.reason) == (True, expected)
    server.delete(ROLES, "own", namespace="shop")
    decision = authorize(asked, server.core)
    assert not decision.allowed
    assert decision.reason == f'RBAC: role.{GROUP} "own" not found'
    nobody = Attributes(user=User("eve"), verb="get", resource="pods", namespace="shop")
    assert authorize(nobody, server.core).reason == ""


def test_masters_may_do_everything(server: ApiServer) -> None:
    """Whatever the rules; and no name of a user makes one of them."""
    master = User("x", (MASTERS,))
    server.delete(CLUSTER_ROLE_BINDINGS, "cluster-admin")
    for asked in ({}, {"verb": "escalate", "group": "nope"}, {"path": "/", "verb": "post"}):
        assert _may(server, master, **asked)
        assert not _may(server, User(MASTERS), **asked)


def test_every_change_counts_at_once(server: ApiServer) -> None:
    """Nothing that is kept of roles and bindings outlives them."""
    assert not _may(server)
    _grant(server, _rule("get", "pods"), namespace="shop")
    assert _may(server)
    server.update(ROLES, "own", _role("own", _rule("list", "pods")), namespace="shop")
    assert not _may(server)
    assert _may(server, verb="list")
    twin = server.fork()
    server.delete(ROLE_BINDINGS, "own", namespace="shop")
    assert not _may(server, verb="list")
    assert _may(twin, verb="list")
    assert _rule("list", "pods") not in rules_of(BOB, "shop", server.core)
    server.create(ROLE_BINDINGS, _binding("own", _subject("User", "eve")), namespace="shop")
    assert not _may(server, verb="list")
    assert _may(server, User("eve"), verb="list")


# ---------------------------------------------------------------- covering


@pytest.mark.parametrize(
    ("owned", "wanted", "missing"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([], [_rule("get", "pods")], [_rule("get", "pods")], id="something"),
        pytest.param([_rule("get", "pods")], [_rule("get", "pods", "", "a")], [], id="one-of-all"),
        pytest.param(
            [_rule("get", "pods", "", "a")],
            [_rule("get", "pods")],
            [_rule("get", "pods")],
            id="all-of-one",
        ),
        pytest.param(
            [_rule("get", "pods", "", "a")],
            [_rule("get", "pods", "", "a,b")],
            [_rule("get", "pods", "", "b")],
            id="one-of-two",
        ),
        pytest.param(
            [_rule("get", "pods"), _rule("list", "pods"), _rule("get,list", "nodes")],
            [_rule("get,list", "pods,nodes")],
            [],
            id="put-together",
        ),
        pytest.param(
            [_rule("get", "*")], [_rule("*", "pods")], [_rule("*", "pods")], id="every-verb"
        ),
        pytest.param([_rule("get", "*/log")], [_rule("get", "pods/log,*/log")], [], id="parts"),
        pytest.param(
            [_rule("get", "pods/log")],
            [_rule("get", "*/log")],
            [_rule("get", "*/log")],
            id="part-of-all",
        ),
        pytest.param([_paths("get", "/a/*")], [_paths("get", "/a/b,/a/b/*")], [], id="paths"),
        pytest.param(
            [_paths("get", "/a/*")], [_paths("get", "/a*")], [_paths("get", "/a*")], id="more-paths"
        ),
        pytest.param(
            [_rule("*", "*", "*")], [_paths("get", "/a")], [_paths("get", "/a")], id="no-paths"
        ),
    ],
)
def test_what_is_not_covered(owned: list[Wire], wanted: list[Wire], missing: list[Wire]) -> None:
    """One verb on one thing at a time."""
    assert covers(owned, wanted) == missing


_VERBS = ("get", "list")
_GROUPS = ("", "apps")
_RESOURCES = ("pods", "nodes")
_PARTS = ("", "log", "scale")
_NAMES = ("", "a", "b")
_PATHS = ("/", "/a", "/a/b", "/ab", "/b")


def _some(*values: str, least: int = 1) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=2, unique=True)


_OF_RESOURCES = st.fixed_dictionaries(
    {
        "verbs": _some(*_VERBS, "*"),
        "apiGroups": _some(*_GROUPS, "*"),
        "resources": _some("pods", "nodes", "pods/log", "pods/scale", "*/log", "*/scale", "*"),
        "resourceNames": _some("a", "b", least=0),
    }
)
_OF_PATHS = st.fixed_dictionaries(
    {
        "verbs": _some(*_VERBS, "*"),
        "nonResourceURLs": _some("/", "/a", "/a/b", "/a/*", "/a*", "/*", "*"),
    }
)
_RULES = st.lists(_OF_RESOURCES | _OF_PATHS, max_size=3)
_ATTRIBUTES = [
    *(
        Attributes(user=BOB, verb=verb, group=group, resource=resource, subresource=part, name=name)
        for verb in _VERBS
        for group in _GROUPS
        for resource in _RESOURCES
        for part in _PARTS
        for name in _NAMES
    ),
    *(Attributes(user=BOB, verb=verb, path=path) for verb in _VERBS for path in _PATHS),
]


@given(owned=_RULES, wanted=_RULES)
def test_who_covers_rules_may_do_all_that_they_allow(owned: list[Wire], wanted: list[Wire]) -> None:
    """So nobody gains by granting: what is not missing is allowed already."""
    missing = covers(owned, wanted)
    for attributes in _ATTRIBUTES:
        if any(allows(rule, attributes) for rule in wanted):
            assert any(allows(rule, attributes) for rule in [*owned, *missing])
    assert covers([*owned, *missing], wanted) == []
    assert covers(wanted, wanted) == []


# ---------------------------------------------------------------- escalation


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        pytest.param(_rule("get,delete", "pods"), "delete pods", id="verb"),
        pytest.param(_rule("get", "deployments", "apps"), "get deployments.apps", id="resource"),
        pytest.param(_rule("get", "secrets", "", "a"), 'get secrets "a"', id="name"),
    ],
)
def test_nobody_writes_a_role_with_more_than_they_have(
    server: ApiServer, rule: Wire, shown: str
) -> None:
    """The rule is named, and nothing is stored; what they have they may pass on."""
    _grant(server, _rule("get", "pods"), namespace="shop")
    with pytest.raises(Forbidden, match=f'user "bob" would grant .*: {shown}$'):
        server.create(ROLES, _role("new", rule), namespace="shop", options=AS_BOB)
    with pytest.raises(NotFound):
        server.get(ROLES, "new", namespace="shop")
    small = _role("new", _rule("get", "pods", "", "a"))
    server.create(ROLES, small, namespace="shop", options=AS_BOB)
    with pytest.raises(Forbidden, match=shown):
        server.update(ROLES, "new", _role("new", rule), namespace="shop", options=AS_BOB)
    found = server.core.find(ROLES, "shop", "new")
    assert found is not None
    assert found["rules"] == small["rules"]
    with pytest.raises(Forbidden):
        server.create(ROLES, small, namespace="default", options=AS_BOB)
    with pytest.raises(Forbidden, match="get pods"):
        server.create(CLUSTER_ROLES, small, options=AS_BOB)


def test_nobody_aggregates_more_than_they_have(server: ApiServer) -> None:
    """As it may come to hold any rule, that takes all of them."""
    chosen: Wire = {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}
    role: Wire = {"metadata": {"name": "sum"}, "aggregationRule": chosen}
    with pytest.raises(Forbidden, match=r"\* \*\.\*, \* \*$"):
        server.create(CLUSTER_ROLES, role, options=AS_BOB)
    _grant(server, _rule("*", "*", "*"), _paths("*", "*"))
    server.create(CLUSTER_ROLES, role, options=AS_BOB)


@pytest.mark.parametrize(
    ("verb", "resource", "names", "expected"),
    [
        pytest.param("escalate", "roles", "", True, id="escalate"),
        pytest.param("*", "roles", "", True, id="every-verb"),
        pytest.param("escalate", "roles", "other", False, id="another-role"),
        pytest.param("escalate", "clusterroles", "", False, id="another-resource"),
        pytest.param("bind", "roles", "", False, id="only-bind"),
    ],
)
def test_who_may_escalate_may(
    server: ApiServer, verb: str, resource: str, names: str, expected: bool
) -> None:
    """Roles of the kind in question."""
    _grant(server, _rule(verb, resource, GROUP, names), namespace="shop")
    role = _role("new", _rule("delete", "nodes"))
    if expected:
        server.create(ROLES, role, namespace="shop", options=AS_BOB)
        return
    with pytest.raises(Forbidden):
        server.create(ROLES, role, namespace="shop", options=AS_BOB)


@pytest.mark.parametrize(
    ("owned", "expected"),
    [
        pytest.param(_rule("get", "pods"), False, id="less"),
        pytest.param(_rule("delete", "*"), True, id="as-much"),
        pytest.param(_rule("bind", "roles", GROUP), True, id="bind"),
        pytest.param(_rule("bind", "roles", GROUP, "strong"), True, id="bind-this"),
        pytest.param(_rule("bind", "roles", GROUP, "other"), False, id="bind-another"),
        pytest.param(_rule("bind", "clusterroles", GROUP), False, id="bind-of-the-cluster"),
        pytest.param(_rule("escalate", "roles", GROUP), False, id="only-escalate"),
    ],
)
def test_nobody_binds_to_more_than_they_have(
    server: ApiServer, owned: Wire, expected: bool
) -> None:
    """Unless they may bind the role."""
    _grant(server, owned, namespace="shop")
    server.create(ROLES, _role("strong", _rule("delete", "pods")), namespace="shop")
    if expected:
        server.create(ROLE_BINDINGS, _binding("strong"), namespace="shop", options=AS_BOB)
        return
    with pytest.raises(Forbidden, match="delete pods"):
        server.create(ROLE_BINDINGS, _binding("strong"), namespace="shop", options=AS_BOB)
    with pytest.raises(NotFound):
        server.get(ROLE_BINDINGS, "b", namespace="shop")


def test_nobody_binds_to_what_is_not_there(server: ApiServer) -> None:
    """It is not found; but who may bind it, and who may do everything, may."""
    _grant(server, _rule("*", "*", ""), namespace="shop")
    with pytest.raises(NotFound, match=r'^role\.rbac\.authorization\.k8s\.io "none" not found'):
        server.create(ROLE_BINDINGS, _binding("none"), namespace="shop", options=AS_BOB)
    wide = _binding("none", kind="ClusterRole")
    with pytest.raises(
        NotFound, match=r'^clusterrole\.rbac\.authorization\.k8s\.io "none" not found'
    ):
        server.create(CLUSTER_ROLE_BINDINGS, wide, options=AS_BOB)
    server.create(ROLE_BINDINGS, _binding("none"), namespace="shop")
    server.update(ROLES, "own", _role("own", _rule("bind", "roles", GROUP)), namespace="shop")
    server.create(ROLE_BINDINGS, _binding("none", name="c"), namespace="shop", options=AS_BOB)


def test_what_garbage_collection_needs_may_be_updated(server: ApiServer) -> None:
    """Finalizers of a role and of a binding to it; but nothing else, labels neither."""
    server.create(ROLES, _role("strong", _rule("delete", "pods")), namespace="shop")
    server.create(ROLE_BINDINGS, _binding("strong", _subject(name="eve")), namespace="shop")
    for resource, name in ((ROLES, "strong"), (ROLE_BINDINGS, "b")):
        found = server.core.find(resource, "shop", name)
        assert found is not None
        found["metadata"]["finalizers"] = ["example.com/wait"]
        server.update(resource, name, found, namespace="shop", options=AS_BOB)
        found = server.core.find(resource, "shop", name)
        assert found is not None
        assert found["metadata"]["finalizers"] == ["example.com/wait"]
        found["metadata"]["labels"] = {"a": "b"}
        with pytest.raises(Forbidden, match="delete pods"):
            server.update(resource, name, found, namespace="shop", options=AS_BOB)


def test_who_takes_the_aggregation_from_a_role_needs_all_rules(server: ApiServer) -> None:
    """As somebody may have relied on what it gathers; none that gathers nothing takes them."""
    chosen: Wire = {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}
    server.create(CLUSTER_ROLES, {"metadata": {"name": "sum"}, "aggregationRule": chosen})
    with pytest.raises(Forbidden, match=r"\* \*\.\*, \* \*$"):
        server.update(CLUSTER_ROLES, "sum", {"metadata": {"name": "sum"}}, options=AS_BOB)
