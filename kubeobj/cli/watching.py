"""What `kubeobj get --watch` does: shows what there is, and then what changes.

Source: ``k8s.io/kubectl/pkg/cmd/get`` get.go, watch (v1.36).
"""

from collections.abc import Iterator

import click

from kubeobj.cli.connecting import AS_TABLE, JSON, CommandFailed, Reach
from kubeobj.cli.getting import Question
from kubeobj.cli.printing.documents import json_text, without_managed_fields
from kubeobj.cli.printing.formats import echo, printer_of, split_output
from kubeobj.cli.printing.goyaml import yaml_text
from kubeobj.cli.printing.tables import TablePrinter
from kubeobj.cli.resourceargs import Target
from kubeobj.documents import Wire


def follow(reach: Reach, question: Question, *, begins: bool, tells_events: bool) -> int:
    """Show objects as they change, until the server or the asker ends it.

    Args:
        reach: The cluster.
        question: What is asked: of one kind.
        begins: Whether what there is is shown first.
        tells_events: Whether it is said what has happened.

    Raises:
        click.UsageError: If it is about several kinds.
    """
    if len({str(one.resource.kind) for one in question.targets}) != 1 or len(question.targets) > 1:
        raise click.UsageError("you may only specify a single resource type")
    if question.sort_by:
        click.echo("warning: --watch requested, --sort-by will be ignored", err=True)
    target = question.targets[0]
    is_table = printer_of(question.output) is None
    events = _events(reach, question, target, is_table=is_table, begins=begins)
    if is_table:
        _show_tables(events, question, target, tells_events=tells_events)
    else:
        _show_objects(events, question, target, tells_events=tells_events)
    return 0


def _events(
    reach: Reach, question: Question, target: Target, *, is_table: bool, begins: bool
) -> Iterator[Wire]:
    """Yield what there is as added, and then what happens."""
    accept = AS_TABLE if is_table else JSON
    path = reach.path(target.resource, question.place(target))
    query = question.query(target)
    if target.name:
        query["fieldSelector"] = f"metadata.name={target.name}"
        reach.get(target.resource, target.name, question.place(target))
    found = reach.ask("GET", path, query, accept=accept)
    if begins and is_table:
        yield {"type": "ADDED", "object": found}
    elif begins:
        kind = target.resource.kind
        named = {"apiVersion": kind.api_version, "kind": kind.kind}
        yield from ({"type": "ADDED", "object": {**named, **one}} for one in found["items"])
    version = found["metadata"]["resourceVersion"]
    for event in reach.watch(path, {**query, "resourceVersion": version}, accept=accept):
        if event["type"] == "ERROR":
            raise CommandFailed(f"the watch has ended: {event['object'].get('message', '')}")
        yield event


def _show_tables(
    events: Iterator[Wire], question: Question, target: Target, *, tells_events: bool
) -> None:
    printer = TablePrinter(question.look(target.resource))
    for event in events:
        lines = printer.lines(event["object"], event=event["type"] if tells_events else "")
        if lines:
            click.echo("\n".join(lines))


def _show_objects(
    events: Iterator[Wire], question: Question, target: Target, *, tells_events: bool
) -> None:
    show = printer_of(question.output, headers=question.headers)
    name = split_output(question.output)[0]
    is_first = is_one = True
    for event in events:
        document = without_managed_fields(event["object"])
        if not tells_events or name not in {"json", "yaml"}:
            if name == "yaml" and not is_first:
                click.echo("---")
            if show is not None:
                show([(target, document)], is_one)
        elif name == "json":
            echo(f"{json_text({'object': document, 'type': event['type']})}\n")
        else:
            echo(("" if is_first else "---\n") + yaml_text({**event, "object": document}))
        is_first = False
