"""One object as the rules see it: the manifest, what is known of its kind, its selectors."""

from dataclasses import dataclass
from typing import Self, final

from kubeobj.errors import FieldPath
from kubeobj.lint.kinds import CONFIGURATION_GROUPS, KINDS, Kind
from kubeobj.lint.sites import Site, find_sites
from kubeobj.manifests.manifest import Manifest
from kubeobj.meta.gvk import GroupKind

SELECTOR = FieldPath.of("spec", "selector")
"""Where most kinds have theirs."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """An object to be checked.

    Args:
        manifest: The object.
        group_kind: What it says it is.
        kind: What is known of that kind; None if nothing is.
        sites: The selectors in it.
    """

    manifest: Manifest
    group_kind: GroupKind
    kind: Kind | None
    sites: tuple[Site, ...]

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """Return *manifest* with what is known of it."""
        group = manifest.api_version.rpartition("/")[0]
        group_kind = GroupKind(group, manifest.kind)
        sites = find_sites(manifest.document, group_kind)
        return cls(manifest, group_kind, KINDS.get(group_kind), sites)

    @property
    def is_api_object(self) -> bool:
        """Whether it is meant for an API server, not for a tool that reads a file like it."""
        return self.group_kind.group not in CONFIGURATION_GROUPS

    @property
    def title(self) -> str:
        """What messages call it, such as ``Service web``."""
        return f"{self.manifest.kind} {self.manifest.name}".rstrip()

    @property
    def has_pods(self) -> bool:
        """Whether it is a pod or makes pods."""
        return self.kind is not None and self.kind.pod is not None

    @property
    def pod_metadata(self) -> FieldPath:
        """Where the metadata of its pods is, if it has any."""
        template = self.kind.pod if self.kind is not None and self.kind.pod is not None else ()
        return FieldPath((*template, "metadata"))

    @property
    def pod_labels(self) -> dict[str, str] | None:
        """The labels of its pods; None where it has none, or they are no labels."""
        labels = self.manifest.at(*self.pod_metadata.child("labels").parts)
        if not self.has_pods or not isinstance(labels, dict | None):
            return None
        texts = {key: value for key, value in (labels or {}).items() if isinstance(value, str)}
        return texts if len(texts) == len(labels or {}) else None

    def site(self, path: FieldPath) -> Site | None:
        """Return the selector at *path*; None where there is none, or it is null."""
        return next((site for site in self.sites if site.path == path), None)
