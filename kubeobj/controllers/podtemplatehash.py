"""The hash of a pod template, which names replica sets and marks the pods that came of it.

Source: ``k8s.io/kubernetes/pkg/controller`` ComputeHash and ``pkg/util/hash`` DeepHashObject
(v1.36).
"""

from kubeobj.controllers.goprint import template_parts
from kubeobj.controllers.hashtext import fnv1a_32, safe_encode
from kubeobj.documents import Wire


def compute_hash(template: Wire, collision_count: int | None) -> str:
    """Return the hash of a pod template, such as ``6648d65d9c``.

    It is taken of the template with all its defaults, as the API server stores it; each call takes
    it anew.

    Args:
        template: A pod template in wire form.
        collision_count: How often a hash of this owner named something else already; None is not
            the same as 0.

    >>> template = {"metadata": {"labels": {"app": "web"}}}
    >>> containers = [{"name": "c", "image": "nginx"}]
    >>> compute_hash({**template, "spec": {"containers": containers}}, None)
    '6648d65d9c'
    """
    # Four bytes of the number, in a buffer of eight.
    end = b"" if collision_count is None else (collision_count % 2**32).to_bytes(8, "little")
    return safe_encode(str(fnv1a_32(template_parts(template), end)))
