"""The page of limits names every limit, with its value."""

import ast
import re
from dataclasses import fields
from importlib import import_module
from pathlib import Path

from kubeobj.manifests import DEFAULT
from tests.docs.pages import ROOT, read, table_rows

PAGE = "reference/limits-and-units.md"
NAME = re.compile(r"[A-Z0-9]+(_[A-Z0-9]+)*")
WORDS = {"LIMIT", "MAX", "BYTES", "LENGTH"}

# What the rules of single kinds take is theirs to say.
RULES = ("kinds", "podspec", "devices", "admission")
RULE_FILES = {"admissionrules.py", "storageparameters.py"}

NO_LIMITS = {
    "MAX_PER_CONTROLLER",  # how linting words what it found, and not what it takes
    "BIT_LIMIT",  # DIGIT_LIMIT, counted in bits
}


def _limits() -> dict[str, int]:
    found = {f"Limits.{f.name}": getattr(DEFAULT, f.name) for f in fields(DEFAULT)}
    for path in sorted((ROOT / "kubeobj").rglob("*.py")):
        if _is_of_rules(path):
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
                continue
            name = node.targets[0].id
            if NAME.fullmatch(name) and WORDS & set(name.split("_")):
                value = getattr(import_module(module), name)
                if isinstance(value, int):
                    assert found.setdefault(name, value) == value, f"two limits are called {name}"
    return {name: value for name, value in found.items() if name not in NO_LIMITS}


def _is_of_rules(path: Path) -> bool:
    within = path.relative_to(ROOT / "kubeobj").parts
    return within[0] == "api" and (within[1] in RULES or within[1] in RULE_FILES)


def test_page_has_every_limit_and_no_other() -> None:
    """A limit that is new, gone or different needs its row."""
    rows = table_rows(read(PAGE))
    assert {name.strip("`"): int(value.replace(",", "")) for name, value, _ in rows} == _limits()
