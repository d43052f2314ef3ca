"""The status of a quota says how much is used of it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.errors import Forbidden
from kubeobj.api.kind import Kind
from kubeobj.api.quantities import ZERO
from kubeobj.api.quotausage import is_in_scopes, usage_of
from kubeobj.controllers.resourcequota import ResourceQuotaController
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind
from tests.controllers.running import POD, Running

BACKUP = Kind(
    kind=GroupVersionKind("example.com", "v1", "Backup"), plural="backups", namespaced=True
)


def pod(**requests: str) -> Wire:
    """Return a pod that asks for so much."""
    container = {**POD["containers"][0], "resources": {"requests": requests}}
    return {"containers": [container]}


def quota(world: Running, name: str = "q", *, spec: Wire | None = None, **hard: str) -> None:
    """Make a quota; in its names, two underscores are a slash and one a dot."""
    named = {one.replace("__", "/").replace("_", "."): text for one, text in hard.items()}
    world.create("ResourceQuota", name, spec={"hard": named, **(spec or {})})


def used(world: Running, name: str = "q") -> dict[str, str]:
    """Return what is used of a quota."""
    found: dict[str, str] = world.get("resourcequotas", name)["status"].get("used", {})
    return found


def test_what_is_there_already_is_counted() -> None:
    """All of it, whatever kind it is of, and nothing elsewhere."""
    world = Running(ResourceQuotaController, kinds=[BACKUP])
    world.create("Namespace", "shop", "")
    for namespace in ("default", "shop"):
        world.create("ConfigMap", "a", namespace)
    for name in ("a", "b"):
        world.create("example.com/v1/Backup", name)
        world.create("Pod", name, spec=pod(cpu="250m", memory="1Gi"))
    quota(
        world,
        configmaps="5",
        count__configmaps="5",
        count__backups_example_com="9",
        pods="3",
        requests_cpu="2",
        memory="4Gi",
    )
    world.settle()
    assert used(world) == {
        "configmaps": "1",
        "count/configmaps": "1",
        "count/backups.example.com": "2",
        "pods": "2",
        "requests.cpu": "500m",
        "memory": "2Gi",
    }
    status = world.get("resourcequotas", "q")["status"]
    assert status["hard"] == world.get("resourcequotas", "q")["spec"]["hard"]


def test_what_nobody_uses_is_not_told() -> None:
    """Objects of a kind that is not there, or an amount that no kind has."""
    world = Running(ResourceQuotaController)
    quota(world, count__ghosts_example_com="3", example_com__thing="2", pods="1")
    world.settle()
    assert used(world) == {"pods": "0"}


def test_what_goes_is_free_again_and_what_comes_is_booked_once() -> None:
    """What the API has booked is not written again."""
    world = Running(ResourceQuotaController)
    quota(world, pods="2", requests_cpu="1")
    world.settle()
    writes = len(world.writes)
    for name in ("a", "b"):
        world.create("Pod", name, spec=pod(cpu="500m"))
        world.settle()
    assert used(world) == {"pods": "2", "requests.cpu": "1"}
    assert len(world.writes) == writes
    with pytest.raises(Forbidden):
        world.create("Pod", "c", spec=pod(cpu="500m"))
    world.client.delete("pods", "a")
    world.settle()
    assert used(world) == {"pods": "1", "requests.cpu": "500m"}
    world.client.patch("pods", "b", {"status": {"phase": "Succeeded"}}, type="merge", part="status")
    world.settle()
    assert used(world) == {"pods": "0", "requests.cpu": "0"}


def test_a_quota_that_bounds_something_else() -> None:
    """It is counted anew; what it no longer bounds is no longer told."""
    world = Running(ResourceQuotaController)
    world.create("Secret", "s")
    quota(world, pods="2")
    world.settle()
    hard = {"spec": {"hard": {"pods": None, "secrets": "4"}}}
    world.client.patch("resourcequotas", "q", hard, type="merge")
    world.settle()
    assert used(world) == {"secrets": "1"}
    world.client.delete("resourcequotas", "q")
    world.client.delete("secrets", "s")
    world.settle()
    assert world.names("resourcequotas") == []


def test_quotas_that_count_quotas() -> None:
    """They count themselves, each once."""
    world = Running(ResourceQuotaController)
    quota(world, "a", resourcequotas="5")
    quota(world, "b", resourcequotas="5", count__resourcequotas="5")
    world.settle()
    assert used(world, "a") == {"resourcequotas": "2"}
    assert used(world, "b") == {"resourcequotas": "2", "count/resourcequotas": "2"}
    world.manager.restart()
    world.client.delete("resourcequotas", "a")
    world.settle()
    assert used(world, "b") == {"resourcequotas": "1", "count/resourcequotas": "1"}


@pytest.mark.parametrize(
    ("scope", "count"),
    [("BestEffort", "1"), ("NotBestEffort", "2"), ("Terminating", "1"), ("NotTerminating", "2")],
)
def test_scopes(scope: str, count: str) -> None:
    """Only the pods of its scopes count."""
    world = Running(ResourceQuotaController)
    world.create("Pod", "a", spec=POD)
    world.create("Pod", "b", spec=pod(cpu="1"))
    world.create("Pod", "c", spec=pod(cpu="1") | {"activeDeadlineSeconds": 9})
    quota(world, spec={"scopes": [scope]}, pods="5")
    world.settle()
    assert used(world) == {"pods": count}


def test_a_status_that_somebody_has_spoilt() -> None:
    """It is put right."""
    world = Running(ResourceQuotaController)
    quota(world, pods="2")
    world.settle()
    spoilt = {"status": {"used": {"pods": "7"}}}
    world.client.patch("resourcequotas", "q", spoilt, type="merge", part="status")
    world.settle()
    assert used(world) == {"pods": "0"}


def test_what_no_quota_bounds_costs_nothing() -> None:
    """Objects of other kinds, and in other namespaces, make nobody look."""
    world = Running(ResourceQuotaController)
    world.create("Namespace", "shop", "")
    quota(world, pods="2")
    world.settle()
    before = world.manager.controllers["resourcequota"].metrics.reconciles
    for number in range(5):
        world.create("ConfigMap", f"c{number}")
        world.create("Secret", f"s{number}", "shop")
    world.settle()
    assert world.manager.controllers["resourcequota"].metrics.reconciles == before


@pytest.mark.parametrize("write", range(1, 4))
def test_whenever_it_dies_it_says_the_same(write: int) -> None:
    """What is used is counted again from what is there."""
    world = Running(ResourceQuotaController, dies_at_write=write)
    world.create("Pod", "a", spec=pod(cpu="1"))
    for name in ("p", "q", "r"):
        quota(world, name, pods="5", cpu="5")
    world.settle()
    world.client.delete("pods", "a")
    world.settle()
    found = [used(world, name) for name in ("p", "q", "r")]
    assert found == [{"pods": "0", "cpu": "0"}] * 3


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pod"), st.sampled_from("abcd"), st.sampled_from(["0", "100m", "2"])),
        st.tuples(st.just("secret"), st.sampled_from("abcd"), st.just("")),
        st.tuples(st.just("delete"), st.sampled_from("abcd"), st.sampled_from(["pods", "secrets"])),
        st.tuples(st.just("end"), st.sampled_from("abcd"), st.sampled_from(["Failed", "Running"])),
        st.tuples(st.just("settle"), st.just(""), st.just("")),
        st.tuples(st.just("restart"), st.just(""), st.just("")),
    ),
    max_size=20,
)


@given(STEPS)
def test_the_sum_is_that_of_what_is_there(steps: list[tuple[str, str, str]]) -> None:
    """However objects come, change and go, it is what counting them all says."""
    world = Running(ResourceQuotaController)
    quota(world, pods="9", secrets="9")
    quota(world, "rest", spec={"scopes": ["NotBestEffort"]}, requests_cpu="9", pods="9")
    quota(world, "best", spec={"scopes": ["BestEffort"]}, pods="9")
    for what, name, more in steps:
        _step(world, what, name, more)
    world.settle()
    for one in world.there("resourcequotas"):
        expected = dict.fromkeys(one["spec"]["hard"], ZERO)
        for resource in ("pods", "secrets"):
            for obj in world.there(resource):
                if is_in_scopes(one, resource, obj):
                    for key, amount in usage_of(resource, obj).items():
                        if key in expected:
                            expected[key] += amount
        assert one["status"]["used"] == {key: str(amount) for key, amount in expected.items()}


def _step(world: Running, what: str, name: str, more: str) -> None:
    plural: Any = {"pod": "pods", "secret": "secrets", "end": "pods", "delete": more}.get(what)
    is_there = plural is not None and world.client.exists(plural, name)
    if what == "pod" and not is_there:
        world.create("Pod", name, spec=POD if more == "0" else pod(cpu=more))
    elif what == "secret" and not is_there:
        world.create("Secret", name)
    elif what == "delete" and is_there:
        world.client.delete(more, name)
    elif what == "end" and is_there:
        change = {"status": {"phase": more}}
        world.client.patch("pods", name, change, type="merge", part="status")
    elif what == "settle":
        world.settle()
    elif what == "restart":
        world.manager.restart()
