"""Metadata of objects that the API takes, as documents and as models."""

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeobj.documents import Document, JsonValue
from kubeobj.meta.finalizers import FOREGROUND_DELETION, ORPHAN_DEPENDENTS
from kubeobj.meta.objectmeta import ObjectMeta
from kubeobj.meta.ownership import OwnerReference
from kubeobj.testing.strategies.labelsets import label_sets
from kubeobj.testing.strategies.names import (
    annotations,
    finalizer_names,
    generate_names,
    namespaces,
    object_names,
    uids,
)
from kubeobj.testing.strategies.times import times

_OWNERS = (("v1", "Pod"), ("apps/v1", "ReplicaSet"), ("example.com/v1beta1", "Backup"))


def object_metas(*, namespaced: bool = True) -> SearchStrategy[ObjectMeta]:
    """Draw metadata as `ObjectMeta` that an object may be created with.

    Args:
        namespaced: Whether objects of the kind live in namespaces.

    >>> from hypothesis import find
    >>> find(object_metas(), lambda _: True).to_document()
    {'name': 'a', 'namespace': 'default'}
    """
    return object_meta_documents(namespaced=namespaced).map(ObjectMeta.parse)


def object_meta_documents(*, namespaced: bool = True) -> SearchStrategy[Document]:
    """Draw metadata as documents that an object of any kind may be created with.

    Args:
        namespaced: Whether objects of the kind live in namespaces.

    >>> from hypothesis import find
    >>> find(object_meta_documents(namespaced=False), lambda _: True)
    {'name': 'a'}
    """
    place = {"namespace": namespaces()} if namespaced else {}
    optional: dict[str, SearchStrategy[JsonValue]] = {
        "generateName": generate_names(),
        "labels": label_sets(),
        "annotations": annotations(),
        "finalizers": _finalizers(),
        "ownerReferences": _owners(),
        "uid": uids(),
        "resourceVersion": st.integers(1, 2**63 - 1).map(str),
        "generation": st.integers(0, 2**63 - 1),
        "creationTimestamp": times().map(lambda time: time.to_json()),
    }
    return st.fixed_dictionaries({"name": object_names(), **place}, optional=optional)


def owner_references() -> SearchStrategy[OwnerReference]:
    """Draw references to owners; any of them may be the controller, though one object has one.

    >>> from hypothesis import find
    >>> owner = find(owner_references(), lambda _: True)
    >>> owner.kind, owner.name
    ('Pod', 'a')
    """
    may_be = st.sampled_from((None, False, True))
    return st.builds(
        lambda kind, name, uid, controller, blocks: OwnerReference(
            api_version=kind[0],
            kind=kind[1],
            name=name,
            uid=uid,
            controller=controller,
            block_owner_deletion=blocks,
        ),
        st.sampled_from(_OWNERS),
        object_names(),
        uids(),
        may_be,
        may_be,
    )


def _owners() -> SearchStrategy[Sequence[Document]]:
    """Draw the owners of one object, of which at most the first is the controller."""
    return st.lists(owner_references(), max_size=3).map(
        lambda owners: [
            owner.model_copy(update={"controller": None} if position else {}).to_document()
            for position, owner in enumerate(owners)
        ]
    )


def _finalizers() -> SearchStrategy[Sequence[str]]:
    """Draw the finalizers of one object; the API's own two exclude each other."""
    of_the_api = st.sampled_from(([], [ORPHAN_DEPENDENTS], [FOREGROUND_DELETION]))
    return st.builds(list.__add__, of_the_api, st.lists(finalizer_names(), max_size=2, unique=True))
