"""Rules of namespaces that no recording shows."""

import pytest

from kubeobj.api.kinds.namespace import KIND
from kubeobj.documents import JsonValue, Wire
from tests.api.kinds.rules import NOW, context, created, found, read


def namespace(**document: JsonValue) -> Wire:
    """Return a namespace."""
    return {"metadata": {"name": "n"}, **document}


def test_generated_names_become_labels() -> None:
    """The label has the name, also if it is made by the server."""
    obj = read("namespaces", {"metadata": {"generateName": "n-"}})
    assert "labels" not in obj["metadata"]
    obj["metadata"]["name"] = "n-1"
    KIND.prepare_create(obj, context())
    assert obj["metadata"]["labels"] == {"kubernetes.io/metadata.name": "n-1"}


def test_finalizers_are_added_to() -> None:
    """Whoever makes a namespace may want more before it goes, but not less."""
    obj = created("namespaces", namespace(spec={"finalizers": ["a.b/c"]}))
    assert obj["spec"]["finalizers"] == ["a.b/c", "kubernetes"]


def test_finalizers_hold() -> None:
    """A namespace stays as long as there are finalizers of its own."""
    obj = created("namespaces", namespace())
    assert KIND.lingers is not None
    assert KIND.lingers(obj)
    KIND.prepare_delete(obj, context())
    assert obj["status"] == {"phase": "Terminating"}
    del obj["spec"]["finalizers"]
    assert not KIND.lingers(obj)


def test_finalize_says_which_is_wrong() -> None:
    """The path for finalizers says which of them is none."""
    old = created("namespaces", namespace())
    obj = read("namespaces", namespace(spec={"finalizers": ["kubernetes", "x"]}))
    KIND.parts["finalize"].prepare(obj, old, context())
    errors = KIND.parts["finalize"].validate(obj, old)
    assert found(errors) == {("spec.finalizers[1]", "INVALID"): 1}


@pytest.mark.parametrize(
    ("phase", "deleted", "count"),
    [
        pytest.param("Active", False, 0, id="active"),
        pytest.param("Terminating", False, 1, id="not yet"),
        pytest.param("Active", True, 1, id="no longer"),
        pytest.param("Terminating", True, 0, id="terminating"),
    ],
)
def test_phase_is_that_of_deletion(phase: str, deleted: bool, count: int) -> None:
    """The phase says whether the namespace is being deleted."""
    obj = read("namespaces", namespace(status={"phase": phase}))
    if deleted:
        obj["metadata"]["deletionTimestamp"] = NOW
    errors = found(KIND.parts["status"].validate(obj, obj))
    assert errors == ({("status.Phase", "INVALID"): count} if count else {})
