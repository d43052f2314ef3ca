"""Names of Services in the pods' own hosts files, where pods can ask no DNS server.

What asks for names asks port 53, and only root may listen there unless the machine allows it. So
without that, pods have the names in their ``/etc/hosts``, which is kept up as Services change.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.network.dns.zone import Zone
from kubeobj.node.etchosts import write_hosts_file
from kubeobj.node.podfacts import NodeFacts
from kubeobj.reconcile.manager import Manager

PAUSE_SECONDS: Final = 0.5
"""How long after each other all files are written at most."""


@final
class ServiceHosts:
    """Keeps the hosts files of a node's pods up.

    Args:
        manager: Where it is put.
        zone: The names of Services.
        facts: What is known of the node now.
    """

    def __init__(self, manager: Manager, zone: Zone, facts: Callable[[], NodeFacts]) -> None:
        self._clock = manager.clock
        self._zone = zone
        self._facts = facts
        self._pods = manager.informer("pods")
        self._written = zone.serial
        self._at = manager.clock.now()
        manager.add(self)

    def step(self) -> bool:
        """Write the files if names have changed; return whether that was so."""
        due = self.deadline
        if due is None or due > self._clock.now():
            return False
        self._written, self._at = self._zone.serial, self._clock.now()
        facts = self._facts()
        if facts.service_names is not None:
            for pod in self._pods.cache:
                if pod["spec"].get("nodeName") == facts.name:
                    _write(pod, facts)
        return True

    @property
    def deadline(self) -> float | None:
        """When files are to be written next, in seconds since 1970; None if they are right."""
        return None if self._zone.serial == self._written else self._at + PAUSE_SECONDS


def _write(pod: Wire, facts: NodeFacts) -> None:
    found = [one["ip"] for one in (pod.get("status") or {}).get("podIPs") or () if one.get("ip")]
    about = facts.of_pod(pod, tuple(found))
    # Of a pod that has not begun, the file is written when it does.
    if about.hosts_file.exists() and about.addresses:
        with suppress(OSError):
            write_hosts_file(pod, about)
