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

    def record(self, draft: Draft, revision: int) -> Record:
        """Return *draft* stored at *revision*, with labels that nobody can change.

        Raises:
            LabelsTypeError: If the labels are no mapping of strings to strings.
        """
        key, known, terms = draft.key, self._known_names, self._known_terms
        if len(known) >= _KNOWN_LIMIT or len(terms) >= _KNOWN_LIMIT:
            known.clear()
            terms.clear()
        resource = known.setdefault(key.resource, key.resource)
        namespace = known.setdefault(key.namespace, key.namespace)
        shared = Draft(
            ObjectKey(resource, namespace, key.name),
            draft.uid,
            draft.body,
            draft.revision_at,
            self._labels(draft.labels),
            draft.owners,
            terms.setdefault(draft.terms, draft.terms),
        )
        return shared.at(revision)

    def _labels(self, labels: Mapping[str, str]) -> Mapping[str, str]:
        label_set, known = self._label_sets.read(labels), self._known_labels
        shared = known.get(label_set)
        if shared is None:
            if len(known) >= _KNOWN_LIMIT:
                known.clear()
            shared = known[label_set] = MappingProxyType(as_mapping(label_set))
        return shared
