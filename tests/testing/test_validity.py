"""Whatever strategies draw keeps the rules, and nothing that is drawn is thrown away."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis.statistics import collector
from hypothesis.strategies import SearchStrategy

from kubeobj.errors import FieldPath, SelectorInvalidError
from kubeobj.labels.labelselector import validate_label_selector
from kubeobj.labels.requirement import Requirement, parse_integer
from kubeobj.labels.selector import Selector
from kubeobj.meta.annotations import validate_annotations
from kubeobj.meta.duration import Duration
from kubeobj.meta.intorstring import IntOrString
from kubeobj.meta.metarules import validate_object_meta, validate_owner_references
from kubeobj.meta.quantity import Quantity
from kubeobj.meta.timestamps import MicroTime, Time
from kubeobj.meta.wirevalue import WireValue
from kubeobj.names import (
    is_label_key,
    is_label_value,
    validate_dns1035_label,
    validate_dns1035_label_prefix,
    validate_dns1123_label,
    validate_dns1123_label_prefix,
    validate_dns1123_subdomain,
    validate_dns1123_subdomain_prefix,
    validate_path_segment_name,
    validate_qualified_name,
)
from kubeobj.testing import strategies as kst
from tests.testing.server import is_broken_so, is_taken


def is_valid_label_set(labels: dict[str, str]) -> bool:
    """Return whether an object can have *labels*."""
    return all(is_label_key(key) and is_label_value(labels[key]) for key in labels)


def is_object_name(name: str) -> bool:
    """Return whether every rule for names takes *name*."""
    rules = (
        validate_dns1035_label,
        validate_dns1123_label,
        validate_dns1123_subdomain,
        validate_path_segment_name,
    )
    return not any(rule(name) for rule in rules)


def is_generate_name(base: str) -> bool:
    """Return whether every rule for the beginning of a name takes *base*."""
    rules = (
        validate_dns1035_label_prefix,
        validate_dns1123_label_prefix,
        validate_dns1123_subdomain_prefix,
    )
    return not any(rule(base) for rule in rules)


def reads_back(value: WireValue) -> bool:
    """Return whether the JSON of *value* means it."""
    return type(value).from_json(value.to_json()) == value


def is_overlap(drawn: kst.Overlap) -> bool:
    """Return whether the two selectors match the labels, requirement by requirement."""
    requirements = (*drawn.one.requirements, *drawn.other.requirements)
    return all(one.matches(drawn.labels) for one in requirements)


def is_case(drawn: kst.SelectorWithLabels) -> bool:
    """Return whether label sets are on the side of the selector that they are said to be on."""
    sides = (drawn.matching, drawn.not_matching)
    return (
        all(sides)
        and all(map(is_valid_label_set, (*drawn.matching, *drawn.not_matching)))
        and all(drawn.selector.matches(labels) for labels in drawn.matching)
        and not any(drawn.selector.matches(labels) for labels in drawn.not_matching)
    )


def is_selector_text(text: str) -> bool:
    """Return whether *text* means a selector."""
    return isinstance(Selector.parse(text), Selector)


def misses(labels: dict[str, str]) -> bool:
    """Return whether *labels* are outside of ``a in (x,y),b>4``."""
    return labels.get("a") not in {"x", "y"} or (parse_integer(labels.get("b", "")) or 0) <= 4


def pod(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a pod of a spec."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}


def replica_set(template: dict[str, Any]) -> dict[str, Any]:
    """Return what makes pods of a template that has the label app=web."""
    selector = {"matchLabels": {"app": "web"}}
    spec = {"selector": selector, "template": template}
    return {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "a"}, "spec": spec}


# By strategy: what it draws, and what holds of it.
DRAWN: dict[str, tuple[SearchStrategy[Any], Callable[[Any], bool]]] = {
    "api_calls": (
        kst.api_calls(),
        lambda calls: all(is_taken(call.document) for call in calls if call.name),
    ),
    "broken_workloads": (kst.broken_workloads(), is_broken_so),
    "config_maps": (kst.config_maps(), is_taken),
    "cron_jobs": (kst.cron_jobs(), is_taken),
    "daemon_sets": (kst.daemon_sets(), is_taken),
    "deployments": (kst.deployments(), is_taken),
    "jobs": (kst.jobs(), is_taken),
    "pod_specs": (
        kst.pod_specs(restart_policies=["Never", "OnFailure"]),
        lambda spec: spec["restartPolicy"] != "Always" and is_taken(pod(spec)),
    ),
    "pod_templates": (
        kst.pod_templates({"app": "web"}),
        lambda template: (
            template["metadata"]["labels"]["app"] == "web" and is_taken(replica_set(template))
        ),
    ),
    "pods": (kst.pods(), is_taken),
    "replica_sets": (kst.replica_sets(), is_taken),
    "services": (kst.services(), is_taken),
    "stateful_sets": (kst.stateful_sets(), is_taken),
    "workloads": (kst.workloads(), is_taken),
    "annotation_keys": (kst.annotation_keys(), lambda key: not validate_annotations({key: ""})),
    "annotations": (kst.annotations(), lambda drawn: not validate_annotations(drawn)),
    "disjoint_selectors": (
        kst.disjoint_selectors(),
        lambda pair: all(one.is_satisfiable for one in pair),
    ),
    "dns1035_labels": (kst.dns1035_labels(), lambda name: not validate_dns1035_label(name)),
    "dns_labels": (kst.dns_labels(), lambda name: not validate_dns1123_label(name)),
    "dns_subdomains": (kst.dns_subdomains(), lambda name: not validate_dns1123_subdomain(name)),
    "durations": (kst.durations(), lambda drawn: type(drawn) is Duration and reads_back(drawn)),
    "finalizer_names": (
        kst.finalizer_names(),
        lambda name: "/" in name and not validate_qualified_name(name),
    ),
    "generate_names": (kst.generate_names(), is_generate_name),
    "int_or_strings": (
        kst.int_or_strings(),
        lambda drawn: type(drawn) is IntOrString and reads_back(drawn),
    ),
    "label_keys": (kst.label_keys(), is_label_key),
    "label_selector_documents": (
        kst.label_selector_documents(),
        lambda drawn: not validate_label_selector(drawn),
    ),
    "label_selectors": (kst.label_selectors(), lambda drawn: not drawn.validate_rules()),
    "label_sets": (kst.label_sets(), is_valid_label_set),
    "label_values": (kst.label_values(), is_label_value),
    "matching": (
        kst.matching(Selector.parse("a in (x,y),b>4,b notin (5,6),!c,d")),
        lambda labels: labels["a"] in "xy" and int(labels["b"]) > 4 and "c" not in labels,
    ),
    "micro_times": (
        kst.micro_times(),
        lambda drawn: type(drawn) is MicroTime and reads_back(drawn),
    ),
    "namespaces": (kst.namespaces(), lambda name: not validate_dns1123_label(name)),
    "not_matching": (
        kst.not_matching(Selector.parse("a in (x,y),b>4")),
        misses,
    ),
    "object_meta_documents": (
        kst.object_meta_documents(),
        lambda meta: not validate_object_meta(meta, namespaced=True),
    ),
    "object_metas": (
        kst.object_metas(namespaced=False),
        lambda meta: not validate_object_meta(meta.to_document(), namespaced=False),
    ),
    "object_names": (kst.object_names(), is_object_name),
    "overlapping_selectors": (kst.overlapping_selectors(), is_overlap),
    "owner_references": (
        kst.owner_references(),
        lambda owner: not validate_owner_references([owner.to_document()], FieldPath()),
    ),
    "quantities": (
        kst.quantities(allow_negative=False),
        lambda drawn: drawn >= Quantity(0) and reads_back(drawn),
    ),
    "quantity_texts": (
        kst.quantity_texts(),
        lambda text: abs(Quantity(text).as_decimal()) <= 10**21,
    ),
    "requirements": (kst.requirements(), lambda drawn: type(drawn) is Requirement),
    "selector_texts": (kst.selector_texts(), is_selector_text),
    "selectors": (kst.selectors(), lambda selector: len(selector.requirements) <= 4),
    "selectors_matching": (
        kst.selectors_matching({"a": "5", "b": ""}, min_size=1),
        lambda selector: (
            selector.requirements
            and all(one.matches({"a": "5", "b": ""}) for one in selector.requirements)
        ),
    ),
    "selectors_with_labels": (kst.selectors_with_labels(), is_case),
    "faults": (kst.faults(), lambda drawn: hasattr(drawn, "begin") or hasattr(drawn, "concerns")),
    "times": (kst.times(), lambda drawn: type(drawn) is Time and reads_back(drawn)),
    "uids": (kst.uids(), lambda uid: len(uid) == 36 and uid[14] == "4"),
}


def test_every_strategy_is_tested() -> None:
    """No public strategy is left out."""
    assert set(DRAWN) == {name for name in kst.__all__ if name.islower()}


@pytest.mark.parametrize("name", DRAWN)
def test_what_is_drawn_keeps_the_rules_and_is_kept(name: str) -> None:
    """Each value is valid, no health check fails, and not one draw is rejected."""
    strategy, holds = DRAWN[name]

    @settings(phases=[Phase.generate], suppress_health_check=())
    @given(strategy)
    def check(drawn: object) -> None:
        assert holds(drawn), drawn

    statistics: list[dict[str, Any]] = []
    with collector.with_value(statistics.append):
        check()
    cases = [case for run in statistics for case in run["generate-phase"]["test-cases"]]
    statuses = Counter(case["status"] for case in cases)
    assert statuses["valid"] > 0
    # Overruns are Hypothesis' own: variations that it tries and that turn out too long.
    assert set(statuses) <= {"valid", "overrun"}


def test_no_strategy_filters_or_assumes() -> None:
    """Values are valid by construction: there is nothing to reject them with."""
    room = Path(kst.__file__).parent
    sources = {path.name: path.read_text(encoding="utf-8") for path in room.glob("*.py")}
    assert len(sources) > 10
    rejecting = {
        name for name, source in sources.items() if ".filter(" in source or "assume" in source
    }
    assert not rejecting


@given(kst.selector_texts(valid=False))
def test_texts_of_any_words_are_selectors_to_the_grammar(text: str) -> None:
    """Words that break a rule are said to; the syntax is never at fault."""
    with suppress(SelectorInvalidError):
        Selector.parse(text)


@given(kst.quantity_texts(canonical=True))
def test_canonical_quantities_are_written_as_they_are_read(text: str) -> None:
    """Canonical text is what the quantity prints, and loses nothing."""
    quantity = Quantity(text)
    assert str(quantity) == text
    assert quantity == Quantity(quantity.as_decimal())
