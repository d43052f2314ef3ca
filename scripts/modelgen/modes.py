"""The table of the modes: which fields the server writes even if they are zero, or not given."""

from collections.abc import Mapping

from scripts.modelgen.goshapes import TABLES

# The types that Go holds by value, and leaves out where they are empty.
_PLAIN = {"string", "byte"}
_METADATA = {"ObjectMeta", "metav1.ListMeta"}
# The types that the rules say nothing of.
_UNSETTLED = {"boolean", "double", "int32", "int64"}


def rows(kinds: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the modes of each type: a letter for each field, in the order of *kinds*.

    Args:
        kinds: The type of each field of each type, in short, ``!`` behind those that are required.

    Raises:
        LookupError: If a fact is about a field that there is not, or a field lacks its fact.
        ValueError: If there are two facts about a field, or one says what a rule says anyway.
    """
    facts = _facts()
    if strays := [f"{name}.{field}" for name, field in facts if field not in kinds.get(name, {})]:
        raise LookupError(f"no such fields: {' '.join(strays)}")
    return {
        name: "".join(
            _mode(f"{name}.{field}", kind, facts.get((name, field)))
            for field, kind in fields.items()
        )
        for name, fields in kinds.items()
    }


def _facts() -> dict[tuple[str, str], str]:
    """Return the mode of each field that is in a table."""
    found: dict[tuple[str, str], str] = {}
    for mode, table in TABLES.items():
        for name, fields in table.items():
            for field in fields.split():
                if found.setdefault((name, field), mode) != mode:
                    raise ValueError(f"{name}.{field} is in two tables")
    return found


def _mode(name: str, kind: str, fact: str | None) -> str:
    """Return the mode of a field: what the tables say, or the rule for its type."""
    rule = _rule(kind)
    if fact is None and rule is None:
        raise LookupError(f"no table says when {name} is written")
    if fact == rule:
        raise ValueError(f"the rule for {name} says the same as its table")
    return fact or rule or ""


def _rule(kind: str) -> str | None:
    """Return the mode that goes with a type, or None if there is no rule."""
    if kind.endswith("!") or kind in _METADATA:
        return "a"
    if kind in _PLAIN or kind.startswith(("[]", "{}")):
        return "o"
    return None if kind in _UNSETTLED else "p"
