"""The drawings show what the code does."""

import ast
import tomllib
from xml.etree import ElementTree as ET

from kubeobj import LabelIndex, Selector, SelectorIndex
from tests.docs.pages import DOCS, ROOT

SVG = "{http://www.w3.org/2000/svg}"

PODS = {
    "db-1": {"app": "db"},
    "web-1": {"app": "web"},
    "web-2": {"app": "web", "tier": "cache"},
    "web-3": {"app": "web", "tier": "frontend"},
    "web-4": {"app": "web", "tier": "cache"},
}
SELECTORS = ["app=web", "app=web,env", "app,env!=test", "app=web,tier"]
LABELS = {"app": "web", "env": "test"}


def _drawing(name: str) -> ET.Element:
    return ET.parse(DOCS / "images" / name).getroot()  # noqa: S314 - our own file


def _imports() -> set[tuple[str, str]]:
    """Return which room imports which."""
    package = ROOT / "kubeobj"
    found: set[tuple[str, str]] = set()
    for path in package.rglob("*.py"):
        room = path.relative_to(package).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else []
            modules += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            for module in modules:
                top, _, rest = (module or "").partition(".")
                if top == "kubeobj" and rest and not room.startswith("__"):
                    found.add((room, rest.partition(".")[0]))
    return {(room, other) for room, other in found if room != other}


def _closure(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    reached = set(pairs)
    while more := {(a, d) for a, b in reached for c, d in reached if b == c} - reached:
        reached |= more
    return reached


def test_floors_have_the_rooms_of_the_layer_contract() -> None:
    """Every room is drawn, and no other."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    rooms = {room for layer in layers for room in layer.split(" | ")}
    rooms = {room for room in rooms if not room.startswith("__")}
    drawn = {group.get("data-room") for group in _drawing("floors.svg").iter(f"{SVG}g")}
    assert drawn - {None} == rooms


def test_arrows_are_imports_and_imply_all_imports() -> None:
    """An arrow is an import, and who can reach whom is the same in drawing and code."""
    paths = _drawing("floors.svg").iter(f"{SVG}path")
    arrows = {
        (path.get("data-from", ""), path.get("data-to", ""))
        for path in paths
        if path.get("class") == "import"
    }
    assert arrows <= _imports()
    assert _closure(arrows) == _closure(_imports())


def test_arrows_point_down() -> None:
    """A room imports only from floors below."""
    height = {
        group.get("data-room"): float(group.find(f"{SVG}rect").get("y"))
        for group in _drawing("floors.svg").iter(f"{SVG}g")
        if group.get("data-room")
    }
    assert all(height[room] < height[other] for room, other in _imports())


def test_two_indexes_show_what_the_indexes_answer() -> None:
    """Each row of cells is an answer."""
    rows = {
        group.get("data-row"): [cell != "0" for cell in group.get("data-cells", "")]
        for group in _drawing("two-indexes.svg").iter(f"{SVG}g")
        if group.get("data-row")
    }
    pods = LabelIndex(PODS.items())
    for row, selector in (
        ("app=web", "app=web"),
        ("tier=cache", "tier=cache"),
        ("selected", "app=web,tier!=cache"),
    ):
        assert rows[row] == [pod in pods.select(selector) for pod in PODS], row
    matched = SelectorIndex((text, text) for text in SELECTORS).match(LABELS)
    assert rows["match"] == [text in matched for text in SELECTORS]
    assert rows["env=test refused"] == ["env!=test" in text for text in SELECTORS]
    satisfied = [
        Selector.parse(text.replace("env!=test", "env")).matches(LABELS) for text in SELECTORS
    ]
    assert rows["satisfied"] == satisfied
