"""Who asks a registry for an image: the credentials in a pod's pull secrets.

Source: ``k8s.io/kubernetes/pkg/credentialprovider`` (v1.36).
"""

from kubeobj.documents import Wire
from kubeobj.node.podsources import PodSources
from kubeobj.runtimes.configs import ImageAuth


def image_auth(
    pod: Wire, image: str, sources: PodSources
) -> tuple[tuple[ImageAuth, ...], tuple[str, ...]]:
    """Return who may ask for an image, in the order to try, and the secrets that are missing."""
    raise NotImplementedError
