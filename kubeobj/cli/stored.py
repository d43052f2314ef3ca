"""Objects as the API would store them, for commands that print or compare them."""

from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from kubeobj.cli.errors import RefusedError
from kubeobj.cli.objects import object_name
from kubeobj.cli.output import printable
from kubeobj.documents import Document, JsonValue

if TYPE_CHECKING:
    from kubeobj.api.verdict import Judge
    from kubeobj.lint import Location
    from kubeobj.manifests import Manifest


@cache
def _judge() -> "Judge":
    from kubeobj.api.verdict import Judge

    return Judge()


def as_stored(manifest: "Manifest") -> tuple[Document | None, list[RefusedError]]:
    """Return an object as the API would store it, or None and why not.

    What only a server can say is left out. An object of a kind that the API does not store is
    returned as it is.
    """
    from kubeobj.cli.verdicts import shape_findings, verdict_findings

    shape = list(shape_findings(manifest))
    verdict = None if shape else _judge().judge(manifest.document)
    findings = shape if verdict is None else [*verdict_findings(manifest, verdict)]
    errors = [each for each in findings if each.rule.severity == "error"]
    if errors or verdict is None:
        return None, [refusal(manifest, each.location, each.message) for each in errors]
    if verdict.stored is None:
        return manifest.document, []
    return _as_written(verdict.stored, manifest), []


def refusal(manifest: "Manifest", location: "Location", reason: str) -> RefusedError:
    """Return the error that the API would not have an object, or could not read it."""
    reason = f"{object_name(manifest)}: {printable(reason)}"
    return RefusedError(reason, source=manifest.source, line=location.line)


def _as_written(stored: Document, manifest: "Manifest") -> Document:
    """Return a stored object in the order of a manifest, in no namespace if that names none."""
    metadata = stored.get("metadata")
    plain = dict(metadata) if isinstance(metadata, dict) else {}
    if not manifest.namespace:
        plain.pop("namespace", None)
    found = _ordered({**stored, "metadata": plain}, manifest.document)
    return found if isinstance(found, dict) else stored


def _ordered(value: JsonValue, like: JsonValue) -> JsonValue:
    """Return *value* with the fields that *like* has first, in its order."""
    if isinstance(value, dict) and isinstance(like, dict):
        names = (*(name for name in like if name in value), *value)
        return {name: _ordered(value[name], like.get(name)) for name in dict.fromkeys(names)}
    if isinstance(value, list) and isinstance(like, list):
        return [_ordered(*pair) for pair in zip_longest(value, like[: len(value)])]
    return value
