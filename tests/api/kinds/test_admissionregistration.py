"""Rules of webhooks and admission policies."""

from typing import Any

import pytest

from kubeobj.api.kinds.registry import kind_of
from kubeobj.documents import JsonValue, Wire
from tests.api.kinds.rules import Found, create_errors, created, found, read, update_errors

GROUP = "admissionregistration.k8s.io"
HOOKS = f"validatingwebhookconfigurations.{GROUP}"
MUTATING_HOOKS = f"mutatingwebhookconfigurations.{GROUP}"
POLICIES = f"validatingadmissionpolicies.{GROUP}"
BINDINGS = f"validatingadmissionpolicybindings.{GROUP}"
MUTATING = f"mutatingadmissionpolicies.{GROUP}"
MUTATING_BINDINGS = f"mutatingadmissionpolicybindings.{GROUP}"

RULE: Wire = {
    "operations": ["*"],
    "apiGroups": [""],
    "apiVersions": ["v1"],
    "resources": ["pods"],
}


def hook(**fields: Any) -> Wire:  # type: ignore[explicit-any]
    """Return a webhook."""
    return {
        "name": "a.b.c",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "clientConfig": {"url": "https://a.b/c"},
        **fields,
    }


def hooks(*given: Wire) -> Wire:
    """Return a configuration."""
    return {"metadata": {"name": "h"}, "webhooks": list(given)}


def test_what_webhooks_are_by_default() -> None:
    """They fail closed, see equivalent requests, and wait for ten seconds."""
    document = hooks(hook(rules=[RULE], clientConfig={"service": {"name": "s", "namespace": "n"}}))
    given = read(MUTATING_HOOKS, document)["webhooks"][0]
    assert given["rules"][0]["scope"] == "*"
    assert given["clientConfig"]["service"]["port"] == 443
    assert {name: given[name] for name in ("failurePolicy", "matchPolicy", "timeoutSeconds")} == {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "timeoutSeconds": 10,
    }
    assert given["namespaceSelector"] == given["objectSelector"] == {}
    assert given["reinvocationPolicy"] == "Never"
    assert "reinvocationPolicy" not in read(HOOKS, document)["webhooks"][0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": "a"}, {("name", "INVALID"): 1}),
        ({"failurePolicy": "X"}, {("failurePolicy", "NOT_SUPPORTED"): 1}),
        ({"timeoutSeconds": 31}, {("timeoutSeconds", "INVALID"): 1}),
        ({"sideEffects": None}, {("sideEffects", "REQUIRED"): 1}),
        ({"sideEffects": "Some"}, {("sideEffects", "NOT_SUPPORTED"): 1}),
        ({"admissionReviewVersions": []}, {("admissionReviewVersions", "REQUIRED"): 1}),
        (
            {"admissionReviewVersions": ["v9", "v9", "V"]},
            {
                ("admissionReviewVersions", "INVALID"): 1,
                ("admissionReviewVersions[1]", "INVALID"): 1,
                ("admissionReviewVersions[2]", "INVALID"): 1,
            },
        ),
        ({"clientConfig": {}}, {("clientConfig", "REQUIRED"): 1}),
        ({"clientConfig": {"url": "http://u:p@?q#f"}}, {("clientConfig.url", "INVALID"): 4}),
        ({"clientConfig": {"url": "https:///c"}}, {("clientConfig.url", "INVALID"): 1}),
        ({"clientConfig": {"url": "https://[/c"}}, {("clientConfig.url", "REQUIRED"): 1}),
        (
            {"clientConfig": {"service": {"name": "", "namespace": "", "port": -1, "path": "x"}}},
            {
                ("clientConfig.service.name", "REQUIRED"): 1,
                ("clientConfig.service.namespace", "REQUIRED"): 1,
                ("clientConfig.service.port", "INVALID"): 1,
                ("clientConfig.service.path", "INVALID"): 1,
            },
        ),
        (
            {"clientConfig": {"service": {"name": "s", "namespace": "n", "path": "/a//B_/"}}},
            {("clientConfig.service.path", "INVALID"): 2},
        ),
        (
            {"clientConfig": {"service": {"name": "s", "namespace": "n", "path": "//"}}},
            {("clientConfig.service.path", "INVALID"): 1},
        ),
        (
            {"matchConditions": [{"name": "a", "expression": " "}, {"name": "a"}, {"name": ""}]},
            {
                ("matchConditions[0].expression", "REQUIRED"): 1,
                ("matchConditions[1].expression", "REQUIRED"): 1,
                ("matchConditions[2].expression", "REQUIRED"): 1,
                ("matchConditions[1].name", "DUPLICATE"): 1,
                ("matchConditions[2].name", "REQUIRED"): 1,
            },
        ),
    ],
)
def test_webhooks(fields: Wire, expected: Found) -> None:
    """Each field has its rule."""
    assert create_errors(HOOKS, hooks(hook(**fields))) == {
        (f"webhooks[0].{name}", kind): count for (name, kind), count in expected.items()
    }


def test_conditions_are_few() -> None:
    """At most 64 of them."""
    many = [{"name": f"a{one}", "expression": "true"} for one in range(65)]
    assert create_errors(HOOKS, hooks(hook(matchConditions=many))) == {
        ("webhooks[0].matchConditions", "TOO_MANY"): 1
    }


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            {},
            {
                (name, "REQUIRED"): 1
                for name in ("operations", "apiGroups", "apiVersions", "resources")
            },
        ),
        ({**RULE, "operations": ["*", "GET"]}, {("operations", "I"): 1, ("operations[1]", "N"): 1}),
        ({**RULE, "apiVersions": ["*", ""]}, {("apiVersions", "I"): 1, ("apiVersions[1]", "R"): 1}),
        ({**RULE, "scope": "X"}, {("scope", "N"): 1}),
        ({**RULE, "resources": ["pods/*", "pods/log"]}, {("resources[1]", "I"): 1}),
        ({**RULE, "resources": ["*/log", "pods/log"]}, {("resources[1]", "I"): 1}),
        ({**RULE, "resources": ["*/*", ""]}, {("resources", "I"): 1, ("resources[1]", "R"): 1}),
        ({**RULE, "resources": ["*", "pods"]}, {("resources", "I"): 1}),
        ({**RULE, "resources": ["*", "pods/log"]}, {}),
    ],
)
def test_rules(rule: Wire, expected: Found) -> None:
    """What stands for everything stands alone."""
    words = {"I": "INVALID", "N": "NOT_SUPPORTED", "R": "REQUIRED"}
    assert create_errors(HOOKS, hooks(hook(rules=[rule]))) == {
        (f"webhooks[0].rules[0].{name}", words.get(kind, kind)): count
        for (name, kind), count in expected.items()
    }


def test_what_was_wrong_before_may_stay() -> None:
    """Side effects, versions, names and selectors of older configurations."""
    selector = {"matchExpressions": [{"key": "a", "operator": "In", "values": ["-"]}]}
    odd = hook(sideEffects="Some", admissionReviewVersions=["v9"], namespaceSelector=selector)
    assert sum(create_errors(HOOKS, hooks(odd, odd)).values()) == 7
    assert not update_errors(HOOKS, hooks(odd, odd, odd), hooks(odd, odd))


def policy(**spec: Any) -> Wire:  # type: ignore[explicit-any]
    """Return a policy."""
    return {
        "metadata": {"name": "p"},
        "spec": {"matchConstraints": {"resourceRules": [RULE]}, **spec},
    }


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"validations": [{"expression": "true"}]}, {}),
        ({}, {("validations", "REQUIRED"): 1, ("auditAnnotations", "REQUIRED"): 1}),
        (
            {
                "validations": [
                    {"expression": "", "message": " ", "messageExpression": " ", "reason": "X"},
                    {"expression": "true", "message": "a\nb"},
                ]
            },
            {
                ("validations[0].expression", "REQUIRED"): 1,
                ("validations[0].message", "INVALID"): 1,
                ("validations[0].messageExpression", "INVALID"): 1,
                ("validations[0].reason", "NOT_SUPPORTED"): 1,
                ("validations[1].message", "INVALID"): 1,
            },
        ),
        (
            {"auditAnnotations": [{"key": "a", "valueExpression": ""}] * 2},
            {
                ("auditAnnotations[0].valueExpression", "REQUIRED"): 1,
                ("auditAnnotations[1].valueExpression", "REQUIRED"): 1,
                ("auditAnnotations[1].key", "DUPLICATE"): 1,
            },
        ),
        (
            {
                "validations": [{"expression": "true"}],
                "failurePolicy": "X",
                "matchConstraints": None,
                "variables": [{"name": "in", "expression": ""}, {"name": " ", "expression": "1"}],
            },
            {
                ("failurePolicy", "NOT_SUPPORTED"): 1,
                ("matchConstraints", "REQUIRED"): 1,
                ("variables[0].name", "INVALID"): 1,
                ("variables[0].expression", "REQUIRED"): 1,
                ("variables[1].name", "REQUIRED"): 1,
            },
        ),
        (
            {
                "validations": [{"expression": "true"}],
                "matchConstraints": {
                    "matchPolicy": "X",
                    "excludeResourceRules": [{**RULE, "resourceNames": ["a", "a", "b/c"]}],
                },
            },
            {
                ("matchConstraints.matchPolicy", "NOT_SUPPORTED"): 1,
                ("matchConstraints.resourceRules", "REQUIRED"): 1,
                ("matchConstraints.excludeResourceRules[0].resourceNames[1]", "DUPLICATE"): 1,
                ("matchConstraints.excludeResourceRules[0].resourceNames[2]", "INVALID"): 1,
            },
        ),
    ],
)
def test_policies(spec: Wire, expected: Found) -> None:
    """A policy says what it is about, and what must be so."""
    assert create_errors(POLICIES, policy(**spec)) == {
        (f"spec.{name}", kind): count for (name, kind), count in expected.items()
    }
    assert update_errors(POLICIES, policy(**spec), policy()) == create_errors(
        POLICIES, policy(**spec)
    )


def test_there_are_few_annotations() -> None:
    """At most twenty."""
    many: list[JsonValue] = [{"key": f"a{one}", "valueExpression": "1"} for one in range(21)]
    assert create_errors(POLICIES, policy(auditAnnotations=many)) == {
        ("spec.auditAnnotations", "INVALID"): 1
    }


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ({"apiVersion": "v1", "kind": "ConfigMap"}, {}),
        ({}, {("apiVersion", "REQUIRED"): 1, ("kind", "REQUIRED"): 1}),
        (
            {"apiVersion": "a/b/c", "kind": "a_"},
            {("apiVersion", "INVALID"): 1, ("kind", "INVALID"): 1},
        ),
        ({"apiVersion": "A_/V", "kind": "K"}, {("apiVersion", "INVALID"): 2}),
        ({"apiVersion": "a.b/", "kind": "K"}, {("apiVersion", "INVALID"): 1}),
    ],
)
def test_kinds_of_parameters(kind: Wire, expected: Found) -> None:
    """They have a version and a name."""
    document = policy(paramKind=kind, validations=[{"expression": "true"}])
    assert create_errors(POLICIES, document) == {
        (f"spec.paramKind.{name}", found_kind): count
        for (name, found_kind), count in expected.items()
    }


def test_what_is_said_of_a_policy() -> None:
    """Warnings say of which expression they are."""
    old = created(POLICIES, policy())
    warning = {"fieldRef": "", "warning": ""}
    obj = {**old, "status": {"typeChecking": {"expressionWarnings": [warning]}}}
    here = "status.typeChecking.expressionWarnings[0]"
    assert found(kind_of(POLICIES).parts["status"].validate(obj, old)) == {
        (f"{here}.fieldRef", "REQUIRED"): 1,
        (f"{here}.warning", "REQUIRED"): 1,
    }


def binding(**spec: Any) -> Wire:  # type: ignore[explicit-any]
    """Return a binding."""
    return {
        "metadata": {"name": "b"},
        "spec": {"policyName": "p", "validationActions": ["Deny"], **spec},
    }


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, {}),
        ({"policyName": ""}, {("policyName", "REQUIRED"): 1}),
        ({"policyName": "A_"}, {("policyName", "INVALID"): 1}),
        ({"validationActions": []}, {("validationActions", "REQUIRED"): 1}),
        (
            {"validationActions": ["Deny", "Warn", "Warn", "X"]},
            {
                ("validationActions", "INVALID"): 1,
                ("validationActions[2]", "DUPLICATE"): 1,
                ("validationActions[3]", "NOT_SUPPORTED"): 1,
            },
        ),
        (
            {"paramRef": {}},
            {("paramRef", "REQUIRED"): 1, ("paramRef.parameterNotFoundAction", "REQUIRED"): 1},
        ),
        (
            {"paramRef": {"name": "a/b", "selector": {}, "parameterNotFoundAction": "X"}},
            {
                ("paramRef.name", "INVALID"): 1,
                ("paramRef.name", "FORBIDDEN"): 1,
                ("paramRef.selector", "FORBIDDEN"): 1,
                ("paramRef.parameterNotFoundAction", "NOT_SUPPORTED"): 1,
            },
        ),
        (
            {"matchResources": {"matchPolicy": "X"}},
            {("matchResouces.matchPolicy", "NOT_SUPPORTED"): 1},
        ),
    ],
)
def test_bindings(spec: Wire, expected: Found) -> None:
    """A binding names a policy, and says what follows where it is not kept."""
    wanted = {(f"spec.{name}", kind): count for (name, kind), count in expected.items()}
    assert create_errors(BINDINGS, binding(**spec)) == wanted
    assert update_errors(BINDINGS, binding(**spec), binding()) == wanted


def test_bindings_of_policies_that_change_objects() -> None:
    """They have no actions."""
    document = {"metadata": {"name": "b"}, "spec": {"policyName": ""}}
    assert update_errors(MUTATING_BINDINGS, document, document) == {
        ("spec.policyName", "REQUIRED"): 1
    }


@pytest.mark.parametrize(
    ("mutation", "expected"),
    [
        ({"patchType": "JSONPatch", "jsonPatch": {"expression": "[]"}}, {}),
        ({"patchType": ""}, {("patchType", "REQUIRED"): 1}),
        ({"patchType": "X"}, {("patchType", "NOT_SUPPORTED"): 1}),
        ({"patchType": "JSONPatch"}, {("jsonPatch", "REQUIRED"): 1}),
        (
            {"patchType": "JSONPatch", "jsonPatch": {}, "applyConfiguration": {}},
            {("jsonPatch.expression", "REQUIRED"): 1, ("applyConfiguration", "FORBIDDEN"): 1},
        ),
    ],
)
def test_policies_that_change_objects(mutation: Wire, expected: Found) -> None:
    """A change is of one sort, and has an expression."""
    document = policy(mutations=[mutation], reinvocationPolicy="Never")
    wanted = {
        (f"spec.mutations[0].{name}", kind): count for (name, kind), count in expected.items()
    }
    assert create_errors(MUTATING, document) == wanted
    assert update_errors(MUTATING, policy(reinvocationPolicy="X"), document) == {
        ("spec.mutations", "REQUIRED"): 1,
        ("spec.reinvocationPolicy", "NOT_SUPPORTED"): 1,
    }
    assert ("spec.reinvocationPolicy", "REQUIRED") in create_errors(MUTATING, policy())


def test_tables() -> None:
    """How much there is, and which parameters."""
    parameters = {"apiVersion": "v1", "kind": "ConfigMap"}
    rows: list[tuple[str, Wire, list[JsonValue]]] = [
        (HOOKS, hooks(hook()), ["h", 1]),
        (POLICIES, policy(paramKind=parameters), ["p", 0, "v1/ConfigMap"]),
        (MUTATING, policy(), ["p", 0, "<unset>"]),
        (BINDINGS, binding(paramRef={"name": "x", "namespace": "n"}), ["b", "p", "n/x"]),
        (BINDINGS, binding(paramRef={"name": "x"}), ["b", "p", "x"]),
        (MUTATING_BINDINGS, {"metadata": {"name": "b"}, "spec": {}}, ["b", "", "<unset>"]),
    ]
    for resource, document, cells in rows:
        assert kind_of(resource).table.cells(read(resource, document), 0)[: len(cells)] == cells
