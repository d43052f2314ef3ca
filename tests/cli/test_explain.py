"""`kubeobj explain`: fields, their types, and how they merge."""

import pytest

from tests.cli.answer import Run


def test_a_kind_has_its_fields(kubeobj: Run) -> None:
    """Every field has a line with its type and what there is to know of it."""
    answer = kubeobj("explain", "deploy")
    assert (answer.code, answer.err) == (0, "")
    head, fields = answer.out.split("\n\n")
    assert head == "GROUP:     apps\nKIND:      Deployment\nVERSION:   v1"
    assert [line.split() for line in fields.splitlines()] == [
        ["FIELDS:"],
        ["apiVersion", "<string>"],
        ["kind", "<string>"],
        ["metadata", "<ObjectMeta>"],
        ["spec", "<DeploymentSpec>"],
        ["status", "<DeploymentStatus>"],
    ]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("pod.spec.containers", "containers <[]Container> required, merged by name"),
        ("Pods.spec.containers.image", "image <string>"),
        ("deployments.apps.spec.selector", "selector <LabelSelector> required"),
        ("configmap.data", "data <map[string]string>"),
        ("pod.spec.containers.resources.limits", "limits <map[string]quantity>"),
        ("deploy.spec.strategy", "strategy <DeploymentStrategy> retains keys"),
        ("svc.metadata.finalizers", "finalizers <[]string> merged"),
    ],
)
def test_a_field_says_what_it_is(kubeobj: Run, path: str, field: str) -> None:
    """Fields are found through lists and maps, from any name of the kind."""
    answer = kubeobj("explain", path)
    assert answer.code == 0
    assert f"\nFIELD:     {field}\n" in answer.out


def test_fields_of_fields(kubeobj: Run) -> None:
    """All of them are shown on demand, each further in than its parent; types may recur."""
    lines = kubeobj("explain", "cm", "--recursive").out.splitlines()
    assert [line.split() for line in lines if line.startswith("  metadata ")] == [
        ["metadata", "<ObjectMeta>"]
    ]
    assert any(line.startswith("    ownerReferences ") for line in lines)
    assert any(line.startswith("      blockOwnerDeletion ") for line in lines)
    assert kubeobj("explain", "crd", "--recursive").code == 0


def test_the_version_can_be_chosen(kubeobj: Run) -> None:
    """Without one, it is the one that is preferred."""
    assert "VERSION:   v2" in kubeobj("explain", "hpa.spec").out
    answer = kubeobj("explain", "hpa.spec", "--api-version", "autoscaling/v1")
    assert "VERSION:   v1" in answer.out
    assert "targetCPUUtilizationPercentage" in answer.out


def test_explain_as_json(kubeobj: Run) -> None:
    """The shape names the kind, the field, and what it has."""
    answer = kubeobj("explain", "role.rules", "-o", "json")
    assert answer.code == 0
    shown = answer.json
    fields = shown.pop("fields")
    assert shown == {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "path": "rules",
        "type": "[]PolicyRule",
    }
    assert fields[-1] == {
        "name": "verbs",
        "type": "[]string",
        "required": True,
        "mergeKey": None,
        "strategies": [],
    }


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param(("depoyments",), "Did you mean deployments?", id="nearly a kind"),
        pytest.param(("x1",), "No kind is called x1.", id="no kind"),
        pytest.param(
            ("pod.spec.container",),
            "PodSpec has no field container. Did you mean containers?",
            id="nearly a field",
        ),
        pytest.param(("pod.spec.nodeName.x",), "string has no field x.", id="nothing below"),
        pytest.param(("pod.spec..x",), "PodSpec has no field .", id="no name"),
        pytest.param(
            ("pod", "--api-version", "v2"), "v2 has no Pod.", id="no such version of the kind"
        ),
        pytest.param(("pod", "--api-version", "a/b/c"), "a/b/c has no Pod.", id="no version"),
        pytest.param((), "Missing argument", id="nothing asked"),
    ],
)
def test_misuse(kubeobj: Run, args: tuple[str, ...], message: str) -> None:
    """What there is not gives 2 and says what is near."""
    answer = kubeobj("explain", *args)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
