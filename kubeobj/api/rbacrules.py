"""Rules of roles, and whom and what bindings name.

Source: ``k8s.io/kubernetes/pkg/apis/rbac/validation`` and ``pkg/apis/rbac/v1`` (v1.36).
"""

from collections.abc import Iterable, Iterator

from kubeobj.api.fielderrors import invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_dns1123_subdomain, validate_path_segment_name

GROUP = "rbac.authorization.k8s.io"
"""The API group of roles, bindings, users and groups."""

SUBJECT_KINDS = ("Group", "ServiceAccount", "User")


def validate_policy_rules(rules: Iterable[Wire] | None, *, namespaced: bool) -> Errors:
    """Find what is wrong with the rules of a role."""
    for position, rule in enumerate(rules or ()):
        yield from _rule(rule, FieldPath.of("rules", position), namespaced=namespaced)


def _rule(rule: Wire, path: FieldPath, *, namespaced: bool) -> Errors:
    if not rule["verbs"]:
        yield required(path.child("verbs"), "required")
    urls = rule.get("nonResourceURLs")
    if urls:
        here = path.child("nonResourceURLs")
        if namespaced:
            detail = "namespaced rules cannot apply to non-resource URLs"
            yield invalid(here, urls, detail, "scope=cluster")
        if any(rule.get(name) for name in ("apiGroups", "resources", "resourceNames")):
            detail = "rules cannot apply to both regular resources and non-resource URLs"
            yield invalid(here, urls, detail, "union")
        return
    for name in ("apiGroups", "resources"):
        if not rule.get(name):
            yield required(path.child(name), "required")


# ---------------------------------------------------------------- bindings


def default_binding(obj: Wire) -> None:
    """Fill in the API groups that a binding leaves open."""
    role = obj["roleRef"]
    if not role["apiGroup"]:
        role["apiGroup"] = GROUP
    for subject in obj.get("subjects", ()):
        if subject["kind"] in {"User", "Group"}:
            subject.setdefault("apiGroup", GROUP)


def validate_binding(obj: Wire, role_kinds: tuple[str, ...], *, namespaced: bool) -> Errors:
    """Find what is wrong with a binding.

    Args:
        obj: The binding.
        role_kinds: The kinds of what it may bind to.
        namespaced: Whether it is in a namespace.
    """
    role, here = obj["roleRef"], FieldPath.of("roleRef")
    if role["apiGroup"] != GROUP:
        yield not_supported(here.child("apiGroup"), role["apiGroup"], (GROUP,))
    if role["kind"] not in role_kinds:
        yield not_supported(here.child("kind"), role["kind"], role_kinds)
    if role["name"]:
        yield from validate_path_segment_name(role["name"], here.child("name"))
    else:
        yield required(here.child("name"), "required")
    for position, subject in enumerate(obj.get("subjects", ())):
        path = FieldPath.of("subjects", position)
        yield from _subject(subject, path, namespaced=namespaced)


def _subject(subject: Wire, path: FieldPath, *, namespaced: bool) -> Errors:
    name, group = subject["name"], subject.get("apiGroup", "")
    if not name:
        yield required(path.child("name"), "required")
    if subject["kind"] == "ServiceAccount":
        if name:
            yield from validate_dns1123_subdomain(name, path.child("name"))
        if group:
            yield not_supported(path.child("apiGroup"), group, ("",))
        if not namespaced and not subject.get("namespace"):
            yield required(path.child("namespace"), "required")
    elif subject["kind"] not in SUBJECT_KINDS:
        yield not_supported(path.child("kind"), subject["kind"], SUBJECT_KINDS)
    elif group != GROUP:
        yield not_supported(path.child("apiGroup"), group, (GROUP,))


def validate_same_role(obj: Wire, old: Wire) -> Errors:
    """Find a binding that binds to another role than before."""
    if obj["roleRef"] != old["roleRef"]:
        detail = "cannot change roleRef"
        yield invalid(FieldPath.of("roleRef"), obj["roleRef"], detail, "immutable")


# ---------------------------------------------------------------- tables


def _binding_cells(obj: Wire, now: float) -> Cells:
    role, subjects = obj["roleRef"], obj.get("subjects", ())
    return [
        obj["metadata"].get("name", ""),
        f"{role['kind']}/{role['name']}",
        age_of(obj, now),
        ", ".join(_names(subjects, "User")),
        ", ".join(_names(subjects, "Group")),
        ", ".join(_names(subjects, "ServiceAccount")),
    ]


def _names(subjects: Iterable[Wire], kind: str) -> Iterator[str]:
    for subject in subjects:
        if subject["kind"] == kind:
            name = subject["name"]
            is_account = kind == "ServiceAccount"
            yield f"{subject.get('namespace', '')}/{name}" if is_account else name


BINDING_TABLE = Table(
    (
        NAME,
        Column("Role"),
        AGE,
        Column("Users", priority=1),
        Column("Groups", priority=1),
        Column("ServiceAccounts", priority=1),
    ),
    _binding_cells,
)
"""The table of bindings."""
