"""The glossary has words that are in use, in order."""

import re

from tests.docs.pages import DOCS, ROOT, read


def _terms() -> list[str]:
    return re.findall(r"^(\w[\w ]*)\n  ", read("glossary.md"), flags=re.MULTILINE)


def test_terms_are_in_order() -> None:
    """A word is found where it is looked for."""
    assert _terms() == sorted(_terms())


def test_terms_are_in_use() -> None:
    """A word that neither the docs nor the code use needs no explanation."""
    pages = [path for path in DOCS.rglob("*.md") if path.name != "glossary.md"]
    texts = " ".join(
        path.read_text(encoding="utf-8").lower()
        for path in [*pages, *(ROOT / "kubeobj").rglob("*.py")]
    )
    texts = " ".join(texts.split())
    assert [term for term in _terms() if term not in texts] == []
