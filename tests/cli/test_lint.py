"""`kubeobj lint`: findings with their lines, exit codes, and the shapes programs read."""

from pathlib import Path

import pytest

from kubeobj.lint import RULES
from tests.cli.answer import Run

BAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: wbe}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: db}}
"""


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a directory with a file of two mistakes, and return the file's path."""
    monkeypatch.chdir(tmp_path)
    path = Path("bad.yaml")
    path.write_text(BAD, encoding="utf-8")
    return path


@pytest.mark.usefixtures("shop")
def test_clean_manifests_say_what_was_checked(kubeobj: Run) -> None:
    """Where there is nothing to find the code is 0, and the summary counts what was read."""
    answer = kubeobj("lint", "-f", "shop.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == "Nothing found in 3 objects of 1 file.\n"


@pytest.mark.usefixtures("bad")
def test_findings_show_place_line_rule_and_advice(kubeobj: Run) -> None:
    """Each finding has its line with a caret, its rule and what to do; the code is 1."""
    answer = kubeobj("lint", "-f", "bad.yaml")
    assert (answer.code, answer.err) == (1, "")
    mismatch, nothing, summary = answer.out.split("\n\n")
    lines = mismatch.split("\n")
    assert lines[0].startswith("bad.yaml:5:13: error: Deployment web ")
    assert lines[0].endswith(" [selector-template-mismatch]")
    assert lines[1:3] == ["    selector: {matchLabels: {app: web}}", "              ^"]
    assert lines[3].startswith("  hint: ")
    assert lines[4] == "  see also: bad.yaml:7:24"
    assert nothing.startswith("bad.yaml:12:18: warning: Service web ")
    assert summary == "1 error, 1 warning in 2 objects of 1 file.\n"


@pytest.mark.usefixtures("bad")
@pytest.mark.parametrize(
    ("options", "code", "found"),
    [
        pytest.param((), 1, {"selector-template-mismatch", "service-selects-nothing"}, id="all"),
        pytest.param(
            ("--rule", "service-selects-nothing"), 1, {"service-selects-nothing"}, id="one rule"
        ),
        pytest.param(
            ("--ignore", "selector-template-mismatch"), 1, {"service-selects-nothing"}, id="ignored"
        ),
        pytest.param(
            ("--fail-on", "error", "--ignore", "selector-template-mismatch"),
            0,
            {"service-selects-nothing"},
            id="only warnings",
        ),
        pytest.param(
            ("--fail-on", "note", "--rule", "missing-name"), 0, set(), id="nothing of the rule"
        ),
    ],
)
def test_rules_and_severity_can_be_chosen(
    kubeobj: Run, options: tuple[str, ...], code: int, found: set[str]
) -> None:
    """Rules limit what is reported, and --fail-on what makes the run fail."""
    answer = kubeobj("lint", "-f", "bad.yaml", "-o", "json", *options)
    assert answer.code == code
    assert {finding["rule"] for finding in answer.json["findings"]} == found


@pytest.mark.usefixtures("bad")
def test_lint_as_json(kubeobj: Run) -> None:
    """The JSON shape holds findings, errors and a summary."""
    answer = kubeobj("lint", "-f", "bad.yaml", "-o", "json")
    assert set(answer.json) == {"findings", "errors", "summary"}
    finding = answer.json["findings"][0]
    assert finding == {
        "rule": "selector-template-mismatch",
        "severity": "error",
        "file": "bad.yaml",
        "line": 5,
        "column": 13,
        "path": "spec.selector",
        "message": finding["message"],
        "advice": finding["advice"],
        "related": [{"file": "bad.yaml", "line": 7, "column": 24}],
    }
    assert answer.json["errors"] == []
    assert answer.json["summary"] == {
        "files": 1,
        "objects": 2,
        "error": 1,
        "warning": 1,
        "note": 0,
    }


def test_a_file_that_is_no_manifest_is_a_finding(kubeobj: Run, bad: Path) -> None:
    """A broken file is found like anything else, and the others are still checked."""
    Path("broken.yaml").write_text("kind: Pod\nkind: Pod\n")
    answer = kubeobj("lint", "-f", "broken.yaml", str(bad), "-o", "json")
    assert answer.code == 1
    found = [(each["file"], each["line"], each["rule"]) for each in answer.json["findings"]]
    assert found == [
        ("bad.yaml", 5, "selector-template-mismatch"),
        ("bad.yaml", 12, "service-selects-nothing"),
        ("broken.yaml", 2, "malformed-manifest"),
    ]
    answer = kubeobj("lint", "-f", "broken.yaml", "--ignore", "malformed-manifest")
    assert (answer.code, answer.out) == (0, "Nothing found in 0 objects of 1 file.\n")


def test_a_finding_behind_the_last_line_has_no_excerpt(kubeobj: Run) -> None:
    """A file that ends too early is reported where it ends, on a line that shows nothing."""
    answer = kubeobj("lint", "-f", "-", stdin=b"a: [1,\n")
    assert answer.code == 1
    first, second, *_ = answer.out.splitlines()
    assert first.startswith("-:2:1: error: ")
    assert second.startswith("  hint: ")


def test_files_of_other_systems_show_their_lines(kubeobj: Run) -> None:
    """A byte order mark and carriage returns are not part of the line that is shown."""
    text = "\ufeffkind: [\r\n}\r\n".encode()
    answer = kubeobj("lint", "-f", "-", stdin=text)
    assert answer.out.splitlines()[1:3] == ["  }", "  ^"]


@pytest.mark.parametrize("output", ["text", "json", "sarif"])
def test_an_unreadable_file_fails_the_run(kubeobj: Run, bad: Path, output: str) -> None:
    """What cannot be read at all is an error with 2, and the others are still checked."""
    answer = kubeobj("lint", "-f", "missing.yaml", str(bad), "-o", output)
    assert (answer.code, answer.err) == (2, "Error: missing.yaml: No such file or directory\n")
    if output == "text":
        assert answer.out.endswith("1 error, 1 warning in 2 objects of 1 file.\n")
    elif output == "json":
        error = {
            "kind": "UnreadableError",
            "message": "No such file or directory",
            "file": "missing.yaml",
        }
        assert answer.json["errors"] == [error]
        assert len(answer.json["findings"]) == 2
    else:
        (run,) = answer.json["runs"]
        (invocation,) = run["invocations"]
        assert invocation["executionSuccessful"] is False
        (notification,) = invocation["toolExecutionNotifications"]
        assert notification["message"]["text"] == "missing.yaml: No such file or directory"
        assert len(run["results"]) == 2


@pytest.mark.usefixtures("bad")
def test_sarif_is_for_code_hosts(kubeobj: Run) -> None:
    """A run in which everything was read is a SARIF log with a result for each finding."""
    answer = kubeobj("lint", "-f", "bad.yaml", "-o", "sarif")
    assert (answer.code, answer.json["version"]) == (1, "2.1.0")
    (run,) = answer.json["runs"]
    assert [result["ruleId"] for result in run["results"]] == [
        "selector-template-mismatch",
        "service-selects-nothing",
    ]
    assert "invocations" not in run


def test_rules_can_be_listed(kubeobj: Run) -> None:
    """Every rule has a line, and an object in JSON; no file is needed."""
    answer = kubeobj("lint", "--list-rules")
    assert (answer.code, answer.err) == (0, "")
    header, *lines = answer.out.splitlines()
    assert header.split() == ["RULE", "SEVERITY", "TITLE"]
    assert {line.split()[0] for line in lines} == {"malformed-manifest", *RULES}
    rules = kubeobj("lint", "--list-rules", "-o", "json").json["rules"]
    assert len(rules) == len(lines)
    assert set(rules[0]) == {"id", "severity", "title", "advice"}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param((), "Give the files to read", id="no files"),
        pytest.param(
            ("--rule", "service-select-nothing", "-f", "-"),
            "No rule is called service-select-nothing: did you mean service-selects-nothing?",
            id="nearly a rule",
        ),
        pytest.param(
            ("--ignore", "x", "-f", "-"),
            "No rule is called x: --list-rules prints them all",
            id="no rule",
        ),
        pytest.param(("--list-rules", "-o", "sarif"), "text or json, not sarif", id="sarif rules"),
    ],
)
def test_misuse(kubeobj: Run, args: tuple[str, ...], message: str) -> None:
    """Misuse gives 2 and says what to do."""
    answer = kubeobj("lint", *args)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
