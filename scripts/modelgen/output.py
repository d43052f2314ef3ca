"""All generated modules, and where they go."""

from pathlib import Path

from scripts.modelgen.classes import modules
from scripts.modelgen.published import definitions
from scripts.modelgen.tables import tables


def generated() -> dict[str, str]:
    """Return the text of every generated module, by its name."""
    types = definitions()
    return {**modules(types), **tables(types)}


def write(folder: Path) -> int:
    """Write every generated module into *folder*, and return how many there are."""
    texts = generated()
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return len(texts)
