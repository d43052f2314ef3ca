"""What `kubeobj wait` does: looks until what is waited for is so.

Source: ``k8s.io/kubectl/pkg/cmd/wait`` wait.go, condition.go, json.go (v1.36).
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import click

from kubeobj.api.errors import NotFound
from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.deadlines import Deadline
from kubeobj.cli.deleting import chosen
from kubeobj.cli.printing.jsonpath import JsonPathError, parse_path, relaxed
from kubeobj.cli.printing.jsonpathvalues import found as values_of
from kubeobj.cli.printing.jsonpathvalues import go_text
from kubeobj.cli.refusals import answered_each
from kubeobj.cli.resourceargs import Target
from kubeobj.documents import Wire

_WEEK_SECONDS: Final = 7 * 86400.0

IsMet: TypeAlias = Callable[[Wire | None, str], bool]
"""Whether what is waited for is so of an object, or of none, and of the uid it had at first."""


def condition_of(text: str) -> IsMet:
    """Return what is waited for.

    Raises:
        click.UsageError: If *text* is nothing that can be waited for.
    """
    lowered = text.lower()
    if lowered == "delete":
        return lambda found, uid: found is None or bool(uid and found["metadata"]["uid"] != uid)
    if lowered == "create":
        return lambda found, _: found is not None
    if lowered.startswith("condition="):
        name, _, value = text.removeprefix(text[:10]).partition("=")
        return _has_condition(name, value or "true")
    if lowered.startswith("jsonpath="):
        return _has_value(text.removeprefix(text[:9]))
    raise click.UsageError(f'unrecognized condition: "{text}"')


def _has_condition(name: str, value: str) -> IsMet:
    def is_met(found: Wire | None, _uid: str) -> bool:
        if found is None:
            return False
        generation = found["metadata"].get("generation", 0)
        status = found.get("status") or {}
        for one in status.get("conditions") or ():
            if str(one.get("type", "")).lower() == name.lower():
                seen = one.get("observedGeneration", status.get("observedGeneration", generation))
                is_current = not generation or seen >= generation
                return is_current and str(one.get("status", "")).lower() == value.lower()
        return False

    return is_met


def _has_value(text: str) -> IsMet:
    path, wanted = _split(text)
    try:
        template = parse_path(relaxed(path))
    except JsonPathError as error:
        raise click.UsageError(str(error)) from None

    def is_met(found: Wire | None, _uid: str) -> bool:
        if found is None:
            return False
        try:
            values = values_of(template, found)
        except JsonPathError as error:
            raise CommandFailed(str(error)) from None
        if len(values) > 1:
            raise CommandFailed("given jsonpath expression matches more than one value")
        if not values:
            return False
        if wanted is None:
            return True
        if isinstance(values[0], dict | list):
            raise CommandFailed("jsonpath leads to a nested object or list; name a single value")
        return go_text(values[0]).strip() == wanted.strip()

    return is_met


def _split(text: str) -> tuple[str, str | None]:
    """Return the path and the value of ``{PATH}=VALUE``; the path may have ``=`` in filters."""
    depth = 0
    for number, char in enumerate(text):
        depth += (char in "{[(") - (char in "}])")
        if char == "=" and depth == 0 and text[number + 1 : number + 2] != "=":
            value = text[number + 1 :]
            if not value:
                raise click.UsageError("jsonpath wait value cannot be empty")
            return text[:number], value.strip("'\"")
    return text, None


def wait_for(
    reach: Reach,
    targets: Sequence[Target],
    where: tuple[str | None, str, str],
    is_met: IsMet,
    timeout: float,
) -> int:
    """Wait until it is so of all, say of each when it is or that it is not, and return the code.

    What is looked at when the time is over is looked at once.

    Args:
        reach: The cluster.
        targets: The objects, or kinds.
        where: The namespace, labels and fields that objects of a kind are chosen by.
        is_met: What is waited for.
        timeout: How long at most, in seconds; 0 to look once, below 0 for a long time.
    """
    deadline = Deadline(timeout if timeout >= 0 else _WEEK_SECONDS)
    waits_for_none = is_met(None, "")
    found = list(chosen(reach, targets, *where, latest=True))
    if not found and not waits_for_none:
        raise CommandFailed("no matching resources found")
    return answered_each(found, lambda target: _wait_for(reach, target, is_met, deadline))


def _wait_for(reach: Reach, target: Target, is_met: IsMet, deadline: Deadline) -> None:
    uid = ""
    is_first = True
    while True:
        document = _look(reach, target)
        if document is not None and not uid:
            uid = str(document["metadata"].get("uid", ""))
        if document is None and is_first and not is_met(None, ""):
            _must_be_waited_for(reach, target, is_met)
        is_first = False
        if is_met(document, uid):
            if document is not None or uid:
                click.echo(f"{target} condition met")
            return
        if deadline.is_past:
            what = f"{target.resource.plural}/{target.name}"
            raise CommandFailed(f"timed out waiting for the condition on {what}")
        deadline.pause()


def _must_be_waited_for(reach: Reach, target: Target, is_met: IsMet) -> None:
    """Refuse to wait for a condition of what is not there, unless that is to be created.

    Raises:
        NotFound: If it is not.
    """
    if not is_met({"metadata": {"uid": ""}}, ""):
        reach.get(target.resource, target.name, target.namespace)


def _look(reach: Reach, target: Target) -> Wire | None:
    try:
        return reach.get(target.resource, target.name, target.namespace)
    except NotFound:
        return None
