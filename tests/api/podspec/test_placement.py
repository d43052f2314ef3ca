"""Rules of affinity, tolerations and topology spread that no recording shows."""

import pytest

from kubeobj.api.podspec.affinity import validate_affinity
from kubeobj.api.podspec.tolerations import validate_tolerations
from kubeobj.api.podspec.topologyspread import validate_topology_spread
from kubeobj.api.wireform import read_wire
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from tests.api.kinds.rules import Found, found

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def affinity_errors(affinity: Wire) -> Found:
    """Return what is wrong with an affinity."""
    obj, has_unknown = read_wire("corev1.Affinity", affinity)
    assert not has_unknown
    return found(validate_affinity(obj, FieldPath.of("a")))


def nodes(*expressions: Wire, fields: tuple[Wire, ...] = ()) -> Wire:
    """Return an affinity to nodes."""
    term = {"matchExpressions": list(expressions), "matchFields": list(fields)}
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [term]}}}


def pods(**term: object) -> Wire:
    """Return an affinity to pods."""
    return {"podAffinity": {REQUIRED: [{"topologyKey": "z", **term}]}}


TERM = f"a.nodeAffinity.{REQUIRED}.nodeSelectorTerms[0]"
NEAR = f"a.podAffinity.{REQUIRED}[0]"


@pytest.mark.parametrize(
    ("affinity", "expected"),
    [
        pytest.param({"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{}]}}}, {}, id="empty"),
        pytest.param(
            nodes({"key": "a", "operator": "Gt", "values": ["1", "2"]}),
            {(f"{TERM}.matchExpressions[0].values", "REQUIRED"): 1},
            id="more than both",
        ),
        pytest.param(
            nodes({"key": "a b", "operator": "In", "values": ["-"]}),
            {
                (f"{TERM}.matchExpressions[0].key", "INVALID"): 1,
                (f"{TERM}.matchExpressions[0].values[0]", "INVALID"): 1,
            },
            id="no label",
        ),
        pytest.param(
            nodes(fields=({"key": "metadata.name", "operator": "In", "values": ["A", "b"]},)),
            {
                (f"{TERM}.matchFields[0].values", "REQUIRED"): 1,
                (f"{TERM}.matchFields[0].values[0]", "INVALID"): 1,
            },
            id="two names",
        ),
        pytest.param(
            {
                "nodeAffinity": {
                    PREFERRED: [
                        {
                            "weight": 0,
                            "preference": {
                                "matchExpressions": [
                                    {"key": "a", "operator": "In", "values": ["-"]}
                                ]
                            },
                        }
                    ]
                }
            },
            {(f"a.nodeAffinity.{PREFERRED}[0].weight", "INVALID"): 1},
            id="wishes may be vain",
        ),
        pytest.param(
            pods(matchLabelKeys=["a"], mismatchLabelKeys=["b"]),
            {
                (f"{NEAR}.matchLabelKeys", "FORBIDDEN"): 1,
                (f"{NEAR}.mismatchLabelKeys", "FORBIDDEN"): 1,
            },
            id="keys narrow nothing",
        ),
        pytest.param(
            pods(
                matchLabelKeys=["a", "b", "c d"],
                mismatchLabelKeys=["b"],
                labelSelector={
                    "matchLabels": {"a": "x"},
                    "matchExpressions": [{"key": "a", "operator": "In", "values": ["x"]}],
                },
            ),
            {
                (f"{NEAR}[0]", "INVALID"): 1,
                (f"{NEAR}.matchLabelKeys[1]", "INVALID"): 1,
                (f"{NEAR}.matchLabelKeys[2]", "INVALID"): 1,
            },
            id="keys are there before",
        ),
        pytest.param(
            pods(namespaceSelector={"matchExpressions": [{"key": "a", "operator": "X"}]}),
            {(f"{NEAR}.namespaceSelector.matchExpressions[0].operator", "INVALID"): 1},
            id="namespaces",
        ),
    ],
)
def test_affinity_is_refused(affinity: Wire, expected: Found) -> None:
    """An affinity selects nodes and pods by sound terms."""
    assert affinity_errors(affinity) == expected


@pytest.mark.parametrize(
    ("toleration", "expected"),
    [
        pytest.param({"operator": "Exists"}, {}, id="everything"),
        pytest.param({}, {("t[0].operator", "INVALID"): 1}, id="nothing"),
        pytest.param(
            {"key": "a", "value": "-", "tolerationSeconds": 1, "effect": "NoSchedule"},
            {("t[0].operator", "INVALID"): 1, ("t[0].effect", "INVALID"): 1},
            id="for a time",
        ),
    ],
)
def test_tolerations_are_refused(toleration: Wire, expected: Found) -> None:
    """A toleration tolerates what there can be."""
    obj, _ = read_wire("corev1.Toleration", toleration)
    assert found(validate_tolerations([obj], FieldPath.of("t"))) == expected


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        pytest.param(
            {"minDomains": 0, "whenUnsatisfiable": "ScheduleAnyway"},
            {("s[0].minDomains", "INVALID"): 2},
            id="domains",
        ),
        pytest.param(
            {"topologyKey": "", "whenUnsatisfiable": "X", "nodeTaintsPolicy": "X"},
            {
                ("s[0].topologyKey", "REQUIRED"): 1,
                ("s[0].whenUnsatisfiable", "NOT_SUPPORTED"): 1,
                ("s[0].nodeTaintsPolicy", "NOT_SUPPORTED"): 1,
            },
            id="unknown words",
        ),
        pytest.param(
            {"matchLabelKeys": ["a"]}, {("s[0].matchLabelKeys", "FORBIDDEN"): 1}, id="no selector"
        ),
    ],
)
def test_spread_is_refused(constraint: Wire, expected: Found) -> None:
    """A constraint says over what, how evenly, and what else."""
    base = {"maxSkew": 1, "topologyKey": "z", "whenUnsatisfiable": "DoNotSchedule"}
    obj, _ = read_wire("corev1.TopologySpreadConstraint", {**base, **constraint})
    assert found(validate_topology_spread([obj], FieldPath.of("s"))) == expected
