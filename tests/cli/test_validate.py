"""`kubeobj validate`: what the API would refuse, where it stands, and what it cannot say."""

import json
from pathlib import Path

import jsonschema
import pytest

from kubeobj.cli.findings import MALFORMED
from kubeobj.cli.verdicts import VERDICT_RULES
from tests.cli.answer import Run
from tests.cli.manifests import DEPLOYMENT, found, paths, pod, write
from tests.lint.test_sarif import SCHEMA

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
APPLICATIONS = sorted(path.name for path in EXAMPLES.iterdir() if path.name != "broken")

BAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replica: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: Web
        image: nginx
        ports: [{containerPort: 0}, {containerPort: "80"}]
"""


@pytest.mark.usefixtures("folder")
def test_what_the_api_takes_has_no_finding(kubeobj: Run) -> None:
    """The code is 0, and the summary counts what was read."""
    write("web.yaml", DEPLOYMENT)
    answer = kubeobj("validate", "-f", "web.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == "Nothing found in 1 object of 1 file.\n"


@pytest.mark.usefixtures("folder")
def test_findings_show_place_line_rule_and_advice(kubeobj: Run) -> None:
    """Every mistake is named, of whatever sort, with its line and a caret; the code is 1."""
    write("web.yaml", BAD)
    answer = kubeobj("validate", "-f", "web.yaml")
    assert (answer.code, answer.err) == (1, "")
    unknown, name, port, mistyped, summary = answer.out.split("\n\n")
    *lines, hint = unknown.split("\n")
    assert lines == [
        'web.yaml:5:12: error: unknown field "spec.replica"; is replicas meant? [unknown-field]',
        "    replica: 3",
        "             ^",
    ]
    assert hint.startswith("  hint: Look for a misspelled name")
    assert name.startswith("web.yaml:11:15: error: spec.template.spec.containers[0].name: Invalid ")
    assert port.split("\n")[0] == (
        "web.yaml:13:33: error: spec.template.spec.containers[0].ports[0].containerPort:"
        " Required value [required-field]"
    )
    assert mistyped.startswith(
        "web.yaml:13:53: error: spec.template.spec.containers[0].ports[1].containerPort:"
        ' must be an integer of 32 bits, not "80" [wrong-type]'
    )
    assert summary == "4 errors in 1 object of 1 file.\n"


@pytest.mark.usefixtures("folder")
def test_validate_as_json(kubeobj: Run) -> None:
    """The shape is that of lint, and names what was not checked."""
    backup = {"apiVersion": "example.com/v1", "kind": "Backup", "metadata": {"name": "b"}}
    write("web.yaml", BAD, backup)
    answer = kubeobj("validate", "-f", "web.yaml", "-o", "json")
    assert answer.code == 1
    assert set(answer.json) == {"findings", "errors", "summary", "unchecked"}
    assert answer.json["findings"][0] == {
        "rule": "unknown-field",
        "severity": "error",
        "file": "web.yaml",
        "line": 5,
        "column": 12,
        "path": "spec.replica",
        "message": 'unknown field "spec.replica"; is replicas meant?',
        "advice": answer.json["findings"][0]["advice"],
        "related": [],
    }
    assert answer.json["summary"] == {
        "files": 1,
        "objects": 2,
        "error": 4,
        "warning": 0,
        "note": 0,
    }
    (unchecked,) = answer.json["unchecked"]
    assert (unchecked["kind"], unchecked["name"], unchecked["line"]) == ("Backup", "b", 15)


@pytest.mark.usefixtures("folder")
def test_sarif_is_valid_and_has_the_rules_of_verdicts(kubeobj: Run) -> None:
    """The log keeps the specification, with every rule that could have found something."""
    backup = {"apiVersion": "example.com/v1", "kind": "Backup", "metadata": {"name": "b"}}
    write("web.yaml", BAD, backup)
    answer = kubeobj("validate", "-f", "web.yaml", "-o", "sarif")
    assert answer.code == 1
    jsonschema.validate(answer.json, SCHEMA)
    (run,) = answer.json["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == [MALFORMED.id, *(rule.id for rule in VERDICT_RULES)]
    assert [result["ruleId"] for result in run["results"]] == [
        "unknown-field",
        "invalid-value",
        "required-field",
        "wrong-type",
    ]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    (note,) = invocation["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("Not checked: 1 object ")


@pytest.mark.parametrize("application", APPLICATIONS)
def test_real_applications_are_taken(kubeobj: Run, application: str) -> None:
    """The examples of the docs have no finding."""
    answer = kubeobj("validate", "-f", str(EXAMPLES / application), "-o", "json")
    assert (answer.code, answer.json["findings"]) == (0, [])


@pytest.mark.usefixtures("folder")
def test_other_kinds_are_counted_and_not_checked(kubeobj: Run) -> None:
    """Custom resources are no error; the run says how many nothing can be said of."""
    kinds = {"Backup": "example.com/v1", "Kustomization": "kustomize.config.k8s.io/v1beta1"}
    others = [
        {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}, "spec": {"a": 1}}
        for kind, version in kinds.items()
    ]
    write("all.yaml", DEPLOYMENT, *others, others[0])
    answer = kubeobj("validate", "-f", "all.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "Nothing found in 4 objects of 1 file.\n"
        "Not checked: 3 objects of kinds that are not Kubernetes' own"
        " (Backup.example.com, Kustomization.kustomize.config.k8s.io).\n"
    )


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("version", "kind", "path", "message"),
    [
        pytest.param(
            "extensions/v1beta1",
            "Ingress",
            "apiVersion",
            "serves no Ingress in extensions/v1beta1, but in networking.k8s.io/v1",
            id="a version long gone",
        ),
        pytest.param("v1", "pod", "kind", "serves no pod in v1; is Pod meant?", id="small letters"),
        pytest.param("apps/v1", "Web", "kind", "serves no Web in apps/v1", id="no such kind"),
        pytest.param("a/b/c", "Pod", "apiVersion", "is not an apiVersion", id="no version at all"),
    ],
)
def test_kinds_that_only_kubernetes_could_have_must_exist(
    kubeobj: Run, version: str, kind: str, path: str, message: str
) -> None:
    """A kind of a group without a dot, or of a group that Kubernetes has, is checked."""
    write("x.yaml", {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}})
    answer = kubeobj("validate", "-f", "x.yaml", "-o", "json")
    (finding,) = answer.json["findings"]
    assert (answer.code, finding["path"]) == (1, path)
    assert message in finding["message"]


@pytest.mark.usefixtures("folder")
def test_reviews_are_read_and_not_stored(kubeobj: Run) -> None:
    """Of kinds that are asked and never stored, fields and types are checked."""
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview"}
    write("x.yaml", {**review, "spec": {"user": 3, "usr": "x"}})
    answer = kubeobj("validate", "-f", "x.yaml", "-o", "json")
    assert (answer.code, paths(answer)) == (1, ["spec.user", "spec.usr"])


@pytest.mark.parametrize(
    ("text", "path"),
    [
        pytest.param("kind: Pod\nmetadata: {name: a}\n", "apiVersion", id="no version"),
        pytest.param("apiVersion: v1\nkind: [1]\n", "kind", id="kind is no text"),
        pytest.param("apiVersion: v1\nkind: Pod\nmetadata: x\n", "metadata", id="metadata"),
    ],
)
def test_documents_that_are_no_objects_are_found(kubeobj: Run, text: str, path: str) -> None:
    """What does not say what it is can be judged by nobody."""
    answer = kubeobj("validate", "-f", "-", "-o", "json", stdin=text.encode())
    assert answer.code == 1
    assert [(each["rule"], each["path"]) for each in answer.json["findings"]] == [
        ("no-object", path)
    ]


@pytest.mark.usefixtures("folder")
def test_a_mistyped_value_has_no_findings_in_its_wake(kubeobj: Run) -> None:
    """What is wrong only because a value cannot be read is not said."""
    write("pod.yaml", pod(containers="nginx", nodeName=3, restartPolicy="Sometimes"))
    answer = kubeobj("validate", "-f", "pod.yaml", "-o", "json")
    assert paths(answer) == ["spec.containers", "spec.nodeName", "spec.restartPolicy"]
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
    write("service.yaml", {**service, "spec": {"ports": [{"port": "80"}, {"port": 443}]}})
    answer = kubeobj("validate", "-f", "service.yaml", "-o", "json")
    assert paths(answer) == ["spec.ports[0].name", "spec.ports[0].port", "spec.ports[1].name"]
    write("pod.yaml", {**pod(), "spec": []})
    assert paths(kubeobj("validate", "-f", "pod.yaml", "-o", "json")) == ["spec"]


SECRETS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {colour: 3}
---
apiVersion: v1
kind: Secret
metadata: {name: b}
stringData:
  number: 99887766
---
apiVersion: v1
kind: Secret
metadata: {name: c}
data:
  text: hunter2-plain
---
kind: &kind Secret
apiVersion: v1
metadata: {name: d}
data: hunter2
"""


def test_what_secrets_hold_is_not_shown(kubeobj: Run) -> None:
    """Nor the line that says it; other lines are."""
    answer = kubeobj("validate", "-f", "-", stdin=SECRETS.encode())
    assert "data: {colour: 3}" in answer.out
    for said in ("stringData[number]: must be a string, not <secret", "data[text]: must be base64"):
        assert said in answer.out
    for output in ("text", "json", "sarif"):
        answer = kubeobj("validate", "-f", "-", "-o", output, stdin=SECRETS.encode())
        assert answer.code == 1
        assert "998877" not in answer.out + answer.err
        assert "hunter" not in answer.out + answer.err


def test_a_secret_that_cannot_be_read_is_not_shown(kubeobj: Run) -> None:
    text = "kind: Secret\nstringData:\n  password: hunter2 : x\n"
    for command in ("validate", "lint"):
        answer = kubeobj(command, "-f", "-", stdin=text.encode())
        assert "-:3:" in answer.out
        assert "hunter" not in answer.out + answer.err


@pytest.mark.usefixtures("folder")
def test_generated_names_are_names(kubeobj: Run) -> None:
    """An object with generateName needs no name, and one without either does."""
    write("pod.yaml", {**pod(), "metadata": {"generateName": "web-"}})
    assert kubeobj("validate", "-f", "pod.yaml").code == 0
    write("pod.yaml", {**pod(), "metadata": {}})
    answer = kubeobj("validate", "-f", "pod.yaml", "-o", "json")
    assert found(answer) == [("pod.yaml", 1, "required-field", "metadata.name")]


@pytest.mark.usefixtures("folder")
def test_items_of_lists_are_objects(kubeobj: Run) -> None:
    """Each item is judged, and found at its own place."""
    text = "apiVersion: v1\nkind: List\nitems:\n- {n}\n- {n}\n"
    config = "apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: A}"
    write("list.yaml", text.replace("{n}", config))
    answer = kubeobj("validate", "-f", "list.yaml", "-o", "json")
    assert found(answer) == [
        ("list.yaml", 6, "invalid-value", "metadata.name"),
        ("list.yaml", 9, "invalid-value", "metadata.name"),
    ]
    write("list.yaml", {"apiVersion": "v1", "kind": "PodList", "items": [pod(), pod(nodeName=1)]})
    assert paths(kubeobj("validate", "-f", "list.yaml", "-o", "json")) == ["spec.nodeName"]


@pytest.mark.usefixtures("folder")
def test_warnings_are_shown_at_their_fields_and_fail_on_demand(kubeobj: Run) -> None:
    """What the API takes with a warning makes the run fail only if that is asked for."""
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
    ports = '{"type": "NodePort",\n "ports": [\n  {"port": 80, "nodePort": 80}]}'
    write("web.json", json.dumps(service)[:-1] + f', "spec": {ports}}}')
    answer = kubeobj("validate", "-f", "web.json", "-o", "json")
    assert answer.code == 0
    assert found(answer) == [("web.json", 3, "api-warning", "spec.ports[0].nodePort")]
    assert kubeobj("validate", "-f", "web.json", "--fail-on", "warning").code == 1
    assert kubeobj("validate", "-f", "web.json").out.endswith("1 warning in 1 object of 1 file.\n")


@pytest.mark.usefixtures("folder")
def test_several_files_are_judged_in_one_run(kubeobj: Run) -> None:
    """Findings come in the order of files and lines."""
    write("b.yaml", BAD)
    write("a.yaml", DEPLOYMENT, {**pod(), "metadata": {"name": "A"}})
    answer = kubeobj("validate", "b.yaml", "-f", "a.yaml", "-o", "json")
    assert answer.code == 1
    assert [each[:2] for each in found(answer)] == [
        ("a.yaml", 13),
        ("b.yaml", 5),
        ("b.yaml", 11),
        ("b.yaml", 13),
        ("b.yaml", 13),
    ]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("output", ["text", "json", "sarif"])
def test_files_that_cannot_be_read_fail_the_run(kubeobj: Run, output: str) -> None:
    """They are errors with 2; what can be read is judged all the same."""
    write("web.yaml", BAD)
    answer = kubeobj("validate", "missing.yaml", "web.yaml", "-o", output)
    assert (answer.code, answer.err) == (2, "Error: missing.yaml: No such file or directory\n")
    if output == "json":
        assert [each["file"] for each in answer.json["errors"]] == ["missing.yaml"]
        assert len(answer.json["findings"]) == 4
    elif output == "sarif":
        jsonschema.validate(answer.json, SCHEMA)
        (run,) = answer.json["runs"]
        assert run["invocations"][0]["executionSuccessful"] is False
    else:
        assert answer.out.endswith("4 errors in 1 object of 1 file.\n")


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_no_manifest_is_a_finding(kubeobj: Run) -> None:
    """A broken file is found like anything else; one to compare with makes the run fail."""
    write("broken.yaml", "kind: Pod\nkind: Pod\n")
    write("web.yaml", DEPLOYMENT)
    answer = kubeobj("validate", "broken.yaml", "web.yaml", "-o", "json")
    assert (answer.code, found(answer)) == (1, [("broken.yaml", 2, "malformed-manifest", "")])
    answer = kubeobj("validate", "web.yaml", "--against", "broken.yaml", "-o", "json")
    assert (answer.code, answer.json["findings"]) == (2, [])
    assert [each["kind"] for each in answer.json["errors"]] == ["ManifestError"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param((), "Give the files to read", id="no files"),
        pytest.param(("-f", ""), "A path is empty", id="empty path"),
        pytest.param(("-f", "-", "--against", ""), "A path is empty", id="empty --against"),
        pytest.param(("-f", "-", "--fail-on", "note"), "'note' is not one of", id="severity"),
    ],
)
def test_misuse(kubeobj: Run, args: tuple[str, ...], message: str) -> None:
    """Misuse gives 2 and says what to do."""
    answer = kubeobj("validate", *args)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
