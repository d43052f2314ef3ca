"""Verdicts: what Kubernetes 1.36.2 took has none against it, and what it refused has its causes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.clusterless import SERVER_FIELDS
from kubeobj.api.verdict import Judge
from kubeobj.cli.verdicts import as_written, verdict_findings
from kubeobj.errors import MapKey
from kubeobj.manifests import read_manifests
from kubeobj.testing.strategies import Broken, broken_workloads, services, workloads

FOLDER = Path(__file__).parents[1] / "golden" / "transcripts"
JUDGE = Judge()

_PLACEHOLDERS = {
    r"<ns>": "shop",
    r"<time>": "2026-01-01T00:00:00Z",
    r"<msg>": "text",
    r"<uid:(\d+)>": r"00000000-0000-4000-8000-00000000\1",
    r"<suffix:(\d+)>": r"abcd\1",
    r"<ip:(\d+)>": r"10.0.3.\1",
    r"<l?rv:(\d+)>": r"\1",
}

# What the API takes only because nobody asked it to be strict.
_LAX = {"create_defaults/real-daemonset-07", "create_defaults/real-clusterrole-08"}
# Lists of pods to which a server adds: who applies them again takes that away, and may not.
_ADDED_TO = {"tolerations", "affinity", "topologySpreadConstraints"}
# What hangs on the cluster, or on the request: its networks, and options that are none.
_OF_THE_CLUSTER = {"rejects/service-022", "rejects/service-024", "rejects/service-035"}
_SAID_BY_SERVERS = {f"metadata.{name}" for name in SERVER_FIELDS}


def filled(value: Any) -> Any:
    """Return *value* with something proper for each placeholder."""
    if isinstance(value, dict):
        return {filled(key): filled(part) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part) for part in value]
    if not isinstance(value, str):
        return value
    port = re.fullmatch(r"<port:(\d+)>", value)
    if port:
        return 30000 + int(port[1])
    for pattern, text in _PLACEHOLDERS.items():
        value = re.sub(pattern, text, value)
    return value


def recorded(family: str, status: int) -> Iterator[Any]:
    """Yield each POST of an object that was answered with *status*, and the answer."""
    for line in (FOLDER / f"{family}.jsonl").read_text(encoding="utf-8").splitlines():
        scenario = json.loads(line)
        for step in scenario["steps"]:
            body = step.get("body")
            if step.get("method") == "POST" and step.get("status") == status and body:
                answer = filled(step.get("response"))
                yield pytest.param(filled(body), answer, id=scenario["id"])


def _is_judged(param: Any) -> bool:
    body, answer = param.values
    causes = (answer or {}).get("details", {}).get("causes") or []
    about = {cause.get("field", "") for cause in causes}
    is_option = bool(about & {"fieldValidation", "dryRun", "fieldManager"})
    is_known = isinstance(body, dict) and "kind" in body
    return bool(about - _SAID_BY_SERVERS) and is_known and not is_option


TAKEN = [
    one
    for one in recorded("create_defaults", 201)
    if one.id not in _LAX and "kind" in one.values[0] and isinstance(one.values[1], dict)
]
REFUSED = [
    one for one in recorded("rejects", 422) if _is_judged(one) and one.id not in _OF_THE_CLUSTER
]


@pytest.mark.parametrize(("body", "answer"), TAKEN)
def test_what_was_taken_is_taken(body: dict[str, Any], answer: dict[str, Any]) -> None:
    """A manifest that was created has no error, and neither has what the server made of it."""
    metadata = {**body["metadata"], "namespace": answer["metadata"].get("namespace", "")}
    manifest = {**body, "metadata": metadata}
    verdicts = [JUDGE.judge(manifest), JUDGE.judge(answer)]
    if body["kind"] != "Pod" or not _ADDED_TO & set(body["spec"]):
        verdicts += [JUDGE.judge(manifest, against=there) for there in (manifest, answer)]
    for verdict in verdicts:
        assert verdict.is_known
        assert [str(error) for error in verdict.errors] == []


@pytest.mark.parametrize(("body", "answer"), REFUSED)
def test_what_was_refused_is_found_at_its_causes(
    body: dict[str, Any], answer: dict[str, Any]
) -> None:
    """Every cause that was given is a finding, at the place of its field in a file."""
    (manifest,) = read_manifests(json.dumps(body))
    findings = list(verdict_findings(manifest, JUDGE.judge(body)))
    found = {str(finding.path) for finding in findings}
    assert found >= {cause["field"] for cause in answer["details"]["causes"]}
    for finding in findings:
        _check_place(as_written(body, finding.path).parts, body)


def _check_place(parts: tuple[str | int, ...], here: Any) -> None:
    """Make sure that a path leads on as long as the document does, or ends with a field."""
    for part in parts:
        if isinstance(here, dict):
            assert isinstance(part, str)
            if part not in here:
                assert isinstance(part, MapKey) or "." not in part
                return
            here = here[part]
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            return


@given(st.one_of(workloads(), services()))
def test_what_the_strategies_draw_is_taken(document: dict[str, Any]) -> None:
    """As is its stored form, which is the same again."""
    verdict = JUDGE.judge(document)
    assert (verdict.errors, verdict.warnings) == ((), ())
    assert verdict.stored is not None
    assert JUDGE.judge(verdict.stored).stored == verdict.stored


@given(broken_workloads())
def test_a_mistake_is_named(broken: Broken) -> None:
    """The field that is broken is among the errors."""
    found = {(str(error.path), error.type) for error in JUDGE.judge(broken.document).errors}
    assert (broken.field, broken.type) in found


POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web"},
    "spec": {"containers": [{"name": "web", "image": "nginx"}]},
}
# More than is stored, in parts that are not too long.
HUGE = {**POD, "spec": {"containers": [{"name": "web", "image": "a", "args": ["x" * 1000] * 1700}]}}
CONFIG: dict[str, Any] = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}}
CLASS = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "web"},
    "provisioner": "example.com/disk",
    "parameters": {"a": "b"},
}
LAST = "kubectl.kubernetes.io/last-applied-configuration"


def _exported(document: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {**document, "metadata": {**document["metadata"], "uid": "u", **metadata}}


@pytest.mark.parametrize(
    ("document", "against", "paths"),
    [
        pytest.param(HUGE, None, [""], id="too large"),
        pytest.param(
            {**POD, "spec": {"containers": [{"image": "nginx"}]}},
            POD,
            ["spec.containers[0].name"],
            id="no name to merge by",
        ),
        pytest.param({**CLASS, "parameters": {"$retainKeys": "x"}}, CLASS, [""], id="a directive"),
        pytest.param({**CLASS, "parameters": {"$patch": "x"}}, CLASS, [""], id="no directive"),
        pytest.param(
            {**CLASS, "parameters": {"$setElementOrder/a": "x"}}, CLASS, [""], id="an order"
        ),
        pytest.param(POD, HUGE, [], id="was too large to be there"),
        pytest.param(POD, _exported(HUGE), [], id="what is there could not be stored"),
        pytest.param(POD, {**POD, "apiVersion": "a/b/c"}, [], id="what is there has no version"),
        pytest.param(POD, CONFIG, [], id="of another kind"),
        pytest.param(POD, {**POD, "metadata": 3}, [], id="without metadata"),
        pytest.param(POD, {**POD, "metadata": {"name": "other"}}, [], id="of another name"),
        pytest.param(POD, _exported(POD, annotations={LAST: "{"}), [], id="a broken annotation"),
        pytest.param(POD, _exported(POD, annotations={LAST: "[]"}), [], id="an odd annotation"),
        pytest.param(POD, _exported(POD, annotations=[1]), [], id="odd annotations"),
    ],
)
def test_whatever_is_there_has_a_verdict(
    document: dict[str, Any], against: dict[str, Any] | None, paths: list[str]
) -> None:
    """What cannot be compared with is passed over, and what cannot be applied is said to be so."""
    errors = JUDGE.judge(document, against=against).errors
    assert [str(error.path) for error in errors] == paths
