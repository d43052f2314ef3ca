"""What stands at the end of a line that tells of a change."""


def dry_run_ending(dry_run: str) -> str:
    """Return what says that nothing was changed.

    >>> dry_run_ending("none"), dry_run_ending("client"), dry_run_ending("server")
    ('', ' (dry run)', ' (server dry run)')
    """
    return {"client": " (dry run)", "server": " (server dry run)"}.get(dry_run, "")
