"""The page of lint rules is the linter's."""

import pytest

from kubeobj.cli.findings import MALFORMED
from kubeobj.errors import ManifestError
from kubeobj.lint import RULES, Rule, lint
from kubeobj.manifests import read_manifests
from tests.docs.pages import blocks, sections

PAGE = "reference/lint-rules.md"


def test_each_rule_has_its_section_in_order() -> None:
    """A rule that is new or renamed needs its section."""
    assert list(sections(PAGE, 3)) == [MALFORMED.id, *RULES]


@pytest.mark.parametrize("rule", [MALFORMED, *RULES.values()], ids=lambda rule: rule.id)
def test_section_says_what_the_rule_says(rule: Rule) -> None:
    """Severity, title and advice are the rule's own."""
    section = sections(PAGE, 3)[rule.id]
    assert section.startswith(f"\n{rule.severity.capitalize()}: {rule.title}.\n")
    assert f"\nWhat to do: {rule.advice}\n" in section


@pytest.mark.parametrize("rule_id", RULES)
def test_example_breaks_the_rule(rule_id: str) -> None:
    """What a section shows is found; an ellipsis stands for more of the same than may be."""
    (example,) = blocks(sections(PAGE, 3)[rule_id], "yaml")
    findings = lint(read_manifests(example.replace("…", "x" * 2**18)))
    assert {finding.rule.id for finding in findings} == {rule_id}


def test_malformed_example_cannot_be_read() -> None:
    """The one rule that the reader itself finds broken."""
    (example,) = blocks(sections(PAGE, 3)[MALFORMED.id], "yaml")
    with pytest.raises(ManifestError):
        read_manifests(example)
