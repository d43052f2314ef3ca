"""What is asked of authorisation, and what it answers.

Source: Kubernetes documentation, Authorization (v1.36).
"""

from dataclasses import dataclass
from typing import final

from kubeobj.api.kind import User


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What somebody wants to do, to an object or to a path that is none.

    Args:
        user: Who.
        verb: What: ``get``, ``list``, ``create``; of a path, the method in lower case.
        group: The API group of the resource.
        version: The API version.
        resource: The plural.
        subresource: The part of the object.
        namespace: In which namespace; empty for the whole cluster.
        name: Of which object; empty where that is not said.
        path: The path, where it is about one and not about a resource; None otherwise.
    """

    user: User
    verb: str = ""
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it may be done.

    Args:
        allowed: Whether.
        reason: Why, or what went wrong on the way.
    """

    allowed: bool
    reason: str = ""
