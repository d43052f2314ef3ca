"""The ``ObjectReference`` of the core API: how events and others name an object.

`kubeobj.meta.reference.ObjectReference` is where an object is served; this is what it is.

Source: ObjectReference of ``k8s.io/api/core/v1`` (v1.36).
"""

from typing import Self, final

from kubeobj.documents import Document
from kubeobj.meta.shape import object_of, text_of
from kubeobj.meta.wire import WireModel


@final
class CoreObjectReference(WireModel):
    """An object, or a part of one.

    Args:
        kind: The object's kind.
        namespace: Its namespace; empty for the whole cluster.
        name: Its name.
        uid: Its uid.
        api_version: Its group and version, such as ``apps/v1``.
        resource_version: Which version of the object is meant; empty for any.
        field_path: The part that is meant, such as ``spec.containers{web}``; empty for all.
    """

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    api_version: str = ""
    resource_version: str = ""
    field_path: str = ""

    @classmethod
    def of(cls, document: Document) -> Self:
        """Return the reference to a whole object, with what it says of itself.

        >>> pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}
        >>> CoreObjectReference.of(pod).to_document()
        {'kind': 'Pod', 'name': 'web', 'apiVersion': 'v1'}
        """
        meta = object_of(document, "metadata")
        return cls(
            kind=text_of(document, "kind"),
            namespace=text_of(meta, "namespace"),
            name=text_of(meta, "name"),
            uid=text_of(meta, "uid"),
            api_version=text_of(document, "apiVersion"),
            resource_version=text_of(meta, "resourceVersion"),
        )
