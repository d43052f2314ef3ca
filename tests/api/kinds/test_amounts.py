"""Rules of limits and quotas that no recording shows."""

import pytest

from kubeobj.api.kinds.registry import kind_of
from kubeobj.documents import JsonValue, Wire
from tests.api.kinds.rules import Found, create_errors, created, found, read, update_errors


def limits(**limit: JsonValue) -> Wire:
    """Return a LimitRange with one limit."""
    return {"metadata": {"name": "l"}, "spec": {"limits": [limit]}}


def at(expected: dict[tuple[str, str], int], path: str) -> Found:
    """Return errors with *path* before theirs."""
    return {(f"{path}.{name}", kind): count for (name, kind), count in expected.items()}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            limits(type="Pod", default={"cpu": "1"}, defaultRequest={"cpu": "1"}),
            {("default", "FORBIDDEN"): 1, ("defaultRequest", "FORBIDDEN"): 1},
        ),
        (limits(type="Pod", min={"foo": "1"}), {("min[foo]", "INVALID"): 2}),
        (limits(type="x.y/z", min={"pods": "1"}), {}),
        (limits(type="PersistentVolumeClaim", min={"pods": "1"}), {("limits", "REQUIRED"): 1}),
        (limits(type="Pod", min={"cpu": "2"}, max={"cpu": "1"}), {("min[cpu]", "INVALID"): 1}),
        (
            limits(
                type="Pod", min={"cpu": "1"}, max={"cpu": "2"}, maxLimitRequestRatio={"cpu": "3"}
            ),
            {("maxLimitRequestRatio[cpu]", "INVALID"): 1},
        ),
        (
            limits(
                type="Pod", min={"cpu": "1"}, max={"cpu": "2"}, maxLimitRequestRatio={"cpu": "2"}
            ),
            {},
        ),
        (
            limits(
                type="Pod", min={"cpu": "0"}, max={"cpu": "2"}, maxLimitRequestRatio={"cpu": "9"}
            ),
            {},
        ),
        (
            limits(type="Container", default={"a.b/c": "2"}, defaultRequest={"a.b/c": "1"}),
            {("defaultRequest[a.b/c]", "INVALID"): 1},
        ),
        (
            limits(type="Container", default={"cpu": "1"}, defaultRequest={"cpu": "2"}),
            {("defaultRequest[cpu]", "INVALID"): 1},
        ),
        (
            limits(type="Container", default={"cpu": "1"}, min={"cpu": "2"}),
            {("defaultRequest[cpu]", "INVALID"): 1, ("default[cpu]", "INVALID"): 1},
        ),
    ],
)
def test_limits(document: Wire, expected: Found) -> None:
    """None of them is at odds with another."""
    assert create_errors("limitranges", document) == at(expected, "spec.limits[0]")


def test_a_limit_range_without_a_name_gets_one() -> None:
    """It is a uid."""
    document = limits(type="Pod")
    del document["metadata"]["name"]
    assert len(created("limitranges", document)["metadata"]["name"]) == 36


def test_limits_that_are_there_twice() -> None:
    """There is one for each type."""
    document = {"metadata": {}, "spec": {"limits": [{"type": "Pod"}, {"type": "Pod"}]}}
    assert create_errors("limitranges", document) == {("spec.limits[1].type", "DUPLICATE"): 1}


def quota(hard: Wire, *scopes: str, **spec: JsonValue) -> Wire:
    """Return a quota."""
    given: Wire = {"scopes": list(scopes)} if scopes else {}
    return {"metadata": {"name": "q"}, "spec": {"hard": hard, **given, **spec}}


def selected(**expression: JsonValue) -> Wire:
    """Return a quota of pods that are selected by an expression."""
    return quota({"pods": "1"}, scopeSelector={"matchExpressions": [expression]})


EXPRESSION = "spec.scopeSelector.matchExpressions"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (quota({"foo": "1"}), {("spec.hard[foo]", "INVALID"): 2}),
        (quota({"storage": "1"}), {("spec.hard[storage]", "INVALID"): 1}),
        (quota({"requests.hugepages-2Mi": "1Gi", "requests.a.b/c": "1"}), {}),
        (quota({"a.b/c": "1500m"}), {("spec.hard[a.b/c]", "INVALID"): 1}),
        (quota({"pods": "1"}, "X"), {("spec.scopes", "INVALID"): 1}),
        (quota({"pods": "1"}, "VolumeAttributesClass"), {("spec.scopes", "INVALID"): 1}),
        (quota({"persistentvolumeclaims": "1"}, "VolumeAttributesClass"), {}),
        (quota({"count/jobs.batch": "1"}, "BestEffort"), {}),
        (
            selected(scopeName="X", operator="X"),
            {
                (f"{EXPRESSION}.scopeName", "INVALID"): 1,
                (f"{EXPRESSION}.operator", "INVALID"): 1,
            },
        ),
        (
            selected(scopeName="PriorityClass", operator="Exists", values=["a"]),
            {(f"{EXPRESSION}.values", "INVALID"): 1},
        ),
        (
            quota(
                {},
                scopeSelector={
                    "matchExpressions": [
                        {"scopeName": "Terminating", "operator": "Exists"},
                        {"scopeName": "NotTerminating", "operator": "Exists"},
                    ]
                },
            ),
            {(EXPRESSION, "INVALID"): 1},
        ),
    ],
)
def test_quotas(document: Wire, expected: Found) -> None:
    """Scopes suit what is limited, and each other."""
    assert create_errors("resourcequotas", document) == expected


def test_scopes_never_change() -> None:
    """But for their order."""
    both = quota({}, "Terminating", "BestEffort"), quota({}, "BestEffort", "Terminating")
    assert not update_errors("resourcequotas", *both)
    less = quota({}, "BestEffort")
    assert update_errors("resourcequotas", less, both[0]) == {("spec.scopes", "INVALID"): 1}


def test_what_is_used() -> None:
    """It is told beside what there may be, limits apart from requests."""
    kind = kind_of("resourcequotas")
    status = {"hard": {"pods": "2", "limits.cpu": "1", "requests.cpu": "1"}, "used": {"pods": "1"}}
    obj = read("resourcequotas", {**quota({}), "status": status})
    assert kind.table.cells(obj, 0)[1:3] == ["pods: 1/2, requests.cpu: 0/1", "limits.cpu: 0/1"]
    obj["status"]["used"] = {"foo": "-1"}
    assert found(kind.parts["status"].validate(obj, obj)) == {("status.used[foo]", "INVALID"): 3}
