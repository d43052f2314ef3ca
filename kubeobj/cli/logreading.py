"""What `kubeobj logs` does: reads logs one after the other, or follows several at once.

Source: ``k8s.io/kubectl/pkg/cmd/logs`` logs.go, ``polymorphichelpers`` logsforobject.go (v1.36).
"""

import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

import click

from kubeobj.api.errors import ApiError
from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.podtargets import (
    chosen_container,
    container_names,
    pod_target,
    pods_there,
)
from kubeobj.cli.refusals import say

if TYPE_CHECKING:
    from kubeobj.api.client.podstreams import LogQuery
    from kubeobj.documents import Wire


@final
@dataclass(frozen=True, slots=True)
class Source:
    """The log of a container."""

    pod: str
    container: str
    namespace: str

    @property
    def prefix(self) -> bytes:
        """What its lines begin with, if that is wanted."""
        return f"[pod/{self.pod}/{self.container}] ".encode()


def sources_of(
    reach: Reach,
    name: str,
    selector: str,
    container: str,
    *,
    every_container: bool,
    every_pod: bool,
) -> list[Source]:
    """Return the logs that are meant.

    Args:
        reach: The cluster.
        name: A pod, or ``TYPE/NAME``; empty if pods are selected.
        selector: Selects pods.
        container: Of which container; empty for the usual one.
        every_container: Whether those of all containers are meant.
        every_pod: Whether those of all pods of a workload are meant.
    """
    pods: Sequence[Wire]
    if selector:
        pods = reach.items(reach.kinds.of("pods"), selector=selector)
        if not pods:
            click.echo(f"No resources found in {reach.namespace} namespace.", err=True)
    else:
        pods = pods_there(reach, pod_target(reach, name))
        if len(pods) > 1 and not every_pod:
            click.echo(f"Found {len(pods)} pods, using pod/{pods[0]['metadata']['name']}", err=True)
            pods = pods[:1]
    found: list[Source] = []
    for pod in pods:
        metadata = pod["metadata"]
        names = container_names(pod) if every_container else [chosen_container(pod, container)]
        found += [Source(metadata["name"], one, metadata["namespace"]) for one in names]
    return found


def print_logs(
    reach: Reach,
    sources: Sequence[Source],
    query: "LogQuery",
    *,
    prefix: bool,
    limit: int,
    ignore_errors: bool,
) -> int:
    """Print logs to stdout, and return the exit code."""
    if query.follow and len(sources) > 1:
        if len(sources) > limit:
            raise CommandFailed(
                f"you are attempting to follow {len(sources)} log streams, but maximum allowed"
                f" concurrency is {limit}, use --max-log-requests to increase the limit"
            )
        return _follow(reach, sources, query, prefix=prefix, ignore_errors=ignore_errors)
    code = 0
    for source in sources:
        try:
            _copy(reach, source, query, source.prefix if prefix else b"")
        except ApiError as error:
            if not ignore_errors:
                raise
            say(error)
    return code


_LOCK = threading.Lock()


def _write(data: bytes) -> None:
    with _LOCK:
        sys.stdout.flush()
        click.echo(data, nl=False)
        sys.stdout.flush()


def _copy(reach: Reach, source: Source, query: "LogQuery", prefix: bytes) -> None:
    asked = replace(query, container=source.container)
    stream = reach.streams.log(source.pod, asked, namespace=source.namespace)
    try:
        for piece in _lines(iter(stream), prefix) if prefix else stream:
            _write(piece)
    finally:
        stream.close()


def _lines(pieces: Iterator[bytes], prefix: bytes) -> Iterator[bytes]:
    """Yield whole lines, each with something before it."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        if whole:
            yield b"".join(prefix + line + b"\n" for line in whole)
    if rest:
        yield prefix + rest + b"\n"


def _follow(
    reach: Reach,
    sources: Sequence[Source],
    query: "LogQuery",
    *,
    prefix: bool,
    ignore_errors: bool,
) -> int:
    """Follow several logs, line by line, until all have ended."""
    failures: list[Exception] = []

    def follow(source: Source) -> None:
        # Lines of several logs must not be torn, so they are put together even without prefix.
        asked = replace(query, container=source.container)
        try:
            stream = reach.streams.log(source.pod, asked, namespace=source.namespace)
            for piece in _lines(iter(stream), source.prefix if prefix else b""):
                _write(piece)
        except (ApiError, OSError) as error:
            failures.append(error)

    threads = [threading.Thread(target=follow, args=(one,), daemon=True) for one in sources]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for error in failures:
        if isinstance(error, BrokenPipeError):
            raise error
        say(error)
    return 1 if failures and not ignore_errors else 0
