"""Why a pod's container cannot be made yet: what it needs is not there, or does not work.

Source: ``k8s.io/kubernetes/pkg/kubelet`` (v1.36) for the reasons and the words.
"""

from typing import final

from kubeobj.errors import KubeobjError


class PodFault(KubeobjError):
    """Something that a pod needs is not there, or does not work; later it may.

    Attributes:
        reason: Why, in one word, as events and container states show it.
        message: Why, in a sentence in the kubelet's words; never with anything secret in it.
    """

    reason: str = "FailedSync"

    def __init__(self, message: str, *, reason: str = "") -> None:
        """Say why, in a sentence; a *reason* other than that of the class in one word."""
        super().__init__(message)
        self.message: str = message
        if reason:
            self.reason = reason


@final
class ConfigFault(PodFault):
    """A container cannot be described: a key, an object or a number of a user is missing."""

    reason = "CreateContainerConfigError"


@final
class MountFault(PodFault):
    """A volume cannot be set up; nothing half-written of it is left."""

    reason = "FailedMount"


@final
class SourceFault(PodFault):
    """An object that a pod names is not there, or cannot be read.

    Attributes:
        is_missing: Whether it is not there, rather than not to be read.
    """

    def __init__(self, message: str, *, is_missing: bool = False) -> None:
        """Say what is missing."""
        super().__init__(message)
        self.is_missing: bool = is_missing
