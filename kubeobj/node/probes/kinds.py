"""The three questions that containers are asked.

Source: Kubernetes documentation, Liveness, Readiness, and Startup Probes (v1.36).
"""

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias, final


@final
class ProbeKind(Enum):
    """What a probe asks: the value is its field in a container."""

    STARTUP = "startupProbe"
    LIVENESS = "livenessProbe"
    READINESS = "readinessProbe"

    @property
    def title(self) -> str:
        """Its name in events: ``Startup``."""
        return self.value.removesuffix("Probe").capitalize()


Findings: TypeAlias = Mapping[tuple[str, ProbeKind], bool]
"""What probes have found: by the id of a container and what was asked, whether it is so.

What has not been found yet is not in it.
"""
