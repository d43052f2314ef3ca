"""The page of supported kinds is generated from what is served.

``python -m tests.docs.test_supported_kinds`` writes its table anew.
"""

from collections.abc import Iterator

from kubeobj.api.core import served
from kubeobj.api.kinds.registry import ALIASES, MODULES
from kubeobj.models.resource import Resource
from kubeobj.models.scheme import Scheme
from tests.docs.pages import DOCS, read

PAGE = "reference/supported-kinds.md"
HEAD = "| Kind | Versions | Names | Scope | Parts |\n|---|---|---|---|---|\n"


def table() -> str:
    """Return the table of every kind that is served, in the order of groups and names."""
    found: dict[tuple[str, str], list[Resource]] = {}
    for resource in served(Scheme.builtin()).resources:
        found.setdefault((resource.kind.group, resource.plural), []).append(resource)
    rows = sorted(
        ((group, versions[0].kind.kind), versions) for (group, _), versions in found.items()
    )
    return HEAD + "".join(f"| {' | '.join(_cells(versions))} |\n" for _, versions in rows)


def _cells(versions: list[Resource]) -> Iterator[str]:
    first = versions[0]
    yield f"`{first.kind.kind}`"
    yield ", ".join(f"`{one.kind.api_version}`" for one in versions)
    yield ", ".join(f"`{name}`" for name in (first.plural, *first.short_names))
    yield "namespaced" if first.namespaced else "cluster"
    parts = ", ".join(f"`{part.name}`" for part in first.subresources)
    full = str(first.group_version_resource.group_resource)
    is_stored = full in MODULES or full in ALIASES
    yield parts or ("" if is_stored else "asked, never stored")


def test_table_is_what_is_served() -> None:
    """A kind that is new or gone needs its row."""
    assert table() in read(PAGE)


if __name__ == "__main__":
    page = DOCS / PAGE
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(HEAD)
    after = rest[rest.index("\n\n") + 1 :] if "\n\n" in rest else ""
    page.write_text(before + table() + after, encoding="utf-8")
