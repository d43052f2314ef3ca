"""What `kubeobj apply` does, object by object.

Source: ``k8s.io/kubectl/pkg/cmd/apply`` apply.go (v1.36).
"""

from collections.abc import Sequence
from typing import Final

import click

from kubeobj.api.client.applying import annotated, apply_patch
from kubeobj.api.client.identity import identity_of
from kubeobj.api.clientapply import LAST_APPLIED
from kubeobj.api.errors import ApiError, NotFound
from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.deadlines import Deadline
from kubeobj.cli.printing.documents import without_managed_fields
from kubeobj.cli.printing.endings import dry_run_ending
from kubeobj.cli.printing.formats import Found, printer_of
from kubeobj.cli.refusals import refusal
from kubeobj.cli.resourceargs import Target
from kubeobj.documents import Wire

# How long a new namespace may take to get what its pods need.
_NAMESPACE_SECONDS: Final = 10.0


def apply_targets(reach: Reach, targets: Sequence[Target], *, dry_run: str, output: str) -> int:
    """Apply objects, say of each what was done, and return the exit code."""
    failures: list[str] = []
    done: list[Found] = []
    for number, target in enumerate(targets):
        try:
            verb, document = _apply(reach, target, dry_run)
        except (ApiError, CommandFailed) as error:
            failures.append(refusal(error))
            continue
        done.append((target, without_managed_fields(document)))
        if not output:
            click.echo(f"{target} {verb}{dry_run_ending(dry_run)}")
        is_new = verb == "created" and dry_run == "none"
        if is_new and target.resource.kind.kind == "Namespace" and number + 1 < len(targets):
            _wait_for_account(reach, target.name)
    show = printer_of(output)
    if show is not None and done:
        show(done, len(done) == 1)
    for one in failures:
        click.echo(one, err=True)
    return 1 if failures else 0


def _apply(reach: Reach, target: Target, dry_run: str) -> tuple[str, Wire]:
    """Return what was done, and the object as it is then."""
    if target.document is None or not target.name:
        raise CommandFailed("an object must have a name to be applied")
    document = {**target.document, "metadata": dict(target.document["metadata"])}
    namespace = target.namespace or reach.namespace if target.resource.namespaced else ""
    if not target.resource.namespaced:
        document["metadata"].pop("namespace", None)
    identity = identity_of(document)
    wanted = annotated(identity, namespace)
    try:
        there = reach.get(target.resource, target.name, namespace)
    except NotFound:
        if dry_run == "client":
            return "created", wanted
        path = reach.path(target.resource, namespace)
        return "created", reach.write("POST", path, wanted, dry_run=dry_run == "server")
    if LAST_APPLIED not in (there["metadata"].get("annotations") or {}):
        _warn_unmanaged(target)
    patch, media = apply_patch(identity.kind, wanted, there)
    if not patch:
        return "unchanged", there
    if dry_run == "client":
        return "configured", wanted
    path = reach.path(target.resource, namespace, target.name)
    found = reach.write("PATCH", path, patch, media=str(media), dry_run=dry_run == "server")
    version = there["metadata"]["resourceVersion"]
    is_same = found["metadata"]["resourceVersion"] == version and dry_run == "none"
    return "unchanged" if is_same else "configured", found


def _warn_unmanaged(target: Target) -> None:
    what = f"resource {target.resource.plural}/{target.name}"
    click.echo(
        f"Warning: {what} is missing the {LAST_APPLIED} annotation which is required by"
        " kubeobj apply. kubeobj apply should only be used on resources created declaratively by"
        " kubeobj apply. The missing annotation will be patched automatically.",
        err=True,
    )


def _wait_for_account(reach: Reach, namespace: str) -> None:
    """Wait until a new namespace has the account that its pods need."""
    deadline = Deadline(_NAMESPACE_SECONDS)
    accounts = reach.kinds.of("serviceaccounts")
    while not deadline.is_past:
        try:
            reach.get(accounts, "default", namespace)
        except NotFound:
            deadline.pause()
        else:
            return
