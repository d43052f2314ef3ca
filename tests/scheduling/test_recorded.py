"""What Kubernetes' own scheduler answers, line by line."""

from typing import Any

import pytest

from kubeobj.scheduling.placer import Decision
from kubeobj.scheduling.plugins.schedulinggates import SchedulingGates
from kubeobj.scheduling.preemption import rejection_at
from kubeobj.scheduling.records import PodRecord, record_of
from tests.golden import golden
from tests.scheduling.recorded import NOW, World, best_of, told, world_of

CASES = golden("scheduling")
WITHOUT_EFFECT = "DynamicResources"
"""Always 0 where it is recorded."""


def _verdicts(world: World, decision: Decision) -> dict[str, dict[str, str]]:
    """Return who objects to each node, and how."""
    evaluation, nodes = decision.evaluation, world.snapshot.nodes
    found = {}
    for slot in nodes.slots.tolist():
        name = nodes.at(slot).name
        if decision.among is not None and slot not in decision.among:
            plugins = ",".join(decision.confined_by)
            found[name] = {"plugin": plugins, "code": "UnschedulableAndUnresolvable"}
        elif evaluation.failed[slot]:
            order, detail = int(evaluation.failed[slot]), int(evaluation.detail[slot])
            rejection = rejection_at(evaluation, order, detail)
            found[name] = {"plugin": rejection.plugin, "code": rejection.code.value}
    return found


def _names(world: World, slots: Any) -> list[str]:
    return sorted(world.snapshot.nodes.at(slot).name for slot in slots.tolist())


def _check_placement(case: dict[str, Any], world: World, decision: Decision) -> None:
    if decision.rejection is not None:
        assert case["prefilter"] == {
            "plugin": decision.rejection.plugin,
            "code": decision.rejection.code.value,
        }
        assert (case["feasible"], case["infeasible"]) == ([], {})
        return
    assert "code" not in case.get("prefilter", {})
    if case.get("nominated_node_used"):
        assert decision.is_nominee
        assert [world.snapshot.nodes.at(decision.slot).name] == case["feasible"]
        return
    assert not decision.is_nominee
    assert _names(world, decision.feasible) == case["feasible"]
    assert _verdicts(world, decision) == case["infeasible"]


def _check_scores(case: dict[str, Any], world: World, decision: Decision) -> None:
    nodes, at = world.snapshot.nodes, decision.feasible
    scores = decision.evaluation.scores(at)
    totals = decision.evaluation.totals(at).tolist()
    best = max(totals)
    for position, slot in enumerate(at.tolist()):
        expected = case["scores"][nodes.at(slot).name]
        plugins = {name: n for name, n in expected["plugins"].items() if name != WITHOUT_EFFECT}
        found = {name: int(values[position]) for name, values in scores.items()}
        for name in sorted({*plugins, *found}):
            assert found.get(name, 0) == plugins.get(name, 0), name
        assert totals[position] == expected["total"]
        if slot == decision.slot:
            assert totals[position] == best


def _check_preemption(case: dict[str, Any], world: World, record: PodRecord) -> None:
    expected = case["preemption"]
    decision = world.placer.decide(record, record.nominated)
    result = world.placer.preempt(record, decision, NOW, record.nominated)
    assert result.is_eligible == expected["eligible"]
    candidates, others = told(result, world)
    assert candidates == expected.get("candidates", [])
    for node, reason in expected.get("not_candidates", {}).items():
        assert others[node]["plugin"] == reason.get("plugin", "")
        if "code" in reason and "plugin" in reason:
            assert others[node]["code"] == reason["code"]
    assert set(others) == set(expected.get("not_candidates", {}))
    assert best_of(result) == sorted(
        expected.get("nominated_any") or filter(None, [expected.get("nominated")])
    )
    assert (result.best is not None) == (expected["status"] == "Success")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_recorded(case: dict[str, Any]) -> None:
    """Feasible nodes, who objects to the others, scores, and who would have to go."""
    world = world_of(case)
    record = record_of(case["pod"], world.snapshot.templates, incoming=True)
    held = SchedulingGates().pre_enqueue(record)
    if held is not None:
        assert case["pre_enqueue"] == {"plugin": held.plugin, "code": held.code.value}
        return
    assert "pre_enqueue" not in case
    decision = world.placer.decide(record, record.nominated)
    _check_placement(case, world, decision)
    if "error" in case:
        assert case["error"] == {"point": "prescore"}
        assert decision.evaluation.bad_score
    elif "scores" in case and not decision.is_nominee:
        _check_scores(case, world, decision)
    if "preemption" in case:
        _check_preemption(case, world, record)
