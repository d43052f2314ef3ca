"""Whatever happens to its pods and to the controller, a job counts each pod once, and ends."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.controllers.jobpods import completion_index
from tests.controllers.jobworld import JobWorld

SPECS = st.fixed_dictionaries(
    {
        "completions": st.integers(1, 4),
        "parallelism": st.integers(1, 3),
        "completionMode": st.sampled_from(["Indexed", "NonIndexed"]),
        "backoffLimit": st.integers(0, 4),
        "podReplacementPolicy": st.sampled_from(["TerminatingOrFailed", "Failed"]),
    }
)
WHAT = st.sampled_from(["succeed", "fail", "delete", "wait", "start", "restart"])
STEPS = st.lists(st.tuples(WHAT, st.integers(0, 5)), max_size=12)


def take(world: JobWorld, step: str, which: int) -> None:
    """Do something to one of the pods that are there, or to the controller."""
    pods = [pod for pod in world.pods() if pod["status"]["phase"] in {"Pending", "Running"}]
    if step == "wait":
        world.advance(1 + which * 7)
    elif step == "restart":
        world.manager.restart()
        world.settle()
    elif pods:
        pod = pods[which % len(pods)]
        if step == "delete":
            world.client.delete("pods", pod["metadata"]["name"], namespace="default")
        elif step == "start" and "nodeName" not in pod["spec"]:
            if "deletionTimestamp" not in pod["metadata"]:
                world.start(pod)
        elif step in {"succeed", "fail"}:
            world.end(pod, int(step == "fail"))
    world.settle()


def check(world: JobWorld, spec: dict[str, Any]) -> None:
    """Hold the pods to what the job asks for."""
    active = [
        pod
        for pod in world.pods()
        if pod["status"]["phase"] in {"Pending", "Running"}
        and "deletionTimestamp" not in pod["metadata"]
    ]
    assert len(active) <= spec["parallelism"]
    if spec["completionMode"] == "Indexed":
        indexes = Counter(map(completion_index, active))
        assert all(count == 1 for count in indexes.values())
        assert all(index is not None and index < spec["completions"] for index in indexes)


@given(spec=SPECS, steps=STEPS, dies_at=st.integers(0, 25))
def test_each_pod_is_counted_once(
    spec: dict[str, Any], steps: list[tuple[str, int]], dies_at: int
) -> None:
    """In the end all pods have succeeded or failed, and as many as were made are counted."""
    world = JobWorld(dies_at_write=dies_at)
    world.job(**spec)
    for step, which in steps:
        take(world, step, which)
        check(world, spec)
    for _ in range(80):
        if {"Complete", "Failed"} & {type_ for type_, _ in world.ending()}:
            break
        for pod in world.pods():
            if pod["status"]["phase"] not in {"Pending", "Running"}:
                continue
            if "deletionTimestamp" in pod["metadata"]:
                world.end(pod, 1)
            else:
                world.end(pod)
        world.settle()
        check(world, spec)
        world.advance(30)
    status = world.status()
    ended = {type_ for type_, _ in world.ending()}
    assert ended & {"Complete", "Failed"}
    assert ("Complete" in ended) == (status.get("succeeded", 0) == spec["completions"])
    assert world.tracked == 0
    made = [write for write in world.writes if write.startswith("create Pod ")]
    # The write before which the controller has died was none.
    died = 0 < dies_at <= len(world.writes) and world.writes[dies_at - 1].startswith("create Pod ")
    assert status.get("succeeded", 0) + status.get("failed", 0) == len(made) - died
    assert status["uncountedTerminatedPods"] == {}
    assert status["terminating"] == 0
    assert "active" not in status
