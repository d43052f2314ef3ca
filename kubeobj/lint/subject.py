"""One object as the rules see it: the manifest, what is known of its kind, its selectors."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Self, final

from kubeobj.documents import JsonValue
from kubeobj.errors import FieldPath
from kubeobj.lint.kinds import CONFIGURATION_GROUPS, KINDS, Kind
from kubeobj.lint.sites import Site, find_sites
from kubeobj.manifests.manifest import Manifest
from kubeobj.meta.gvk import GroupKind

SELECTOR = FieldPath.of("spec", "selector")
"""Where most kinds have theirs."""

_POD_TEMPLATE = ("spec", "template")
_KUSTOMIZATIONS = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})


@final
@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """An object to be checked.

    Args:
        manifest: The object.
        group_kind: What it says it is.
        kind: What is known of that kind; None if nothing is.
        pod: Where the labels and the ``spec`` of the pods it makes are; None if it makes none.
        sites: The selectors in it.
    """

    manifest: Manifest
    group_kind: GroupKind
    kind: Kind | None
    pod: tuple[str, ...] | None
    sites: tuple[Site, ...]

    @classmethod
    def of(cls, manifest: Manifest) -> Self:
        """Return *manifest* with what is known of it."""
        group = manifest.api_version.rpartition("/")[0]
        group_kind = GroupKind(group, manifest.kind)
        kind = KINDS.get(group_kind)
        pod = _custom_pod(manifest) if kind is None else kind.pod
        return cls(manifest, group_kind, kind, pod, find_sites(manifest.document, group_kind))

    @property
    def is_api_object(self) -> bool:
        """Whether it is meant for an API server, not for a tool that reads a file like it."""
        if self.group_kind.group in CONFIGURATION_GROUPS:
            return False
        # Kustomize's own file need not say its kind.
        return bool(self.manifest.kind) or (
            PurePath(self.manifest.source).name not in _KUSTOMIZATIONS
        )

    @property
    def title(self) -> str:
        """What messages call it, such as ``Service web``."""
        return f"{self.manifest.kind} {self.manifest.name}".rstrip()

    @property
    def pod_metadata(self) -> FieldPath:
        """Where the metadata of its pods is, if it has any."""
        return FieldPath((*(self.pod or ()), "metadata"))

    @property
    def pod_labels(self) -> dict[str, str] | None:
        """The labels of its pods; None where it has none, or they are no labels."""
        labels = self._pod_labels
        if self.pod is None or not isinstance(labels, dict | None):
            return None
        texts = self.pod_label_texts
        return texts if len(texts) == len(labels or {}) else None

    @property
    def pod_label_texts(self) -> dict[str, str]:
        """The labels of its pods, without those that are no strings."""
        labels = self._pod_labels
        if not isinstance(labels, dict):
            return {}
        return {key: value for key, value in labels.items() if isinstance(value, str)}

    @property
    def _pod_labels(self) -> JsonValue:
        return self.manifest.at(*self.pod_metadata.child("labels").parts)

    def site(self, path: FieldPath) -> Site | None:
        """Return the selector at *path*; None where there is none, or it is null."""
        return next((site for site in self.sites if site.path == path), None)


def _custom_pod(manifest: Manifest) -> tuple[str, ...] | None:
    """Return where *manifest*, of an unknown kind, has a pod template; None if nowhere.

    Kinds that stand in for a Deployment (Argo's Rollout, Knative's Service) have it there too.
    """
    containers = manifest.at(*_POD_TEMPLATE, "spec", "containers")
    return _POD_TEMPLATE if isinstance(containers, list) else None
