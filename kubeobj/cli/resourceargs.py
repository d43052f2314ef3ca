"""Which objects a command is about: ``TYPE``, ``TYPE NAME…``, ``TYPE/NAME…``, or files.

Source: ``k8s.io/cli-runtime/pkg/resource`` builder.go (v1.36).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, final

import click

from kubeobj.api.errors import NotFound
from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.documents import Wire

if TYPE_CHECKING:
    from kubeobj.models.resource import Resource

NO_NAME: Final = "resource name may not be empty"


@final
@dataclass(frozen=True, slots=True)
class Target:
    """An object that is meant, or all of a kind.

    Args:
        resource: The kind.
        name: Which; empty for all.
        namespace: In which namespace; None for the usual one.
        document: The object as a file has it; None if no file has.
    """

    resource: "Resource"
    name: str = ""
    namespace: str | None = None
    document: Wire | None = None

    @property
    def kind_name(self) -> str:
        """The kind as messages name it: ``deployment.apps``."""
        return kind_name(self.resource)

    @property
    def title(self) -> str:
        """The object as messages begin with it: ``deployments.apps "web"``."""
        return f'{self.resource.group_version_resource.group_resource} "{self.name}"'

    def __str__(self) -> str:
        return f"{self.kind_name}/{self.name}"


def kind_name(resource: "Resource") -> str:
    """Return a kind as messages name it: ``pod``, ``deployment.apps``."""
    kind = resource.kind
    return f"{kind.kind.lower()}.{kind.group}" if kind.group else kind.kind.lower()


def resource_of(reach: Reach, text: str) -> "Resource":
    """Return the kind that *text* names.

    Raises:
        CommandFailed: If nothing is called so.
    """
    try:
        return reach.kinds.of(text)
    except NotFound as error:
        raise CommandFailed(error.message) from None


def kinds_of(reach: Reach, text: str) -> "list[Resource]":
    """Return the kinds that *text* names: names with commas between them, or categories."""
    found: dict[str, Resource] = {}
    for one in text.split(","):
        category = _category(reach, one)
        for resource in category or [resource_of(reach, one)]:
            found.setdefault(str(resource.kind), resource)
    return list(found.values())


def _category(reach: Reach, name: str) -> "list[Resource]":
    from kubeobj.models.scheme import Scheme

    if not Scheme.builtin().category(name):
        return []
    found = reach.kinds.served.category(name)
    # Of what is served in two versions, the first is meant.
    by_name = {(one.kind.group, one.plural): one for one in reversed(found)}
    return [one for one in found if by_name[one.kind.group, one.plural] is one]


def targets_of(
    reach: Reach, args: Sequence[str], filenames: Sequence[str] = (), *, needs_name: bool = False
) -> list[Target]:
    """Return the objects that arguments and files name.

    Args:
        reach: The cluster.
        args: The arguments.
        filenames: The files.
        needs_name: Whether a kind alone is not enough.

    Raises:
        CommandFailed: If a kind is none.
        click.UsageError: If they make no sense.
    """
    if filenames:
        if args:
            raise click.UsageError("Name objects, or files with -f, but not both.")
        return [_with_name(one) for one in from_files(reach, filenames)]
    if not args:
        raise click.UsageError("Say which: TYPE, TYPE NAME, TYPE/NAME or -f PATH.")
    if any("/" in one for one in args):
        return [_slashed(reach, one) for one in args]
    kinds = kinds_of(reach, args[0])
    if "" in args[1:]:
        raise click.UsageError(NO_NAME)
    if len(args) > 1:
        return [Target(kind, name) for kind in kinds for name in args[1:]]
    if needs_name:
        raise click.UsageError("Say which: TYPE NAME or TYPE/NAME.")
    return [Target(kind) for kind in kinds]


def _with_name(target: Target) -> Target:
    """Return a target of a file, which without a name would mean all of its kind.

    Raises:
        CommandFailed: If it has none, or what tells it from others is no text.
    """
    metadata = (target.document or {}).get("metadata")
    if not isinstance(metadata, dict | None):
        raise CommandFailed(f"metadata of a {target.kind_name} in one of the files is no map")
    for field in ("name", "namespace"):
        value = (metadata or {}).get(field)
        if not isinstance(value, str | None):
            what = f"metadata.{field} of a {target.kind_name} in one of the files"
            raise CommandFailed(f"{what} must be a string, and is {value!r}")
    if not target.name:
        raise CommandFailed(f"{NO_NAME}, as that of one of the files is: {target.kind_name}")
    return target


def _slashed(reach: Reach, text: str) -> Target:
    kind, slash, name = text.partition("/")
    if not slash:
        raise click.UsageError(
            "there is no need to specify a resource type as a separate argument when passing"
            " arguments in resource/name form"
        )
    if not kind or not name or "/" in name:
        msg = f'arguments in resource/name form must have a single resource and name: "{text}"'
        raise click.UsageError(msg)
    return Target(resource_of(reach, kind), name)


def from_files(reach: Reach, filenames: Sequence[str]) -> Iterator[Target]:
    """Yield the objects of files.

    Raises:
        KubeobjError: If a file cannot be read, or an object is none.
    """
    from kubeobj.cli.inputs import read_inputs
    from kubeobj.cli.paths import not_empty
    from kubeobj.cli.progress import progress

    with progress() as bar:
        inputs = read_inputs(not_empty(tuple(filenames)), bar)
    if inputs.problems:
        raise inputs.problems[0]
    if not inputs.manifests:
        raise CommandFailed("no objects passed to apply")
    for one in inputs.manifests:
        yield target_of(reach, dict(one.document), one.source)


def target_of(reach: Reach, document: Wire, source: str) -> Target:
    """Return the target that a document of a file is.

    Raises:
        CommandFailed: If its kind is none.
    """
    from kubeobj.meta.gvk import GroupVersionKind

    version, kind = document.get("apiVersion"), document.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str) or not version or not kind:
        missing = "kind" if version else "apiVersion"
        raise CommandFailed(f"unable to decode \"{source}\": Object '{missing}' is missing")
    group, slash, rest = version.partition("/")
    gvk = GroupVersionKind(group, rest, kind) if slash else GroupVersionKind("", version, kind)
    try:
        resource = reach.kinds.of_kind(gvk)
    except NotFound as error:
        what = f'unable to recognize "{source}": {error.message}'
        raise CommandFailed(f"{what}\nensure CRDs are installed first") from None
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    namespace = metadata.get("namespace") if resource.namespaced else None
    return Target(resource, str(metadata.get("name") or ""), namespace or None, document)


def narrowed(
    reach: Reach,
    targets: Sequence[Target],
    namespace: str | None,
    selector: str,
    fields: str,
    *,
    latest: bool = False,
) -> list[Target]:
    """Return the targets that selectors leave: kinds, and those objects of files that match.

    Args:
        reach: The cluster.
        targets: The objects, or kinds.
        namespace: In which namespace; empty for all, None for the usual one.
        selector: With which labels; empty for any.
        fields: With which fields; empty for any.
        latest: Whether the labels of objects in files are those that they have in the cluster.

    Raises:
        click.UsageError: If the selectors cannot choose among the targets.
    """
    named = [one for one in targets if one.name and one.document is None]
    if named and (selector or fields):
        raise click.UsageError("name cannot be provided when a selector is specified")
    if namespace == "" and any(one.resource.namespaced for one in named):
        raise click.UsageError("a resource cannot be retrieved by name across all namespaces")
    if not selector and not fields:
        return list(targets)
    found: list[Target] = []
    for one in targets:
        if one.document is None:
            found.append(one)
            continue
        if fields:
            # kubectl acts on all of them: what was asked for is less.
            raise click.UsageError("objects of files cannot be selected by their fields")
        if has_labels(_latest(reach, one) if latest else one, selector):
            found.append(one)
    return found


def _latest(reach: Reach, target: Target) -> Target:
    """Return a target with its object as the cluster has it, if that has it."""
    try:
        there = reach.get(target.resource, target.name, target.namespace)
    except NotFound:
        return target
    return replace(target, document=there)


def has_labels(target: Target, selector: str) -> bool:
    """Return whether an object of a file has the labels that *selector* asks for."""
    if not selector:
        return True
    from kubeobj.labels.selector import Selector

    metadata = (target.document or {}).get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    # Labels of which one is no text are none, as for kubectl.
    is_map = isinstance(labels, dict) and all(isinstance(one, str) for one in labels.values())
    return Selector.parse(selector).matches(labels if is_map and labels else {})
