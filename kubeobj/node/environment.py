"""The environment of a container.

What ``env`` says comes before what ``envFrom`` brings, and both before what tells of Services; of
several that say the same, the last one is heard.

Source: ``k8s.io/kubernetes/pkg/kubelet`` kubelet_pods.go makeEnvironmentVariables (v1.36).
"""

import base64
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.node.envfile import read_value
from kubeobj.node.expansion import expand, mapping
from kubeobj.node.faults import ConfigFault, SourceFault
from kubeobj.node.podfacts import PodFacts
from kubeobj.node.podfields import field_value, resource_value, resource_value_by_name
from kubeobj.node.podsources import PodSources
from kubeobj.node.servicevariables import service_variables
from kubeobj.node.volumes.insidevolume import existing_inside
from kubeobj.node.volumes.volumepaths import directory_of

_SKIPPED: Final = None
"""What a source answers that is optional and not there."""

_Answer: TypeAlias = str | None


def environment_of(
    pod: Wire,
    container: Wire,
    sources: PodSources,
    facts: PodFacts,
    services: Sequence[Wire] | None,
) -> dict[str, str]:
    """Return the environment of a container, by name, in the order in which it is made.

    Args:
        pod: The pod.
        container: Its container, as the pod's spec has it.
        sources: Where config maps, secrets and the node are read.
        facts: The node and the pod: addresses, directories.
        services: What `PodSources.services` says of the pod's namespace.

    Raises:
        ConfigFault: If a reference leads nowhere, or Services have not been read yet.
    """
    if services is None:
        raise ConfigFault("services have not yet been read at least once, cannot construct envvars")
    links = pod["spec"].get("enableServiceLinks", True)
    told = service_variables(services, pod["metadata"]["namespace"], links=links)
    reading = _Reading(pod, container, sources, facts)
    found: dict[str, str] = {}
    for source in container.get("envFrom") or ():
        prefix = source.get("prefix", "")
        for name, value in reading.all_of(source).items():
            found[prefix + name] = value
    mapped = mapping(found, told, facts.node.late_variables)
    for variable in container.get("env") or ():
        answer: _Answer = variable.get("value") or ""
        if answer:
            answer = expand(answer, mapped)
        elif "valueFrom" in variable:
            answer = reading.one_of(variable["valueFrom"])
        if answer is not _SKIPPED:
            found[variable["name"]] = answer
    return {**{name: value for name, value in told.items() if name not in found}, **found}


@final
class _Reading:
    """What the environment of one container is read from."""

    def __init__(self, pod: Wire, container: Wire, sources: PodSources, facts: PodFacts) -> None:
        self._pod = pod
        self._container = container
        self._sources = sources
        self._facts = facts
        self._namespace: str = pod["metadata"]["namespace"]

    def all_of(self, source: Wire) -> dict[str, str]:
        """Return all that a source of ``envFrom`` has.

        Raises:
            ConfigFault: If it is not there and must be.
        """
        if "configMapRef" in source:
            reference = source["configMapRef"]
            document = self._document(self._sources.config_map, reference)
            return {} if document is None else dict(sorted((document.get("data") or {}).items()))
        reference = source.get("secretRef") or {}
        document = self._document(self._sources.secret, reference)
        if document is None:
            return {}
        data: dict[str, str] = document.get("data") or {}
        return {name: _text_of(value) for name, value in sorted(data.items())}

    def one_of(self, origin: Wire) -> _Answer:
        """Return what ``valueFrom`` leads to; None if it is optional and leads nowhere.

        Raises:
            ConfigFault: If it leads nowhere and must not.
        """
        if "configMapKeyRef" in origin:
            return self._of_config_map(origin["configMapKeyRef"])
        if "secretKeyRef" in origin:
            return self._of_secret(origin["secretKeyRef"])
        if "fileKeyRef" in origin:
            return self._of_file(origin["fileKeyRef"])
        try:
            if "fieldRef" in origin:
                return field_value(self._pod, origin["fieldRef"]["fieldPath"], self._facts)
            if "resourceFieldRef" in origin:
                return self._of_resource(origin["resourceFieldRef"])
        except ValueError as error:
            raise ConfigFault(str(error)) from None
        return ""

    def _document(self, get: Callable[[str, str], Wire], reference: Wire) -> Wire | None:
        try:
            return get(self._namespace, reference.get("name", ""))
        except SourceFault as fault:
            if fault.is_missing and reference.get("optional"):
                return None
            raise ConfigFault(fault.message) from None

    def _of_config_map(self, reference: Wire) -> _Answer:
        document = self._document(self._sources.config_map, reference)
        if document is None:
            return _SKIPPED
        value: str | None = (document.get("data") or {}).get(reference["key"])
        return self._required("ConfigMap", reference, value)

    def _of_secret(self, reference: Wire) -> _Answer:
        document = self._document(self._sources.secret, reference)
        if document is None:
            return _SKIPPED
        value: str | None = (document.get("data") or {}).get(reference["key"])
        return self._required("Secret", reference, None if value is None else _text_of(value))

    def _required(self, what: str, reference: Wire, value: str | None) -> _Answer:
        if value is None and not reference.get("optional"):
            where = f"{self._namespace}/{reference.get('name', '')}"
            raise ConfigFault(f"couldn't find key {reference['key']} in {what} {where}")
        return value

    def _of_resource(self, reference: Wire) -> str:
        node = self._sources.node()
        status: Wire = {} if node is None else node.get("status") or {}
        allocatable: Wire = status.get("allocatable") or {}
        name = reference.get("containerName", "")
        if name:
            return resource_value_by_name(self._pod, name, reference, allocatable)
        return resource_value(self._pod, self._container, reference, allocatable)

    def _of_file(self, reference: Wire) -> _Answer:
        name = reference["volumeName"]
        volumes = {one["name"]: one for one in self._pod["spec"].get("volumes") or ()}
        if name not in volumes:
            raise ConfigFault(f'cannot find the volume "{name}" referenced by FileKeyRef')
        value = ""
        try:
            root = directory_of(self._facts, volumes[name])
            value = read_value(existing_inside(root, reference["path"]), reference["key"])
        except FileNotFoundError:
            if not reference.get("optional"):
                raise ConfigFault("couldn't parse env file") from None
        except (OSError, ValueError, LookupError):
            # Nothing of what it says, or of where it is, may be told.
            raise ConfigFault("couldn't parse env file") from None
        if value:
            return value
        if reference.get("optional"):
            return _SKIPPED
        raise ConfigFault(
            f'environment variable key "{reference["key"]}" not found in file "{reference["path"]}"'
        )


def _text_of(encoded: str) -> str:
    """Return what a value of a secret says; bytes that are no text are kept as they are."""
    return base64.b64decode(encoded).decode("utf-8", "surrogateescape")
