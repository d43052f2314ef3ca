"""Pods that a node runs because there is a file that says so, and no API.

Source: Kubernetes documentation, Create static Pods (v1.36); ``k8s.io/kubernetes/pkg/kubelet/
config`` file.go and common.go for names, uids and annotations.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Final, final

import orjson

from kubeobj.api.clientapply import LAST_APPLIED
from kubeobj.api.podspec.annotations import MIRROR
from kubeobj.api.podspec.references import config_map_names, secret_names
from kubeobj.api.verdict import Judge
from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError
from kubeobj.manifests.reader import read_manifests
from kubeobj.reconcile.moments import micro_text_of
from kubeobj.reconcile.request import Request

LOOKED_EVERY_SECONDS: Final = 2.0
"""How often the directory is looked at."""

CONFIG_HASH: Final = "kubernetes.io/config.hash"
"""Which version of its file a pod is of."""

CONFIG_SEEN: Final = "kubernetes.io/config.seen"
"""When that was seen first."""

CONFIG_SOURCE: Final = "kubernetes.io/config.source"
"""Where a pod is from: ``file``."""

_LARGEST: Final = 10 * 1024 * 1024

# Volumes that need the API, besides those of secrets and config maps.
_OF_VOLUMES: Final = {
    "csi": "csidrivers (via CSI volumes)",
    "glusterfs": "endpoints (via glusterFS volumes)",
    "persistentVolumeClaim": "persistentvolumeclaims",
    "ephemeral": "persistentvolumeclaims (via ephemeral volumes)",
}
_OF_PROJECTIONS: Final = {
    "serviceAccountToken": "serviceaccounts (via projected volumes)",
    "clusterTrustBundle": "clustertrustbundles",
    "podCertificate": "podcertificates",
}


class StaticPodFault(KubeobjError, ValueError):
    """A file is no pod that a node can run by itself."""


@final
@dataclass(frozen=True, slots=True)
class _File:
    """A file, as it was read last.

    Args:
        stamp: What tells that it has changed.
        pod: The pod in it; None if it is none.
    """

    stamp: tuple[int, int, int]
    pod: Wire | None


@final
class StaticPods:
    """Follows the files of a directory. One thread steps it.

    Args:
        directory: The directory, which need not be there yet.
        node_name: The name of the node.
        clock: Tells when to look.
        changed: Told of the name of each pod that has come, changed or gone.
        failed: Told of files that are no pods: which, and why.
    """

    def __init__(
        self,
        directory: Path,
        node_name: str,
        clock: Clock,
        changed: Callable[[Request], object],
        failed: Callable[[Path, str], object],
    ) -> None:
        self._directory = directory
        self._node_name = node_name
        self._clock = clock
        self._changed = changed
        self._failed = failed
        self._files: dict[Path, _File] = {}
        self._pods: dict[Request, Wire] = {}
        self._judge: Judge | None = None
        self._at = clock.now()

    @property
    def pods(self) -> Mapping[Request, Wire]:
        """The pods, by name; of two files with one name, that of the first counts."""
        return self._pods

    @property
    def deadline(self) -> float:
        """When to look next, in seconds since 1970."""
        return self._at

    def step(self) -> bool:
        """Look, if it is time; return whether anything has changed."""
        now = self._clock.now()
        if now < self._at <= now + LOOKED_EVERY_SECONDS:
            return False
        self._at = now + LOOKED_EVERY_SECONDS
        found: dict[Path, _File] = {}
        for path, stamp in self._listed():
            known = self._files.get(path)
            if known is None or known.stamp != stamp:
                known = _File(stamp, self._read(path, now))
            found[path] = known
        if found == self._files:
            return False
        self._files = found
        pods: dict[Request, Wire] = {}
        for file in found.values():
            if file.pod is not None:
                pods.setdefault(Request.of(file.pod), file.pod)
        before, self._pods = self._pods, pods
        keys = [key for key in {**before, **pods} if before.get(key) != pods.get(key)]
        for key in keys:
            self._changed(key)
        return bool(keys)

    # ------------------------------------------------------------ inside

    def _listed(self) -> list[tuple[Path, tuple[int, int, int]]]:
        """Return the files that may be pods, by name; hidden ones are not."""
        found = []
        try:
            with os.scandir(self._directory) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or not entry.is_file():
                        continue
                    stat = entry.stat()
                    stamp = stat.st_mtime_ns, stat.st_size, stat.st_ino
                    found.append((Path(entry.path), stamp))
        except OSError:
            return []
        return sorted(found)

    def _read(self, path: Path, now: float) -> Wire | None:
        try:
            if path.stat().st_size > _LARGEST:
                raise StaticPodFault("the file is too large")
            documents = [one.document for one in read_manifests(path.read_bytes())]
            if len(documents) != 1 or not isinstance(documents[0], Mapping):
                raise StaticPodFault("the file must have exactly one pod")
            if self._judge is None:
                self._judge = Judge()
            return static_pod(documents[0], path, self._node_name, now, self._judge)
        except (KubeobjError, OSError, ValueError) as error:
            self._failed(path, str(error))
            return None


def static_pod(
    document: Mapping[str, object],
    path: Path,
    node_name: str,
    now: float,
    judge: Judge,
) -> Wire:
    """Return the pod that a file is about, as the node runs it.

    Args:
        document: What the file says.
        path: Where it is.
        node_name: The name of the node.
        now: When it was read, in seconds since 1970.
        judge: Says what a pod is that leaves things open.

    Raises:
        StaticPodFault: If it is no pod, or one that needs the API.
    """
    if document.get("kind") != "Pod" or document.get("apiVersion") != "v1":
        raise StaticPodFault("it is no Pod of v1")
    given: Wire = orjson.loads(orjson.dumps(document))
    metadata, spec = given.setdefault("metadata", {}), given.setdefault("spec", {})
    hashed = md5(usedforsecurity=False)
    for text in (f"host:{node_name}", f"file:{path}"):
        hashed.update(text.encode())
    hashed.update(orjson.dumps(given, option=orjson.OPT_SORT_KEYS))
    uid = metadata.get("uid") or hashed.hexdigest()
    metadata["name"] = f"{metadata.get('name', '')}-{node_name.lower()}"
    metadata.setdefault("namespace", "default")
    spec["nodeName"] = node_name
    # A node that is short of something, or not ready yet, runs it all the same.
    spec.setdefault("tolerations", []).append({"operator": "Exists", "effect": "NoExecute"})
    given.pop("status", None)
    verdict = judge.judge(given)
    if verdict.errors or verdict.stored is None:
        raise StaticPodFault("; ".join(map(str, verdict.errors)) or "it is no pod")
    stored: Wire = orjson.loads(orjson.dumps(verdict.stored))
    for field in ("serviceAccountName", "serviceAccount"):
        if field not in spec:
            stored["spec"].pop(field, None)  # nobody admits it, so nobody gives it one
    if named := _named(stored["spec"], spec.get("volumes") or ()):
        raise StaticPodFault(f"static pods may not reference {named}")
    annotations = {
        name: text
        for name, text in (stored["metadata"].get("annotations") or {}).items()
        if name != LAST_APPLIED
    }
    annotations |= {
        CONFIG_HASH: uid,
        CONFIG_SEEN: micro_text_of(now),
        CONFIG_SOURCE: "file",
    }
    stored["metadata"] |= {"uid": uid, "annotations": annotations}
    stored["status"] = {}
    return stored


def _named(spec: Wire, volumes: Iterable[Wire]) -> str:
    """Return of which kind something is that a pod names and only the API has; empty if nothing.

    Source: ``k8s.io/kubernetes/pkg/api/pod`` HasAPIObjectReference (v1.36), its order and words.

    Args:
        spec: What the pod is.
        volumes: Its volumes as the file has them: with what an API does not keep.
    """
    if spec.get("serviceAccountName") or spec.get("serviceAccount"):
        return "serviceaccounts"
    if any(secret_names(spec)):
        return "secrets"
    if any(config_map_names(spec)):
        return "configmaps"
    if spec.get("resourceClaims"):
        return "resourceclaims"
    for volume in volumes:
        found = [words for kind, words in _OF_VOLUMES.items() if volume.get(kind)]
        for source in (volume.get("projected") or {}).get("sources") or ():
            found += [words for kind, words in _OF_PROJECTIONS.items() if source.get(kind)]
        if found:
            return found[0]
    return ""


def mirror_of(pod: Wire, node: Wire | None) -> Wire:
    """Return the pod by which the API shows a static one.

    Args:
        pod: The static pod.
        node: The Node, which owns it; None before it is there.
    """
    metadata: Wire = {
        name: value
        for name, value in pod["metadata"].items()
        if name in {"name", "namespace", "labels"}
    }
    annotations: dict[str, str] = pod["metadata"]["annotations"]
    metadata["annotations"] = {**annotations, MIRROR: annotations[CONFIG_HASH]}
    if node is not None:
        metadata["ownerReferences"] = [
            {
                "apiVersion": "v1",
                "kind": "Node",
                "name": node["metadata"]["name"],
                "uid": node["metadata"]["uid"],
                "controller": True,
            }
        ]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod["spec"]}


def is_mirror(pod: Wire) -> bool:
    """Return whether the API only shows a pod that a node runs by itself."""
    return MIRROR in (pod["metadata"].get("annotations") or {})


def mirrors(mirror: Wire, pod: Wire) -> bool:
    """Return whether a mirror shows a static pod as it is now."""
    annotations = mirror["metadata"].get("annotations") or {}
    return bool(annotations.get(MIRROR) == pod["metadata"]["annotations"][CONFIG_HASH])
