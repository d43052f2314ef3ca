"""The objects that the pods of a node need, kept up to date, and no others.

Each object is followed by itself from when the first pod needs it until the last one is gone, as a
node may read no more than that. One thread follows, forgets and steps; any thread may read.

Source: ``k8s.io/kubernetes/pkg/kubelet/util/manager`` watch_based_manager.go (v1.36).
"""

from collections.abc import Callable
from typing import Final, TypeAlias, final

from kubeobj.node.faults import SourceFault
from kubeobj.node.podreferences import CLAIMS, CONFIG_MAPS, SECRETS, VOLUMES, references_of
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.reflector import Selection
from kubeobj.reconcile.request import Cached, Request

Changed: TypeAlias = Callable[[Request], object]
"""Told which pod something has changed for."""

_Key: TypeAlias = tuple[str, str, str]

_SINGULAR: Final = {
    CONFIG_MAPS: "configmap",
    SECRETS: "secret",
    CLAIMS: "persistentvolumeclaim",
    VOLUMES: "persistentvolume",
}


@final
class PodSources:
    """What pods of a node may read: config maps, secrets, claims and their volumes, Services.

    Args:
        manager: Whose client and clock are used, and whose informers for Services and the node.
        node_name: The name of the node.
        changed: Told of pods for which something has changed.
    """

    def __init__(self, manager: Manager, node_name: str, changed: Changed | None = None) -> None:
        self.node_name: str = node_name
        self._client = manager.client
        self._clock = manager.clock
        self._changed = changed
        self._followed: dict[_Key, Informer] = {}
        # What is read from any thread: it is asked for one key, or copied in one go.
        self._documents: dict[_Key, Cached] = {}
        self._synced: dict[_Key, bool] = {}
        self._versions: dict[str, int] = {}
        self._shown: dict[str, tuple[object, object]] = {}
        # By uid: the pod, and what it needs.
        self._needs: dict[str, tuple[Request, dict[_Key, None]]] = {}
        self._needed_by: dict[_Key, dict[str, None]] = {}
        self._by_namespace: dict[str, dict[str, Cached]] = {}
        self._services = manager.informer("services")
        self._services.subscribe(self._take_service)
        self._nodes = manager.informer("nodes", fields=f"metadata.name={node_name}")

    # ------------------------------------------------------------ following

    def follow(self, pod: Cached) -> None:
        """Follow what a pod needs, and read it now; again whenever the pod has changed."""
        metadata = pod["metadata"]
        uid, place = metadata["uid"], metadata["namespace"]
        needs = {(kind, place, name): None for kind, name in references_of(pod)}
        _, before = self._needs.get(uid, (None, {}))
        self._needs[uid] = Request.of(pod), needs
        self._versions.setdefault(uid, 0)
        # A volume may show the labels and annotations of its own pod.
        shown = metadata.get("labels"), metadata.get("annotations")
        if self._shown.setdefault(uid, shown) != shown:
            self._shown[uid] = shown
            self._versions[uid] += 1
        for key in list(needs):
            self._needed_by.setdefault(key, {})[uid] = None
            self._read(key)
        for key in [key for key in needs if key[0] == CLAIMS]:
            self._follow_volume(key)
        for key in before:
            if key not in self._needs[uid][1]:
                self._let_go(key, uid)

    def forget(self, pod_uid: str) -> None:
        """Follow no longer what only this pod has needed."""
        _, needs = self._needs.pop(pod_uid, (None, {}))
        self._versions.pop(pod_uid, None)
        self._shown.pop(pod_uid, None)
        for key in needs:
            self._let_go(key, pod_uid)

    def step(self) -> bool:
        """Read what has changed; return whether anything has."""
        busy = False
        for informer in list(self._followed.values()):
            busy = informer.poll() or busy
        for key, informer in self._followed.items():
            self._synced[key] = informer.is_synced
        return busy

    @property
    def deadline(self) -> float | None:
        """When to ask again for what could not be read; None if there is no such thing."""
        found = [informer.reflector.deadline for informer in self._followed.values()]
        return min((at for at in found if at is not None), default=None)

    def close(self) -> None:
        """End all watches."""
        for informer in self._followed.values():
            informer.reflector.close()

    # ------------------------------------------------------------ reading

    def version(self, pod_uid: str) -> int:
        """Return a number that grows whenever something changes that a pod needs."""
        return self._versions.get(pod_uid, 0)

    def config_map(self, namespace: str, name: str) -> Cached:
        """Return a config map.

        Raises:
            SourceFault: If it is not there, or cannot be read.
        """
        return self._get(CONFIG_MAPS, namespace, name)

    def secret(self, namespace: str, name: str) -> Cached:
        """Return a secret.

        Raises:
            SourceFault: If it is not there, or cannot be read.
        """
        return self._get(SECRETS, namespace, name)

    def claim(self, namespace: str, name: str) -> Cached:
        """Return a claim.

        Raises:
            SourceFault: If it is not there, or cannot be read.
        """
        return self._get(CLAIMS, namespace, name)

    def volume(self, name: str) -> Cached:
        """Return the persistent volume of a claim that a pod needs.

        Raises:
            SourceFault: If it is not there, or cannot be read.
        """
        return self._get(VOLUMES, "", name)

    def node(self) -> Cached | None:
        """Return the node itself, once it has been read."""
        return self._nodes.cache.get("", self.node_name)

    def services(self, namespace: str) -> tuple[Cached, ...] | None:
        """Return the Services of a namespace, and that of the API; None before they were read."""
        if not self._services.is_synced:
            return None
        api = self._by_namespace.get("default", {}).get("kubernetes")
        own = tuple(self._by_namespace.get(namespace, {}).values())
        return own if api is None or namespace == "default" else (*own, api)

    # ------------------------------------------------------------ inside

    def _get(self, kind: str, namespace: str, name: str) -> Cached:
        key = kind, namespace, name
        document = self._documents.get(key)
        if document is not None:
            return document
        what = _SINGULAR[kind]
        if self._synced.get(key):
            raise SourceFault(f'{what} "{name}" not found', is_missing=True)
        raise SourceFault(f"failed to sync {what} cache: timed out waiting for the condition")

    def _read(self, key: _Key) -> None:
        """Bring an object up to date, following it from now on."""
        informer = self._followed.get(key)
        if informer is None:
            kind, namespace, name = key
            selection = Selection(kind, namespace, fields=f"metadata.name={name}")
            informer = Informer(self._client, self._clock, selection)
            informer.subscribe(lambda old, new: self._take(key, old, new))
            self._followed[key] = informer
        informer.poll()
        self._synced[key] = informer.is_synced

    def _take(self, key: _Key, old: Cached | None, new: Cached | None) -> None:
        if new is None:
            self._documents.pop(key, None)
        else:
            self._documents[key] = new
        for uid in list(self._needed_by.get(key, ())):
            self._versions[uid] = self._versions.get(uid, 0) + 1
            if key[0] == CLAIMS and new is not None:
                self._follow_volume(key)
            if self._changed is not None and uid in self._needs:
                self._changed(self._needs[uid][0])

    def _follow_volume(self, claim: _Key) -> None:
        """Follow the volume that a claim is bound to, for all pods that need the claim."""
        document = self._documents.get(claim)
        name = "" if document is None else document["spec"].get("volumeName", "")
        if not name:
            return
        key = VOLUMES, "", name
        for uid in list(self._needed_by.get(claim, ())):
            if uid in self._needs:
                self._needs[uid][1][key] = None
                self._needed_by.setdefault(key, {})[uid] = None
        self._read(key)

    def _let_go(self, key: _Key, uid: str) -> None:
        users = self._needed_by.get(key, {})
        users.pop(uid, None)
        if users:
            return
        self._needed_by.pop(key, None)
        self._documents.pop(key, None)
        self._synced.pop(key, None)
        informer = self._followed.pop(key, None)
        if informer is not None:
            informer.reflector.close()

    def _take_service(self, old: Cached | None, new: Cached | None) -> None:
        document = old if new is None else new
        if document is None:
            return
        key = Request.of(document)
        there = self._by_namespace.setdefault(key.namespace, {})
        if new is None:
            there.pop(key.name, None)
        else:
            there[key.name] = new
