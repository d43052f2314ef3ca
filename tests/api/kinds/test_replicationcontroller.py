"""Rules of ReplicationControllers, and of the revisions and templates beside them."""

from kubeobj.api.kinds.controllerrevision import KIND as REVISION
from kubeobj.api.kinds.podtemplate import KIND as POD_TEMPLATE
from kubeobj.api.kinds.replicationcontroller import KIND
from kubeobj.api.wireform import read_wire
from kubeobj.documents import Wire
from tests.api.kinds.workloads import TEMPLATE, create_faults, faults, made

SPEC: Wire = {"template": TEMPLATE}


def test_the_template_says_what_is_selected() -> None:
    """A selector of its own is not needed, nor are labels."""
    obj = made(KIND, SPEC)
    assert obj["spec"]["selector"] == obj["metadata"]["labels"] == {"app": "x"}
    assert KIND.fields(obj) == {"status.replicas": "0"}
    assert create_faults(KIND, {}) == [
        ("spec.selector", "REQUIRED"),
        ("spec.template", "REQUIRED"),
    ]


def test_a_template_without_labels_says_nothing() -> None:
    """Then a selector is needed."""
    template = {"spec": TEMPLATE["spec"]}
    assert create_faults(KIND, {"template": template}) == [("spec.selector", "REQUIRED")]


def test_pods_are_always_replaced() -> None:
    """They neither end nor have a deadline."""
    pod = {**TEMPLATE["spec"], "restartPolicy": "Never", "activeDeadlineSeconds": 5}
    assert create_faults(KIND, {"template": {**TEMPLATE, "spec": pod}}) == [
        ("spec.template.spec.activeDeadlineSeconds", "FORBIDDEN"),
        ("spec.template.spec.restartPolicy", "NOT_SUPPORTED"),
    ]


def _revision(**fields: Wire) -> Wire:
    document = {"metadata": {"name": "a"}, "revision": 1, **fields}
    return read_wire("appsv1.ControllerRevision", document)[0]


def test_revisions_are_kept_as_they_are() -> None:
    """What they hold never changes."""
    old = _revision(data={"a": 1})
    new = _revision(data={"a": 2}, revision=-1)  # type: ignore[arg-type]
    assert faults([*REVISION.validate_update(new, old)]) == [
        ("data", "INVALID"),
        ("revision", "INVALID"),
    ]
    assert faults([*REVISION.validate(_revision())]) == [("data", "REQUIRED")]


def test_revisions_say_whose_they_are() -> None:
    """By the kind and the name of the owner that controls them."""
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "web", "uid": "u"}
    metadata = {"name": "a", "ownerReferences": [owner, {**owner, "controller": True}]}
    obj = _revision(metadata=metadata)
    assert REVISION.table.cells(obj, 0)[1] == "statefulset.apps/web"
    assert REVISION.table.cells(_revision(), 0)[1] == "<none>"


def test_templates_are_those_of_pods() -> None:
    """A template needs containers."""
    obj, _ = read_wire("corev1.PodTemplate", {"metadata": {"name": "a"}})
    POD_TEMPLATE.default(obj)
    assert faults([*POD_TEMPLATE.validate(obj)]) == [("template.spec.containers", "REQUIRED")]
