"""Roles and bindings: who is bound to which rules, and what a rule lets them do.

Source: Using RBAC Authorization (Kubernetes v1.36), and
``k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import final

from kubeobj.api.authorization.attributes import Attributes, Decision
from kubeobj.api.kind import Objects, User
from kubeobj.documents import Wire

MASTERS = "system:masters"
"""The group whose members may do everything, whatever the rules."""

ROLES = "roles.rbac.authorization.k8s.io"
CLUSTER_ROLES = "clusterroles.rbac.authorization.k8s.io"
ROLE_BINDINGS = "rolebindings.rbac.authorization.k8s.io"
CLUSTER_ROLE_BINDINGS = "clusterrolebindings.rbac.authorization.k8s.io"

_ACCOUNT = "system:serviceaccount:"


@final
@dataclass(frozen=True, slots=True)
class Grant:
    """A binding by which a user has the rules of a role.

    Args:
        rules: The rules; empty if the role is not there.
        reason: Which binding of which role to whom, in words.
        missing: What is not there, in words.
    """

    rules: tuple[Wire, ...]
    reason: str
    missing: str = ""


def authorize(attributes: Attributes, objects: Objects) -> Decision:
    """Return whether something may be done.

    Members of `MASTERS` may do everything; everybody else what the rules of a role that they are
    bound to allow.
    """
    user = attributes.user
    if MASTERS in user.groups:
        return Decision(allowed=True)
    missing = []
    for grant in grants(user, attributes.namespace, objects):
        if any(allows(rule, attributes) for rule in grant.rules):
            return Decision(allowed=True, reason=f"RBAC: allowed by {grant.reason}")
        if grant.missing:
            missing.append(grant.missing)
    return Decision(allowed=False, reason=f"RBAC: {', '.join(missing)}" if missing else "")


def rules_of(user: User, namespace: str, objects: Objects) -> list[Wire]:
    """Return every rule that a user has, in a namespace and in the whole cluster."""
    return [rule for grant in grants(user, namespace, objects) for rule in grant.rules]


def grants(user: User, namespace: str, objects: Objects) -> Iterator[Grant]:
    """Yield what a user is bound to, in the whole cluster and then in *namespace*."""
    for binding in _bindings(objects, CLUSTER_ROLE_BINDINGS).get("", ()):
        yield from _grants_of(binding, user, "ClusterRoleBinding", objects)
    if namespace:
        for binding in _bindings(objects, ROLE_BINDINGS).get(namespace, ()):
            yield from _grants_of(binding, user, "RoleBinding", objects)


def role_rules(role: Wire, namespace: str, objects: Objects) -> tuple[Wire, ...] | None:
    """Return the rules of the role that a binding refers to, or None if it is not there."""
    if role["kind"] == "ClusterRole":
        return _rules(objects, CLUSTER_ROLES).get(("", role["name"]))
    return _rules(objects, ROLES).get((namespace, role["name"]))


def _bindings(objects: Objects, resource: str) -> Mapping[str, list[Wire]]:
    """Return the bindings of each namespace."""

    def read() -> dict[str, list[Wire]]:
        found: dict[str, list[Wire]] = {}
        for one in objects.every(resource):
            found.setdefault(one["metadata"].get("namespace", ""), []).append(one)
        return found

    return objects.memo(f"rbac {resource}", resource, read)


def _rules(objects: Objects, resource: str) -> Mapping[tuple[str, str], tuple[Wire, ...]]:
    """Return the rules of each role, by its namespace and name."""

    def read() -> dict[tuple[str, str], tuple[Wire, ...]]:
        return {
            (one["metadata"].get("namespace", ""), one["metadata"]["name"]): tuple(
                one.get("rules") or ()
            )
            for one in objects.every(resource)
        }

    return objects.memo(f"rbac {resource}", resource, read)


def _grants_of(binding: Wire, user: User, kind: str, objects: Objects) -> Iterator[Grant]:
    metadata, role = binding["metadata"], binding["roleRef"]
    namespace = metadata.get("namespace", "")
    for subject in binding.get("subjects") or ():
        if not _is_subject(subject, user, namespace):
            continue
        rules = role_rules(role, namespace, objects)
        name = metadata["name"] + (f"/{namespace}" if namespace else "")
        reason = f'{kind} "{name}" of {role["kind"]} "{role["name"]}" to {_shown(subject)}'
        if rules is None:
            what = f"{role['kind'].lower()}.rbac.authorization.k8s.io"
            yield Grant((), reason, f'{what} "{role["name"]}" not found')
        else:
            yield Grant(rules, reason)
        # One subject is enough.
        return


def _is_subject(subject: Wire, user: User, namespace: str) -> bool:
    name = subject["name"]
    match subject["kind"]:
        case "User":
            return bool(name == user.name)
        case "Group":
            return name in user.groups
        case "ServiceAccount":
            where = subject.get("namespace") or namespace
            return bool(where) and user.name == f"{_ACCOUNT}{where}:{name}"
        case _:
            return False


def _shown(subject: Wire) -> str:
    name = subject["name"]
    if subject.get("namespace"):
        name = f"{name}/{subject['namespace']}"
    return f'{subject["kind"]} "{name}"'


# ---------------------------------------------------------------- rules


def allows(rule: Wire, attributes: Attributes) -> bool:
    """Return whether a rule lets somebody do something."""
    if not _has(rule["verbs"], attributes.verb):
        return False
    path = attributes.path
    if path is not None:
        return any(_matches_path(url, path) for url in rule.get("nonResourceURLs", ()))
    names = rule.get("resourceNames")
    return (
        _has(rule.get("apiGroups", ()), attributes.group)
        and _has_resource(rule.get("resources", ()), attributes.resource, attributes.subresource)
        and (not names or attributes.name in names)
    )


def _has(listed: Iterable[str], one: str) -> bool:
    return any(item in {"*", one} for item in listed)


def _has_resource(listed: Iterable[str], resource: str, part: str) -> bool:
    full = f"{resource}/{part}" if part else resource
    wanted = {"*", full, f"*/{part}"} if part else {"*", full}
    return any(item in wanted for item in listed)


def _matches_path(pattern: str, path: str) -> bool:
    if pattern.endswith("*"):
        return path.startswith(pattern.rstrip("*"))
    return pattern == path


def covers(owned: Iterable[Wire], wanted: Iterable[Wire]) -> list[Wire]:
    """Return those of the *wanted* rules, one step at a time, that *owned* do not include."""
    have = list(owned)
    return [
        step
        for rule in wanted
        for step in _steps(rule)
        if not any(_includes(one, step) for one in have)
    ]


def _steps(rule: Wire) -> Iterator[Wire]:
    """Yield what a rule allows, each as a rule that allows one verb on one thing."""
    for verb in rule["verbs"]:
        for url in rule.get("nonResourceURLs", ()):
            yield {"verbs": [verb], "nonResourceURLs": [url]}
        for group in rule.get("apiGroups", ()):
            for resource in rule.get("resources", ()):
                step: Wire = {"verbs": [verb], "apiGroups": [group], "resources": [resource]}
                names = rule.get("resourceNames")
                if not names:
                    yield step
                for name in names or ():
                    yield {**step, "resourceNames": [name]}


def _includes(rule: Wire, step: Wire) -> bool:
    """Return whether a rule allows all that *step* does."""
    if not _has(rule["verbs"], step["verbs"][0]):
        return False
    if "nonResourceURLs" in step:
        path = step["nonResourceURLs"][0]
        return any(_matches_path(url, path) for url in rule.get("nonResourceURLs", ()))
    resource, _, part = step["resources"][0].partition("/")
    names, asked = rule.get("resourceNames"), step.get("resourceNames") or ()
    return (
        _has(rule.get("apiGroups", ()), step["apiGroups"][0])
        and _has_resource(rule.get("resources", ()), resource, part)
        and (not names or any(name in names for name in asked))
    )
