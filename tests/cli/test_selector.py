"""`kubeobj selector`: the comparisons, their proofs and their exit codes."""

import pytest

from tests.cli.answer import Run


def test_overlap_shows_labels_that_both_match(kubeobj: Run) -> None:
    """Selectors that overlap give 0 and a witness."""
    answer = kubeobj("selector", "overlap", "app=web", "tier in (front)")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == "overlap: an object with app=web,tier=front matches both\n"


def test_overlap_of_empty_selectors_needs_no_labels(kubeobj: Run) -> None:
    """The witness of two empty selectors is an object without labels."""
    answer = kubeobj("selector", "overlap", "", "")
    assert answer.out == "overlap: an object without labels matches both\n"


def test_no_overlap_shows_the_requirements_that_clash(kubeobj: Run) -> None:
    """Selectors that exclude each other give 1, and only the requirements that do so."""
    answer = kubeobj("selector", "overlap", "app=web,tier=front,x", "app in (db,queue),!x,y")
    assert answer.code == 1
    assert answer.out == (
        "no overlap: no object can match both\n"
        "  first    app=web\n"
        "  second   app in (db,queue)\n"
        "  first    x\n"
        "  second   !x\n"
    )


def test_overlap_as_json(kubeobj: Run) -> None:
    """The JSON shape holds the canonical selectors, and a witness or the clashes."""
    answer = kubeobj("selector", "overlap", "app == web", "tier", "-o", "json")
    assert answer.code == 0
    witness = answer.json["witness"]
    assert witness["app"] == "web"
    assert answer.json == {
        "first": "app==web",
        "second": "tier",
        "overlap": True,
        "witness": {"app": "web", "tier": witness["tier"]},
        "clashes": [],
    }
    answer = kubeobj("selector", "overlap", "app=web,app!=x", "!app", "-o", "json")
    assert answer.code == 1
    assert answer.json == {
        "first": "app=web,app!=x",
        "second": "!app",
        "overlap": False,
        "witness": None,
        "clashes": [{"key": "app", "first": ["app=web", "app!=x"], "second": ["!app"]}],
    }


def test_implies_says_yes(kubeobj: Run) -> None:
    """A selector implies a wider one."""
    answer = kubeobj("selector", "implies", "app=web,tier=front", "app in (web,db)")
    assert answer.code == 0
    assert answer.out == "implied: every object that matches the first matches the second\n"


def test_implies_shows_a_counterexample(kubeobj: Run) -> None:
    """Where it does not, labels that only the first matches prove it."""
    answer = kubeobj("selector", "implies", "app=web", "tier!=cache")
    assert answer.code == 1
    assert answer.out == "not implied: an object with app=web,tier=cache matches the first alone\n"


def test_implies_of_a_selector_nothing_can_match(kubeobj: Run) -> None:
    """What no object can match implies anything, and the answer says that this is why."""
    answer = kubeobj("selector", "implies", "a=1,a=2", "b")
    assert answer.code == 0
    assert answer.out == "implied: no object can match the first\n  a=1\n  a=2\n"


def test_implies_as_json(kubeobj: Run) -> None:
    """The JSON shape holds a counterexample, or null."""
    answer = kubeobj("selector", "implies", "app=web", "app=web,tier!=cache", "--output=json")
    assert answer.code == 1
    assert answer.json == {
        "first": "app=web",
        "second": "app=web,tier!=cache",
        "implies": False,
        "counterexample": {"app": "web", "tier": "cache"},
    }
    answer = kubeobj("selector", "implies", "app=web", "app", "--output", "json")
    assert (answer.code, answer.json["counterexample"]) == (0, None)


def test_simplify_prints_the_selector_alone(kubeobj: Run) -> None:
    """What is printed can be used as a selector by a script."""
    answer = kubeobj("selector", "simplify", "app in (web),app!=db,app")
    assert (answer.code, answer.out, answer.err) == (0, "app=web\n", "")


def test_simplify_prints_no_selector_where_none_can_match(kubeobj: Run) -> None:
    """An unsatisfiable selector gives 1, and the reason goes where no script reads it."""
    answer = kubeobj("selector", "simplify", "a>4,a<5,b")
    assert (answer.code, answer.out) == (1, "")
    assert answer.err == "no object can match\n  a>4\n  a<5\n"


def test_simplify_as_json(kubeobj: Run) -> None:
    """The JSON shape says whether any object can match."""
    answer = kubeobj("selector", "simplify", "a in (x), a", "-o", "json")
    assert answer.code == 0
    assert answer.json == {
        "selector": "a in (x),a",
        "satisfiable": True,
        "simplified": "a=x",
        "clashes": [],
    }
    answer = kubeobj("selector", "simplify", "a,!a", "-o", "json")
    assert answer.code == 1
    assert answer.json == {
        "selector": "a,!a",
        "satisfiable": False,
        "simplified": None,
        "clashes": [{"key": "a", "requirements": ["a", "!a"]}],
    }


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(("overlap", "app in web", "b"), id="overlap"),
        pytest.param(("implies", "b", "app in web"), id="implies"),
        pytest.param(("simplify", "app in web"), id="simplify"),
        pytest.param(("explain", "app in web", "--labels", "a=b"), id="explain"),
    ],
)
def test_a_bad_selector_is_misuse(kubeobj: Run, args: tuple[str, ...]) -> None:
    """A selector that cannot be read gives 2 and a caret; with JSON, an error object too."""
    caret = (
        "Error: found \"web\", expected '('\n"
        "  app in web\n"
        "         ^\n"
        "hint: a set of values is in parentheses: in (web)\n"
    )
    answer = kubeobj("selector", *args)
    assert (answer.code, answer.out, answer.err) == (2, "", caret)
    answer = kubeobj("selector", *args, "-o", "json")
    assert (answer.code, answer.err) == (2, caret)
    assert answer.json == {
        "errors": [
            {
                "kind": "SelectorSyntaxError",
                "message": "found \"web\", expected '('",
                "text": "app in web",
                "position": 7,
                "hint": "a set of values is in parentheses: in (web)",
                "found": "web",
                "expected": ["'('"],
            }
        ]
    }


def test_an_invalid_selector_lists_every_rule_it_breaks(kubeobj: Run) -> None:
    """The JSON form of an invalid selector has one entry with a position for each mistake."""
    answer = kubeobj("selector", "simplify", "-o", "json", "--", "-a=b,c=_")
    assert answer.code == 2
    (error,) = answer.json["errors"]
    assert error["kind"] == "SelectorInvalidError"
    assert [(each["position"], each["value"]) for each in error["errors"]] == [(0, "-a"), (7, "_")]
    assert {"path", "type", "value", "detail", "rule", "position"} == set(error["errors"][0])
