"""What kinds and versions are called, for shells to offer."""

import click


def complete_kind(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of resources that begin so."""
    from kubeobj.models.scheme import Scheme

    names = {one.plural for one in Scheme.builtin().resources}
    return sorted(name for name in names if name.startswith(incomplete.lower()))


def complete_version(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the versions of the API that begin so."""
    from kubeobj.models.scheme import Scheme

    versions = map(str, Scheme.builtin().group_versions)
    return [version for version in versions if version.startswith(incomplete)]
