"""What `kubeobj port-forward` does: listens here, and carries what comes into a pod.

Source: ``k8s.io/kubectl/pkg/cmd/portforward`` portforward.go and ``k8s.io/client-go/tools/
portforward`` (v1.36), the texts.
"""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator, Sequence
from typing import Final, final

import click

from kubeobj.api.client.podstreams import PodConnection
from kubeobj.api.errors import ApiError
from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.podsof import pod_of
from kubeobj.cli.resourceargs import Target, resource_of
from kubeobj.documents import Wire

_PIECE: Final = 64 * 1024


def addresses_of(text: str) -> tuple[str, ...]:
    """Return the addresses that ``--address`` says; both of this machine for ``localhost``.

    Raises:
        click.UsageError: If one is none.
    """
    found: list[str] = []
    for one in text.split(","):
        if one == "localhost":
            found += ["127.0.0.1", "::1"]
            continue
        try:
            found.append(str(ipaddress.ip_address(one)))
        except ValueError:
            raise click.UsageError(f"{one} is not a valid IP") from None
    return tuple(found)


@final
class Forwarding:
    """One run of `kubeobj port-forward`.

    Args:
        reach: The cluster.
        addresses: Where to listen.
    """

    def __init__(self, reach: Reach, addresses: Sequence[str]) -> None:
        self._reach = reach
        self._addresses = addresses

    def run(self, text: str, ports: Sequence[str], within: float) -> int:
        """Listen until the listening is ended, and return the exit code.

        Raises:
            NotFound: If the object is not there.
            CommandFailed: If no pod of it runs, a port is none, or nothing can listen there.
        """
        kind, slash, name = text.partition("/")
        resource = resource_of(self._reach, kind if slash else "pods")
        target = Target(resource, name if slash else text)
        found = self._reach.get(resource, target.name, target.namespace)
        pod = pod_of(self._reach, target, found, within=within)
        phase = (pod.get("status") or {}).get("phase")
        if phase != "Running":
            raise CommandFailed(
                f"unable to forward port because pod is not running. Current status={phase}"
            )
        pairs = [_pair(one, found, pod) for one in ports]
        with contextlib.ExitStack() as sockets:
            listeners = [
                (listener, remote)
                for local, remote in pairs
                for listener in self._listen(local, remote, sockets)
            ]
            threads = [
                threading.Thread(target=self._accept, args=(*one, pod), daemon=True)
                for one in listeners
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return 0

    def _listen(
        self, local: int, remote: int, sockets: contextlib.ExitStack
    ) -> Iterator[socket.socket]:
        problems: list[str] = []
        is_listening = False
        for address in self._addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listener = socket.socket(family)
            sockets.callback(listener.close)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                if family == socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listener.bind((address, local))
                listener.listen(128)
            except OSError as error:
                problems.append(f"unable to listen on {address}:{local}: {error.strerror}")
                continue
            is_listening, local = True, listener.getsockname()[1]
            shown = f"[{address}]" if family == socket.AF_INET6 else address
            click.echo(f"Forwarding from {shown}:{local} -> {remote}")
            yield listener
        if not is_listening:
            raise CommandFailed("; ".join(problems))

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
