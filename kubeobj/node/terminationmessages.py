"""The last words of containers: a file of their own, or the end of their log.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` kuberuntime_container.go
readLastStringFromContainerLogs and ``util/tail`` (v1.36).
"""

import os
import stat
from pathlib import Path
from typing import Final

from kubeobj.node.containermounts import message_file
from kubeobj.node.containerwords import MESSAGE_PATH, MESSAGE_POLICY
from kubeobj.node.podfacts import PodFacts
from kubeobj.node.podlogs.reading import last_lines
from kubeobj.runtimes.states import Container

MOST_BYTES: Final = 4096
"""How much is kept of one container's last words."""

MOST_OF_POD: Final = 12 * 1024
"""How much is kept of the last words of all containers of a pod."""

LOG_BYTES: Final = 2048
"""How much is taken from the end of a log."""

LOG_LINES: Final = 80
"""How many lines are taken from the end of a log."""


def message_limit(container_count: int) -> int:
    """Return how much of each container's last words fits, if a pod has so many.

    >>> message_limit(1), message_limit(6)
    (4096, 2048)
    """
    return min(MOST_BYTES, MOST_OF_POD // max(container_count, 1))


def termination_message(
    container: Container, facts: PodFacts, limit_bytes: int = MOST_BYTES
) -> str:
    """Return what an ended container says of its end; empty if nothing.

    Args:
        container: The container as the runtime has it; it was made by `container_config`.
        facts: What is known of its pod.
        limit_bytes: How much is kept; `message_limit` says how much for a pod.
    """
    words = ""
    if container.annotations.get(MESSAGE_PATH):
        path = message_file(container.name, container.attempt, facts)
        words = _text_of(path, limit_bytes)
    wants_log = container.annotations.get(MESSAGE_POLICY) == "FallbackToLogsOnError"
    if not words and wants_log and container.exit_code != 0:
        words = _cut(last_lines(container.log_path, LOG_LINES, LOG_BYTES), limit_bytes)
    return words


def _text_of(path: Path, limit_bytes: int) -> str:
    """Return what a file says, as far as it fits; what a container has put in its place, nothing.

    A container may have made a pipe or a link of it.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except OSError:
        return ""
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return ""
        # The end says more than the beginning.
        start = max(found.st_size - limit_bytes, 0)
        return _cut(os.pread(descriptor, limit_bytes, start), limit_bytes)
    finally:
        os.close(descriptor)


def _cut(data: bytes, limit_bytes: int) -> str:
    return data[-limit_bytes:].decode("utf-8", "replace")
