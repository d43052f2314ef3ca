"""What holds in any cluster: the same as the plain reference says, however one got there."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.scheduling.preemption import rejection_at
from kubeobj.scheduling.records import record_of
from tests.scheduling.clusters import clusters
from tests.scheduling.recorded import NOW, World, best_of, told, world_of
from tests.scheduling.reference.answer import answer


def _answered(world: World, pod: dict[str, Any]) -> dict[str, Any]:
    """Return what a world says of a pod, in the form of a recorded line."""
    snapshot = world.snapshot
    record = record_of(pod, snapshot.templates, incoming=True)
    decision = world.placer.decide(record)
    assert decision.rejection is None
    evaluation, nodes = decision.evaluation, snapshot.nodes
    names = {slot: nodes.at(slot).name for slot in nodes.slots.tolist()}
    at = decision.feasible
    found: dict[str, Any] = {"feasible": sorted(names[slot] for slot in at.tolist())}
    found["infeasible"] = {}
    for slot, name in names.items():
        if evaluation.failed[slot]:
            order, detail = int(evaluation.failed[slot]), int(evaluation.detail[slot])
            rejection = rejection_at(evaluation, order, detail)
            found["infeasible"][name] = {"plugin": rejection.plugin, "code": rejection.code.value}
    totals = evaluation.totals(at).tolist() if len(at) else []
    found["totals"] = dict(zip([names[slot] for slot in at.tolist()], totals, strict=True))
    if len(at):
        by_plugin = evaluation.scores(at)
        assert sum(by_plugin.values()).tolist() == totals
        chosen = names[decision.slot]
        assert len(at) == 1 or found["totals"][chosen] == max(totals)
    else:
        assert decision.slot == -1
        result = world.placer.preempt(record, decision, NOW)
        found["candidates"], _ = told(result, world)
        found["nominated"] = best_of(result)
    return found


def _expected(case: dict[str, Any]) -> dict[str, Any]:
    """Return what the reference says of it."""
    expected = answer(case)
    assert "error" not in expected
    found: dict[str, Any] = {key: expected[key] for key in ("feasible", "infeasible")}
    found["totals"] = {name: one["total"] for name, one in expected.get("scores", {}).items()}
    if not expected["feasible"]:
        preemption = expected["preemption"]
        found["candidates"] = preemption.get("candidates", [])
        best = preemption.get("nominated_any") or filter(None, [preemption.get("nominated")])
        found["nominated"] = sorted(best)
    return found


@given(clusters())
def test_as_the_reference_says(case: dict[str, Any]) -> None:
    """Feasible nodes, who objects to the others, scores, and who would have to go."""
    assert _answered(world_of(case), case["pod"]) == _expected(case)


@given(clusters(most_nodes=5, most_pods=8), st.data())
def test_however_one_got_there(case: dict[str, Any], data: st.DataObject) -> None:
    """Nodes and pods come, change and go, and each time the answer is that of a new start."""
    world = World()
    for document in case["objects"]:
        world.put(document)
    nodes: dict[str, Any] = {}
    pods: dict[str, Any] = {}
    events = [("node", one) for one in case["nodes"]] + [("pod", one) for one in case["pods"]]
    for kind, document in data.draw(st.permutations(events)):
        name = document["metadata"]["name"]
        if kind == "node":
            nodes[name] = document
            world.snapshot.put_node(document)
        else:
            pods[name] = document
            world.snapshot.put_pod(document)
        if data.draw(st.integers(0, 3)) == 0:
            _take_something_away(world, nodes, pods, data)
        if nodes and data.draw(st.booleans()):
            world.placer.decide(record_of(case["pod"], world.snapshot.templates, incoming=True))
    if nodes:
        there = {**case, "nodes": list(nodes.values()), "pods": list(pods.values())}
        assert _answered(world, case["pod"]) == _answered(world_of(there), case["pod"])
        assert _answered(world, case["pod"]) == _expected(there)


def _take_something_away(
    world: World, nodes: dict[str, Any], pods: dict[str, Any], data: st.DataObject
) -> None:
    if pods and data.draw(st.booleans()):
        gone = pods.pop(data.draw(st.sampled_from(sorted(pods))))
        metadata = gone["metadata"]
        world.snapshot.discard_pod(f"{metadata['namespace']}/{metadata['name']}")
    elif nodes:
        name = data.draw(st.sampled_from(sorted(nodes)))
        if data.draw(st.booleans()):
            del nodes[name]
            world.snapshot.discard_node(name)
        else:
            nodes[name] = {**nodes[name], "spec": {}}
            world.snapshot.put_node(nodes[name])


@given(clusters(most_nodes=30, most_pods=60))
def test_in_larger_clusters(case: dict[str, Any]) -> None:
    """The same at a size that the recordings do not have."""
    assert _answered(world_of(case), case["pod"]) == _expected(case)
