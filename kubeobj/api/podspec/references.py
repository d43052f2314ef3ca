"""What a pod refers to by name: the secrets, config maps and claims that it reads.

Source: ``k8s.io/kubernetes/pkg/api/pod`` VisitPodSecretNames and VisitPodConfigmapNames (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.podspec.visiting import containers_of
from kubeobj.documents import Wire

# Volumes that sign on with a secret.
_SIGNING_ON = ("cephfs", "cinder", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos")


def secret_names(spec: Wire) -> Iterator[str]:
    """Yield the name of each secret that a pod reads, or is started with."""
    for reference in spec.get("imagePullSecrets", ()):
        yield reference.get("name", "")
    for container in containers_of(spec):
        yield from secrets_in_env(container)
    for volume in spec.get("volumes", ()):
        yield from _secrets_of_volume(volume)


def config_map_names(spec: Wire) -> Iterator[str]:
    """Yield the name of each config map that a pod reads."""
    for container in containers_of(spec):
        yield from _named_in_env(container, "configMapRef", "configMapKeyRef")
    for volume in spec.get("volumes", ()):
        for source in (volume, *_projected(volume)):
            if "configMap" in source:
                yield source["configMap"].get("name", "")


def claim_names(spec: Wire) -> Iterator[str]:
    """Yield the name of each claim that is one of a pod's volumes."""
    for volume in spec.get("volumes", ()):
        if "persistentVolumeClaim" in volume:
            yield volume["persistentVolumeClaim"]["claimName"]


def has_projected_token(spec: Wire) -> bool:
    """Return whether one of a pod's volumes is a token of its service account."""
    return any(
        "serviceAccountToken" in source
        for volume in spec.get("volumes", ())
        for source in _projected(volume)
    )


def secrets_in_env(container: Wire) -> Iterator[str]:
    """Yield the name of each secret that a container has in its environment."""
    return _named_in_env(container, "secretRef", "secretKeyRef")


def _named_in_env(container: Wire, whole: str, key: str) -> Iterator[str]:
    for source in container.get("envFrom", ()):
        if whole in source:
            yield source[whole].get("name", "")
    for variable in container.get("env", ()):
        reference = (variable.get("valueFrom") or {}).get(key)
        if reference is not None:
            yield reference.get("name", "")


def _secrets_of_volume(volume: Wire) -> Iterator[str]:
    for kind in ("secret", "azureFile"):
        if kind in volume:
            yield volume[kind].get("secretName", "")
    references = [(volume.get(kind) or {}).get("secretRef") for kind in _SIGNING_ON]
    references.append((volume.get("csi") or {}).get("nodePublishSecretRef"))
    references += [source.get("secret") for source in _projected(volume)]
    for reference in references:
        if reference is not None:
            yield reference.get("name", "")


def _projected(volume: Wire) -> Iterator[Wire]:
    yield from (volume.get("projected") or {}).get("sources") or ()
