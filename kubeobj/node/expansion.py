"""References to variables in texts: ``$(NAME)`` is replaced, ``$$`` is a dollar sign.

What is no reference stays as it is, and so does a reference to what nobody knows.

Source: ``k8s.io/kubernetes/third_party/forked/golang/expansion`` (v1.36).
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

Mapped: TypeAlias = Callable[[str], str]
"""Says what takes the place of a reference to a name."""


def expand(text: str, mapped: Mapped) -> str:
    """Return a text with its references replaced; what takes their place is not looked at again.

    Args:
        text: The text.
        mapped: Says what takes the place of a reference.

    >>> known = mapping({"HOST": "127.1.0.2"})
    >>> expand("http://$(HOST):80/$(PATH)", known), expand("$$(HOST) $5 $(", known)
    ('http://127.1.0.2:80/$(PATH)', '$(HOST) $5 $(')
    """
    parts: list[str] = []
    at, end = 0, len(text)
    # Once there is no closing bracket ahead, there is none further on.
    is_closed = True
    while (dollar := text.find("$", at)) >= 0 and dollar + 1 < end:
        parts.append(text[at:dollar])
        following = text[dollar + 1]
        close = text.find(")", dollar + 2) if following == "(" and is_closed else -1
        if close >= 0:
            parts.append(mapped(text[dollar + 2 : close]))
            at = close + 1
            continue
        is_closed = is_closed and following != "("
        parts.append("$" if following == "$" else f"${following}")
        at = dollar + 2
    parts.append(text[at:])
    return "".join(parts)


def mapping(*known: Mapping[str, str]) -> Mapped:
    """Return what replaces references to names that are known; the first who knows one is heard."""

    def mapped(name: str) -> str:
        for values in known:
            if name in values:
                return values[name]
        return f"$({name})"

    return mapped


def expand_strictly(text: str, known: Mapping[str, str]) -> str:
    """Return a text with its references replaced, each of which must lead to something.

    Raises:
        LookupError: If some do not; it says which.
    """
    missing: dict[str, None] = {}

    def mapped(name: str) -> str:
        value = known.get(name, "")
        if not value:
            missing[name] = None
        return value

    expanded = expand(text, mapped)
    if missing:
        raise LookupError(f"missing value for {', '.join(sorted(missing))}")
    return expanded
