"""The files that volumes show which are made of what the API says.

Source: ``k8s.io/kubernetes/pkg/volume`` configmap, secret, downwardapi and projected (v1.36).
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.node.faults import SourceFault
from kubeobj.node.podfacts import PodFacts
from kubeobj.node.podfields import field_value, resource_value_by_name
from kubeobj.node.podsources import PodSources
from kubeobj.node.volumes.atomicwriter import Projected
from kubeobj.node.volumes.tokens import Tokens

_Files: TypeAlias = Iterator[tuple[str, Projected]]
_Bytes: TypeAlias = Mapping[str, bytes]

DEFAULT_MODE: Final = 0o644


@final
class Payloads:
    """Gathers the files of one pod's volumes.

    Args:
        pod: The pod.
        facts: What is known of it and its node.
        sources: Where objects are read.
        tokens: Who has tokens of service accounts.
    """

    def __init__(self, pod: Wire, facts: PodFacts, sources: PodSources, tokens: Tokens) -> None:
        self._pod = pod
        self._facts = facts
        self._sources = sources
        self._tokens = tokens
        self._namespace: str = pod["metadata"]["namespace"]

    def of(self, volume: Wire) -> dict[str, Projected]:
        """Return the files of a volume.

        Raises:
            SourceFault: If an object is not there, or cannot be read.
            ValueError: If it has not what is asked of it.
        """
        if "configMap" in volume:
            found = self._of_config_map(volume["configMap"], _mode_of(volume["configMap"]))
        elif "secret" in volume:
            found = self._of_secret(volume["secret"], _mode_of(volume["secret"]))
        elif "downwardAPI" in volume:
            found = self._of_fields(volume["downwardAPI"], _mode_of(volume["downwardAPI"]))
        else:
            found = self._of_all(volume["projected"])
        return dict(found)

    def _of_all(self, projected: Wire) -> _Files:
        mode = _mode_of(projected)
        for source in projected.get("sources") or ():
            for kind, gather in (
                ("secret", self._of_secret),
                ("configMap", self._of_config_map),
                ("downwardAPI", self._of_fields),
                ("serviceAccountToken", self._of_token),
            ):
                if kind in source:
                    yield from gather(source[kind], mode)
            for kind in ("clusterTrustBundle", "podCertificate"):
                if kind in source:
                    raise ValueError(f"projected volumes have no {kind} on this node")

    # ------------------------------------------------------------ objects

    def _of_config_map(self, wanted: Wire, mode: int) -> _Files:
        document = self._document(self._sources.config_map, wanted.get("name", ""), wanted)
        texts: Mapping[str, str] = document.get("data") or {}
        data = {name: text.encode("utf-8", "surrogatepass") for name, text in texts.items()}
        for name, encoded in (document.get("binaryData") or {}).items():
            data[name] = _decoded(encoded)
        return _chosen(data, wanted, mode, "configmap references non-existent config key: {}")

    def _of_secret(self, wanted: Wire, mode: int) -> _Files:
        name = wanted.get("secretName") or wanted.get("name", "")
        document = self._document(self._sources.secret, name, wanted)
        data = {key: _decoded(value) for key, value in (document.get("data") or {}).items()}
        return _chosen(data, wanted, mode, "references non-existent secret key: {}")

    def _document(self, get: Callable[[str, str], Wire], name: str, wanted: Wire) -> Wire:
        try:
            return get(self._namespace, name)
        except SourceFault as fault:
            if fault.is_missing and wanted.get("optional"):
                return {}
            raise

    # ------------------------------------------------------------ the pod itself

    def _of_fields(self, wanted: Wire, mode: int) -> _Files:
        for item in wanted.get("items") or ():
            if "fieldRef" in item:
                text = field_value(self._pod, item["fieldRef"]["fieldPath"], self._facts)
            else:
                reference = item["resourceFieldRef"]
                name = reference.get("containerName", "")
                text = resource_value_by_name(self._pod, name, reference, self._allocatable())
            yield item["path"], Projected(_encoded(text), item.get("mode", mode))

    def _allocatable(self) -> Wire:
        node = self._sources.node()
        found: Wire = {} if node is None else (node.get("status") or {}).get("allocatable") or {}
        return found

    def _of_token(self, wanted: Wire, mode: int) -> _Files:
        owner = _only_user(self._pod)
        if owner is not None or (self._pod["spec"].get("securityContext") or {}).get("fsGroup"):
            mode = 0o600  # a group gets its rights to it with those to the volume
        token = self._tokens.token(self._pod, wanted)
        yield wanted["path"], Projected(token.encode(), mode, owner)


def _mode_of(source: Wire) -> int:
    mode: int = source.get("defaultMode", DEFAULT_MODE)
    return mode


def _chosen(data: _Bytes, wanted: Wire, mode: int, complaint: str) -> _Files:
    """Yield the files that are asked for, or all.

    Raises:
        ValueError: If one is asked for that is not there, and must be.
    """
    items: Iterable[Wire] = wanted.get("items") or ()
    if not items:
        for name in sorted(data):
            yield name, Projected(data[name], mode)
    for item in items:
        if item["key"] in data:
            yield item["path"], Projected(data[item["key"]], item.get("mode", mode))
        elif not wanted.get("optional"):
            raise ValueError(complaint.format(item["key"]))


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded)
    except binascii.Error:
        raise ValueError("a value is not in base64") from None


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _only_user(pod: Wire) -> int | None:
    """Return the user that all containers of a pod run as; None if they differ or do not say.

    Source: ``k8s.io/kubernetes/pkg/volume/util`` FsUserFrom (v1.36).
    """
    of_pod = (pod["spec"].get("securityContext") or {}).get("runAsUser")
    users = {
        (container.get("securityContext") or {}).get("runAsUser", of_pod)
        for field in ("initContainers", "containers", "ephemeralContainers")
        for container in pod["spec"].get(field) or ()
    }
    return users.pop() if len(users) == 1 else None
