"""`kubeobj selector explain`: which requirements labels meet, and why."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from kubeobj.cli.errors import report
from kubeobj.cli.objects import object_name, object_place, object_record
from kubeobj.cli.output import output_option, print_json, print_text, printable
from kubeobj.cli.paths import not_empty, path_options
from kubeobj.documents import Document
from kubeobj.errors import FieldErrors

if TYPE_CHECKING:
    from kubeobj.labels.explain import Explanation
    from kubeobj.labels.selector import Selector
    from kubeobj.manifests import Manifest

_COLOURS = {"✓": "green", "✗": "red"}


@click.command(
    epilog="""\b
Examples:
  kubeobj selector explain 'app=web,tier!=cache' --labels app=web,tier=front
  kubeobj selector explain 'app in (web,db)' -f manifests/
"""
)
@click.argument("expression", metavar="EXPR")
@click.option("--labels", metavar="A=B,...", help="The labels to hold it against.")
@path_options
@output_option("text", "json")
def explain(
    expression: str,
    labels: str | None,
    filenames: tuple[str, ...],
    paths: tuple[str, ...],
    output: str,
) -> int:
    """Say of each requirement of EXPR whether labels meet it, and why.

    The labels are given, or those of every object in files. The exit code is 0 if they match; with
    files, if any object does.
    """
    from kubeobj.labels.selector import Selector

    selector = Selector.parse(expression)
    sources = not_empty(filenames + paths)
    if (labels is None) is not bool(sources):
        raise click.UsageError("Give either --labels or files.")
    if labels is not None:
        return _explain_labels(selector, labels, output)
    return _explain_objects(selector, sources, output)


def _explain_labels(selector: "Selector", text: str, output: str) -> int:
    from kubeobj.labels.labeltext import parse_labels

    try:
        labels = parse_labels(text)
    except FieldErrors as error:
        raise click.BadParameter(str(error), param_hint="--labels") from None
    explanation = selector.explain(labels)
    if output == "json":
        _print_json(selector, [_record(labels, explanation)])
    else:
        print_text(_lines(explanation))
    return 0 if explanation.matches else 1


def _explain_objects(selector: "Selector", paths: tuple[str, ...], output: str) -> int:
    from kubeobj.cli.inputs import read_inputs
    from kubeobj.cli.progress import progress

    with progress() as bar:
        inputs = read_inputs(paths, bar)
    explained = [(item, selector.explain(item.labels)) for item in inputs.manifests]
    if output == "json":
        if not inputs.problems:
            records = [_record(item.labels, why, item) for item, why in explained]
            _print_json(selector, records)
    else:
        print_text(_object_lines(explained))
    if inputs.problems:
        report(inputs.problems, as_json=output == "json")
        return 2
    return 0 if any(why.matches for _, why in explained) else 1


def _object_lines(explained: Iterable[tuple["Manifest", "Explanation"]]) -> Iterator[str]:
    for number, (manifest, explanation) in enumerate(explained):
        if number:
            yield ""
        yield f"{object_place(manifest)}: {click.style(object_name(manifest), bold=True)}"
        for line in _lines(explanation):
            yield f"  {line}"


def _lines(explanation: "Explanation") -> list[str]:
    lines = [printable(line) for line in str(explanation).split("\n")]
    return [
        click.style(line[0], fg=_COLOURS[line[0]]) + line[1:] if line[0] in _COLOURS else line
        for line in lines
    ]


def _record(
    labels: Mapping[str, str], explanation: "Explanation", manifest: "Manifest | None" = None
) -> Document:
    record = explanation.to_dict()
    return {
        "object": object_record(manifest) if manifest is not None else None,
        "labels": labels,
        "matches": record["matches"],
        "requirements": record["requirements"],
    }


def _print_json(selector: "Selector", results: Sequence[Document]) -> None:
    matches = any(result["matches"] for result in results)
    print_json({"selector": str(selector), "matches": matches, "results": results})
