"""Objects without a class: made of a document, or of JSON that is read when it is looked at."""

import pytest

from kubeobj.documents import Wire
from kubeobj.models.unstructured import Unstructured

TEXT = b'{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"}}'


def test_json_is_read_once_when_it_is_looked_at() -> None:
    """Until then nobody knows what is in it."""
    broken = Unstructured.of_json(b"{")
    with pytest.raises(ValueError, match="unexpected end"):
        _ = broken.document
    pod = Unstructured.of_json(TEXT)
    assert pod.at("metadata", "name") == "web"
    assert pod.document is pod.document is pod.to_document()
    assert pod.metadata.name == "web"
    assert pod.group_version_kind().kind == "Pod"


def test_objects_are_equal_when_their_documents_are() -> None:
    """However they were made; and none has a hash, as its document has none."""
    pod = Unstructured.of_json(TEXT)
    document: Wire = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}
    assert pod == Unstructured(document)
    assert pod != Unstructured({})
    assert pod != document
    assert repr(pod) == f"Unstructured(document={document!r})"
    with pytest.raises(TypeError):
        hash(pod)
    with pytest.raises(AttributeError):
        pod.document = {}  # type: ignore[misc]
    match pod:
        case Unstructured(found):
            assert found == document
