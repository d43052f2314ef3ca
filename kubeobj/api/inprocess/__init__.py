"""The client of a server in the same process: no thread, no socket, no copy that nobody needs."""

from kubeobj.api.inprocess.client import InProcessClient

__all__ = ["InProcessClient"]
