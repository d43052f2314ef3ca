"""`kubeobj selector check`: canonical forms out, complaints with their place beside them."""

import sys

import pytest

from tests.cli.answer import Run
from tests.golden import golden


def test_each_selector_is_printed_as_kubernetes_writes_it(kubeobj: Run) -> None:
    """Valid expressions give 0 and one canonical line each."""
    answer = kubeobj("selector", "check", " tier in (b, a) , app = web ", "x")
    assert (answer.code, answer.out, answer.err) == (0, "app=web,tier in (a,b)\nx\n", "")


def test_one_bad_expression_does_not_hide_the_others(kubeobj: Run) -> None:
    """An invalid expression gives 1 and a caret, and the rest is still checked."""
    answer = kubeobj("selector", "check", "a=b", "a=b,", "c")
    assert (answer.code, answer.out) == (1, "a=b\nc\n")
    assert answer.err == (
        "error: found the end, expected '!' or a label key\n"
        "  a=b,\n"
        "      ^\n"
        "hint: leave out the comma at the end\n"
    )


def test_expressions_come_from_stdin_one_a_line(kubeobj: Run) -> None:
    """Each line is an expression; an empty one is the empty selector; places are line:column."""
    answer = kubeobj("selector", "check", "-", stdin=b"a=b\n\nx in y\nz")
    assert (answer.code, answer.out) == (1, "a=b\n\nz\n")
    assert answer.err.startswith("-:3:6: error: found \"y\", expected '('\n  x in y\n       ^\n")


def test_no_input_is_no_expression(kubeobj: Run) -> None:
    """Empty standard input holds nothing that could be wrong."""
    answer = kubeobj("selector", "check", "-")
    assert (answer.code, answer.out, answer.err) == (0, "", "")


def test_check_as_json(kubeobj: Run) -> None:
    """The JSON shape has one result for each expression, with its line or null."""
    answer = kubeobj("selector", "check", "b,a", "-", "-o", "json", stdin=b"a=\n!\n")
    assert (answer.code, answer.err) == (1, "")
    error = answer.json["results"][2].pop("error")
    assert (error["kind"], error["position"]) == ("SelectorSyntaxError", 1)
    assert answer.json == answer.json | {"valid": False}
    assert answer.json["results"][:2] == [
        {"text": "b,a", "line": None, "valid": True, "canonical": "a,b", "error": None},
        {"text": "a=", "line": 1, "valid": True, "canonical": "a=", "error": None},
    ]
    assert set(answer.json["results"][2]) == {"text", "line", "valid", "canonical", "error"}


def test_undecodable_stdin_is_one_line(kubeobj: Run) -> None:
    """Bytes that are not UTF-8 give 2 and name the line they are on."""
    answer = kubeobj("selector", "check", "-", stdin=b"a=b\nc\xff=d\n")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "Error: -: line 2 is not UTF-8 text\n"
    answer = kubeobj("selector", "check", "-", "-o", "json", stdin=b"\xff")
    assert answer.json == {
        "errors": [{"kind": "UnreadableError", "message": "line 1 is not UTF-8 text", "file": "-"}]
    }


def test_closed_stdin_is_one_line(kubeobj: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process without standard input says so."""
    monkeypatch.setattr("io.TextIOWrapper", lambda _: None)
    answer = kubeobj("selector", "check", "-")
    assert sys.stdin is None
    assert (answer.code, answer.err) == (2, "Error: -: standard input is closed\n")


def test_huge_stdin_is_refused_by_name(kubeobj: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the limit is refused, and the limit is in the message."""
    monkeypatch.setattr("kubeobj.cli.inputs.LINES_BYTES", 10)
    answer = kubeobj("selector", "check", "-", stdin=b"a=b\n" * 3)
    assert (answer.code, answer.err) == (2, "Error: -: more than the limit of 10 bytes\n")
    assert kubeobj("selector", "check", "-", stdin=b"a=b\n" * 2).code == 0


def test_a_missing_expression_is_misuse(kubeobj: Run) -> None:
    """Without an expression there is nothing to check."""
    answer = kubeobj("selector", "check")
    assert answer.code == 2
    assert "Missing argument 'EXPR...'" in answer.err


def test_surrogates_from_the_command_line_can_be_printed(kubeobj: Run) -> None:
    """An argument that is not UTF-8 is refused like any bad selector, in text and in JSON."""
    argument = b"a=\xff".decode("utf-8", "surrogateescape")
    answer = kubeobj("selector", "check", argument)
    assert answer.code == 1
    assert "\\udcff" in answer.err
    answer = kubeobj("selector", "check", argument, "-o", "json")
    assert answer.json["results"][0]["text"] == "a=\udcff"


@pytest.mark.parametrize("valid", [True, False])
def test_answers_are_those_of_kubernetes(kubeobj: Run, valid: bool) -> None:
    """Every recorded selector of one line is accepted, and printed, or refused as recorded."""
    lines = [
        each for each in golden("selectors") if each["ok"] is valid and "\n" not in each["input"]
    ]
    text = "".join(f"{each['input']}\n" for each in lines)
    answer = kubeobj("selector", "check", "-", "-o", "json", stdin=text.encode("utf-8"))
    assert answer.code == (0 if valid else 1)
    wrong = [
        (line["input"], result)
        for line, result in zip(lines, answer.json["results"], strict=True)
        if (result["valid"], result["canonical"]) != (valid, line.get("canonical"))
    ]
    assert wrong == []
