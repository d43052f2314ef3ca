"""Pieces of SVG and HTML; whatever comes from outside is escaped."""

from html import escape

from kubeobj.cluster.durations import format_duration


def number(value: float) -> str:
    """Return a number, short.

    >>> number(12.0), number(3.14159)
    ('12', '3.14')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def attributes(**values: str | float) -> str:
    """Return attributes; ``class_`` is ``class``, and ``_`` stands for ``-``."""
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"' for name, value in values.items()
    )


def tag(name: str, inner: str = "", **values: str | float) -> str:
    """Return an element with markup in it."""
    if not inner:
        return f"<{name}{attributes(**values)}/>"
    return f"<{name}{attributes(**values)}>{inner}</{name}>"


def titled(text: str) -> str:
    """Return what is shown when the pointer rests on what this is in."""
    return f"<title>{plain(text)}</title>"


def plain(text: str) -> str:
    """Return text as markup; characters that no page may have are replaced."""
    kept = "".join(
        char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text
    )
    return escape(kept, quote=True)


def moment(seconds: float) -> str:
    """Return a time since the simulation began, as people write it: ``1m30s``."""
    return format_duration(seconds)


def _value(value: str | float) -> str:
    return plain(value) if isinstance(value, str) else number(value)
