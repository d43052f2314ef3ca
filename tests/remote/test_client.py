"""The client over a socket does what the one in process does: the same tests, on another client."""

from collections.abc import Callable

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Expired, NotFound
from kubeobj.api.kind import Kind, User
from kubeobj.clock import VirtualClock
from kubeobj.models.corev1 import ConfigMap, Pod
from kubeobj.remote.client import RemoteClient
from kubeobj.store.memory import MemoryStore
from tests.api import test_client as reading
from tests.api import test_client_applying as applying
from tests.api import test_client_waiting as waiting
from tests.api.manifests import POD, colours
from tests.remote.conftest import Serve

# What is about how the client in process is made, or what it keeps.
_OF_ITS_OWN = {
    "test_a_fork_goes_on_by_itself",
    "test_a_watch_that_has_lost_something_says_so",
    "test_copies_ask_for_others",
    "test_kinds_of_ones_own_are_served_like_others",
    "test_not_everything_that_was_ever_read_is_kept",
    "test_waiting_lets_time_pass_until_a_condition_is_met",
    "test_waiting_needs_to_know_how_time_passes",
    "test_warnings_are_passed_on_to_who_wants_them",
    "test_what_is_read_again_is_decoded_no_more",
}


def _tests() -> dict[str, Callable[..., None]]:
    return {
        name: test
        for module in (reading, applying, waiting)
        for name, test in vars(module).items()
        if name.startswith("test_") and name not in _OF_ITS_OWN
    }


globals().update(_tests())


def test_the_same_tests_are_run() -> None:
    """All but those that are about the client in process itself."""
    assert len(_tests()) >= 28
    names = {name for module in (reading, applying, waiting) for name in vars(module)}
    assert names >= _OF_ITS_OWN


def test_kinds_of_ones_own_are_found_by_asking(serve: Serve) -> None:
    """With a class of their own or without, patched and applied."""
    kind = Kind(kind=reading.Backup.kind_of(), plural="backups", namespaced=True)
    client = serve(ApiServer(clock=VirtualClock(), kinds=[kind]))
    made = client.create(reading.Backup(metadata={"name": "nightly"}))
    assert (type(made), made.days) == (reading.Backup, 7)
    assert client.get("backups", "nightly").group_version_kind() == reading.Backup.kind_of()
    assert client.patch(reading.Backup, "nightly", {"days": 3}).days == 3
    (applied,) = client.apply(
        {"apiVersion": "example.com/v1", "kind": "Backup", "metadata": {"name": "nightly"}}
    )
    assert applied.at("days") == 3


def test_a_watch_that_has_lost_something_says_so(serve: Serve, clock: VirtualClock) -> None:
    """It is over then."""
    server = ApiServer(store=MemoryStore(history_limit=3), clock=clock)
    client = serve(server)
    made = client.create(colours())
    version = made.metadata.resource_version
    for number in range(5):
        client.patch(ConfigMap, "colours", {"data": {"sky": str(number)}})
    with pytest.raises(Expired), client.watch(ConfigMap, resource_version=version) as watch:
        watch.poll()


def test_copies_ask_for_others(client: RemoteClient) -> None:
    """In another's name, with their rights alone, and another namespace."""
    client.create(colours())
    nobody = client.with_user("nobody")
    assert nobody.user == User("nobody", ("system:authenticated",))
    with pytest.raises(PermissionError, match="nobody"):
        nobody.get(ConfigMap, "colours")
    admin = client.with_user(User("root", ("system:masters",)))
    assert admin.get(ConfigMap, "colours").data == colours().data
    with pytest.raises(NotFound):
        client.in_namespace("shop").get(ConfigMap, "colours")


def test_warnings_are_passed_on_to_who_wants_them(serve: Serve, server: ApiServer) -> None:
    """In their own words."""
    told: list[str] = []
    client = serve(server, on_warning=told.append)
    client.create({**POD, "metadata": {"name": "a"}, "colour": "red"})
    assert told == ['unknown field "colour"']


def test_a_watch_can_be_waited_for(client: RemoteClient) -> None:
    """Until something comes, or it is closed."""
    with client.watch(Pod) as watch:
        assert not watch.wait(0.01)
        client.create(Pod.parse(POD))
        assert watch.wait(10)
        assert [event.object.metadata.name for event in watch.poll()] == ["web-0"]
    assert not watch.is_open


def test_what_is_asked_for_again_is_as_it_was(client: RemoteClient, server: ApiServer) -> None:
    """Discovery tells what the server serves, but for the names of stored forms."""
    told = {(one.kind, one.plural, one.verbs, one.subresources) for one in client.resources()}
    served = server.core.scheme.resources
    assert told == {(one.kind, one.plural, one.verbs, one.subresources) for one in served}
