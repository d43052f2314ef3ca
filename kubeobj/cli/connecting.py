"""How a command finds the cluster that runs, and what becomes of what that refuses.

Documents go in and out as plain JSON: no model is loaded, so that a command starts quickly.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, final
from urllib.parse import quote, urlencode

import click

from kubeobj.cli.stateoption import state_directory, state_option
from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError

if TYPE_CHECKING:
    from kubeobj.api.client.podstreams import PodStreams
    from kubeobj.models.resource import Resource
    from kubeobj.remote.kinds import Kinds
    from kubeobj.remote.transport import Transport

_Options = ParamSpec("_Options")

JSON: Final = "application/json"
AS_TABLE: Final = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
MANAGER: Final = "kubeobj"
"""Under which name the command writes."""


@final
class CommandFailed(KubeobjError, RuntimeError):
    """What was asked for could not be done, though the question was right."""


@final
class Reach:
    """A cluster that runs, as a command reaches it.

    Args:
        transport: Asks it.
        namespace: The namespace of what does not say one.
        kinds: What it serves.
    """

    def __init__(self, transport: "Transport", namespace: str, kinds: "Kinds") -> None:
        self.transport: Transport = transport
        self.namespace: str = namespace
        self.kinds: Kinds = kinds
        self._warned: set[str] = set()

    @property
    def streams(self) -> "PodStreams":
        """Logs, commands and ports of its pods."""
        from kubeobj.remote.podstreams import RemotePodStreams

        return RemotePodStreams(self.transport, self.namespace)

    def path(
        self, resource: "Resource", namespace: str | None = None, name: str = "", part: str = ""
    ) -> str:
        """Return the path of a collection, an object or a part of one.

        Args:
            resource: The kind.
            namespace: In which namespace; empty for all, None for the usual one.
            name: The object; empty for the collection.
            part: The part, such as ``scale``; empty for the whole.
        """
        from kubeobj.remote.kinds import path_of

        place = self.namespace if namespace is None else namespace
        place = quote(place, safe="") if resource.namespaced else ""
        return path_of(resource, place, quote(name, safe=""), part)

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | Sequence[tuple[str, str]] = (),
        *,
        body: object = None,
        media: str = JSON,
        accept: str = JSON,
    ) -> Wire:
        """Return the answer to a request.

        Args:
            method: The method of HTTP.
            path: The path.
            query: The parameters; those without a value are left out.
            body: The document to be sent; None for none.
            media: What the body is.
            accept: In which form the answer is wanted.

        Raises:
            ApiError: If the server refuses.
            NoCluster: If nobody answers.
        """
        import orjson

        asking = self.transport.with_headers([*self.transport.headers, ("Accept", accept)])
        data = None if body is None else orjson.dumps(body)
        answer = asking.ask(method, _target(path, query), data, media)
        self._warn(answer.warnings)
        found: Wire = orjson.loads(answer.body)
        return found

    def get(
        self,
        resource: "Resource",
        name: str,
        namespace: str | None = None,
        *,
        accept: str = JSON,
        query: Mapping[str, object] | None = None,
    ) -> Wire:
        """Return an object.

        Raises:
            NotFound: If it is not there.
        """
        return self.ask("GET", self.path(resource, namespace, name), query or {}, accept=accept)

    def list(
        self,
        resource: "Resource",
        namespace: str | None = None,
        *,
        selector: str = "",
        fields: str = "",
        accept: str = JSON,
        query: Mapping[str, object] | None = None,
    ) -> Wire:
        """Return the list of the objects of a kind, or a table of them if that is accepted."""
        said = {"labelSelector": selector, "fieldSelector": fields, **(query or {})}
        return self.ask("GET", self.path(resource, namespace), said, accept=accept)

    def items(
        self,
        resource: "Resource",
        namespace: str | None = None,
        *,
        selector: str = "",
        fields: str = "",
    ) -> Sequence[Wire]:
        """Return the objects of a kind, each with its version and kind."""
        found = self.list(resource, namespace, selector=selector, fields=fields)
        named = {"apiVersion": resource.kind.api_version, "kind": resource.kind.kind}
        return [{**named, **item} for item in found.get("items") or ()]

    def watch(
        self, path: str, query: Mapping[str, object], *, accept: str = JSON
    ) -> "Iterator[Wire]":
        """Yield the events of a watch until the server ends it.

        Raises:
            ApiError: If the server refuses.
        """
        import orjson

        asking = self.transport.with_headers([*self.transport.headers, ("Accept", accept)])
        connection, response = asking.open(_target(path, {**query, "watch": "true"}))
        try:
            while line := response.readline():
                yield orjson.loads(line)
        finally:
            response.close()
            connection.close()

    def write(
        self,
        method: str,
        path: str,
        body: object,
        *,
        media: str = JSON,
        dry_run: bool = False,
    ) -> Wire:
        """Return what has become of an object that is written."""
        query = {"dryRun": "All" if dry_run else "", "fieldManager": MANAGER}
        return self.ask(method, path, query, body=body, media=media)

    def _warn(self, warnings: Iterable[str]) -> None:
        for one in warnings:
            if one not in self._warned:
                self._warned.add(one)
                click.echo(f"{click.style('Warning:', fg='yellow')} {one}", err=True)


def _target(path: str, query: Mapping[str, object] | Sequence[tuple[str, str]]) -> str:
    said = query.items() if isinstance(query, Mapping) else query
    given = [(name, str(value)) for name, value in said if value not in {"", None}]
    return f"{path}?{urlencode(given)}" if given else path


def reach(state: str | None, namespace: str) -> Reach:
    """Return the cluster whose state is there; nothing is asked yet."""
    from kubeobj.remote.kinds import Kinds
    from kubeobj.remote.transport import Transport

    transport = Transport(state_directory(state).socket, [("User-Agent", f"{MANAGER}/1")])
    return Reach(transport, namespace, Kinds(transport))


def reaching(  # type: ignore[explicit-any]
    command: Callable[Concatenate[Reach, _Options], int],
) -> Callable[..., int]:
    """Give *command* the cluster that runs, and report what that refuses: exit code 1."""

    @state_option
    @click.option(
        "-n",
        "--namespace",
        metavar="NAME",
        help="In which namespace; by default the one called default.",
    )
    @functools.wraps(command)
    def run(
        state: str | None, namespace: str | None, *args: _Options.args, **options: _Options.kwargs
    ) -> int:
        from kubeobj.cli.refusals import answered

        if namespace == "":
            raise click.UsageError("--namespace is empty; leave it out for the default.")
        found = reach(state, namespace or "default")
        try:
            return answered(
                lambda: command(found, *args, **options), as_json=options.get("output") == "json"
            )
        finally:
            found.transport.close()

    return run


all_namespaces_option = click.option(
    "-A", "--all-namespaces", is_flag=True, help="In all namespaces."
)
selector_option = click.option(
    "-l", "--selector", default="", metavar="SELECTOR", help="Those with these labels: app=web."
)
field_selector_option = click.option(
    "--field-selector",
    default="",
    metavar="SELECTOR",
    help="Those with these fields: spec.nodeName=node-1.",
)
files_option = click.option(
    *("-f", "--filename", "filenames"),
    metavar="PATH",
    multiple=True,
    type=click.Path(),
    help="The objects that a file names.",
)
dry_run_option = click.option(
    "--dry-run",
    type=click.Choice(("none", "client", "server")),
    default="none",
    help="Change nothing: only say what would be sent, or let the server try.",
)
