"""Where selectors stand: every place the API has for one."""

from typing import Any

import pytest

from kubeobj.lint.sites import find_sites
from kubeobj.meta.gvk import GroupKind

OBJECT = {"matchLabels": {"app": "web"}}
EXPRESSION = {"matchExpressions": [{"key": "cpu", "operator": "Gt", "values": ["4"]}]}
PLACES = [
    ("", "Service", "spec.selector", {"app": "web"}, "app=web"),
    ("", "ReplicationController", "spec.selector", {"app": "web"}, "app=web"),
    ("node.k8s.io", "RuntimeClass", "scheduling.nodeSelector", {"app": "web"}, "app=web"),
    ("", "PersistentVolumeClaim", "spec.selector", OBJECT, "app=web"),
    ("", "PersistentVolume", "spec.nodeAffinity.required.nodeSelectorTerms[0]", EXPRESSION,
     "cpu>4"),
    ("apps", "Deployment", "spec.selector", OBJECT, "app=web"),
    ("apps", "StatefulSet", "spec.volumeClaimTemplates[0].spec.selector", OBJECT, "app=web"),
    ("batch", "CronJob", "spec.jobTemplate.spec.selector", OBJECT, "app=web"),
    ("policy", "PodDisruptionBudget", "spec.selector", OBJECT, "app=web"),
    ("autoscaling", "HorizontalPodAutoscaler", "spec.metrics[0].external.metric.selector", OBJECT,
     "app=web"),
    ("networking.k8s.io", "NetworkPolicy", "spec.egress[1].to[0].namespaceSelector", OBJECT,
     "app=web"),
    ("networking.k8s.io", "NetworkPolicy", "spec.ingress[0].from[2].podSelector", OBJECT,
     "app=web"),
    ("rbac.authorization.k8s.io", "ClusterRole", "aggregationRule.clusterRoleSelectors[1]",
     OBJECT, "app=web"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration",
     "webhooks[0].objectSelector", OBJECT, "app=web"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy",
     "spec.matchConstraints.namespaceSelector", OBJECT, "app=web"),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding",
     "spec.matchResources.objectSelector", OBJECT, "app=web"),
    ("", "Pod", "spec.nodeSelector", {"app": "web"}, "app=web"),
    ("", "PodTemplate", "template.spec.nodeSelector", {"app": "web"}, "app=web"),
    ("apps", "DaemonSet", "spec.template.spec.topologySpreadConstraints[0].labelSelector", OBJECT,
     "app=web"),
    ("apps", "ReplicaSet",
     ("spec.template.spec.affinity.podAffinity"
      ".requiredDuringSchedulingIgnoredDuringExecution[0].namespaceSelector"), OBJECT, "app=web"),
    ("batch", "CronJob",
     ("spec.jobTemplate.spec.template.spec.affinity.podAntiAffinity"
      ".preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector"), OBJECT,
     "app=web"),
    ("", "Pod",
     "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference",
     EXPRESSION, "cpu>4"),
    ("", "Pod", "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.selector", OBJECT, "app=web"),
    ("", "Pod", "spec.volumes[0].projected.sources[0].clusterTrustBundle.labelSelector", OBJECT,
     "app=web"),
]  # fmt: skip


def document(path: str, value: Any) -> Any:
    """Return an object with *value* at *path*, and null in the other items of lists."""
    for name in reversed(path.split(".")):
        field, _, index = name.rstrip("]").partition("[")
        value = {field: [None] * int(index) + [value] if index else value}
    return value


@pytest.mark.parametrize(("group", "kind", "path", "value", "wanted"), PLACES)
def test_places(group: str, kind: str, path: str, value: Any, wanted: str) -> None:
    """A selector is found in each place, and read in the form it has there."""
    (site,) = find_sites(document(path, value), GroupKind(group, kind))
    assert str(site.path) == path
    assert str(site.selector) == wanted
    assert site.errors == ()


@pytest.mark.parametrize(("group", "kind", "path", "value", "wanted"), PLACES)
def test_null_is_no_selector(group: str, kind: str, path: str, value: Any, wanted: str) -> None:
    """A null in such a place is left out, and so is everything of another form on the way."""
    group_kind = GroupKind(group, kind)
    assert find_sites(document(path, None), group_kind) == ()
    for end in range(path.count(".")):
        way = path.rsplit(".", end + 1)[0]
        for other in ("text", ["text"], {"other": 1}, 3):
            assert all(
                site.selector is None for site in find_sites(document(way, other), group_kind)
            )


def test_other_kinds_have_none() -> None:
    """What looks like a selector in a kind that has none is not one."""
    assert find_sites({"spec": {"selector": OBJECT}}, GroupKind("example.com", "Backup")) == ()


NODE_ERRORS = [
    ("text", "matchExpressions[0]"),
    ({"key": "a", "operator": "Is"}, "matchExpressions[0].operator"),
    ({"key": "a", "operator": 3}, "matchExpressions[0].operator"),
    ({"key": 3, "operator": "In"}, "matchExpressions[0].key"),
    ({"key": "a", "operator": "In", "values": "b"}, "matchExpressions[0].values"),
    ({"key": "a", "operator": "In", "values": [3]}, "matchExpressions[0].values"),
    ({"key": "a", "operator": "In"}, "matchExpressions[0].values"),
    ({"key": "a", "operator": "Gt", "values": ["b"]}, "matchExpressions[0].values[0]"),
    ({"key": "a b", "operator": "Exists"}, "matchExpressions[0].key"),
]


@pytest.mark.parametrize(("expression", "where"), NODE_ERRORS)
def test_bad_node_expressions(expression: Any, where: str) -> None:
    """What is wrong with an expression on nodes is said at its part."""
    path = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution"
    term = {"matchExpressions": [expression]}
    pod = document(f"{path}.nodeSelectorTerms[0]", term)
    (site,) = find_sites(pod, GroupKind("", "Pod"))
    assert site.selector is None
    assert [str(error.path) for error in site.errors] == [f"{path}.nodeSelectorTerms[0].{where}"]


@pytest.mark.parametrize(
    ("labels", "where"),
    [
        ({"ok": "a", "a b": "c"}, "[a b]"),
        ({"ok": "a", "bad": "b c"}, "[bad]"),
        ({"ok": "a", "bad": 3}, "[bad]"),
    ],
)
def test_errors_name_the_label(labels: Any, where: str) -> None:
    """An error about one label stands at that label, in both forms."""
    (site,) = find_sites({"spec": {"selector": labels}}, GroupKind("", "Service"))
    assert [str(error.path) for error in site.errors] == [f"spec.selector{where}"]
    form = {"spec": {"selector": {"matchLabels": labels}}}
    (site,) = find_sites(form, GroupKind("apps", "Deployment"))
    assert [str(error.path) for error in site.errors] == [f"spec.selector.matchLabels{where}"]
