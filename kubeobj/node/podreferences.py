"""Which objects a pod names that it cannot do without on its node.

Source: ``k8s.io/kubernetes/pkg/api/v1/pod`` VisitPodConfigmapNames and VisitPodSecretNames (v1.36).
"""

from collections.abc import Iterator
from typing import Final

from kubeobj.api.podspec.visiting import containers_of
from kubeobj.documents import Wire

CONFIG_MAPS: Final = "configmaps"
SECRETS: Final = "secrets"
CLAIMS: Final = "persistentvolumeclaims"
VOLUMES: Final = "persistentvolumes"


def references_of(pod: Wire) -> dict[tuple[str, str], None]:
    """Return the config maps, secrets and claims that a pod names, by resource and name.

    >>> env = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "a"}}}]
    >>> pod = {"metadata": {"name": "web"}, "spec": {"containers": [{"name": "c", "env": env}]}}
    >>> list(references_of(pod))
    [('secrets', 'keys')]
    """
    found = [*_of_environment(pod), *_of_volumes(pod)]
    found += [(SECRETS, one.get("name", "")) for one in pod["spec"].get("imagePullSecrets") or ()]
    return dict.fromkeys(one for one in found if one[1])


def claim_name(pod: Wire, volume: Wire) -> str:
    """Return the name of the claim that a volume of a pod stands for; empty if for none."""
    if "persistentVolumeClaim" in volume:
        name: str = volume["persistentVolumeClaim"]["claimName"]
        return name
    return f"{pod['metadata']['name']}-{volume['name']}" if "ephemeral" in volume else ""


def _of_environment(pod: Wire) -> Iterator[tuple[str, str]]:
    for container in containers_of(pod["spec"]):
        for source in container.get("envFrom") or ():
            if "configMapRef" in source:
                yield CONFIG_MAPS, source["configMapRef"].get("name", "")
            if "secretRef" in source:
                yield SECRETS, source["secretRef"].get("name", "")
        for variable in container.get("env") or ():
            origin = variable.get("valueFrom") or {}
            if "configMapKeyRef" in origin:
                yield CONFIG_MAPS, origin["configMapKeyRef"].get("name", "")
            if "secretKeyRef" in origin:
                yield SECRETS, origin["secretKeyRef"].get("name", "")


def _of_volumes(pod: Wire) -> Iterator[tuple[str, str]]:
    for volume in pod["spec"].get("volumes") or ():
        for part in (volume, *((volume.get("projected") or {}).get("sources") or ())):
            if "configMap" in part:
                yield CONFIG_MAPS, part["configMap"].get("name", "")
            if "secret" in part:
                # As a volume it says `secretName`, in a projected one `name`.
                yield SECRETS, part["secret"].get("secretName") or part["secret"].get("name", "")
        yield CLAIMS, claim_name(pod, volume)
