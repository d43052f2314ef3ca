"""From a path below ``/openapi`` to the document there."""

from collections.abc import Mapping, Sequence

from kubeobj.api.openapi import v2, v3
from kubeobj.api.openapi.served import Served
from kubeobj.documents import Document, Wire
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.resource import Resource


def openapi_document(
    resources: Sequence[Resource],
    segments: Sequence[str],
    custom: Mapping[GroupVersionKind, Document] | None = None,
) -> Wire | None:
    """Return the document at a path; None if there is none.

    Args:
        resources: What is served.
        segments: The parts of the path behind ``/openapi``, such as ``v3``, ``api``, ``v1``.
        custom: The schemas of the kinds that have no model.
    """
    served = Served(tuple(resources), custom or {})
    match segments:
        case ["v2"]:
            return v2.document(served)
        case ["v3"]:
            return v3.index(served)
        case ["v3", *path]:
            return v3.document(served, "/".join(path))
        case _:
            return None
