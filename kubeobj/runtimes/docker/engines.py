"""Which container engines this machine has, by their sockets.

Source: the documentation of ``docker context`` and ``podman system service``.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.errors import RuntimeUnavailable

ANY: Final = "any"
"""Whichever engine there is."""

_NAMED: Final = {ANY: "DOCKER_HOST", "docker": "DOCKER_HOST", "podman": "CONTAINER_HOST"}
"""Where people say where their engine is."""


@final
@dataclass(frozen=True, slots=True)
class FoundEngine:
    """An engine that answers.

    Args:
        kind: ``docker`` or ``podman``.
        version: Which version.
        url: Where it is.
    """

    kind: str
    version: str
    url: str


def engine_urls(environment: Mapping[str, str], home: Path) -> tuple[str, ...]:
    """Return where engines are looked for, first what was asked for, then what is usual.

    >>> engine_urls({"DOCKER_HOST": "tcp://localhost:1"}, Path("/home/me"))[:2]
    ('tcp://localhost:1', 'unix:///var/run/docker.sock')
    """
    asked = [environment.get("DOCKER_HOST", ""), environment.get("CONTAINER_HOST", "")]
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    paths = ["/var/run/docker.sock"]
    if runtime:
        paths += [f"{runtime}/docker.sock", f"{runtime}/podman/podman.sock"]
    paths += [
        "/run/podman/podman.sock",
        str(home / ".docker/run/docker.sock"),
        str(home / ".docker/desktop/docker.sock"),
        str(home / ".colima/default/docker.sock"),
        str(home / ".rd/docker.sock"),
    ]
    urls = [url for url in asked if url] + [f"unix://{path}" for path in paths]
    return tuple(dict.fromkeys(urls))


def find_engine(kind: str = ANY, environment: Mapping[str, str] | None = None) -> FoundEngine:
    """Return the first engine of a kind: ``docker``, ``podman`` or `ANY`.

    Raises:
        RuntimeUnavailable: If there is none; it says where was looked, and what to do.
    """
    given = os.environ if environment is None else environment
    named = given.get(_NAMED[kind], "")
    found: list[FoundEngine] = []
    problems: list[str] = []
    for url in _places(given):
        try:
            found.append(_engine_at(url))
        except RuntimeUnavailable as fault:
            problems.append(fault.message)
        fitting = [engine for engine in found if kind in (ANY, engine.kind)]
        if fitting and (not named or named in {engine.url for engine in found}):
            return fitting[0]
    if named and named not in {engine.url for engine in found}:
        # Whoever names one does not want their containers anywhere else.
        why = "; ".join(problems)
        raise RuntimeUnavailable(f"{_NAMED[kind]} is {named}, and nothing answers there: {why}")
    wanted = {"docker": "Docker", "podman": "Podman"}.get(kind, "container engine")
    others = f"; there is {found[0].kind} at {found[0].url}" if found else ""
    if problems:
        raise RuntimeUnavailable(f"no {wanted} answers: {'; '.join(problems)}{others}")
    hint = "start Podman's service with 'systemctl start podman.socket', or as you with --user"
    raise RuntimeUnavailable(
        f"no {wanted} is here{others}: install it and start it ({hint}), set DOCKER_HOST to where "
        "it is, or run pods as processes"
    )


def _places(given: Mapping[str, str]) -> list[str]:
    """Return where one may be: what was asked for, and what there is of what is usual."""
    asked = {given.get("DOCKER_HOST", ""), given.get("CONTAINER_HOST", "")}
    return [
        url
        for url in engine_urls(given, Path.home())
        if url in asked or os.path.lexists(url.removeprefix("unix://"))
    ]


def _engine_at(url: str) -> FoundEngine:
    """Return the engine that answers there.

    Raises:
        RuntimeUnavailable: If none does, or it cannot be used.
    """
    problem = unsupported(url)
    if problem:
        raise RuntimeUnavailable(problem)
    engine = Engine(url)
    try:
        version = engine.version()
    finally:
        engine.close()
    return FoundEngine(version.name, version.version, url)


def unsupported(url: str) -> str:
    """Return why an engine cannot be used at an address; empty if it can.

    >>> unsupported("unix:///run/docker.sock"), unsupported("ssh://far")[:31]
    ('', 'the engine at ssh://far is not ')
    """
    if url.startswith(("unix:///", "tcp://")):
        return ""
    return (
        f"the engine at {url} is not reached through a socket of this machine, and the volumes of "
        "pods are files of this machine; unset DOCKER_HOST, or set it to unix:///…"
    )
