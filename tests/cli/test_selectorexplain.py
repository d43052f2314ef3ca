"""`kubeobj selector explain`: requirement by requirement, for labels given or found in files."""

from pathlib import Path

import pytest

from tests.cli.answer import Run


def test_labels_that_match(kubeobj: Run) -> None:
    """Labels that match give 0 and a mark for each requirement."""
    answer = kubeobj("selector", "explain", "app=web,tier!=cache", "--labels", "app=web")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        '✓ app=web      app is "web"\n'
        "✓ tier!=cache  tier is absent\n"
        "matches: 2 of 2 requirements met\n"
    )


def test_labels_that_do_not_match(kubeobj: Run) -> None:
    """Labels that do not match give 1 and say which requirement they do not meet."""
    answer = kubeobj("selector", "explain", "tier!=cache,x", "--labels", "tier=cache,x=")
    assert answer.code == 1
    assert answer.out == (
        '✗ tier!=cache  tier is "cache"\n'
        '✓ x            x is ""\n'
        "does not match: 1 of 2 requirements not met\n"
    )


def test_an_object_without_labels_can_be_asked_about(kubeobj: Run) -> None:
    """Empty text is no labels."""
    assert kubeobj("selector", "explain", "!x", "--labels", "").code == 0
    assert kubeobj("selector", "explain", "x", "--labels", "").code == 1


@pytest.mark.usefixtures("shop")
def test_objects_in_files(kubeobj: Run) -> None:
    """Every object is explained with its place; one that matches is enough for 0."""
    answer = kubeobj("selector", "explain", "tier", "-f", "shop.yaml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "shop.yaml:1: deployment.apps/web\n"
        '  ✓ tier  tier is "front"\n'
        "  matches: 1 of 1 requirement met\n"
        "\n"
        "shop.yaml:12: service/web\n"
        "  ✗ tier  tier is absent\n"
        "  does not match: 1 of 1 requirement not met\n"
        "\n"
        "shop.yaml:17: configmap/settings\n"
        "  ✗ tier  tier is absent\n"
        "  does not match: 1 of 1 requirement not met\n"
    )
    assert kubeobj("selector", "explain", "nowhere", "shop.yaml").code == 1


@pytest.mark.usefixtures("shop")
def test_explain_as_json(kubeobj: Run) -> None:
    """The JSON shape is the same for labels and for files, where it names the object too."""
    requirement = {
        "key": "app",
        "operator": "in",
        "values": ["db", "web"],
        "requirement": "app in (db,web)",
        "met": True,
        "value": "web",
        "reason": 'app is "web"',
    }
    result = {
        "object": None,
        "labels": {"app": "web"},
        "matches": True,
        "requirements": [requirement],
    }
    shape = {"selector": "app in (db,web)", "matches": True, "results": [result]}
    answer = kubeobj("selector", "explain", "app in (web,db)", "--labels", "app=web", "-o", "json")
    assert (answer.code, answer.json) == (0, shape)
    answer = kubeobj("selector", "explain", "app in (web,db)", "-f", "shop.yaml", "-ojson")
    service = {
        "file": "shop.yaml",
        "line": 12,
        "apiVersion": "v1",
        "kind": "Service",
        "namespace": "",
        "name": "web",
    }
    assert answer.json["results"][1] == result | {"object": service}
    assert [each["matches"] for each in answer.json["results"]] == [True, True, False]


def test_bad_files_do_not_hide_the_others(kubeobj: Run, shop: Path) -> None:
    """What can be read is explained, and the rest makes the exit code 2."""
    answer = kubeobj("selector", "explain", "app", "-f", "missing.yaml", str(shop))
    assert answer.code == 2
    assert answer.out.startswith("shop.yaml:1: deployment.apps/web\n")
    assert answer.err == "Error: missing.yaml: No such file or directory\n"
    answer = kubeobj("selector", "explain", "app", "-f", "missing.yaml", str(shop), "-o", "json")
    assert answer.code == 2
    assert [error["file"] for error in answer.json["errors"]] == ["missing.yaml"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        pytest.param((), "Give either --labels or files.", id="neither"),
        pytest.param(("--labels", "a=b", "x"), "Give either --labels or files.", id="both"),
        pytest.param(("-f", ""), "A path is empty", id="empty path"),
        pytest.param(("--labels", "a"), "write key=value, with one =", id="no value"),
        pytest.param(("--labels", "a b=c"), "[0].key: Invalid value", id="bad key"),
    ],
)
def test_misuse(kubeobj: Run, args: tuple[str, ...], message: str) -> None:
    """Labels that are none, or come from nowhere or twice, are misuse."""
    answer = kubeobj("selector", "explain", "app", *args)
    assert (answer.code, answer.out) == (2, "")
    assert message in answer.err
