"""Strategies for property tests with Hypothesis: what Kubernetes takes, and what belongs together.

Whatever is drawn is valid by the way it is put together, is never thrown away, and shrinks to
something plain. Options are by keyword; bad ones raise Hypothesis' `InvalidArgument` where the
strategy is made.
"""

import kubeobj.testing.extra  # noqa: F401 - says what to install
from kubeobj.testing.strategies.apicalls import ApiCall, Verb, api_calls
from kubeobj.testing.strategies.breakages import Broken, broken_workloads
from kubeobj.testing.strategies.cases import SelectorWithLabels, selectors_with_labels
from kubeobj.testing.strategies.dns import dns1035_labels, dns_labels, dns_subdomains
from kubeobj.testing.strategies.faults import faults
from kubeobj.testing.strategies.intorstrings import int_or_strings
from kubeobj.testing.strategies.labels import label_keys, label_values
from kubeobj.testing.strategies.labelselectors import (
    label_selector_documents,
    label_selectors,
)
from kubeobj.testing.strategies.labelsets import label_sets
from kubeobj.testing.strategies.matching import matching, not_matching
from kubeobj.testing.strategies.metadata import (
    object_meta_documents,
    object_metas,
    owner_references,
)
from kubeobj.testing.strategies.names import (
    annotation_keys,
    annotations,
    finalizer_names,
    generate_names,
    namespaces,
    object_names,
    uids,
)
from kubeobj.testing.strategies.objects import (
    config_maps,
    cron_jobs,
    daemon_sets,
    deployments,
    jobs,
    pods,
    replica_sets,
    services,
    stateful_sets,
    workloads,
)
from kubeobj.testing.strategies.pairs import Overlap, disjoint_selectors, overlapping_selectors
from kubeobj.testing.strategies.podspecs import pod_specs, pod_templates
from kubeobj.testing.strategies.quantities import quantities, quantity_texts
from kubeobj.testing.strategies.requirements import requirements
from kubeobj.testing.strategies.selectors import selectors, selectors_matching
from kubeobj.testing.strategies.selectortexts import selector_texts
from kubeobj.testing.strategies.times import durations, micro_times, times

__all__ = [
    "ApiCall",
    "Broken",
    "Overlap",
    "SelectorWithLabels",
    "Verb",
    "annotation_keys",
    "annotations",
    "api_calls",
    "broken_workloads",
    "config_maps",
    "cron_jobs",
    "daemon_sets",
    "deployments",
    "disjoint_selectors",
    "dns1035_labels",
    "dns_labels",
    "dns_subdomains",
    "durations",
    "faults",
    "finalizer_names",
    "generate_names",
    "int_or_strings",
    "jobs",
    "label_keys",
    "label_selector_documents",
    "label_selectors",
    "label_sets",
    "label_values",
    "matching",
    "micro_times",
    "namespaces",
    "not_matching",
    "object_meta_documents",
    "object_metas",
    "object_names",
    "overlapping_selectors",
    "owner_references",
    "pod_specs",
    "pod_templates",
    "pods",
    "quantities",
    "quantity_texts",
    "replica_sets",
    "requirements",
    "selector_texts",
    "selectors",
    "selectors_matching",
    "selectors_with_labels",
    "services",
    "stateful_sets",
    "times",
    "uids",
    "workloads",
]
