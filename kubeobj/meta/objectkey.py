"""Which object: where it is stored, and how the stored objects are ordered.

Source: the key layout of ``k8s.io/apiserver/pkg/registry/generic/registry`` (v1.36); lists come in
the order of these keys.
"""

from typing import NamedTuple


class ObjectKey(NamedTuple):
    """The place of an object among all objects.

    Args:
        resource: The resource and its group, as `GroupResource` is written.
        namespace: The namespace, without a slash; empty for objects of the whole cluster.
        name: The name of the object.

    >>> ObjectKey("deployments.apps", "shop", "web").path
    'shop/web'
    """

    resource: str
    namespace: str
    name: str

    @property
    def path(self) -> str:
        """The place among the objects of its resource, which are ordered by it.

        The slash counts: ``team-a/x`` comes before ``team/x``, as it does in Kubernetes.
        """
        return f"{self.namespace}/{self.name}"

    def __str__(self) -> str:
        return f"{self.resource} {self.namespace}/{self.name}".replace(" /", " ")
