"""A resource as it is served in one version: how its bodies are read, and its records written.

Objects are stored in one version of their kind. A record of it goes out as the bytes it is; other
versions are converted on the way.
"""

from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import dataclass
from typing import final

import orjson

from kubeobj.api.kind import Errors, Kind, Part, Version
from kubeobj.api.table import Table
from kubeobj.api.wireform import read_again, read_wire, read_within
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.resource import Resource
from kubeobj.models.schema import type_of_kind
from kubeobj.store.record import Record


@final
@dataclass(frozen=True, slots=True)
class Endpoint:
    """A resource in one version.

    Args:
        kind: What the API knows of the kind.
        resource: What is said of it in discovery.
        version: How this version differs from the stored one; None if it is the stored one.
        type_name: The type of its objects, as `FieldSchema` names it.
    """

    kind: Kind
    resource: Resource
    version: Version | None
    type_name: str

    @classmethod
    def of(cls, kind: Kind, resource: Resource) -> "Endpoint":
        """Return *resource*, which serves objects of *kind*.

        Raises:
            ValueError: If the kind is not served in its version.
        """
        version = None
        if resource.kind != kind.kind:
            version = next((one for one in kind.versions if one.kind == resource.kind), None)
            if version is None:
                msg = f"{resource.kind} is no version of {kind.kind}"
                raise ValueError(msg)
        return cls(kind, resource, version, type_of_kind(resource.kind))

    @property
    def gvk(self) -> GroupVersionKind:
        """What its objects say they are."""
        return self.resource.kind

    @property
    def table(self) -> Table:
        """What is printed of its objects."""
        version = self.version
        return self.kind.table if version is None or version.table is None else version.table

    def read(self, body: object) -> tuple[Wire, bool]:
        """Return a body as the kind is stored, with its defaults; and whether any field is unknown.

        Raises:
            WireError: If a value has the wrong type.
        """
        obj, has_unknown = read_wire(self.type_name, body)
        return self.complete(obj), has_unknown

    def read_again(
        self,
        body: Wire,
        names: Collection[str],
        part: Part | None = None,
        within: Container[str] | None = None,
    ) -> tuple[Wire, bool]:
        """Return the same as `read`, of a body that is as it is stored but for its fields *names*.

        Args:
            body: The body. Of an object that is stored in another version, all is read.
            names: The fields that may have changed.
            part: The part which alone they are, if all else is shared with what is stored.
            within: The fields of that part, if it is one field, that may have changed; None for
                all.

        Raises:
            WireError: If a value has the wrong type.
        """
        if self.version is not None:
            return self.read(body)
        if within is None or part is None:
            obj, has_unknown = read_again(self.type_name, body, names)
        else:
            (field,) = names
            obj, has_unknown = read_within(self.type_name, body, field, within)
        if part is None or part.default is None:
            return self.complete(obj), has_unknown
        part.default(obj)
        return obj, has_unknown

    def complete(self, obj: Wire) -> Wire:
        """Return an object of this version in its stored form, with its defaults; it may change."""
        version = self.version
        if version is None:
            obj["apiVersion"], obj["kind"] = self.gvk.api_version, self.gvk.kind
            self.kind.default(obj)
            return obj
        version.default(obj)
        stored = version.to_stored(obj)
        stored["apiVersion"], stored["kind"] = self.kind.kind.api_version, self.kind.kind.kind
        self.kind.default(stored)
        return stored

    def view(self, stored: Wire) -> Wire:
        """Return a stored object, which may change, as this version has it."""
        if self.version is None:
            return stored
        obj = self.version.from_stored(stored)
        obj["apiVersion"], obj["kind"] = self.gvk.api_version, self.gvk.kind
        return obj

    def document(self, record: Record) -> Wire:
        """Return a new document of *record* as this version has it."""
        return self.view(orjson.loads(record.data))

    def write(self, record: Record) -> bytes:
        """Return the JSON of *record* as this version has it."""
        return record.data if self.version is None else orjson.dumps(self.document(record))

    @property
    def validate(self) -> Callable[[Wire], Errors]:
        """What finds what is wrong with a new object, in stored form."""
        own = self.version.validate if self.version else None
        return own or self.kind.validate

    @property
    def validate_update(self) -> Callable[[Wire, Wire], Errors]:
        """What finds what is wrong with an object, in stored form, that replaces another."""
        own = self.version.validate_update if self.version else None
        return own or self.kind.validate_update

    @property
    def field_names(self) -> Collection[str]:
        """The fields by which objects can be selected, other than those of metadata."""
        own = self.version.fields if self.version else None
        return own or self.kind.field_names

    def fields(self, stored: Wire) -> Mapping[str, str]:
        """Return the values of the fields by which *stored* can be selected."""
        metadata = stored["metadata"]
        names = {"metadata.name": metadata.get("name", "")}
        if self.kind.namespaced:
            names["metadata.namespace"] = metadata.get("namespace", "")
        names.update(self.kind.fields(stored))
        if self.version is not None:
            for name, stored_name in self.version.fields.items():
                names[name] = names[stored_name]
        return names
