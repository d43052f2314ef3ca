"""What `kubeobj scale` does: say how many replicas an object is to have, if it is as expected.

Source: ``k8s.io/kubectl/pkg/scale`` scale.go (v1.36).
"""

from dataclasses import dataclass
from typing import Final, final

from kubeobj.api.errors import Conflict
from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.deadlines import Deadline
from kubeobj.cli.resourceargs import Target
from kubeobj.documents import Wire

_SECONDS: Final = 300.0
"""How long it is tried again while others write."""


@final
@dataclass(frozen=True, slots=True)
class MustBe:
    """How an object must be so that it is scaled.

    Args:
        replicas: How many replicas it is to have now; below 0 for any number.
        version: Its resource version; empty for any.
    """

    replicas: int = -1
    version: str = ""

    @property
    def is_any(self) -> bool:
        """Whether it may be as it likes."""
        return self.replicas < 0 and not self.version

    def check(self, now: Wire) -> None:
        """Let a scale pass that is so.

        Raises:
            CommandFailed: If it is not.
        """
        there = (now.get("spec") or {}).get("replicas", 0)
        if self.replicas >= 0 and there != self.replicas:
            raise CommandFailed(f"Expected replicas to be {self.replicas}, was {there}")
        found = now["metadata"].get("resourceVersion", "")
        if self.version and found != self.version:
            raise CommandFailed(f"Expected resource version to be {self.version}, was {found}")


def scale(reach: Reach, target: Target, replicas: int, must_be: MustBe, *, dry_run: str) -> None:
    """Say how many replicas an object is to have.

    What must be so is so when it is written: if others write in between, it is looked at anew.

    Args:
        reach: The cluster.
        target: The object.
        replicas: How many.
        must_be: How it must be.
        dry_run: ``none``, ``client`` or ``server``.

    Raises:
        CommandFailed: If its kind does not scale, or it is not as it must be.
        ApiError: If the server refuses.
    """
    if target.resource.subresource("scale") is None:
        raise CommandFailed(f"cannot scale {target.title}: the kind does not scale")
    path = reach.path(target.resource, target.namespace, target.name, "scale")
    deadline = Deadline(_SECONDS)
    while True:
        now = reach.ask("GET", path)
        must_be.check(now)
        if dry_run == "client":
            return
        change: Wire = {"spec": {"replicas": replicas}}
        if not must_be.is_any:
            change["metadata"] = {"resourceVersion": now["metadata"]["resourceVersion"]}
        try:
            reach.write(
                *("PATCH", path, change),
                media="application/merge-patch+json",
                dry_run=dry_run == "server",
            )
        except Conflict:
            if must_be.is_any or deadline.is_past:
                raise
            deadline.pause()
        else:
            return
