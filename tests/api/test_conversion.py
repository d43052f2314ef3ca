"""Objects in another version of their kind."""

import pytest

from kubeobj.api.conversion import convert
from kubeobj.documents import Document
from kubeobj.errors import FieldErrors
from kubeobj.meta.gvk import GroupVersion

EVENT: Document = {
    "apiVersion": "v1",
    "kind": "Event",
    "metadata": {"name": "a", "namespace": "default"},
    "involvedObject": {"kind": "Pod", "name": "web"},
    "message": "pulled",
    "count": 3,
}
NEW = GroupVersion("events.k8s.io", "v1")


def test_there_and_back_says_the_same() -> None:
    """Fields have other names in the other version, and the same again in the first."""
    made = convert(EVENT, NEW)
    assert (made["note"], made["deprecatedCount"]) == ("pulled", 3)
    assert made["regarding"] == {"kind": "Pod", "name": "web"}
    assert list(made)[:3] == ["apiVersion", "kind", "metadata"]
    assert convert(made, GroupVersion("", "v1")) == EVENT


@pytest.mark.parametrize(
    ("document", "version"),
    [
        pytest.param(EVENT, GroupVersion("", "v1"), id="the same version"),
        pytest.param(EVENT, GroupVersion("apps", "v1"), id="no version of the kind"),
        pytest.param({"apiVersion": "apps/v1", "kind": "Event"}, NEW, id="no such kind"),
        pytest.param({"apiVersion": "a/b/c", "kind": "Event"}, NEW, id="no version"),
        pytest.param({"kind": "Event"}, NEW, id="nothing said"),
        pytest.param(
            {"apiVersion": "v1", "kind": "Binding"}, GroupVersion("", "v1"), id="never stored"
        ),
    ],
)
def test_what_has_no_other_version_stays(document: Document, version: GroupVersion) -> None:
    """The object itself comes back."""
    assert convert(document, version) is document


def test_what_cannot_be_read_is_named() -> None:
    """A value of the wrong type is an error with its path."""
    with pytest.raises(FieldErrors) as caught:
        convert({**EVENT, "count": "3"}, NEW)
    assert [str(error.path) for error in caught.value] == ["count"]
