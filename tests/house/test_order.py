"""The order of the house: names, sizes, floors."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "kubeobj").rglob("*.py"))
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "shared"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_idea(path: Path) -> None:
    """At most 500 lines, with a name that says something, opening with its purpose."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 500
    assert path.stem not in VAGUE
    assert text.startswith(('"""', 'r"""'))


def test_every_room_is_on_a_floor() -> None:
    """The layer contract names every module at the top of the package."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    floors = config["tool"]["importlinter"]["contracts"][0]["layers"]
    named = {room.strip() for floor in floors for room in floor.split("|")}
    rooms = {path.relative_to(ROOT / "kubeobj").parts[0].removesuffix(".py") for path in SOURCES}
    assert rooms - {"__init__"} == named


def test_the_version_is_written_once_to_the_user() -> None:
    """Package metadata and `kubeobj.__version__` agree."""
    import kubeobj

    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert config["project"]["version"] == kubeobj.__version__
