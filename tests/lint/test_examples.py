"""The example manifests: the good ones are clean, each broken one breaks its one rule."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.documents import JsonValue
from kubeobj.lint import RULES, lint, to_sarif
from kubeobj.lint.kinds import KINDS
from kubeobj.lint.subject import Subject
from kubeobj.manifests import Manifest, find_files, read_manifests
from kubeobj.manifests.position import Position, Positions

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
APPLICATIONS = ["database", "guestbook", "jobs", "operator", "shop", "tally"]
BROKEN = sorted(EXAMPLES.joinpath("broken").glob("*.yaml"))


def read(*paths: Path) -> list[Manifest]:
    """Return the manifests of all files below *paths*."""
    return [
        manifest
        for path in find_files(paths)
        for manifest in read_manifests(path.read_bytes(), source=path.name)
    ]


@pytest.mark.parametrize("application", APPLICATIONS)
def test_an_application_is_clean(application: str) -> None:
    """Real applications give no finding at all."""
    manifests = read(EXAMPLES / application)
    assert len(manifests) >= 5
    assert lint(manifests) == ()


def test_all_applications_together_are_clean() -> None:
    """Nor do they disturb one another."""
    manifests = read(*(EXAMPLES / application for application in APPLICATIONS))
    assert lint(manifests) == ()
    services = [one for one in manifests if one.kind == "Service" and one.namespace == "shop"]
    assert len(services) >= 8


def test_examples_are_of_kinds_that_are_known() -> None:
    """Every object but those of the operator's own kind is of a kind the linter knows."""
    manifests = read(*(EXAMPLES / application for application in APPLICATIONS))
    unknown = {one.kind for one in manifests if Subject.of(one).kind is None}
    assert unknown == {"Backup"}


def test_every_application_and_every_rule_has_an_example() -> None:
    """Nothing in the directory goes unread, and no rule unshown."""
    # What is in "simulation" changes one of the applications, and is run by its how-to.
    assert sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()) == sorted(
        [*APPLICATIONS, "broken", "simulation"]
    )
    assert {path.stem for path in BROKEN} == set(RULES)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_a_broken_example_breaks_its_rule_and_no_other(path: Path) -> None:
    """Each file has one finding, of the rule it is named after."""
    (finding,) = lint(read(path))
    assert finding.rule.id == path.stem
    assert finding.advice
    assert finding.location.source == path.name
    assert finding.location.line > 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "a", "In", "Gt", "a b"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["matchLabels", "matchExpressions", "key", "operator", "values", "a"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)
DOCUMENTS = [one.document for one in read(EXAMPLES) if one.kind in {kind.kind for kind in KINDS}]


@given(st.data())
def test_any_object_can_be_checked(data: st.DataObject) -> None:
    """Whatever stands where a selector, a name or labels should be, there is only a finding."""
    documents = data.draw(st.lists(st.sampled_from(DOCUMENTS), min_size=1, max_size=3))
    mutants = [_mutate(data, document) for document in documents]
    manifests = [
        Manifest(mutant, "f.yaml", Positions(mutant, Position(1, 1), dict))
        for mutant in mutants
        if isinstance(mutant, dict)
    ]
    findings = lint(manifests)
    assert list(findings) == sorted(findings, key=lambda one: (one.location, one.rule.id))
    assert to_sarif(findings)["version"] == "2.1.0"


def _mutate(data: st.DataObject, value: JsonValue) -> JsonValue:
    """Return *value* with something else at a random place in it."""
    if not isinstance(value, dict | list) or not value or data.draw(st.integers(0, 5)) == 0:
        return data.draw(VALUES)
    if isinstance(value, dict):
        key = data.draw(st.sampled_from(sorted(value)))
        return {**value, key: _mutate(data, value[key])}
    index = data.draw(st.integers(0, len(value) - 1))
    return [*value[:index], _mutate(data, value[index]), *value[index + 1 :]]
