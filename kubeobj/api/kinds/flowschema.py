"""FlowSchema: at which level of priority the API serves which requests.

Source: ``k8s.io/kubernetes/pkg/apis/flowcontrol/validation`` and ``bootstrap`` (v1.36).
"""

from collections.abc import Iterable

from kubeobj.api.fielderrors import duplicate, forbidden, invalid, not_supported, required
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.metadata import new_errors
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import validate_dns1123_label, validate_dns1123_subdomain

GROUP = "flowcontrol.apiserver.k8s.io"
"""The API group of what decides who waits for the API."""

USUAL_PRECEDENCE = 1000
"""The precedence of a schema that has none."""

LAST_PRECEDENCE = 10000
"""The last precedence, which is the greatest number."""

METHODS = ("ByNamespace", "ByUser")
SUBJECTS = {"Group": "group", "ServiceAccount": "serviceAccount", "User": "user"}
VERBS = (
    *("create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update"),
    "watch",
)

_SPEC = FieldPath.of("spec")


def _fixed(level: str, precedence: int, groups: Iterable[str]) -> Wire:
    rule = {
        "subjects": [{"kind": "Group", "group": {"name": name}} for name in groups],
        "resourceRules": [
            {
                "verbs": ["*"],
                "apiGroups": ["*"],
                "resources": ["*"],
                "clusterScope": True,
                "namespaces": ["*"],
            }
        ],
        "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
    }
    return {
        "priorityLevelConfiguration": {"name": level},
        "matchingPrecedence": precedence,
        "rules": [rule],
    }


FIXED = {
    "exempt": _fixed("exempt", 1, ["system:masters"]),
    "catch-all": {
        **_fixed("catch-all", LAST_PRECEDENCE, ["system:unauthenticated", "system:authenticated"]),
        "distinguisherMethod": {"type": "ByUser"},
    },
}
"""The schemas that the API itself needs, which are always the same."""


def default(obj: Wire) -> None:
    """Give a schema the usual precedence where it has none."""
    spec = obj["spec"]
    spec["matchingPrecedence"] = spec["matchingPrecedence"] or USUAL_PRECEDENCE


def prepare_create(obj: Wire, _context: Context) -> None:
    """Begin with a status that says nothing."""
    obj["status"] = {}


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a schema."""
    spec, name = obj["spec"], obj["metadata"].get("name", "")
    yield from _precedence(spec["matchingPrecedence"], name)
    method = spec.get("distinguisherMethod")
    if method is not None and method["type"] not in METHODS:
        here = _SPEC.child("distinguisherMethod", "type")
        yield not_supported(here, method["type"], METHODS)
    level, here = (
        spec["priorityLevelConfiguration"]["name"],
        _SPEC.child("priorityLevelConfiguration", "name"),
    )
    if level:
        yield from validate_dns1123_subdomain(level, here)
    else:
        yield required(here, "required")
    for position, rule in enumerate(spec.get("rules", ())):
        yield from _rule(rule, _SPEC.child("rules").index(position))
    if name in FIXED and spec != FIXED[name]:
        yield invalid(_SPEC, None, f"spec of '{name}' must equal the fixed value", "fixed")


def _precedence(precedence: int, name: str) -> Errors:
    here = _SPEC.child("matchingPrecedence")
    if precedence <= 0:
        yield invalid(here, precedence, "must be a positive value", "minimum")
    if precedence > LAST_PRECEDENCE:
        yield invalid(here, precedence, f"must not be greater than {LAST_PRECEDENCE}", "maximum")
    if precedence == 1 and name != "exempt":
        detail = "only the schema named 'exempt' may have matchingPrecedence 1"
        yield invalid(here, precedence, detail, "name=exempt")


def _rule(rule: Wire, path: FieldPath) -> Errors:
    if not rule["subjects"]:
        yield required(path.child("subjects"), "required")
    for position, subject in enumerate(rule["subjects"] or ()):
        yield from _subject(subject, path.child("subjects").index(position))
    resources, others = rule.get("resourceRules", ()), rule.get("nonResourceRules", ())
    if not resources and not others:
        yield required(path, "required-one-of")
    for position, one in enumerate(resources):
        yield from _resource_rule(one, path.child("resourceRules").index(position))
    for position, one in enumerate(others):
        here = path.child("nonResourceRules").index(position)
        yield from _verbs(one["verbs"] or [], here.child("verbs"))
        urls = one["nonResourceURLs"] or []
        yield from _several(urls, here.child("nonResourceURLs"), "non-resource URLs")
        if "*" not in urls:
            for number, url in enumerate(urls):
                yield from _url(url, here.child("nonResourceURLs").index(number))


def _subject(subject: Wire, path: FieldPath) -> Errors:
    kind = subject["kind"]
    if kind not in SUBJECTS:
        yield not_supported(path.child("kind"), kind, SUBJECTS)
        return
    for other, name in SUBJECTS.items():
        here = path.child(name)
        if other != kind:
            if name in subject:
                detail = f"{name} is forbidden when subject kind is not '{other}'"
                yield forbidden(here, detail, "union")
        elif name not in subject:
            yield required(here, "union")
        elif kind == "ServiceAccount":
            yield from _account(subject[name], here)
        elif not subject[name]["name"]:
            yield required(here.child("name"), "required")


def _account(account: Wire, path: FieldPath) -> Errors:
    name, namespace = account["name"], account["namespace"]
    if not name:
        yield required(path.child("name"), "required")
    elif name != "*":
        yield from validate_dns1123_subdomain(name, path.child("name"))
    if namespace:
        yield from validate_dns1123_label(namespace, path.child("namespace"))
    else:
        yield required(path.child("namespace"), "required")


def _several(items: list[str], path: FieldPath, what: str) -> Errors:
    if not items:
        yield required(path, "required")
    elif len(items) > 1 and "*" in items:
        yield invalid(path, items, f"if '*' is present, must not specify other {what}", "wildcard")


def _verbs(verbs: list[str], path: FieldPath) -> Errors:
    yield from _several(verbs, path, "verbs")
    if "*" not in verbs and not set(verbs) <= set(VERBS):
        yield not_supported(path, verbs, VERBS)


def _resource_rule(rule: Wire, path: FieldPath) -> Errors:
    yield from _verbs(rule["verbs"] or [], path.child("verbs"))
    yield from _several(rule["apiGroups"] or [], path.child("apiGroups"), "api groups")
    yield from _several(rule["resources"] or [], path.child("resources"), "resources")
    namespaces, here = rule["namespaces"] or [], path.child("namespaces")
    if namespaces or not rule.get("clusterScope"):
        yield from _several(namespaces, here, "namespaces")
    if "*" not in namespaces:
        for position, namespace in enumerate(namespaces):
            yield from validate_dns1123_label(namespace, here.index(position))


def _url(url: str, path: FieldPath) -> Errors:
    detail = ""
    if not url:
        detail = "must not be empty"
    elif not url.startswith("/"):
        detail = "must start with slash"
    elif " " in url:
        detail = "must not contain white-space"
    elif "//" in url:
        detail = "must not contain double slash"
    elif "*" in url and (url.count("*") > 1 or not url.endswith("/*")):
        detail = "wildcard can only do suffix matching"
    if detail:
        yield invalid(path, url, detail, "format=path")


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a schema that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)


def validate_flow_status(obj: Wire, _old: Wire) -> Errors:
    """Find conditions without a type, or with the same."""
    seen: set[str] = set()
    for position, condition in enumerate(obj["status"].get("conditions", ())):
        here = FieldPath.of("status", "conditions", position, "type")
        kind = condition.get("type", "")
        if kind in seen:
            yield duplicate(here, kind)
        seen.add(kind)
        if not kind:
            yield required(here, "required")


def _cells(obj: Wire, now: float) -> Cells:
    spec = obj["spec"]
    conditions = obj.get("status", {}).get("conditions", ())
    missing = next((one.get("status") for one in conditions if one.get("type") == "Dangling"), "?")
    method = spec.get("distinguisherMethod")
    return [
        obj["metadata"].get("name", ""),
        spec["priorityLevelConfiguration"]["name"],
        spec["matchingPrecedence"],
        "<none>" if method is None else method["type"],
        age_of(obj, now),
        missing,
    ]


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "FlowSchema"),
    plural="flowschemas",
    namespaced=False,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    counts_generations=True,
    table=Table(
        (
            NAME,
            Column("PriorityLevel"),
            Column("MatchingPrecedence", "number"),
            Column("DistinguisherMethod"),
            AGE,
            Column("MissingPL"),
        ),
        _cells,
    ),
    parts={"status": Part(prepare=STATUS.prepare, validate=validate_flow_status)},
    updates_blindly=False,
)
"""What the API knows of FlowSchemas."""
