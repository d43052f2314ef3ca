"""Who has what is settled by the API, however late a cache is."""

from typing import Any

import pytest

from kubeobj.controllers.adoption import Adoption, OwnerGone
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from tests.controllers.running import POD, Running, owned_by

LABELS = {"app": "web"}
WEB = Selector.from_labels(LABELS)
FINALIZER = "example.com/counted"


class Claiming:
    """A replica set, pods, and what one knows of them who looked once."""

    def __init__(self, **options: Any) -> None:
        self.world = Running()
        spec: Wire = {
            "selector": {"matchLabels": LABELS},
            "template": {"metadata": {"labels": LABELS}, "spec": POD},
        }
        self.spec = spec
        self.owner = self.world.create("apps/v1/ReplicaSet", "web", spec=spec)
        self._pods = self.world.manager.informer("pods")
        self.adoption = Adoption(
            self.world.manager.client, "replicasets.apps", "pods", self._pods.cache, **options
        )

    def pod(self, name: str, labels: dict[str, str], **metadata: Any) -> Wire:
        """Create a pod."""
        return self.world.create("Pod", name, metadata={"labels": labels, **metadata}, spec=POD)

    def look(self) -> None:
        """Read what there is."""
        self.world.manager.read()

    def claim(self, **changed: Any) -> list[str]:
        """Return the names of the pods that the replica set has."""
        owner = {**self.owner, "metadata": {**self.owner["metadata"], **changed}}
        return sorted(one["metadata"]["name"] for one in self.adoption.claim(owner, WEB))

    def owners(self, name: str) -> list[str]:
        """Return the names of the owners of a pod."""
        metadata = self.world.get("pods", name)["metadata"]
        return [one["name"] for one in metadata.get("ownerReferences") or ()]


def test_orphans_are_adopted_and_others_let_go() -> None:
    """What has another controller is left alone."""
    claiming = Claiming()
    other = claiming.world.create("ConfigMap", "other")
    claiming.pod("orphan", LABELS)
    claiming.pod("stranger", {"app": "db"})
    claiming.pod("taken", LABELS, **owned_by(other, controller=True))
    claiming.pod("own", LABELS, **owned_by(claiming.owner, controller=True))
    claiming.pod("lost", {"app": "db"}, **owned_by(claiming.owner, controller=True))
    claiming.look()
    assert claiming.claim() == ["orphan", "own"]
    assert claiming.owners("orphan") == ["web"]
    assert claiming.owners("stranger") == []
    assert claiming.owners("taken") == ["other"]
    assert claiming.owners("lost") == []


def test_an_owner_that_is_no_controller_is_kept_beside_one() -> None:
    """Letting go and adopting change one reference, and no other."""
    claiming = Claiming()
    other = claiming.world.create("ConfigMap", "other")
    claiming.pod("orphan", LABELS, **owned_by(other))
    claiming.look()
    assert claiming.claim() == ["orphan"]
    assert sorted(claiming.owners("orphan")) == ["other", "web"]


def test_what_is_adopted_may_get_a_finalizer_and_may_be_chosen() -> None:
    """Some count their pods by it, and some take none that has ended."""
    claiming = Claiming(
        finalizers=[FINALIZER], accepts=lambda pod: pod["metadata"]["name"] != "ended"
    )
    claiming.pod("ended", LABELS)
    claiming.pod("orphan", LABELS)
    claiming.look()
    assert claiming.claim() == ["orphan"]
    assert claiming.world.get("pods", "orphan")["metadata"]["finalizers"] == [FINALIZER]
    assert claiming.owners("ended") == []


def test_one_that_is_being_deleted_keeps_what_it_has() -> None:
    """It neither adopts nor lets go; so does what is on its way out not change hands."""
    claiming = Claiming()
    claiming.pod("orphan", LABELS)
    claiming.pod("own", LABELS, **owned_by(claiming.owner, controller=True))
    claiming.pod("lost", {"app": "db"}, **owned_by(claiming.owner, controller=True))
    claiming.look()
    assert claiming.claim(deletionTimestamp="2026-01-01T00:00:00Z") == ["own"]
    assert claiming.world.writes == []


def test_orphans_that_go_are_not_adopted() -> None:
    """They would only be in the way of their owner."""
    claiming = Claiming()
    claiming.pod("going", LABELS, finalizers=[FINALIZER])
    claiming.world.client.delete("pods", "going")
    claiming.look()
    assert claiming.claim() == []
    assert claiming.world.writes == []


@pytest.mark.parametrize("what", ["gone", "another", "going"])
def test_the_api_is_asked_before_anything_is_adopted(what: str) -> None:
    """The cache may not know yet that the owner is no more what it was."""
    claiming = Claiming()
    claiming.pod("orphan", LABELS)
    claiming.look()
    policy: Any = "Foreground" if what == "going" else "Background"
    claiming.world.client.delete("replicasets.apps", "web", propagation_policy=policy)
    if what == "another":
        claiming.world.create("apps/v1/ReplicaSet", "web", spec=claiming.spec)
    with pytest.raises(OwnerGone):
        claiming.claim()
    assert claiming.owners("orphan") == []


def test_a_pod_that_has_gone_or_found_another_meanwhile_is_nobodys_loss() -> None:
    """It is not counted, and nothing is raised."""
    claiming = Claiming()
    other = claiming.world.create("ConfigMap", "other")
    for name in ("gone", "taken"):
        claiming.pod(name, LABELS)
    claiming.look()
    claiming.world.client.delete("pods", "gone", grace_period_seconds=0)
    change = {"metadata": owned_by(other, controller=True)}
    claiming.world.client.patch("pods", "taken", change, type="merge", namespace="default")
    assert claiming.claim() == []
    assert claiming.owners("taken") == ["other"]
