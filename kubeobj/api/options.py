"""What a request says besides its object: for whom, how strictly, whether in earnest.

Source: ``metav1.CreateOptions``, ``UpdateOptions``, ``PatchOptions``, ``DeleteOptions``,
``ListOptions`` (v1.36), and their validation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, final

from kubeobj.api.fielderrors import forbidden, invalid, not_supported
from kubeobj.api.kind import ADMIN, User
from kubeobj.errors import FieldError, FieldPath

FieldValidation: TypeAlias = Literal["Ignore", "Warn", "Strict"]
"""What becomes of fields that the kind does not have: dropped, dropped with a warning, refused."""

PropagationPolicy: TypeAlias = Literal["Orphan", "Background", "Foreground"]
"""What becomes of the dependents of what is deleted."""

PROPAGATION_POLICIES = ("Foreground", "Background", "Orphan")
"""Every way there is."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """How to write.

    Args:
        user: Who writes.
        dry_run: Whether nothing is to be kept.
        field_validation: What becomes of fields that the kind does not have.
        field_manager: Under which name the writer manages fields.
        force: Whether an apply takes over what others manage.
        duplicates: The fields that the body has twice, where its text was read.
    """

    user: User = ADMIN
    dry_run: bool = False
    field_validation: FieldValidation = "Warn"
    field_manager: str = ""
    force: bool = False
    duplicates: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteOptions:
    """How to delete.

    Args:
        user: Who deletes.
        dry_run: Whether nothing is to be kept.
        grace_period_seconds: How long it may take to end; None for as long as its kind has it.
        propagation_policy: What becomes of its dependents; None for what its kind does.
        orphan_dependents: The same in an older form.
        uid: The uid that it must have; None for any.
        resource_version: The version that it must be at; None for any.
    """

    user: User = ADMIN
    dry_run: bool = False
    grace_period_seconds: int | None = None
    propagation_policy: str | None = None
    orphan_dependents: bool | None = None
    uid: str | None = None
    resource_version: str | None = None

    def validate(self) -> Iterator[FieldError]:
        """Find what is wrong with it."""
        here = FieldPath.of("propagationPolicy")
        policy = self.propagation_policy
        if policy is not None and self.orphan_dependents is not None:
            detail = "orphanDependents and propagationPolicy cannot be both set"
            yield invalid(here, policy, detail, "exclusive")
        if policy is not None and policy not in PROPAGATION_POLICIES:
            yield not_supported(here, policy, (*PROPAGATION_POLICIES, "nil"))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ListOptions:
    """What to list or watch.

    Args:
        user: Who asks.
        label_selector: With which labels, as text.
        field_selector: With which fields, as text.
        limit: How many at most; 0 for all.
        continue_token: Where the page before has ended, as it says; empty for the first page.
        resource_version: As when; empty for now.
        resource_version_match: ``Exact`` or ``NotOlderThan``, or empty.
        allow_watch_bookmarks: Whether a watch may tell of revisions without an event.
        send_initial_events: Whether a watch begins with what there is; None for what follows
            from the rest.
        timeout_seconds: How long a watch goes on; None for as long as the server likes.
    """

    user: User = field(default=ADMIN)
    label_selector: str = ""
    field_selector: str = ""
    limit: int = 0
    continue_token: str = ""
    resource_version: str = ""
    resource_version_match: str = ""
    allow_watch_bookmarks: bool = False
    send_initial_events: bool | None = None
    timeout_seconds: float | None = None

    def validate(self, *, is_watch: bool) -> Iterator[FieldError]:
        """Find what is wrong with it."""
        match, path = self.resource_version_match, FieldPath.of("resourceVersionMatch")
        if is_watch and self.send_initial_events is not None:
            yield from self._initial_errors(path)
            return
        if self.send_initial_events is not None:
            detail = "sendInitialEvents is forbidden for list"
            yield forbidden(FieldPath.of("sendInitialEvents"), detail)
        if not match:
            return
        if is_watch:
            yield forbidden(path, "resourceVersionMatch is forbidden for watch")
            return
        yield from self._match_errors(match, path)

    def _match_errors(self, match: str, path: FieldPath) -> Iterator[FieldError]:
        if not self.resource_version:
            detail = "resourceVersionMatch is forbidden unless resourceVersion is provided"
            yield forbidden(path, detail)
        if self.continue_token:
            yield forbidden(path, "resourceVersionMatch is forbidden when continue is provided")
        if match not in {"Exact", "NotOlderThan"}:
            yield not_supported(path, match, ("Exact", "NotOlderThan", ""))
        if match == "Exact" and self.resource_version == "0":
            detail = 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
            yield forbidden(path, detail)

    def _initial_errors(self, path: FieldPath) -> Iterator[FieldError]:
        match = self.resource_version_match
        if match != "NotOlderThan":
            detail = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
            yield forbidden(path, detail)
            if match:
                yield not_supported(path, match, ("NotOlderThan",))
        if self.continue_token:
            yield forbidden(path, "resourceVersionMatch is forbidden when continue is provided")
