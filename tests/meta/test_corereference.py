"""The core API's way to name an object."""

from kubeobj.meta.corereference import CoreObjectReference


def test_the_wire_form_is_the_api_s() -> None:
    """Every field has its name on the wire."""
    document = {
        "kind": "Pod",
        "namespace": "x",
        "name": "web",
        "uid": "1",
        "apiVersion": "v1",
        "resourceVersion": "7",
        "fieldPath": "spec.containers{web}",
    }
    assert CoreObjectReference.parse(document).to_document() == document


def test_an_object_is_named_by_what_it_says() -> None:
    """The reference to an object has its kind, identity and version; what it lacks is left out."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "x", "uid": "1", "resourceVersion": "7"},
    }
    assert CoreObjectReference.of(pod).to_document() == {
        "kind": "Pod",
        "apiVersion": "v1",
        **pod["metadata"],
    }
    assert CoreObjectReference.of({}).to_document() == {}
