"""Which kind or resource: group, version and kind, and how they are written together.

A *kind* is what an object says it is (``Deployment``); a *resource* is where it is served
(``deployments``). The core group's name is empty.

Source: API concepts, Resource types; ``k8s.io/apimachinery/pkg/runtime/schema`` (v1.36).
"""

from dataclasses import dataclass
from typing import Self, final

from kubeobj.documents import Document
from kubeobj.errors import ObjectReferenceError, echo


@final
@dataclass(frozen=True, slots=True, order=True)
class GroupVersion:
    """One version of an API group: what ``apiVersion`` says.

    >>> GroupVersion.parse("apps/v1")
    GroupVersion(group='apps', version='v1')
    >>> GroupVersion.parse("v1")
    GroupVersion(group='', version='v1')
    """

    group: str
    version: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the group and version that *text* writes; both are empty if it is.

        Raises:
            ObjectReferenceError: If it has more than one slash.
        """
        if text in {"", "/"}:
            return cls("", "")
        group, slash, version = text.partition("/")
        if not slash:
            return cls("", text)
        if "/" in version:
            msg = f"{echo(text)} is not an apiVersion such as 'v1' or 'apps/v1'"
            raise ObjectReferenceError(msg)
        return cls(group, version)

    def __str__(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version


@final
@dataclass(frozen=True, slots=True, order=True)
class GroupKind:
    """A kind in any version.

    >>> str(GroupKind.parse("Deployment.apps"))
    'Deployment.apps'
    """

    group: str
    kind: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the kind and group of ``Kind.group``, or the core group's kind."""
        kind, _, group = text.partition(".")
        return cls(group, kind)

    def __str__(self) -> str:
        return f"{self.kind}.{self.group}" if self.group else self.kind


@final
@dataclass(frozen=True, slots=True, order=True)
class GroupResource:
    """A resource in any version.

    >>> GroupResource.parse("deployments.apps")
    GroupResource(group='apps', resource='deployments')
    """

    group: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the resource and group of ``resource.group``, or the core group's resource."""
        resource, _, group = text.partition(".")
        return cls(group, resource)

    def __str__(self) -> str:
        return f"{self.resource}.{self.group}" if self.group else self.resource


@final
@dataclass(frozen=True, slots=True, order=True)
class GroupVersionKind:
    """A kind in one version: what an object says it is.

    >>> str(GroupVersionKind.from_api_version("apps/v1", "Deployment"))
    'apps/v1, Kind=Deployment'
    """

    group: str
    version: str
    kind: str

    @classmethod
    def from_api_version(cls, api_version: str, kind: str) -> Self:
        """Return the kind that an object with these two fields is.

        Raises:
            ObjectReferenceError: If *api_version* has more than one slash.
        """
        group_version = GroupVersion.parse(api_version)
        return cls(group_version.group, group_version.version, kind)

    @classmethod
    def from_object(cls, document: Document) -> Self:
        """Return the kind that *document* says it is.

        Raises:
            ObjectReferenceError: If ``apiVersion`` or ``kind`` is missing, or no text.
        """
        api_version, kind = document.get("apiVersion"), document.get("kind")
        if not isinstance(api_version, str) or not isinstance(kind, str) or not kind:
            msg = "an object must have an apiVersion and a kind, both text"
            raise ObjectReferenceError(msg)
        return cls.from_api_version(api_version, kind)

    @classmethod
    def parse_argument(cls, text: str) -> Self | None:
        """Return the kind of ``Kind.version.group``, as commands take it; None for other forms.

        >>> GroupVersionKind.parse_argument("Deployment.v1.apps")
        GroupVersionKind(group='apps', version='v1', kind='Deployment')
        """
        parts = text.split(".", 2)
        return cls(parts[2], parts[1], parts[0]) if len(parts) == 3 else None

    @property
    def api_version(self) -> str:
        """The ``apiVersion`` of such an object."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def group_version(self) -> GroupVersion:
        """The group and version."""
        return GroupVersion(self.group, self.version)

    @property
    def group_kind(self) -> GroupKind:
        """The kind in any version."""
        return GroupKind(self.group, self.kind)

    def __str__(self) -> str:
        return f"{self.group}/{self.version}, Kind={self.kind}"


@final
@dataclass(frozen=True, slots=True, order=True)
class GroupVersionResource:
    """A resource in one version: where objects are served.

    >>> str(GroupVersionResource("apps", "v1", "deployments"))
    'apps/v1, Resource=deployments'
    """

    group: str
    version: str
    resource: str

    @classmethod
    def parse_argument(cls, text: str) -> Self | None:
        """Return the resource of ``resource.version.group``, as commands take it; else None.

        >>> GroupVersionResource.parse_argument("deployments.v1.apps")
        GroupVersionResource(group='apps', version='v1', resource='deployments')
        """
        parts = text.split(".", 2)
        return cls(parts[2], parts[1], parts[0]) if len(parts) == 3 else None

    @property
    def group_version(self) -> GroupVersion:
        """The group and version."""
        return GroupVersion(self.group, self.version)

    @property
    def group_resource(self) -> GroupResource:
        """The resource in any version."""
        return GroupResource(self.group, self.resource)

    def __str__(self) -> str:
        return f"{self.group}/{self.version}, Resource={self.resource}"
