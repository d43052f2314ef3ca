"""The page of the command has every command, option and rule."""

import re

import click
import pytest

from kubeobj.cli.app import root
from kubeobj.cli.findings import MALFORMED
from kubeobj.cli.verdicts import VERDICT_RULES
from tests.docs.pages import read, sections, table_rows

PAGE = "reference/command.md"


def _commands() -> dict[str, click.Command]:
    """Return every command by the words that call it."""
    context = click.Context(root)
    found: dict[str, click.Command] = {}
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found |= {f"{name} {part}": inner for part, inner in command.commands.items()}
        else:
            found[name] = command
    return found


def test_every_command_has_its_row_and_its_section() -> None:
    """What can be called can be looked up, in the order of help."""
    links = re.findall(r"^\| \[`kubeobj ([a-z -]+)`\]", read(PAGE), flags=re.MULTILINE)
    assert links == list(_commands())
    headings = {heading.strip("`") for heading in sections(PAGE, 2)}
    assert set(_commands()) - {"completion"} <= headings


@pytest.mark.parametrize("name", [name for name in _commands() if name != "completion"])
def test_every_option_is_in_the_section_of_its_command(name: str) -> None:
    """But for those of all commands, which have sections of their own."""
    section = sections(PAGE, 2)[f"`{name}`"]
    for parameter in _commands()[name].params:
        if isinstance(parameter, click.Option):
            assert any(option in section for option in parameter.opts), parameter.opts


def test_rules_of_verdicts_are_listed() -> None:
    """With the words that the rules have themselves, in their order."""
    section = sections(PAGE, 2)["`validate`"]
    rows = [row for row in table_rows(section) if not row[0].startswith("`--")]
    said = [[cell.strip(" |`.") for cell in row] for row in rows]
    assert said == [[rule.id, rule.title] for rule in (MALFORMED, *VERDICT_RULES)]
