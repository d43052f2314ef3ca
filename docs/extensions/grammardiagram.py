"""The ``grammar-diagram`` directive: a rule of a lark grammar as a railroad diagram.

The drawing is made from the grammar file itself whenever the docs are built, so it cannot say
anything else. Rules whose names begin with an underscore are drawn where they are used.
"""

from io import StringIO
from pathlib import Path

import railroad
from docutils import nodes
from docutils.parsers.rst import Directive
from lark import Token, Tree
from lark.load_grammar import load_grammar
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("grammar-diagram", GrammarDiagram)
    return {"parallel_read_safe": True}


class GrammarDiagram(Directive):
    """Draws one rule: ``{grammar-diagram} path/from/the/root.lark rule``."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        """Return the drawing, as SVG inside the page."""
        file, rule = self.arguments
        environment = self.state.document.settings.env
        path = Path(environment.srcdir).parent / file
        environment.note_dependency(str(path))
        svg = draw(path, rule)
        return [nodes.raw("", f'<div class="grammar-diagram">{svg}</div>', format="html")]


def draw(path: Path, rule: str) -> str:
    """Return the SVG of *rule* of the grammar at *path*."""
    diagram = railroad.Diagram(_Grammar(path).rule(rule), css=None)
    written = StringIO()
    diagram.writeSvg(written.write)
    # The page has the colours; the title is what screen readers say.
    title = f"<title>Railroad diagram of the rule {rule}</title>"
    return written.getvalue().replace("\n", "").replace("<g ", f"{title}<g ", 1)


class _Grammar:
    def __init__(self, path: Path) -> None:
        grammar, _ = load_grammar(
            path.read_text(encoding="utf-8"), str(path), [], global_keep_all_tokens=False
        )
        self._rules = {str(name): tree for name, _, tree, _ in grammar.rule_defs}
        self._terminals = {str(name): tree for name, (tree, _) in grammar.term_defs}

    def rule(self, name: str) -> railroad.DiagramItem:
        """Return the drawing of what *name* stands for."""
        alternatives = [_sequence(branch) for branch in self._rules[name].children]
        repeated = [rest for head, *rest in alternatives if _name(head) == name]
        plain = [parts for parts in alternatives if _name(parts[0]) != name]
        if not repeated:
            return _choice([self._parts(parts) for parts in plain])
        # `rule: item | rule separator item` is a list, and drawn as a loop.
        ((separator, *_),) = repeated
        item = _choice([self._parts(parts) for parts in plain])
        return railroad.OneOrMore(item, self._part(separator))

    def _parts(self, parts: list[Tree | Token]) -> railroad.DiagramItem:
        drawn = [self._part(part) for part in parts]
        return drawn[0] if len(drawn) == 1 else railroad.Sequence(*drawn)

    def _part(self, part: Tree | Token) -> railroad.DiagramItem:
        if part.data == "maybe":
            (inner,) = part.children
            return railroad.Optional(_choice([self._parts(_sequence(b)) for b in inner.children]))
        (value,) = part.children
        if isinstance(value, Tree):
            return railroad.Terminal(_text(value))
        if value.name in self._rules:
            inline = value.name.startswith("_")
            return self.rule(value.name) if inline else railroad.NonTerminal(value.name)
        if value.name.startswith("_"):
            # A word of the language: the literal its pattern begins with.
            literals = map(_text, self._terminals[value.name].find_data("literal"))
            return railroad.Terminal(next(text for text in literals if text.isalpha()))
        return railroad.NonTerminal(value.name.lower())


def _sequence(branch: Tree) -> list[Tree | Token]:
    """Return the parts of one alternative, without the name it is given."""
    return branch.children[0].children if branch.data == "alias" else branch.children


def _name(part: Tree) -> str:
    (value,) = part.children
    return getattr(value, "name", "")


def _text(literal: Tree) -> str:
    return str(literal.children[0]).strip('"')


def _choice(items: list[railroad.DiagramItem]) -> railroad.DiagramItem:
    return items[0] if len(items) == 1 else railroad.Choice(0, *items)
