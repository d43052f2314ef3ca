"""The pod that a controller creates from the template of an object.

Source: ``k8s.io/kubernetes/pkg/controller`` GetPodFromTemplate (v1.36).
"""

from kubeobj.documents import Wire
from kubeobj.reconcile.owners import reference_to


def pod_from_template(template: Wire, owner: Wire) -> Wire:
    """Return the pod of a template, to be named by the API and controlled by *owner*.

    Args:
        template: A pod template, such as ``spec.template`` of a ReplicaSet. The pod shares its
            parts, which are to be read only.
        owner: The object that controls the pod.

    >>> template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": []}}
    >>> owner = {
    ...     "apiVersion": "apps/v1",
    ...     "kind": "ReplicaSet",
    ...     "metadata": {"name": "web-1", "namespace": "shop", "uid": "1"},
    ... }
    >>> pod_from_template(template, owner)["metadata"]["generateName"]
    'web-1-'
    """
    metadata: Wire = {
        "generateName": f"{owner['metadata']['name']}-",
        "namespace": owner["metadata"]["namespace"],
        "ownerReferences": [reference_to(owner)],
    }
    given: Wire = template.get("metadata") or {}
    for name in ("labels", "annotations", "finalizers"):
        if given.get(name):
            metadata[name] = given[name]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}
