"""`kubeobj explain`: the fields of a kind, their types, and which must be given."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

import click

from kubeobj.cli.kindnames import complete_kind, complete_version
from kubeobj.cli.output import columns, output_option, print_json, print_text
from kubeobj.documents import Document, JsonValue

if TYPE_CHECKING:
    from kubeobj.models.resource import Resource
    from kubeobj.models.schema import FieldSchema


@click.command(
    "explain",
    epilog="""\b
Examples:
  kubeobj explain pod
  kubeobj explain deployment.spec.strategy
  kubeobj explain hpa.spec --api-version autoscaling/v1
""",
)
@click.argument("path", metavar="KIND[.FIELD]...", shell_complete=complete_kind)
@click.option(
    "--api-version",
    metavar="VERSION",
    shell_complete=complete_version,
    help="Which version of the kind.",
)
@click.option("--recursive", is_flag=True, help="Show the fields of fields, too.")
@output_option("text", "json")
def command(*, path: str, api_version: str | None, recursive: bool, output: str) -> int:
    """Show the fields of a kind, or of a field of it.

    KIND is any name that kubectl knows: pod, po, pods, deployments.apps. Of each field its type is
    shown, whether it must be given, and how lists and maps merge when they are patched.
    """
    resource, steps = _resource(path, api_version)
    schema = _find(resource, steps)
    if output == "json":
        print_json(_record(resource, steps, schema))
    else:
        print_text(_lines(resource, steps, schema, recursive=recursive))
    return 0


def _resource(path: str, api_version: str | None) -> tuple["Resource", list[str]]:
    """Return the resource that *path* begins with, and the fields after it."""
    from kubeobj.errors import ObjectReferenceError
    from kubeobj.models.scheme import Scheme

    scheme = Scheme.builtin()
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = scheme.find(".".join(parts[:length]))
        except ObjectReferenceError:
            continue
        return _in_version(found, api_version), parts[length:]
    names = {name for one in scheme.resources for name in one.names}
    close = get_close_matches(parts[0].lower(), names, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise click.UsageError(f"No kind is called {parts[0]}.{hint}")


def _in_version(resource: "Resource", api_version: str | None) -> "Resource":
    if api_version is None:
        return resource
    from kubeobj.errors import ObjectReferenceError
    from kubeobj.meta.gvk import GroupVersion, GroupVersionKind
    from kubeobj.models.scheme import Scheme

    try:
        version = GroupVersion.parse(api_version)
        kind = GroupVersionKind(version.group, version.version, resource.kind.kind)
        return Scheme.builtin().resource(kind)
    except ObjectReferenceError:
        raise click.UsageError(f"{api_version} has no {resource.kind.kind}.") from None


def _find(resource: "Resource", steps: list[str]) -> "FieldSchema":
    """Return the schema of the field that *steps* lead to."""
    from kubeobj.models.schema import FieldSchema, type_of_kind

    schema = FieldSchema(type_of_kind(resource.kind))
    for step in steps:
        inner = _inner(schema)
        found = inner.fields.get(step)
        if found is None:
            close = get_close_matches(step, inner.fields, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise click.UsageError(f"{_type(inner)} has no field {step}.{hint}")
        schema = found
    return schema


def _inner(schema: "FieldSchema") -> "FieldSchema":
    """Return what lists and maps of *schema* hold in the end."""
    while schema.items is not None:
        schema = schema.items
    return schema


def _type(schema: "FieldSchema") -> str:
    """Return the type as people write it."""
    if schema.kind == "list" and schema.items:
        return f"[]{_type(schema.items)}"
    if schema.kind == "map" and schema.items:
        return f"map[string]{_type(schema.items)}"
    return schema.type.rpartition(".")[2]


def _lines(
    resource: "Resource", steps: list[str], schema: "FieldSchema", *, recursive: bool
) -> Iterator[str]:
    if resource.kind.group:
        yield f"GROUP:     {resource.kind.group}"
    yield f"KIND:      {resource.kind.kind}"
    yield f"VERSION:   {resource.kind.version}"
    yield ""
    if steps:
        yield f"FIELD:     {steps[-1]} <{_type(schema)}>{_marks(schema)}"
        yield ""
    fields = list(_rows(_inner(schema), 1, recursive=recursive, above=()))
    if fields:
        yield "FIELDS:"
        yield from columns(fields)


def _rows(
    schema: "FieldSchema", depth: int, *, recursive: bool, above: tuple[str, ...]
) -> Iterator[tuple[str, str, str]]:
    for name, field in sorted(schema.fields.items()):
        yield f"{'  ' * depth}{name}", f"<{_type(field)}>", _marks(field).strip()
        inner = _inner(field)
        # A type within itself, as in the schema of a custom resource, would never end.
        if recursive and inner.fields and inner.type not in above:
            yield from _rows(inner, depth + 1, recursive=True, above=(*above, inner.type))


def _marks(schema: "FieldSchema") -> str:
    marks = ["required"] if schema.is_required else []
    if schema.merge_key:
        marks.append(f"merged by {schema.merge_key}")
    elif "merge" in schema.strategies:
        marks.append("merged")
    if "retainKeys" in schema.strategies:
        marks.append("retains keys")
    return f" {', '.join(marks)}" if marks else ""


def _record(resource: "Resource", steps: list[str], schema: "FieldSchema") -> Document:
    fields: JsonValue = [
        {
            "name": name,
            "type": _type(field),
            "required": field.is_required,
            "mergeKey": field.merge_key,
            "strategies": sorted(field.strategies),
        }
        for name, field in sorted(_inner(schema).fields.items())
    ]
    return {
        "apiVersion": resource.kind.api_version,
        "kind": resource.kind.kind,
        "path": ".".join(steps),
        "type": _type(schema),
        "fields": fields,
    }
