"""Where the handlers of probes and hooks lead: to which address and port.

Source: ``k8s.io/kubernetes/pkg/kubelet`` util and ``pkg/probe`` (v1.36).
"""

from kubeobj.documents import Wire
from kubeobj.node.probes.httpget import HttpGet


class NoSuchPort(ValueError):
    """A handler names a port that its container does not have; the text is the kubelet's."""


def port_of(port: int | str, container: Wire) -> int:
    """Return the number of a port of a container, by number or by name.

    Raises:
        NoSuchPort: If the container has none of that name.

    >>> port_of("web", {"ports": [{"name": "web", "containerPort": 80}]})
    80
    """
    if isinstance(port, int):
        return port
    for one in container.get("ports") or ():
        if one.get("name") == port:
            found: int = one["containerPort"]
            return found
    if port.isdigit():
        return int(port)
    raise NoSuchPort(f'strconv.Atoi: parsing "{port}": invalid syntax')


def question_of(handler: Wire, container: Wire, address: str, user_agent: str) -> HttpGet:
    """Return what an ``httpGet`` asks.

    Args:
        handler: The ``httpGet``.
        container: Whose it is.
        address: The address of its pod, which is asked unless the handler names a host.
        user_agent: What asks.

    Raises:
        NoSuchPort: If it names a port that there is not.
    """
    path = handler.get("path") or "/"
    return HttpGet(
        handler.get("host") or address,
        port_of(handler["port"], container),
        path if path.startswith("/") else f"/{path}",
        (handler.get("scheme") or "HTTP").lower(),
        tuple((one["name"], one["value"]) for one in handler.get("httpHeaders") or ()),
        user_agent,
    )
