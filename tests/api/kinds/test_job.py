"""Rules of Jobs."""

import pytest

from kubeobj.api.kinds.job import KIND
from kubeobj.api.kinds.job.indexes import IndexesError, count_indexes, find_common_index
from kubeobj.documents import Wire
from tests.api.kinds.workloads import faults, made, status_faults, update_faults

POD: Wire = {"containers": [{"name": "c", "image": "img:1"}], "restartPolicy": "Never"}
SPEC: Wire = {"template": {"spec": POD}}
INDEXED: Wire = {**SPEC, "completionMode": "Indexed", "completions": 5}
COMPLETE: Wire = {
    "startTime": "2024-01-01T00:00:00Z",
    "completionTime": "2024-01-01T00:01:00Z",
    "conditions": [
        {"type": "SuccessCriteriaMet", "status": "True"},
        {"type": "Complete", "status": "True"},
    ],
}


def _create(spec: Wire, **metadata: Wire) -> tuple[Wire, list[tuple[str, str]]]:
    obj = made(KIND, spec, metadata={"name": "a", "uid": "u", **metadata})
    KIND.prepare_create(obj, None)  # type: ignore[arg-type]
    return obj, faults([*KIND.validate(obj)])


def test_the_api_makes_the_selector() -> None:
    """It is the uid's, and the template gets the labels that it selects by."""
    obj, found = _create(SPEC)
    assert found == []
    assert KIND.complete(obj)
    assert obj["spec"]["selector"]["matchLabels"] == {"batch.kubernetes.io/controller-uid": "u"}
    assert obj["metadata"]["labels"] == obj["spec"]["template"]["metadata"]["labels"]


def test_labels_of_its_own_stay() -> None:
    """Those of the template are only taken where there are none."""
    obj, _ = _create(SPEC, labels={"mine": "yes"})
    assert not KIND.complete(obj)
    assert obj["metadata"]["labels"] == {"mine": "yes"}


def test_a_selector_can_be_made_by_hand() -> None:
    """Whoever says so takes care that it selects the pods."""
    template = {"metadata": {"labels": {"a": "b"}}, "spec": POD}
    spec = {"template": template, "selector": {"matchLabels": {"a": "b"}}, "manualSelector": True}
    obj, found = _create(spec)
    assert found == []
    assert obj["spec"]["template"]["metadata"]["labels"] == {"a": "b"}


def test_labels_that_the_api_makes_cannot_be_others() -> None:
    """A template that has them must have them right."""
    template = {"metadata": {"labels": {"job-name": "other"}}, "spec": POD}
    _, found = _create({"template": template})
    assert found == [("spec.template.metadata.labels[job-name]", "INVALID")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"completionMode": "X"}, [("spec.completionMode", "NOT_SUPPORTED")]),
        ({"managedBy": ""}, [("spec.managedBy", "REQUIRED")]),
        (
            {"managedBy": "example.com/" + "m" * 60},
            [("spec.managedBy", "TOO_LONG")],
        ),
        ({"backoffLimitPerIndex": 1}, [("spec.backoffLimitPerIndex", "INVALID")]),
        (
            {**INDEXED, "completions": None, "parallelism": 100_001},
            [("spec.completions", "REQUIRED"), ("spec.parallelism", "INVALID")],
        ),
        (
            {**INDEXED, "completions": 200_000, "parallelism": 20_000, "backoffLimitPerIndex": 1},
            [("spec.maxFailedIndexes", "REQUIRED"), ("spec.parallelism", "INVALID")],
        ),
        (
            {**INDEXED, "backoffLimitPerIndex": 1, "maxFailedIndexes": 6},
            [("spec.maxFailedIndexes", "INVALID")],
        ),
        (
            {"template": {"spec": {**POD, "restartPolicy": "OnFailure"}}, "podFailurePolicy": {}},
            [("spec.template.spec.restartPolicy", "INVALID")],
        ),
        (
            {"podFailurePolicy": {}, "podReplacementPolicy": "TerminatingOrFailed"},
            [("spec.podReplacementPolicy", "NOT_SUPPORTED")],
        ),
    ],
)
def test_create_rules(change: Wire, expected: list[tuple[str, str]]) -> None:
    """Rules that hold between several fields."""
    assert _create({**SPEC, **change})[1] == expected


RULE = "spec.podFailurePolicy.rules[0]"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            {"action": "FailIndex", "onPodConditions": [{"type": "DisruptionTarget"}]},
            [(f"{RULE}.action", "INVALID")],
        ),
        (
            {"onExitCodes": {"operator": "In", "values": [0, 1, 1], "containerName": "z"}},
            [
                (f"{RULE}.action", "REQUIRED"),
                (f"{RULE}.onExitCodes.containerName", "INVALID"),
                (f"{RULE}.onExitCodes.values[0]", "INVALID"),
                (f"{RULE}.onExitCodes.values[2]", "DUPLICATE"),
            ],
        ),
        (
            {
                "action": "Ignore",
                "onExitCodes": {"operator": "NotIn", "values": [0]},
                "onPodConditions": [{"type": "a b", "status": "Maybe"}],
            },
            [
                (RULE, "INVALID"),
                (f"{RULE}.onPodConditions[0].status", "NOT_SUPPORTED"),
                (f"{RULE}.onPodConditions[0].type", "INVALID"),
            ],
        ),
    ],
)
def test_failure_policies(rule: Wire, expected: list[tuple[str, str]]) -> None:
    """A rule has an action, and either exit codes or conditions."""
    assert _create({**SPEC, "podFailurePolicy": {"rules": [rule]}})[1] == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, [("spec.successPolicy.rules[0]", "REQUIRED")]),
        ({"succeededIndexes": "0,2-4", "succeededCount": 4}, []),
        (
            {"succeededIndexes": "0-5"},
            [("spec.successPolicy.rules[0].succeededIndexes", "INVALID")],
        ),
        (
            {"succeededIndexes": "1-2", "succeededCount": 3},
            [("spec.successPolicy.rules[0].succeededCount", "INVALID")],
        ),
    ],
)
def test_success_policies(rule: Wire, expected: list[tuple[str, str]]) -> None:
    """Indexes are those there are, and counts not more than the indexes."""
    assert _create({**INDEXED, "successPolicy": {"rules": [rule]}})[1] == expected


def test_hosts_of_indexed_pods_have_names() -> None:
    """The name of a Job and an index make the name of a host, which is not long."""
    obj = made(KIND, INDEXED, metadata={"name": "a" * 62, "uid": "u"})
    KIND.prepare_create(obj, None)  # type: ignore[arg-type]
    assert faults([*KIND.validate(obj)]) == [("metadata.name", "INVALID")]


# ---------------------------------------------------------------- update

MANUAL: Wire = {
    "manualSelector": True,
    "selector": {"matchLabels": {"a": "b"}},
    "template": {"metadata": {"labels": {"a": "b"}}, "spec": POD},
}
SUSPENDED: Wire = {**MANUAL, "suspend": True}
REQUESTS: Wire = {"resources": {"requests": {"cpu": "1"}}}
AT_REST: Wire = {
    "conditions": [{"type": "Suspended", "status": "True"}],
    "startTime": "2024-01-01T00:00:00Z",
}


def _with_pod(spec: Wire, **change: Wire) -> Wire:
    template = spec["template"]
    return {**spec, "template": {**template, "spec": {**template["spec"], **change}}}


def _with_requests(spec: Wire) -> Wire:
    return _with_pod(spec, containers=[{**POD["containers"][0], **REQUESTS}])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spec", "status", "is_refused"),
    [
        pytest.param(MANUAL, {}, True, id="not suspended"),
        pytest.param(SUSPENDED, {}, False, id="never started"),
        pytest.param(SUSPENDED, {"startTime": "2024-01-01T00:00:00Z"}, True, id="started"),
        pytest.param(SUSPENDED, AT_REST, False, id="at rest"),
        pytest.param(SUSPENDED, {**AT_REST, "active": 1}, True, id="with pods"),
    ],
)
def test_where_pods_run_changes_while_a_job_has_none(
    spec: Wire, status: Wire, *, is_refused: bool
) -> None:
    """A suspended Job without pods can be sent elsewhere."""
    affinity: Wire = {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}
    new = _with_pod(spec, nodeSelector={"disk": "fast"}, affinity=affinity)
    expected = [("spec.template", "INVALID")] if is_refused else []
    assert update_faults(KIND, new, spec, status=status) == expected


@pytest.mark.parametrize(("status", "is_refused"), [({}, True), (AT_REST, False)])
def test_resources_change_while_a_job_is_at_rest(status: Wire, *, is_refused: bool) -> None:
    """What pods ask for may change once the Job is known to be suspended."""
    expected = [("spec.template", "INVALID")] if is_refused else []
    assert update_faults(KIND, _with_requests(SUSPENDED), SUSPENDED, status=status) == expected


def test_images_never_change() -> None:
    """Nor does anything else that is not about where pods run and what they ask for."""
    new = _with_pod(SUSPENDED, containers=[{"name": "c", "image": "img:2"}])  # type: ignore[arg-type]
    faults = update_faults(KIND, new, SUSPENDED, status=AT_REST)
    assert faults == [("spec.template", "INVALID")]


@pytest.mark.parametrize(
    ("completions", "parallelism", "is_refused"), [(7, 7, False), (7, 3, True), (5, 3, False)]
)
def test_indexed_jobs_are_scaled_as_a_whole(
    completions: int, parallelism: int, *, is_refused: bool
) -> None:
    """Completions change only together with the parallelism."""
    old = {**MANUAL, "completionMode": "Indexed", "completions": 5, "parallelism": 5}
    new = {**old, "completions": completions, "parallelism": parallelism}
    expected = [("spec.completions", "INVALID")] if is_refused else []
    assert update_faults(KIND, new, old) == expected


# ---------------------------------------------------------------- status


@pytest.mark.parametrize(
    ("status", "before", "expected"),
    [
        (COMPLETE, {}, []),
        ({**COMPLETE, "active": 1}, {}, [("status.active", "INVALID")]),
        ({**COMPLETE, "terminating": 1}, {}, [("status.terminating", "INVALID")]),
        (
            {**COMPLETE, "completionTime": "2023-01-01T00:00:00Z"},
            {},
            [("status.completionTime", "INVALID")],
        ),
        (
            {
                "conditions": [{"type": "Failed", "status": "True"}],
                "startTime": COMPLETE["startTime"],
            },
            {},
            [("status.conditions", "INVALID")],
        ),
        ({"startTime": COMPLETE["startTime"]}, COMPLETE, [("status.conditions", "INVALID")] * 2),
        ({"ready": 2, "active": 1}, {}, [("status.ready", "INVALID")]),
        ({"failed": 1}, {"failed": 2}, [("status.failed", "INVALID")]),
        ({"completedIndexes": "0"}, {}, [("status.completedIndexes", "INVALID")]),
        ({"failedIndexes": ""}, {}, [("status.failedIndexes", "INVALID")]),
        (
            {"uncountedTerminatedPods": {"succeeded": ["a", ""], "failed": ["a"]}},
            {},
            [
                ("status.uncountedTerminatedPods.failed[0]", "DUPLICATE"),
                ("status.uncountedTerminatedPods.succeeded[1]", "INVALID"),
            ],
        ),
        ({}, {"startTime": COMPLETE["startTime"]}, [("status.startTime", "REQUIRED")]),
    ],
)
def test_status_rules(status: Wire, before: Wire, expected: list[tuple[str, str]]) -> None:
    """What a status says must go together, and what is over stays over."""
    assert status_faults(KIND, status, before, SPEC) == expected


def test_a_status_that_is_wrong_can_be_written_for_another_reason() -> None:
    """Rules are asked of what changes."""
    before = {**COMPLETE, "active": 1}
    assert status_faults(KIND, {**before, "succeeded": 1}, before, SPEC) == []


def test_indexes_that_have_failed_have_not_completed() -> None:
    """No index is in both lists."""
    spec = {**INDEXED, "backoffLimitPerIndex": 1}
    status = {"completedIndexes": "0,2-3", "failedIndexes": "1,3"}
    assert status_faults(KIND, status, {}, spec) == [("status.failedIndexes", "INVALID")]


@pytest.mark.parametrize("text", ["1,1", "2-2", "3-2", "a", "", "1,,2", "1-2-3", "5", "2-9", "2,1"])
def test_indexes_are_listed_in_order(text: str) -> None:
    """Only the empty text is a list of none."""
    if text:
        with pytest.raises(IndexesError):
            count_indexes(text, 5)
    else:
        assert count_indexes(text, 5) == 0


def test_common_indexes_are_found_between_intervals() -> None:
    """What is no interval is left out."""
    assert find_common_index("0,2-5,x", "1,4-9", 10) == 4
    assert find_common_index("0,2", "1,3", 10) is None
