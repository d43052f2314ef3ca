"""Pods in containers of Docker or Podman, through the Docker Engine API.

`dockerruntime` has the runtime, `engines` finds the engines of this machine. The API is asked
through the ``docker`` SDK (extra ``run``), and through sockets of our own where it streams.
"""
