"""What `kubeobj port-forward` does: listens here, and carries what comes into a pod.

Source: ``k8s.io/kubectl/pkg/cmd/portforward`` portforward.go and ``k8s.io/client-go/tools/
portforward`` (v1.36), the texts.
"""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Final, final

import click

from kubeobj.api.client.podstreams import PodConnection
from kubeobj.api.errors import ApiError, NotFound
from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.deadlines import Deadline
from kubeobj.cli.podsof import pod_of
from kubeobj.cli.podtargets import pod_target
from kubeobj.cli.resourceargs import resource_of
from kubeobj.documents import Wire

_PIECE: Final = 64 * 1024


def addresses_of(text: str) -> Mapping[str, bool]:
    """Return the addresses that ``--address`` says, and whether there is no doing without each.

    Of the two that ``localhost`` is, one is enough.

    Raises:
        click.UsageError: If one is none.

    >>> dict(addresses_of("localhost,127.0.0.5"))
    {'127.0.0.1': False, '::1': False, '127.0.0.5': True}
    """
    found: dict[str, bool] = {}
    for one in text.split(","):
        if one == "localhost":
            found = {"127.0.0.1": False, "::1": False, **found}
            continue
        try:
            found[str(ipaddress.ip_address(one))] = True
        except ValueError:
            raise click.UsageError(f"{one} is not a valid IP") from None
    return found


@final
class Forwarding:
    """One run of `kubeobj port-forward`.

    Args:
        reach: The cluster.
        addresses: Where to listen, and whether that is a must; see `addresses_of`.
    """

    def __init__(self, reach: Reach, addresses: Mapping[str, bool]) -> None:
        self._reach = reach
        self._addresses = addresses

    def run(self, text: str, ports: Sequence[str], within: float) -> int:
        """Listen until the asker ends it, or there is no such pod any more.

        Raises:
            NotFound: If the object is not there.
            CommandFailed: If no pod of it runs, a port is none, nothing can listen there, or the
                pod or the cluster has gone.
        """
        target = pod_target(self._reach, text)
        found = self._reach.get(target.resource, target.name, target.namespace)
        pod = pod_of(self._reach, target, found, within=within)
        phase = (pod.get("status") or {}).get("phase")
        if phase != "Running":
            raise CommandFailed(
                f"unable to forward port because pod is not running. Current status={phase}"
            )
        pairs = [_pair(one, found, pod) for one in ports]
        with contextlib.ExitStack() as sockets:
            heard = [self._listen(*pair, pod, sockets) for pair in pairs]
            if not any(heard):
                shown = " ".join(f"{{{local} {remote}}}" for local, remote in pairs)
                raise CommandFailed(f"unable to listen on any of the requested ports: [{shown}]")
            self._outlast(pod)
        raise CommandFailed("lost connection to pod")

    def _outlast(self, pod: Wire) -> None:
        """Wait until a pod has ended or gone, or its cluster has."""
        metadata = pod["metadata"]
        name, namespace = metadata["name"], metadata["namespace"]
        pods = resource_of(self._reach, "pods")
        path = self._reach.path(pods, namespace)
        while not _has_ended(pod, metadata["uid"]):
            version = pod["metadata"]["resourceVersion"]
            query = {"fieldSelector": f"metadata.name={name}", "resourceVersion": version}
            # A watch may end for reasons of its own; then there is another.
            with contextlib.suppress(ApiError, OSError, HTTPException, ValueError):
                for event in self._reach.watch(path, query):
                    if event["type"] == "ERROR":
                        break
                    if event["type"] == "DELETED" or _has_ended(event["object"], metadata["uid"]):
                        return
            Deadline(None).pause()
            try:
                pod = self._reach.get(pods, name, namespace)
            except (NotFound, ConnectionError):
                return

    def _listen(self, local: int, remote: int, pod: Wire, sockets: contextlib.ExitStack) -> bool:
        """Listen on a port of each address, and return whether that can be done."""
        asked = local
        listeners: list[socket.socket] = []
        problems: list[str] = []
        is_must = False
        for address, must in self._addresses.items():
            try:
                listener = _listener(address, local)
            except OSError as error:
                problems.append(f"{address}:{local}: {error.strerror}")
                is_must |= must
                continue
            sockets.callback(_close, listener)
            listeners.append(listener)
            local = listener.getsockname()[1]
        if is_must or not listeners:
            for listener in listeners:
                _close(listener)
            click.echo(f"Unable to listen on port {asked}: {'; '.join(problems)}", err=True)
            return False
        for listener in listeners:
            address = listener.getsockname()[0]
            shown = f"[{address}]" if listener.family == socket.AF_INET6 else address
            click.echo(f"Forwarding from {shown}:{local} -> {remote}")
            args = (listener, remote, pod)
            threading.Thread(target=self._accept, args=args, daemon=True).start()
        return True

    def _accept(self, listener: socket.socket, remote: int, pod: Wire) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            click.echo(f"Handling connection for {listener.getsockname()[1]}")
            threading.Thread(target=self._carry, args=(near, remote, pod), daemon=True).start()

    def _carry(self, near: socket.socket, remote: int, pod: Wire) -> None:
        """Carry what comes both ways until both sides have said all."""
        metadata = pod["metadata"]
        try:
            far = self._reach.streams.port_forward(
                metadata["name"], remote, namespace=metadata["namespace"]
            )
        except (ApiError, OSError) as error:
            click.echo(
                f"error forwarding port {remote} to pod {metadata['uid']}: {error}", err=True
            )
            near.close()
            return
        there = threading.Thread(target=_send, args=(near, far), daemon=True)
        there.start()
        _receive(far, near)
        there.join()
        far.close()
        near.close()


def _listener(address: str, port: int) -> socket.socket:
    """Return what listens on a port of an address.

    Raises:
        OSError: If it cannot.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _close(listener: socket.socket) -> None:
    """Listen no more, and tell who waits for somebody to come."""
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _has_ended(pod: Wire, uid: str) -> bool:
    """Return whether a pod has ended, or is another than that with the *uid*."""
    phase = (pod.get("status") or {}).get("phase")
    return phase in {"Succeeded", "Failed"} or pod["metadata"].get("uid") != uid


def _send(near: socket.socket, far: PodConnection) -> None:
    with contextlib.suppress(OSError):
        while piece := near.recv(_PIECE):
            far.sendall(piece)
        far.end()


def _receive(far: PodConnection, near: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := far.recv(_PIECE):
            near.sendall(piece)
    with contextlib.suppress(OSError):
        near.shutdown(socket.SHUT_WR)


# ---------------------------------------------------------------- ports


def _pair(text: str, found: Wire, pod: Wire) -> tuple[int, int]:
    """Return the port here, 0 for any, and the port in the pod."""
    local, colon, remote = text.partition(":")
    if not colon:
        remote = local
    if not remote:
        raise CommandFailed("remote port cannot be empty")
    number = _behind(found, pod, remote) if found["kind"] == "Service" else _named(pod, remote)
    if local == remote and not local.isdecimal():
        local = str(_service_port(found, local)["port"] if found["kind"] == "Service" else number)
    if local and not local.isdecimal():
        raise CommandFailed(f'invalid port format: "{text}"')
    here = int(local or 0)
    if here > 65535:
        raise CommandFailed(f'invalid local port "{local}"')
    return here, number


def _behind(service: Wire, pod: Wire, text: str) -> int:
    """Return the port of a pod that is behind a port of a service."""
    port = _service_port(service, text)
    if port.get("protocol", "TCP") != "TCP":
        raise CommandFailed(f"{port['protocol']} protocol is not supported for {text}")
    if service["spec"].get("clusterIP") == "None":
        return int(port["port"])
    target = port.get("targetPort") or port["port"]
    return _named(pod, str(target))


def _service_port(service: Wire, text: str) -> Wire:
    for port in service["spec"].get("ports") or ():
        if text in {str(port["port"]), port.get("name")}:
            found: Wire = port
            return found
    name = service["metadata"]["name"]
    if text.isdecimal():
        raise CommandFailed(f"Service {name} does not have a service port {text}")
    raise CommandFailed(f"Service '{name}' does not have a named port '{text}'")


def _named(pod: Wire, text: str) -> int:
    """Return the port that a number or a name of a pod's ports is."""
    if text.isdecimal():
        number = int(text)
        if not 0 < number < 65536:
            raise CommandFailed(f"remote port must be from 1 to 65535, not {text}")
        return number
    for container in pod["spec"]["containers"]:
        for port in container.get("ports") or ():
            if port.get("name") == text:
                return int(port["containerPort"])
    raise CommandFailed(f"Pod '{pod['metadata']['name']}' does not have a named port '{text}'")
