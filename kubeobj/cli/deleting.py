"""What `kubeobj delete` does: deletes objects, and waits until they are gone.

Source: ``k8s.io/kubectl/pkg/cmd/delete`` delete.go (v1.36).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, final

import click

from kubeobj.api.errors import ApiError, NotFound
from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.deadlines import Deadline
from kubeobj.cli.refusals import say
from kubeobj.cli.resourceargs import Target, narrowed
from kubeobj.documents import Wire

POLICIES: Final = {"background": "Background", "orphan": "Orphan", "foreground": "Foreground"}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """How objects are deleted.

    Args:
        grace_period: How long they may take to end, in seconds; below 0 for as long as they say.
        force: Whether nobody waits for their end.
        cascade: What becomes of dependents: ``background``, ``foreground`` or ``orphan``.
        waits: Whether the command waits until they are gone.
        timeout: How long at most, in seconds; 0 for a long time.
        dry_run: ``none``, ``client`` or ``server``.
        output: Empty, or ``name``.
        ignore_not_found: Whether it is no error if one is not there.
    """

    grace_period: int = -1
    force: bool = False
    cascade: str = "background"
    waits: bool = True
    timeout: float = 0.0
    dry_run: str = "none"
    output: str = ""
    ignore_not_found: bool = False

    @property
    def options(self) -> Wire:
        """The options that the server gets."""
        said: Wire = {"kind": "DeleteOptions", "apiVersion": "v1"}
        if self.grace_period >= 0:
            said["gracePeriodSeconds"] = self.grace_period
        said["propagationPolicy"] = POLICIES[self.cascade]
        if self.dry_run == "server":
            said["dryRun"] = ["All"]
        return said


def chosen(
    reach: Reach,
    targets: Sequence[Target],
    namespace: str | None,
    selector: str,
    fields: str,
    *,
    latest: bool = False,
) -> Iterator[Target]:
    """Yield the objects that are meant, those of a kind by what is there; see `narrowed`."""
    for target in narrowed(reach, targets, namespace, selector, fields, latest=latest):
        if target.name:
            yield target
            continue
        for item in reach.items(target.resource, namespace, selector=selector, fields=fields):
            metadata = item["metadata"]
            yield Target(target.resource, metadata["name"], metadata.get("namespace", ""), item)


def delete_all(reach: Reach, targets: Sequence[Target], how: Deletion) -> int:
    """Delete objects, say so of each, and return the exit code."""
    code = 0
    begun: list[tuple[Target, str]] = []
    for target in targets:
        try:
            uid = _delete(reach, target, how)
        except NotFound as error:
            if not how.ignore_not_found:
                say(error)
                code = 1
            continue
        except ApiError as error:
            say(error)
            code = 1
            continue
        click.echo(_said(reach, target, how))
        begun.append((target, uid))
    if how.waits and how.dry_run == "none":
        _wait(reach, begun, how.timeout)
    return code


def _delete(reach: Reach, target: Target, how: Deletion) -> str:
    path = reach.path(target.resource, target.namespace, target.name)
    if how.dry_run == "client":
        return str(reach.ask("GET", path)["metadata"].get("uid", ""))
    answer = reach.ask("DELETE", path, body=how.options)
    if answer.get("kind") == "Status":
        return str((answer.get("details") or {}).get("uid", ""))
    return str(answer["metadata"].get("uid", ""))


def _said(reach: Reach, target: Target, how: Deletion) -> str:
    if how.output == "name":
        return str(target)
    ending = {"client": " (dry run)", "server": " (server dry run)"}.get(how.dry_run, "")
    verb = "force deleted" if how.force and how.grace_period == 0 else "deleted"
    where = ""
    if target.resource.namespaced:  # said since v1.34
        where = f" from {target.namespace or reach.namespace} namespace"
    return f'{target.kind_name} "{target.name}" {verb}{where}{ending}'


def _wait(reach: Reach, begun: Sequence[tuple[Target, str]], timeout: float) -> None:
    """Wait until objects are gone, or others of their names are there.

    Raises:
        CommandFailed: If that takes too long.
    """
    deadline = Deadline(timeout if timeout > 0 else None)
    for target, uid in begun:
        while _is_there(reach, target, uid):
            if deadline.is_past:
                what = f"{target.resource.plural}/{target.name}"
                raise CommandFailed(f"timed out waiting for the condition on {what}")
            deadline.pause()


def _is_there(reach: Reach, target: Target, uid: str) -> bool:
    try:
        found = reach.get(target.resource, target.name, target.namespace)
    except NotFound:
        return False
    return not uid or found["metadata"].get("uid") == uid
