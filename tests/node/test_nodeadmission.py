"""What a node cannot keep, it refuses: a pod that relies on it must not run without."""

from pathlib import Path

import pytest

from kubeobj.node import apparmor
from tests.node.agentworld import NODE, AgentWorld, Document

STRICT = {"supplementalGroupsPolicy": "Strict"}


def node(*, strict_groups: bool) -> Document:
    """Return a node that says whether it can keep pods to the groups that they name."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": NODE},
        "status": {"features": {"supplementalGroupsPolicy": strict_groups}},
    }


def outcome(world: AgentWorld, name: str) -> tuple[str, str, str]:
    """Return what has become of a pod: its phase, and why that is so."""
    status = world.status(name)
    return status["phase"], status.get("reason", ""), status.get("message", "")


@pytest.mark.parametrize("strict_groups", [False, True])
def test_groups_are_kept_to_or_the_pod_is_refused(*, strict_groups: bool) -> None:
    world = AgentWorld(node=node(strict_groups=strict_groups))
    world.create(name="strict", securityContext=STRICT)
    world.create(name="merged", securityContext={"supplementalGroupsPolicy": "Merge"})
    world.settle()
    assert outcome(world, "merged") == ("Running", "", "")
    assert outcome(world, "strict") == (
        ("Running", "", "")
        if strict_groups
        else (
            "Failed",
            "SupplementalGroupsPolicyNotSupported",
            "SupplementalGroupsPolicy=Strict is not supported in this node",
        )
    )


@pytest.mark.parametrize(
    ("enabled", "profile", "is_taken"),
    [
        ("Y\n", {"type": "RuntimeDefault"}, True),
        ("N\n", {"type": "RuntimeDefault"}, False),
        (None, {"type": "Localhost", "localhostProfile": "mine"}, False),
        (None, {"type": "Unconfined"}, True),
    ],
)
def test_a_profile_of_apparmor_needs_apparmor(
    enabled: str | None,
    profile: Document,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    is_taken: bool,
) -> None:
    kernel = tmp_path / "enabled"
    monkeypatch.setattr(apparmor, "_ENABLED", kernel)
    if enabled is not None:
        kernel.write_text(enabled)
    world = AgentWorld(node=node(strict_groups=False))
    world.create({"name": "a", "securityContext": {"appArmorProfile": profile}})
    world.settle()
    assert outcome(world, "p") == (
        ("Running", "", "")
        if is_taken
        else ("Failed", "AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host")
    )
