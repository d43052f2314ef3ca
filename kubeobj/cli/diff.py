"""`kubeobj diff`: what differs between two sets of manifests, once the API has completed both."""

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from kubeobj.cli.errors import error_record, report
from kubeobj.cli.inputs import read_inputs
from kubeobj.cli.objects import NONE, ObjectId, object_id
from kubeobj.cli.output import output_option, print_json, print_text
from kubeobj.cli.paths import not_empty, path_options, required
from kubeobj.cli.progress import progress
from kubeobj.documents import Document, JsonValue

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest


@click.command(
    "diff",
    epilog="""\b
Examples:
  kubeobj diff -f new/ --against old/
  helm template . | kubeobj diff -f - --against rendered.yaml
""",
)
@path_options
@click.option(
    "--against",
    "against",
    metavar="PATH",
    multiple=True,
    required=True,
    type=click.Path(),
    help="What to compare with. May be given more than once.",
)
@output_option("text", "json")
def command(
    *, filenames: tuple[str, ...], paths: tuple[str, ...], against: tuple[str, ...], output: str
) -> int:
    """Show what differs between manifests, object by object.

    Both sides are compared as the API would store them, so that a default written out, a quantity
    in another form, or another order of fields is no difference. Exits with 1 if anything differs.
    """
    with progress() as bar:
        new = read_inputs(required(filenames + paths), bar)
        old = read_inputs(not_empty(against), bar)
    problems = (*new.problems, *old.problems)
    changes = list(_changes(_by_key(old.manifests), _by_key(new.manifests)))
    if output == "json":
        records = [_record(key, before, after) for key, before, after in changes]
        print_json({"changes": records, "errors": [error_record(error) for error in problems]})
    else:
        print_text(line for change in changes for line in _lines(*change))
    if problems:
        report(problems, as_json=False)
        return 2
    return 1 if changes else 0


def _by_key(manifests: "tuple[Manifest, ...]") -> Mapping[ObjectId, Document]:
    """Return the objects by what they are, each as the API would store it, if it would."""
    from kubeobj.cli.stored import as_stored

    found: dict[ObjectId, Document] = {}
    unnamed: Counter[ObjectId] = Counter()
    for manifest in manifests:
        stored, _ = as_stored(manifest)
        key = object_id(manifest) or _unnamed(manifest, unnamed)
        found[key] = manifest.document if stored is None else stored
    return found


def _unnamed(manifest: "Manifest", seen: Counter[ObjectId]) -> ObjectId:
    """Return what stands for an object whose name a server will make: a number among its like."""
    group = manifest.api_version.rpartition("/")[0]
    prefix = manifest.at("metadata", "generateName")
    begin = prefix if isinstance(prefix, str) else NONE
    namespace = manifest.namespace or "default"
    seen[group, manifest.kind, namespace, begin] += 1
    number = seen[group, manifest.kind, namespace, begin]
    return group, manifest.kind, namespace, f"{begin}[{number}]"


def _changes(
    old: Mapping[ObjectId, Document], new: Mapping[ObjectId, Document]
) -> Iterator[tuple[ObjectId, Document | None, Document | None]]:
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before != after:
            yield key, before, after


def _record(key: ObjectId, before: Document | None, after: Document | None) -> Document:
    group, kind, namespace, name = key
    change: JsonValue = "changed" if before and after else "added" if after else "removed"
    return {
        "group": group,
        "kind": kind,
        "namespace": namespace,
        "name": name,
        "change": change,
        "old": before,
        "new": after,
    }


_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def _lines(key: ObjectId, before: Document | None, after: Document | None) -> Iterator[str]:
    """Yield the unified diff of an object as YAML."""
    group, kind, namespace, name = key
    what = "/".join(part for part in (group, kind, namespace, name) if part)
    names = f"old/{what}", f"new/{what}"
    diff = difflib.unified_diff(_yaml(before), _yaml(after), *names, lineterm="")
    for line in diff:
        yield click.style(line, fg=_COLOURS.get(line[:1]), bold=line[:3] in {"+++", "---"})


def _yaml(document: Document | None) -> list[str]:
    if document is None:
        return []
    from kubeobj.manifests.yamltext import to_yaml

    return to_yaml([_sorted(document)]).decode().splitlines()


def _sorted(value: Document) -> Document:
    """Return *value* with the fields of every object in the order of their names."""
    return {key: _sorted_part(value[key]) for key in sorted(value)}


def _sorted_part(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return _sorted(value)
    return [_sorted_part(item) for item in value] if isinstance(value, list) else value
