"""The table of rooms says which rooms there are, and what each needs from others."""

import ast
import re
import sys

from tests.docs.pages import ROOT, read, table_rows

NAMES = {
    "yaml": "PyYAML",
    "dns": "dnspython",
    "hypothesis": "Hypothesis",
    "pydantic_core": "pydantic",
}


def _needs() -> dict[str, set[str]]:
    """Return which packages each room imports."""
    package = ROOT / "kubeobj"
    found: dict[str, set[str]] = {}
    for path in package.rglob("*.py"):
        room = path.relative_to(package).with_suffix("").parts[0]
        if room.startswith("__"):
            continue
        needs = found.setdefault(room, set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            tops = {module.partition(".")[0] for module in modules}
            needs |= {NAMES.get(top, top) for top in tops - sys.stdlib_module_names - {"kubeobj"}}
    return found


def test_table_has_every_room_and_what_it_needs() -> None:
    """A dependency that a room takes on or gives up needs its word."""
    rows = table_rows(read("explanation/architecture.md"))
    table = {room.strip("`"): set(re.findall(r"\w+", needs)) for room, _, needs in rows}
    assert table == _needs()
