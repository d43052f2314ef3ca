"""Equal parts of records, kept once.

Most objects have the labels of some other object, and all have its namespace. Sharing is an
economy, not a promise: the memory of what has been seen stays bounded.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import final

from kubeobj.labels.labelsets import LabelSet, LabelSets, as_mapping
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.record import Draft, Record

_KNOWN_LIMIT = 4096


@final
class Sharing:
    """Makes records that share with the records made before."""

    __slots__ = ("_known_labels", "_known_names", "_known_terms", "_label_sets")

    def __init__(self) -> None:
        self._label_sets = LabelSets()
        self._known_labels: dict[LabelSet, Mapping[str, str]] = {}
        self._known_names: dict[str, str] = {}
        self._known_terms: dict[tuple[str, ...], tuple[str, ...]] = {}

    def record(self, draft: Draft, revision: int, previous: Record | None = None) -> Record:
        """Return *draft* stored at *revision*, with labels that nobody can change.

        Args:
            draft: The draft.
            revision: The revision.
            previous: What it takes the place of; most of it stays the same.

        Raises:
            LabelsTypeError: If the labels are no mapping of strings to strings.
        """
        if previous is None:
            key, labels = self._key(draft.key), self._labels(draft.labels)
            terms = self._terms(draft.terms)
        else:
            key, labels, terms = previous.key, previous.labels, previous.terms
            if labels != draft.labels:
                labels = self._labels(draft.labels)
            if terms != draft.terms:
                terms = self._terms(draft.terms)
        data, place = draft.data_at(revision), draft.revision_at
        return Record(key, draft.uid, revision, data, place, labels, draft.owners, terms)

    def _key(self, key: ObjectKey) -> ObjectKey:
        known = self._known_names
        if len(known) >= _KNOWN_LIMIT:
            known.clear()
        resource = known.setdefault(key.resource, key.resource)
        namespace = known.setdefault(key.namespace, key.namespace)
        return ObjectKey(resource, namespace, key.name)

    def _terms(self, terms: tuple[str, ...]) -> tuple[str, ...]:
        known = self._known_terms
        if len(known) >= _KNOWN_LIMIT:
            known.clear()
        return known.setdefault(terms, terms)

    def _labels(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        label_set, known = self._label_sets.read(labels), self._known_labels
        shared = known.get(label_set)
        if shared is None:
            if len(known) >= _KNOWN_LIMIT:
                known.clear()
            shared = known[label_set] = MappingProxyType(as_mapping(label_set))
        return shared
