"""Names of time zones, as the database of time zones has them.

Names are compared letter by letter, capitals too. ``Local`` is no time zone: servers differ in it.

Source: IANA time zone database, as Go's package ``time`` reads it.
"""

from functools import cache


def is_time_zone(name: str) -> bool:
    """Return whether *name* is a time zone; an empty one means UTC.

    >>> [is_time_zone(name) for name in ("Europe/Vienna", "europe/vienna", "Local", "")]
    [True, False, False, True]
    """
    return not name or name in _names()


@cache
def _names() -> frozenset[str]:
    # What is imported here is only needed by the few that use time zones.
    from importlib.resources import files

    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
