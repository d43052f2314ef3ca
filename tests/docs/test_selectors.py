"""The pages about selectors have every operator and every token."""

import re
from collections.abc import Callable
from pathlib import Path

from lark.load_grammar import load_grammar

from kubeobj import Operator, Selector
from kubeobj.labels.labelselector import OPERATORS
from tests.docs.pages import DOCS, ROOT, read, sections, table_rows

PAGE = "reference/selectors.md"


def _operators() -> list[list[str]]:
    return table_rows(sections(PAGE, 2)["Operators"])


def test_operators_table_has_every_operator() -> None:
    """One row for each, in the order of the class."""
    assert [row[2].strip("`") for row in _operators()] == list(Operator.__members__)


def test_operators_table_shows_each_as_it_is_written() -> None:
    """The first column parses to the operator of the third."""
    for written, _, name, *_ in _operators():
        (requirement,) = Selector.parse(written.strip("`"))
        assert requirement.operator is Operator[name.strip("`")]


def test_operators_table_names_the_object_form() -> None:
    """The second column has the names that the object form knows."""
    named = {name for row in _operators() for name in re.findall(r"`(\w+)`", row[1])}
    assert named - {"matchLabels"} == set(OPERATORS)


def test_grammar_is_included_and_not_copied() -> None:
    """There is one grammar, and the page shows that file."""
    (path,) = re.findall(r"^```{literalinclude} (\S+)$", read(PAGE), flags=re.MULTILINE)
    assert (DOCS / PAGE).parent.joinpath(path).resolve() == ROOT / "kubeobj/labels/selector.lark"


def test_diagrams_show_every_rule_and_every_word() -> None:
    """What is drawn is the grammar."""
    draw = _draw()
    path = ROOT / "kubeobj/labels/selector.lark"
    drawn = "".join(draw(path, rule) for rule in ("selector", "requirement"))
    texts = set(re.findall(r"<text[^>]*>([^<]*)</text>", drawn))
    assert texts == {
        "requirement", "key", "value", "in", "notin",
        "!", "=", "==", "!=", ">", "&lt;", "(", ")", ",",
    }  # fmt: skip
    grammar, _ = load_grammar(
        path.read_text(encoding="utf-8"), str(path), [], global_keep_all_tokens=False
    )
    rules = {str(name) for name, *_ in grammar.rule_defs}
    assert rules == {"selector", "requirement", "_requirements", "_values", "_list"}


def _draw() -> Callable[[Path, str], str]:
    scope: dict[str, object] = {}
    source = Path(DOCS / "extensions/grammardiagram.py").read_text(encoding="utf-8")
    exec(compile(source, "grammardiagram.py", "exec"), scope)  # noqa: S102 - our own file
    draw: Callable[[Path, str], str] = scope["draw"]  # type: ignore[assignment]
    return draw
