"""The rules of object metadata, over plain documents: which may be created, and become which.

These are the API's own; a document of the wrong shape is told so first, as decoding it would be,
and the rules are asked only of what could be decoded. Paths are Kubernetes' own: an error about a
label or an owner names the whole map or list.

Source: ``k8s.io/apimachinery/pkg/api/validation`` ValidateObjectMeta and ValidateObjectMetaUpdate
(v1.36).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from kubeobj.documents import Document
from kubeobj.errors import FieldError, FieldErrorType, FieldPath, ObjectReferenceError, echo
from kubeobj.meta.annotations import validate_annotations
from kubeobj.meta.finalizers import validate_finalizers, validate_no_new_finalizers
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.shape import (
    boolean_shape,
    integer_of,
    integer_shape,
    length_errors,
    list_shape,
    map_shape,
    object_shape,
    objects_of,
    text_map_of,
    text_of,
    text_shape,
    texts_of,
    time_of,
    time_shape,
)
from kubeobj.meta.timestamps import Time
from kubeobj.names import (
    SUBDOMAIN_NAMES,
    NameRule,
    is_label_key,
    is_label_value,
    validate_dns1123_label,
    validate_label_key,
    validate_label_value,
)
from kubeobj.names.syntax import invalid, required

METADATA = FieldPath.of("metadata")
"""Where the metadata of a whole object is."""

_NAME, _PREFIX, _NAMESPACE, _ANNOTATIONS = map(
    METADATA.child, ("name", "generateName", "namespace", "annotations")
)
_NONE: Mapping[str, str] = {}
# Parts of metadata that few objects have.
_RARE = frozenset({"finalizers", "managedFields"})

FIELD_MANAGER_MAX_BYTES = 128
"""The longest name of a field manager."""

SUBRESOURCE_MAX_BYTES = 256
"""The longest name of a subresource in managed fields."""

BANNED_OWNERS = frozenset({GroupVersionKind("", "v1", "Event")})
"""Kinds that can own nothing."""

_OWNER_SHAPE = object_shape(
    {
        "apiVersion": text_shape,
        "kind": text_shape,
        "name": text_shape,
        "uid": text_shape,
        "controller": boolean_shape,
        "blockOwnerDeletion": boolean_shape,
    }
)
_MANAGED_FIELDS_SHAPE = object_shape(
    {
        "manager": text_shape,
        "operation": text_shape,
        "apiVersion": text_shape,
        "time": time_shape,
        "fieldsType": text_shape,
        "subresource": text_shape,
    }
)
_META_SHAPE = object_shape(
    {
        "name": text_shape,
        "generateName": text_shape,
        "namespace": text_shape,
        "selfLink": text_shape,
        "uid": text_shape,
        "resourceVersion": text_shape,
        "generation": integer_shape,
        "creationTimestamp": time_shape,
        "deletionTimestamp": time_shape,
        "deletionGracePeriodSeconds": integer_shape,
        "labels": map_shape(text_shape),
        "annotations": map_shape(text_shape),
        "ownerReferences": list_shape(_OWNER_SHAPE),
        "finalizers": list_shape(text_shape),
        "managedFields": list_shape(_MANAGED_FIELDS_SHAPE),
    }
)


def validate_object_meta(
    meta: Document,
    *,
    namespaced: bool,
    path: FieldPath = METADATA,
    names: NameRule = SUBDOMAIN_NAMES,
) -> tuple[FieldError, ...]:
    """Return every rule that *meta* breaks for an object to be created.

    Args:
        meta: The metadata, in wire form.
        namespaced: Whether objects of the kind live in namespaces.
        path: Where the metadata is.
        names: The kind's rule for names.

    >>> for error in validate_object_meta({"name": "Web"}, namespaced=False):
    ...     print(error.path, error.type.name, error.origin)
    metadata.name INVALID format=k8s-long-name
    """
    return tuple(_META_SHAPE(meta, path)) or _new_errors(meta, path, names, namespaced=namespaced)


def _new_errors(
    meta: Document, path: FieldPath, names: NameRule, *, namespaced: bool
) -> tuple[FieldError, ...]:
    """Find every rule that metadata of the right shape breaks."""
    return (
        *_name_errors(meta, path, names),
        *_namespace_errors(meta, path, namespaced=namespaced),
        *_generation_errors(meta, path),
        *_common_errors(meta, path),
        *validate_finalizers(texts_of(meta, "finalizers"), path.child("finalizers")),
    )


def validate_read_object_meta(
    meta: Document, *, namespaced: bool, names: NameRule
) -> tuple[FieldError, ...]:
    """Return the same as `validate_object_meta`, of metadata whose shape has been checked.

    It looks first for what nothing can be wrong with, as most metadata is.
    """
    name, namespace = text_of(meta, "name"), text_of(meta, "namespace")
    prefix = text_of(meta, "generateName")
    labels: Mapping[str, str] = meta.get("labels", _NONE)  # type: ignore[assignment]
    annotations: Mapping[str, str] = meta.get("annotations", _NONE)  # type: ignore[assignment]
    if (
        name
        and not _RARE.intersection(meta)
        and not names.validate_name(name, _NAME)
        and (not prefix or not names.validate_prefix(prefix, _PREFIX))
        and _are_good_owners(objects_of(meta, "ownerReferences"))
        and bool(namespace) is namespaced
        and (not namespaced or not validate_dns1123_label(namespace, _NAMESPACE))
        and integer_of(meta, "generation") >= 0
        and _are_good_labels(labels)
        and not (annotations and validate_annotations(annotations, _ANNOTATIONS))
    ):
        return ()
    return _new_errors(meta, METADATA, names, namespaced=namespaced)


def _are_good_labels(labels: Mapping[str, str]) -> bool:
    """Return whether nothing is wrong with *labels*."""
    return _are_good_pairs(tuple(labels.items()))


@lru_cache(maxsize=1024)
def _are_good_pairs(labels: tuple[tuple[str, str], ...]) -> bool:
    """Return whether nothing is wrong with labels; most objects share theirs with others."""
    return all(is_label_key(key) and is_label_value(value) for key, value in labels)


def _are_good_owners(owners: Sequence[Document]) -> bool:
    """Return whether nothing is wrong with *owners*, at most one of which may be the controller."""
    controllers = 0
    for owner in owners:
        controllers += owner.get("controller") is True
        if not _is_good_owner(
            text_of(owner, "apiVersion"),
            text_of(owner, "kind"),
            text_of(owner, "name"),
            text_of(owner, "uid"),
        ):
            return False
    return controllers < 2


@lru_cache(maxsize=1024)
def _is_good_owner(api_version: str, kind: str, name: str, uid: str) -> bool:
    """Return whether one owner is complete; most objects share theirs with others."""
    owner = {"apiVersion": api_version, "kind": kind, "name": name, "uid": uid}
    return not any(_owner_errors(owner, METADATA))


def validate_object_meta_update(
    new: Document, old: Document, *, path: FieldPath = METADATA
) -> tuple[FieldError, ...]:
    """Return every rule that an object breaks if its metadata *old* becomes *new*.

    >>> old = {"name": "web", "resourceVersion": "7"}
    >>> for error in validate_object_meta_update({**old, "name": "db"}, old):
    ...     print(error)
    metadata.name: Invalid value: "db": cannot be changed
    """
    errors = (*_META_SHAPE(new, path), *_META_SHAPE(old, path))
    return errors or _update_errors(new, old, path)


def validate_read_object_meta_update(new: Document, old: Document) -> tuple[FieldError, ...]:
    """Return the same as `validate_object_meta_update`, of metadata whose shape has been checked.

    It looks first for what nothing can be wrong with, as most updates of metadata are.
    """
    labels: Mapping[str, str] = new.get("labels", _NONE)  # type: ignore[assignment]
    annotations: Mapping[str, str] = new.get("annotations", _NONE)  # type: ignore[assignment]
    if (
        new.get("resourceVersion")
        and "managedFields" not in new
        and ("deletionTimestamp" not in old or new.get("finalizers") == old.get("finalizers"))
        and _have_kept(new, old)
        and integer_of(new, "generation") >= integer_of(old, "generation")
        # What is shared with what is stored was good when that was.
        and (labels is old.get("labels") or _are_good_labels(labels))
        and (
            new.get("ownerReferences") is old.get("ownerReferences")
            or _are_good_owners(objects_of(new, "ownerReferences"))
        )
        and (
            annotations is old.get("annotations", _NONE)
            or not validate_annotations(annotations, _ANNOTATIONS)
        )
    ):
        return ()
    return _update_errors(new, old, METADATA)


def _have_kept(new: Document, old: Document) -> bool:
    """Return whether *new* has what never changes as *old* has it."""
    return (
        new.get("name") == old.get("name")
        and new.get("namespace") == old.get("namespace")
        and new.get("uid") == old.get("uid")
        and new.get("creationTimestamp") == old.get("creationTimestamp")
        and new.get("deletionTimestamp") == old.get("deletionTimestamp")
        and new.get("deletionGracePeriodSeconds") == old.get("deletionGracePeriodSeconds")
    )


def _update_errors(new: Document, old: Document, path: FieldPath) -> tuple[FieldError, ...]:
    """Find every rule that an object breaks if its metadata, of the right shape, becomes *new*."""
    return (
        *_deletion_errors(new, old, path),
        *_revision_errors(new, old, path),
        *_immutable_errors(new, old, path),
        *_common_errors(new, path),
    )


def _common_errors(meta: Document, path: FieldPath) -> Iterator[FieldError]:
    """Find what may be wrong with any metadata, new or not."""
    yield from validate_labels(text_map_of(meta, "labels"), path.child("labels"))
    yield from validate_annotations(text_map_of(meta, "annotations"), path.child("annotations"))
    yield from validate_owner_references(
        objects_of(meta, "ownerReferences"), path.child("ownerReferences")
    )
    yield from validate_managed_fields(
        objects_of(meta, "managedFields"), path.child("managedFields")
    )


def validate_labels(labels: Mapping[str, str], path: FieldPath) -> tuple[FieldError, ...]:
    """Return which keys and values of *labels* are wrong."""
    return tuple(
        error
        for key, value in labels.items()
        for error in (*validate_label_key(key, path), *validate_label_value(value, path))
    )


def validate_owner_references(
    owners: Sequence[Document], path: FieldPath
) -> tuple[FieldError, ...]:
    """Return which *owners* are incomplete or banned, and whether two of them are controllers."""
    errors: list[FieldError] = []
    controller: str | None = None
    for owner in owners:
        errors += _owner_errors(owner, path)
        if owner.get("controller") is not True:
            continue
        name = echo(f"{text_of(owner, 'kind')}/{text_of(owner, 'name')}")
        if controller is None:
            controller = name
        else:
            detail = f"only one owner can be the controller, not both {controller} and {name}"
            errors.append(invalid(path, owner, detail, "owner=one-controller"))
    return tuple(errors)


def validate_managed_fields(entries: Sequence[Document], path: FieldPath) -> tuple[FieldError, ...]:
    """Return what is wrong with the record of who manages which fields (Server-Side Apply)."""
    return tuple(
        error
        for position, entry in enumerate(entries)
        for error in _managed_fields_errors(entry, path.index(position))
    )


def _name_errors(meta: Document, path: FieldPath, names: NameRule) -> Iterator[FieldError]:
    """Find errors in ``generateName`` and ``name``."""
    prefix, name = text_of(meta, "generateName"), text_of(meta, "name")
    if prefix:
        yield from names.validate_prefix(prefix, path.child("generateName"))
    if name:
        yield from names.validate_name(name, path.child("name"))
    else:
        detail = "name or generateName is required"
        yield FieldError(path.child("name"), FieldErrorType.REQUIRED, "", detail, "required")


def _namespace_errors(
    meta: Document, path: FieldPath, *, namespaced: bool
) -> tuple[FieldError, ...]:
    """Return whether ``namespace`` is missing, wrong, or not allowed."""
    here, namespace = path.child("namespace"), text_of(meta, "namespace")
    if namespaced:
        if namespace:
            return validate_dns1123_label(namespace, here)
        return (required(here, "required"),)
    if not namespace:
        return ()
    detail = "objects of this kind belong to no namespace"
    return (FieldError(here, FieldErrorType.FORBIDDEN, namespace, detail, "scope=cluster"),)


def _generation_errors(meta: Document, path: FieldPath) -> Iterator[FieldError]:
    """Find a negative ``generation``."""
    generation = integer_of(meta, "generation")
    if generation < 0:
        yield invalid(path.child("generation"), generation, "must be 0 or more", "minimum")


def _deletion_errors(new: Document, old: Document, path: FieldPath) -> tuple[FieldError, ...]:
    """Return what a deleted object may not gain any more."""
    if time_of(old, "deletionTimestamp") is None:
        return ()
    here = path.child("finalizers")
    return validate_no_new_finalizers(
        texts_of(new, "finalizers"), texts_of(old, "finalizers"), here
    )


def _revision_errors(new: Document, old: Document, path: FieldPath) -> Iterator[FieldError]:
    """Find a missing ``resourceVersion``, and a ``generation`` that goes back."""
    if not text_of(new, "resourceVersion"):
        detail = "an update must say which version it is based on"
        yield invalid(path.child("resourceVersion"), "", detail, "resourceVersion=update")
    generation = integer_of(new, "generation")
    if generation < integer_of(old, "generation"):
        here = path.child("generation")
        yield invalid(here, generation, "must not decrease", "generation=monotonic")


def _immutable_errors(new: Document, old: Document, path: FieldPath) -> Iterator[FieldError]:
    """Find fields that differ though they never change."""
    for name in ("name", "namespace", "uid"):
        if text_of(new, name) != text_of(old, name):
            yield _changed(new, path, name)
    if (time_of(new, "creationTimestamp") or Time()) != (
        time_of(old, "creationTimestamp") or Time()
    ):
        yield _changed(new, path, "creationTimestamp")
    if time_of(new, "deletionTimestamp") != time_of(old, "deletionTimestamp"):
        yield _changed(new, path, "deletionTimestamp")
    grace_period = "deletionGracePeriodSeconds"
    if new.get(grace_period) != old.get(grace_period):
        yield _changed(new, path, grace_period)


def _changed(new: Document, path: FieldPath, name: str) -> FieldError:
    """Return the error that a field differs though it never changes."""
    return invalid(path.child(name), new.get(name), "cannot be changed", "immutable")


def _owner_errors(owner: Document, path: FieldPath) -> Iterator[FieldError]:
    """Find what one owner lacks, and whether its kind can own anything."""
    kind = text_of(owner, "kind")
    try:
        gvk = GroupVersionKind.from_api_version(text_of(owner, "apiVersion"), kind)
    except ObjectReferenceError:
        gvk = GroupVersionKind("", "", kind)
    if not gvk.version:
        detail = "must be a version, or a group and a version, such as 'apps/v1'"
        value = owner.get("apiVersion")
        yield invalid(path.child("apiVersion"), value, detail, "format=api-version")
    for name in ("kind", "name", "uid"):
        if not text_of(owner, name):
            yield invalid(path.child(name), "", "must not be empty", "owner=complete")
    if gvk in BANNED_OWNERS:
        yield invalid(path, owner, f"objects of kind {gvk.kind} own nothing", "owner=allowed")


def _managed_fields_errors(entry: Document, path: FieldPath) -> Iterator[FieldError]:
    """Find what is wrong with one entry of the managed fields."""
    if (operation := text_of(entry, "operation")) not in {"Apply", "Update"}:
        detail = "must be 'Apply' or 'Update'"
        yield invalid(path.child("operation"), operation, detail, "enum")
    if (fields_type := text_of(entry, "fieldsType")) not in {"", "FieldsV1"}:
        yield invalid(path.child("fieldsType"), fields_type, "must be 'FieldsV1'", "enum")
    yield from _field_manager_errors(text_of(entry, "manager"), path.child("manager"))
    subresource = text_of(entry, "subresource")
    yield from length_errors(subresource, path.child("subresource"), SUBRESOURCE_MAX_BYTES)


def _field_manager_errors(manager: str, path: FieldPath) -> Iterator[FieldError]:
    """Find a name that is too long, and each character of it that does not print."""
    yield from length_errors(manager, path, FIELD_MANAGER_MAX_BYTES)
    for position, char in enumerate(manager):
        if not char.isprintable():
            detail = f"U+{ord(char):04X} at {position} does not print"
            yield invalid(path, manager, detail, "format=field-manager")
