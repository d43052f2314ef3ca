"""Findings as SARIF 2.1.0."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from kubeobj.errors import FieldPath
from kubeobj.lint import RULES, Finding, Location, Rule, Severity, lint, to_sarif
from kubeobj.manifests import read_manifests

BROKEN = Path(__file__).parents[2] / "docs" / "examples" / "broken"

_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"minLength": 1}}}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "minimum": -1},
        "message": _TEXT,
        "logicalLocations": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"fullyQualifiedName": {"type": "string", "minLength": 1}},
            },
        },
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "additionalProperties": False,
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "additionalProperties": False,
                    "properties": {"uri": {"type": "string", "pattern": "^[!-~]+$"}},
                },
                "region": {
                    "type": "object",
                    "required": ["startLine"],
                    "additionalProperties": False,
                    "properties": {
                        "startLine": {"type": "integer", "minimum": 1},
                        "startColumn": {"type": "integer", "minimum": 1},
                    },
                },
            },
        },
    },
}
# The parts of the specification that the output uses, sections 3.13 to 3.49, and nothing besides.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["executionSuccessful"],
                            "additionalProperties": False,
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["message"],
                                        "additionalProperties": False,
                                        "properties": {"level": _LEVEL, "message": _TEXT},
                                    },
                                },
                            },
                        },
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "additionalProperties": False,
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string", "minLength": 1},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "additionalProperties": False,
                                            "properties": {
                                                "id": {"type": "string"},
                                                "name": {"pattern": "^[A-Za-z]+$"},
                                                "shortDescription": _TEXT,
                                                "help": _TEXT,
                                                "defaultConfiguration": {
                                                    "type": "object",
                                                    "additionalProperties": False,
                                                    "properties": {"level": _LEVEL},
                                                },
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message", "locations"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": _LEVEL,
                                "message": _TEXT,
                                "locations": {"type": "array", "items": _LOCATION, "minItems": 1},
                                "relatedLocations": {
                                    "type": "array",
                                    "uniqueItems": True,
                                    "items": _LOCATION,
                                },
                                "partialFingerprints": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


def findings() -> tuple[Finding, ...]:
    """Return a finding of every rule, in the order of the rules."""
    return tuple(
        finding
        for name in RULES
        for finding in lint(
            read_manifests((BROKEN / f"{name}.yaml").read_bytes(), source=f"{name}.yaml")
        )
    )


def results(*given: Finding) -> list[Any]:
    """Return the results of *given*."""
    return json.loads(json.dumps(to_sarif(given)))["runs"][0]["results"]


def test_the_log_keeps_the_specification() -> None:
    """Findings of every rule, and none at all, make a valid log."""
    assert [finding.rule.id for finding in findings()] == list(RULES)
    for given in (findings(), ()):
        jsonschema.validate(json.loads(json.dumps(to_sarif(given))), SCHEMA)


def test_results_point_at_their_rules() -> None:
    """The index of a result's rule is that of the descriptor with its id."""
    run = json.loads(json.dumps(to_sarif(findings())))["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    for result, finding in zip(run["results"], findings(), strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == finding.rule.id
        assert result["level"] == finding.rule.severity


def finding(source: str = "f.yaml", line: int = 3, message: str = "wrong") -> Finding:
    """Return a finding."""
    rule = Rule("some-rule", "Some rule", Severity.NOTE, "Do it.")
    related = (Location(source, 1, 1),)
    path = FieldPath.of("spec", "selector")
    return Finding(rule, Location(source, line, 5), path, message, "Do this.", related)


def test_a_result_says_all_of_its_finding() -> None:
    """Place, field, message, advice and related places are there, for a rule of others too."""
    (result,) = results(finding())
    assert result["message"]["text"] == "wrong. Do this."
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "f.yaml"},
        "region": {"startLine": 3, "startColumn": 5},
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "spec.selector"}]
    assert result["relatedLocations"][0]["physicalLocation"]["region"]["startLine"] == 1
    assert result["ruleIndex"] == len(RULES)


@pytest.mark.parametrize(
    ("source", "uri"),
    [
        ("a/b c.yaml", "a/b%20c.yaml"),
        ("/a/b.yaml", "file:///a/b.yaml"),
        ("-", "stdin"),
        ("\u00e4.yaml", "%C3%A4.yaml"),
        ("\udcff.yaml", "%FF.yaml"),
        ("a#b%?.yaml", "a%23b%25%3F.yaml"),
    ],
)
def test_files_are_uris(source: str, uri: str) -> None:
    """A path becomes a URI, whatever characters are in it."""
    (result,) = results(finding(source))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_fingerprints_stay_when_lines_move() -> None:
    """The same thing has the same fingerprint on another line; what repeats gets a number."""

    def fingerprints(*given: Finding) -> list[str]:
        return [result["partialFingerprints"]["kubeobj/v1"] for result in results(*given)]

    (one,) = fingerprints(finding(line=3))
    assert fingerprints(finding(line=9)) == [one]
    assert fingerprints(finding(), finding()) == [one, f"{one[:-1]}2"]
    assert fingerprints(finding(message="other")) != [one]
    assert fingerprints(finding("g.yaml")) != [one]


def test_findings_print_as_compilers_do() -> None:
    """File, line and column come first, then what is wrong, then the rule."""
    assert str(finding()) == "f.yaml:3:5: note: wrong [some-rule]"
    assert str(finding().location) == "f.yaml:3:5"
