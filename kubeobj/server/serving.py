"""Serving a live cluster on the socket in its state directory."""

from collections.abc import Callable

from kubeobj.api.rest.api import RestApi
from kubeobj.cluster.cluster import Cluster
from kubeobj.server.apisocket import ApiSocket
from kubeobj.server.control import Control
from kubeobj.server.sockets import PodSockets


def serve(cluster: Cluster, *, shutdown: Callable[[bool], object] | None = None) -> ApiSocket:
    """Let other processes of the same user reach a cluster, until what is returned is stopped.

    So `kubeobj get`, `kubeobj logs` and the others work on a cluster in somebody's program.

    Args:
        cluster: The cluster, which runs.
        shutdown: What `kubeobj down` does, told whether pods are to go on; None if that is not for
            it to do.

    Raises:
        OSError: If the socket cannot be made.
    """
    rest = RestApi(cluster.api.server, measurements=cluster.measurements)
    socket = ApiSocket(
        cluster.directory.socket,
        cluster.api,
        rest,
        PodSockets(cluster.api, rest, cluster.streams),
        Control(cluster.status, shutdown),
    )
    socket.start()
    return socket
