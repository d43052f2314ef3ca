"""Rules of roles and bindings that no recording shows."""

import pytest

from kubeobj.api.kinds.registry import kind_of
from kubeobj.documents import Wire
from tests.api.kinds.rules import Found, create_errors, read, update_errors

GROUP = "rbac.authorization.k8s.io"


@pytest.mark.parametrize(
    ("rule", "of_role", "of_cluster_role"),
    [
        ({"verbs": ["get"]}, ("apiGroups", "resources"), ("apiGroups", "resources")),
        ({"verbs": ["get"], "nonResourceURLs": ["/"]}, ("nonResourceURLs",), ()),
        (
            {"verbs": ["get"], "nonResourceURLs": ["/"], "resourceNames": ["a"]},
            ("nonResourceURLs", "nonResourceURLs"),
            ("nonResourceURLs",),
        ),
        ({"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}, (), ()),
    ],
)
def test_rules(rule: Wire, of_role: tuple[str, ...], of_cluster_role: tuple[str, ...]) -> None:
    """A rule is about resources or URLs, and in a namespace there are no URLs."""
    document = {"metadata": {"name": "r"}, "rules": [rule]}
    for resource, expected in (("roles", of_role), ("clusterroles", of_cluster_role)):
        errors = create_errors(f"{resource}.{GROUP}", document)
        assert sum(errors.values()) == len(expected)
        assert {path for path, _ in errors} == {f"rules[0].{name}" for name in expected}


def test_roles_made_of_others() -> None:
    """What is no selector is told of where it is wrong, and as a whole."""
    selectors = [{"matchLabels": {"a": "b"}}, {"matchLabels": {"a b": "c"}}]
    document = {"metadata": {}, "aggregationRule": {"clusterRoleSelectors": selectors}}
    here = "aggregationRule.clusterRoleSelectors[1]"
    assert create_errors(f"clusterroles.{GROUP}", document) == {
        (f"{here}.matchLabels", "INVALID"): 1,
        (here, "INVALID"): 1,
    }


def binding(**role: str) -> Wire:
    """Return a binding to a role."""
    return {"metadata": {"name": "b"}, "roleRef": {"kind": "ClusterRole", "name": "r", **role}}


@pytest.mark.parametrize("resource", ["rolebindings", "clusterrolebindings"])
def test_a_binding_stays_with_its_role(resource: str) -> None:
    """It may bind others to it."""
    full = f"{resource}.{GROUP}"
    more = {**binding(), "subjects": [{"kind": "User", "name": "u"}]}
    assert not update_errors(full, more, binding())
    assert update_errors(full, binding(name="x"), binding()) == {("roleRef", "INVALID"): 1}


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ({"kind": "User", "name": "u", "apiGroup": "x"}, {("apiGroup", "NOT_SUPPORTED"): 1}),
        ({"kind": "ServiceAccount", "name": ""}, {("name", "REQUIRED"): 1}),
        ({"kind": "X", "name": "", "apiGroup": "x"}, None),
    ],
)
def test_subjects(subject: Wire, expected: Found | None) -> None:
    """Users and groups have an API group, and accounts have none."""
    if expected is None:
        expected = {("name", "REQUIRED"): 1, ("kind", "NOT_SUPPORTED"): 1}
    document = {**binding(name="a/b"), "subjects": [subject]}
    assert create_errors(f"rolebindings.{GROUP}", document) == {
        ("roleRef.name", "INVALID"): 1,
        **{(f"subjects[0].{name}", kind): count for (name, kind), count in expected.items()},
    }


def test_the_table_shows_subjects_by_kind() -> None:
    """Accounts with their namespaces."""
    full = f"rolebindings.{GROUP}"
    subjects = [
        {"kind": "ServiceAccount", "name": "a", "namespace": "n"},
        {"kind": "Group", "name": "g"},
        {"kind": "User", "name": "u"},
        {"kind": "User", "name": "v"},
    ]
    cells = kind_of(full).table.cells(read(full, {**binding(), "subjects": subjects}), 0)
    assert [cells[1], *cells[3:]] == ["ClusterRole/r", "u, v", "g", "n/a"]
