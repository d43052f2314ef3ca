"""What a container runtime cannot do, and why; the reasons are those that pods show.

Source: ``k8s.io/kubernetes/pkg/kubelet/container`` and ``images/types.go`` (v1.36).
"""

from typing import final

from kubeobj.errors import KubeobjError


class RuntimeFault(KubeobjError):
    """A container runtime did not do what it was asked to.

    Attributes:
        reason: Why, in one word, as the state of a container shows it.
        message: Why, in a sentence, with what to do about it.
    """

    reason: str = "RuntimeError"

    def __init__(self, message: str, *, reason: str = "") -> None:
        """Say why, in a sentence; a *reason* other than that of the class in one word."""
        super().__init__(message)
        self.message: str = message
        if reason:
            self.reason = reason


@final
class RuntimeUnavailable(RuntimeFault):
    """The runtime cannot be reached, or does not answer: no engine, a dead socket, no rights."""

    reason = "RuntimeUnavailable"


@final
class SandboxFault(RuntimeFault):
    """A sandbox cannot be made or started."""

    reason = "FailedCreatePodSandBox"


@final
class NoSuchContainer(RuntimeFault):
    """There is no such container, or no such sandbox, any more."""

    reason = "NotFound"


@final
class ImageFault(RuntimeFault):
    """An image is not there and cannot be had: ``ErrImagePull``, ``InvalidImageName`` and so on."""

    reason = "ErrImagePull"


@final
class CreateFault(RuntimeFault):
    """A container cannot be made: ``CreateContainerError`` or ``CreateContainerConfigError``."""

    reason = "CreateContainerError"


@final
class StartFault(RuntimeFault):
    """A container cannot be started: its command is not there or cannot be run.

    Attributes:
        exit_code: The code that it is said to have ended with: 127 for no such command, 126 for
            one that cannot be run, 128 for everything else.
    """

    reason = "RunContainerError"

    def __init__(self, message: str, *, reason: str = "", exit_code: int = 128) -> None:
        """Say why, and with which code the container is said to have ended."""
        super().__init__(message, reason=reason)
        self.exit_code: int = exit_code
