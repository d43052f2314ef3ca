"""Each rule: what breaks it, where, and what does not."""

from textwrap import dedent

import pytest

from kubeobj.lint import Finding, lint
from kubeobj.manifests import read_manifests


def findings(text: str) -> list[Finding]:
    """Return what is wrong with *text*."""
    return list(lint(read_manifests(dedent(text), source="f.yaml")))


def found(text: str) -> list[str]:
    """Return the line and the rule of each finding."""
    return [f"{finding.location.line} {finding.rule.id}" for finding in findings(text)]


def config_map(metadata: str) -> str:
    """Return a ConfigMap with *metadata*, a flow mapping without braces, on line 1."""
    return f"{{apiVersion: v1, kind: ConfigMap, metadata: {{{metadata}}}}}"


METADATA = {
    "name: web": [],
    "generateName: web-": [],
    "generateName: Web-": ["invalid-name"],
    "": ["missing-name"],
    "name: ''": ["missing-name"],
    "name: Web": ["invalid-name"],
    "name: web.example.com": [],
    "name: 3": ["invalid-metadata"],
    "name: web, namespace: shop": [],
    "name: web, namespace: shop.a": ["invalid-namespace"],
    "name: web, namespace: yes": ["invalid-metadata"],
    "name: web, labels: {a: b}": [],
    "name: web, labels: {a: ''}": [],
    "name: web, labels: {}": [],
    "name: web, labels: null": [],
    "name: web, labels: [a]": ["label-not-string"],
    "name: web, labels: {a: 1}": ["label-not-string"],
    "name: web, labels: {a: 1.0, b: yes}": ["label-not-string", "label-not-string"],
    "name: web, labels: {a: null}": ["label-not-string"],
    "name: web, labels: {a: {b: c}}": ["label-not-string"],
    "name: web, labels: {a b: c}": ["invalid-label-key"],
    "name: web, labels: {a/b/c: d}": ["invalid-label-key"],
    "name: web, labels: {A.com/b: d}": ["invalid-label-key"],
    "name: web, labels: {a: b c}": ["invalid-label-value"],
    "name: web, labels: {a: -b}": ["invalid-label-value"],
    f"name: web, labels: {{a: {'b' * 64}}}": ["invalid-label-value"],
    f"name: web, labels: {{a: {'b' * 63}}}": [],
    "name: web, labels: {a b: c d}": ["invalid-label-key", "invalid-label-value"],
    "name: web, annotations: {a: any text, A.com/b: ''}": [],
    "name: web, annotations: {a b: c}": ["invalid-annotation-key"],
    "name: web, annotations: {a: 3}": ["annotation-not-string"],
    "name: web, annotations: x": ["annotation-not-string"],
    f"name: web, annotations: {{a: {'b' * 262_144}}}": ["annotations-too-long"],
    f"name: web, annotations: {{a: {'b' * 262_143}}}": [],
    "name: web, finalizers: [example.com/a]": [],
    "name: web, finalizers: [example.com/a b]": ["invalid-finalizer"],
    "name: web, finalizers: example.com/a": ["invalid-metadata"],
    "name: web, ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: b}]": [],
    "name: web, ownerReferences: [{apiVersion: v1, kind: Pod, name: a}]":
        ["invalid-owner-reference"],
    "name: web, ownerReferences: [{apiVersion: a/b/c, kind: Pod, name: a, uid: b}]":
        ["invalid-owner-reference"],
    "name: web, generation: -1": ["invalid-metadata"],
    "name: web, creationTimestamp: null": [],
    "name: web, creationTimestamp: today": ["invalid-metadata"],
}  # fmt: skip


@pytest.mark.parametrize("metadata", METADATA, ids=lambda text: text[:60] or "nothing")
def test_metadata(metadata: str) -> None:
    """Names, namespaces, labels, annotations, owners and finalizers keep the API's rules."""
    assert [finding.rule.id for finding in findings(config_map(metadata))] == METADATA[metadata]


KINDS = [
    ("v1", "Service", "web", []),
    ("v1", "Service", "web.a", ["invalid-name"]),
    ("v1", "Service", "2web", ["invalid-name"]),
    ("v1", "Namespace", "a.b", ["invalid-name"]),
    ("v1", "Node", "a.b", []),
    ("apps/v1", "ControllerRevision", "a.b", []),
    ("batch/v1", "CronJob", "a" * 52, []),
    ("batch/v1", "CronJob", "a" * 53, ["invalid-name"]),
    ("rbac.authorization.k8s.io/v1", "ClusterRole", "system:a B", []),
    ("rbac.authorization.k8s.io/v1", "Role", "a/b", ["invalid-name"]),
    ("rbac.authorization.k8s.io/v1", "RoleBinding", "..", ["invalid-name"]),
    ("storage.k8s.io/v1", "StorageClass", "Fast", ["invalid-name"]),
    ("networking.k8s.io/v1", "IPAddress", '"2001:db8::1"', []),
    ("example.com/v1", "Anything", "a.b", []),
    ("example.com/v1", "Anything", "a_b", ["invalid-name"]),
]


@pytest.mark.parametrize(("version", "kind", "name", "wanted"), KINDS)
def test_names_by_kind(version: str, kind: str, name: str, wanted: list[str]) -> None:
    """Each kind has its rule for names; custom ones have the common rule."""
    text = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}"
    assert [finding.rule.id for finding in findings(text)] == wanted


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("apiVersion: v1, kind: Node", ["useless-namespace"]),
        ("apiVersion: v1, kind: Secret", []),
        ("apiVersion: example.com/v1, kind: Anything", []),
        ("apiVersion: scheduling.k8s.io/v1, kind: PriorityClass", ["useless-namespace"]),
    ],
)
def test_namespaces_by_kind(kind: str, wanted: list[str]) -> None:
    """An object of the whole cluster is in no namespace."""
    text = f"{{{kind}, metadata: {{name: a, namespace: b}}}}"
    assert [finding.rule.id for finding in findings(text)] == wanted


KIND_TEXTS = {
    "metadata: {name: a}": ["1 missing-kind"],
    "kind: Pod\nmetadata: {name: a}": ["1 missing-kind"],
    "kind: Pod\napiVersion: 1\nmetadata: {name: a}": ["2 missing-kind"],
    "apiVersion: v1\nkind: [Pod]": ["2 missing-kind"],
    "apiVersion: v1\nkind: Pod": ["1 missing-name"],
    "apiVersion: v1\nkind: Pod\nmetadata: web": ["3 invalid-metadata"],
    "apiVersion: example.com/v1\nkind: Settings": [],
    "apiVersion: example.com/v1\nkind: Settings\nmetadata: {}": ["3 missing-name"],
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nmetadata: {labels: 3}": [],
    "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nname: Test": [],
}  # fmt: skip


@pytest.mark.parametrize("text", KIND_TEXTS)
def test_kinds(text: str) -> None:
    """An object says what it is; a tool's configuration is left alone."""
    assert found(text) == KIND_TEXTS[text]


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_a_kustomization_need_not_say_its_kind(name: str) -> None:
    """Kustomize knows its own file by the name."""
    text = "resources: [web.yaml]\n"
    assert lint(read_manifests(text, source=f"base/{name}")) == ()
    assert len(lint(read_manifests(text, source="base/web.yaml"))) == 1


def test_derived_names() -> None:
    """Names that are made of other fields agree with them, where the fields are there."""
    crd = "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition,"
    crd += " metadata: {name: a.b}, "
    service = "{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.a.b}, "
    assert found(crd + "spec: {group: b, names: {plural: a}}}") == []
    assert found(crd + "spec: {group: c, names: {plural: a}}}") == ["1 derived-name"]
    assert found(crd + "spec: {group: c}}") == []
    assert found(service + "spec: {group: a.b, version: v1}}") == []
    assert found(service + "spec: {group: a.b, version: v2}}") == ["1 derived-name"]


def workload(kind: str, selector: str, labels: str, *, version: str = "apps/v1") -> str:
    """Return a controller with a selector on line 4 and the labels of its pods on line 5."""
    return (
        f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: web}}\n"
        f"spec: {{selector: {selector},\n  template: {{metadata: {{labels: {labels}}}}}}}\n"
    )


WORKLOADS = [
    ("{matchLabels: {app: web}}", "{app: web, b: c}", []),
    ("{matchLabels: {app: web}}", "{app: db}", ["selector-template-mismatch"]),
    ("{matchLabels: {app: web}}", "null", ["selector-template-mismatch"]),
    ("{matchLabels: {app: web}}", "{app: 3}", ["label-not-string"]),
    ("{matchLabels: {app: web}}", "[app]", ["label-not-string"]),
    ("{matchExpressions: [{key: app, operator: In, values: [a, b]}]}", "{app: b}", []),
    ("{matchExpressions: [{key: app, operator: Exists}]}", "{b: b}",
     ["selector-template-mismatch"]),
    ("null", "{app: web}", ["missing-selector"]),
    ("{}", "{app: web}", ["missing-selector"]),
    ("app", "{app: web}", ["invalid-selector"]),
    ("{app: web}", "{app: web}", ["invalid-selector"]),
    ("{matchLabels: {app: 3}}", "{app: web}", ["invalid-selector"]),
    ("{matchLabels: {app: a b}}", "{app: web}", ["invalid-selector"]),
    ("{matchLabels: {app b: c}}", "{app: web}", ["invalid-selector"]),
    ("{matchLabels: [app]}", "{app: web}", ["invalid-selector"]),
    ("{matchExpressions: [{key: app, operator: In}]}", "{app: web}", ["invalid-selector"]),
    ("{matchExpressions: [{key: app, operator: Is, values: [b]}]}", "{app: web}",
     ["invalid-selector"]),
    ("{matchExpressions: [{key: app, operator: DoesNotExist}], matchLabels: {app: web}}",
     "{app: web}", ["selector-template-mismatch", "unsatisfiable-selector"]),
]  # fmt: skip


@pytest.mark.parametrize(("selector", "labels", "wanted"), WORKLOADS)
@pytest.mark.parametrize("kind", ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"])
def test_controllers(kind: str, selector: str, labels: str, wanted: list[str]) -> None:
    """A controller has a selector, which selects the pods of its own template."""
    text = workload(kind, selector, labels)
    assert sorted(finding.rule.id for finding in findings(text)) == wanted


def test_mismatch_names_both_places() -> None:
    """The finding is at the selector, says what is not met, and refers to the template."""
    (finding,) = findings(workload("Deployment", "{matchLabels: {a: b, c: d}}", "{a: b}"))
    assert finding.location.line == 4
    assert [related.line for related in finding.related] == [5]
    assert finding.message.endswith("they do not meet c=d")
    assert str(finding.path) == "spec.selector"


def test_jobs() -> None:
    """A Job leaves its selector to the API, unless it says that it will not."""
    assert found(workload("Job", "null", "{a: b}", version="batch/v1")) == []
    text = workload("Job", "{matchLabels: {a: b}}", "{a: b}", version="batch/v1")
    assert found(text) == ["4 job-selector"]
    from_cluster = text.replace("name: web", "name: web, uid: 6f7c1f0e-1d3a-4f40-9a55-7b6f3c9a1d11")
    assert found(from_cluster) == []
    manual = text.replace("spec: {", "spec: {manualSelector: true, ")
    assert found(manual) == []
    assert found(manual.replace("{labels: {a: b}}", "{labels: {a: c}}")) == [
        "4 selector-template-mismatch"
    ]


def test_replication_controllers() -> None:
    """A ReplicationController has labels for a selector, and may leave it out."""
    assert found(workload("ReplicationController", "null", "{a: b}", version="v1")) == []
    assert found(workload("ReplicationController", "{a: b}", "{a: b}", version="v1")) == []
    assert found(workload("ReplicationController", "{a: c}", "{a: b}", version="v1")) == [
        "4 selector-template-mismatch"
    ]
    assert found(workload("ReplicationController", "{a: 3}", "{a: b}", version="v1")) == [
        "4 invalid-selector"
    ]


def controller(name: str, selector: str, labels: str, *, kind: str = "Deployment") -> str:
    """Return one of several controllers, as a document of one line."""
    return (
        f"{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: {name}}}, spec: {{selector:"
        f" {{matchLabels: {selector}}}, template: {{metadata: {{labels: {labels}}}}}}}}}\n---\n"
    )


def test_overlap_of_pods_that_are_there() -> None:
    """Where one selects the pods of the other, that is said, whichever comes first."""
    wide = controller("wide", "{app: web}", "{app: web}")
    narrow = controller("narrow", "{app: web, track: a}", "{app: web, track: a}")
    for text in (wide + narrow, narrow + wide):
        (finding,) = findings(text)
        assert (finding.rule.id, finding.location.line) == ("selector-overlap", 3)
        assert [related.line for related in finding.related] == [1]
        assert finding.message == (
            "Deployment wide selects the pods of Deployment narrow as well, such as one with the"
            " labels app=web,track=a"
        )


def test_overlap_of_pods_that_could_be() -> None:
    """Where one pod could belong to both, its labels are shown."""
    one = controller("one", "{app: web}", "{app: web}")
    other = controller("other", "{tier: db}", "{tier: db}", kind="StatefulSet")
    (finding,) = findings(one + other)
    assert (finding.rule.id, finding.rule.severity) == ("selector-may-overlap", "note")
    assert finding.message == (
        "StatefulSet other and Deployment one could both select one pod, such as one with the"
        " labels app=web,tier=db"
    )


def test_overlap_by_a_shared_key_is_no_chance() -> None:
    """Who asks both times for one label means to tell pods apart by it, so that is a warning."""
    one = controller("one", "{app: web, a: b}", "{app: web, a: b}")
    other = controller("other", "{app: web, c: d}", "{app: web, c: d}")
    assert found(one + other) == ["3 selector-overlap"]


def test_no_overlap() -> None:
    """Other values, another namespace, an owner, or one object twice: that is no overlap."""
    one = controller("one", "{app: web}", "{app: web}")
    assert found(one + controller("two", "{app: db}", "{app: db}")) == []
    elsewhere = one.replace("name: one", "name: two, namespace: shop")
    assert found(one + elsewhere) == []
    owner = "ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: one, uid: a}]"
    owned = one.replace("Deployment", "ReplicaSet").replace("name: one", f"name: two, {owner}")
    assert found(one + owned) == []
    assert found(one + one) == ["3 duplicate-object"]
    job = one.replace("apps/v1", "batch/v1").replace("Deployment", "Job")
    assert found(one + job) == ["3 job-selector"]


def test_overlaps_are_few_for_each_controller() -> None:
    """However many overlap, the output stays as long as the input."""
    text = "".join(controller(f"c-{n}", "{app: web}", "{app: web}") for n in range(50))
    overlaps = [one for one in findings(text) if one.rule.id == "selector-overlap"]
    assert 49 <= len(overlaps) <= 3 * 50


POD = "{apiVersion: v1, kind: Pod, metadata: {name: web, labels: {app: web}}}\n---\n"
NAMED = "metadata: {name: web}, spec:"

SELECTING = {
    f"{{apiVersion: v1, kind: Service, {NAMED} {{selector: {{app: web}}}}}}": [],
    f"{{apiVersion: v1, kind: Service, {NAMED} {{selector: {{app: db}}}}}}":
        ["service-selects-nothing"],
    f"{{apiVersion: v1, kind: Service, {NAMED} {{selector: {{}}}}}}": [],
    f"{{apiVersion: v1, kind: Service, {NAMED} {{}}}}": [],
    f"{{apiVersion: v1, kind: Service, {NAMED} {{type: ExternalName, selector: {{app: db}}}}}}": [],
    f"{{apiVersion: v1, kind: Service, {NAMED} {{selector: [app]}}}}": ["invalid-selector"],
    f"{{apiVersion: v1, kind: Service, {NAMED} {{selector: {{app: web, job-name: x}}}}}}": [],
    f"{{apiVersion: v1, kind: Service, {NAMED} {{selector: {{app: db, job-name: x}}}}}}":
        ["service-selects-nothing"],
    f"{{apiVersion: policy/v1, kind: PodDisruptionBudget, {NAMED} {{selector: {{}}}}}}": [],
    f"{{apiVersion: policy/v1, kind: PodDisruptionBudget, {NAMED} {{}}}}":
        ["budget-selects-nothing"],
    f"{{apiVersion: policy/v1, kind: PodDisruptionBudget, {NAMED}"
    " {selector: {matchLabels: {app: db}}}}": ["budget-selects-nothing"],
    f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, {NAMED} {{podSelector: {{}}}}}}": [],
    f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, {NAMED}"
    " {podSelector: {matchLabels: {app: db}}}}": ["policy-selects-nothing"],
    f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, {NAMED}"
    " {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: db}}}]}]}}":
        ["policy-peer-selects-nothing"],
    f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, {NAMED}"
    " {podSelector: {}, egress: [{to: [{podSelector: {matchLabels: {app: db}},"
    " namespaceSelector: {}}]}]}}": [],
    f"{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, {NAMED}"
    " {podSelector: {matchExpressions: [{key: a, operator: Exists},"
    " {key: a, operator: DoesNotExist}]}}}": ["unsatisfiable-selector"],
}  # fmt: skip


@pytest.mark.parametrize("text", SELECTING)
def test_what_selects_pods_selects_some(text: str) -> None:
    """Services, budgets and policies select pods that are there, if any are."""
    assert [finding.rule.id for finding in findings(POD + text)] == SELECTING[text]


def test_nothing_is_said_where_there_are_no_pods() -> None:
    """A Service by itself, or in another namespace than the pods, has its pods elsewhere."""
    text = f"{{apiVersion: v1, kind: Service, {NAMED} {{selector: {{app: db}}}}}}"
    assert found(text) == []
    assert found(POD + text.replace("name: web", "name: web, namespace: shop")) == []


def test_pods_of_controllers_count() -> None:
    """The pods that a controller will make are pods."""
    service = f"{{apiVersion: v1, kind: Service, {NAMED} {{selector: {{app: web}}}}}}\n---\n"
    cron_job = (
        "{apiVersion: batch/v1, kind: CronJob, metadata: {name: web}, spec: {jobTemplate: {spec:"
        " {template: {metadata: {labels: {app: LABEL}}}}}}}"
    )
    assert found(service + cron_job.replace("LABEL", "web")) == []
    assert found(service + cron_job.replace("LABEL", "db")) == ["1 service-selects-nothing"]
    assert found(service + controller("web", "{app: web}", "{app: web}")) == []


def test_pods_of_operators_may_be_there() -> None:
    """Operators label pods with the name of the object they make them for."""
    service = f"{{apiVersion: v1, kind: Service, {NAMED} {{selector: {{cluster: pg}}}}}}\n---\n"
    cluster = "{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: pg}}\n---\n"
    assert found(POD + service + cluster) == []
    assert found(POD + service + cluster.replace("name: pg", "name: other")) == [
        "3 service-selects-nothing"
    ]
    known = cluster.replace("postgresql.cnpg.io/v1, kind: Cluster", "v1, kind: ConfigMap")
    assert found(POD + service + known) == ["3 service-selects-nothing"]


def test_pods_with_a_bad_label_count() -> None:
    """One label that is no string does not make its pods invisible."""
    service = f"{{apiVersion: v1, kind: Service, {NAMED} {{selector: {{app: db}}}}}}\n---\n"
    pods = controller("db", "{app: db}", "{app: db, version: 1.0}")
    assert found(POD + service + pods) == ["5 label-not-string"]


def test_pods_of_custom_kinds_count() -> None:
    """An object of an unknown kind makes pods if it has a template with containers."""
    service = f"{{apiVersion: v1, kind: Service, {NAMED} {{selector: {{app: roll}}}}}}\n---\n"
    rollout = (
        f"{{apiVersion: argoproj.io/v1alpha1, kind: Rollout, {NAMED} {{template: {{metadata:"
        " {labels: {app: roll}}, spec: {containers: [{name: main}]}}}}"
    )
    assert found(POD + service + rollout) == []
    assert found(POD + service + rollout.replace("containers", "steps")) == [
        "3 service-selects-nothing"
    ]
    assert found(rollout.replace("app: roll", "app: 3")) == ["1 label-not-string"]


def test_duplicates() -> None:
    """One kind, namespace and name is one object, in whatever version and file."""
    one = config_map("name: web")
    again = one.replace("v1", "v2")
    elsewhere = config_map("name: web, namespace: shop")
    nameless = config_map("generateName: web-")
    text = "\n---\n".join([one, elsewhere, again, one, nameless, nameless])
    assert found(text) == ["5 duplicate-object", "7 duplicate-object"]
    assert [related.line for related in findings(text)[1].related] == [1]
    assert (
        found("apiVersion: kustomize.config.k8s.io/v1\nkind: A\nmetadata: {name: b}\n---\n" * 2)
        == []
    )


def test_labels_of_pod_templates() -> None:
    """The labels and annotations of pods keep the same rules."""
    text = """\
        apiVersion: batch/v1
        kind: Job
        metadata: {name: a}
        spec:
          template:
            metadata:
              labels: {a: 1, b c: d}
              annotations: {e: 2}
    """
    assert found(text) == ["7 label-not-string", "7 invalid-label-key", "8 annotation-not-string"]


def test_labels_of_what_else_is_made() -> None:
    """So do those of the Jobs and the claims that an object makes."""
    metadata = "metadata: {labels: {a: 1}, annotations: {e: 2}}"
    embedding = {
        "batch/v1 CronJob": f"{{jobTemplate: {{{metadata}}}}}",
        "apps/v1 StatefulSet": (
            "{selector: {matchLabels: {b: c}}, template: {metadata: {labels: {b: c}}},"
            f" volumeClaimTemplates: [{{{metadata}}}]}}"
        ),
        "v1 Pod": f"{{volumes: [{{ephemeral: {{volumeClaimTemplate: {{{metadata}}}}}}}]}}",
        "resource.k8s.io/v1 ResourceClaimTemplate": f"{{{metadata}}}",
    }
    for names, spec in embedding.items():
        version, kind = names.split()
        text = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n"
        assert found(text) == ["4 label-not-string", "4 annotation-not-string"], kind


def test_chances_do_not_hide_overlaps() -> None:
    """A controller that many could overlap with is still told which one does."""
    others = "".join(controller(f"c-{n}", f"{{a: n{n}}}", f"{{a: n{n}}}") for n in range(20))
    text = others + controller("one", "{b: c}", "{b: c}") + controller("two", "{b: c}", "{b: c}")
    rules = [one.rule.id for one in findings(text) if str(one.location).startswith("f.yaml:43:")]
    assert rules == ["selector-may-overlap", "selector-overlap"]


def test_a_path_into_a_list_by_name_costs_no_walk() -> None:
    """The API's paths of owners leave the place in the list out; the list's own place is found."""
    owners = ", ".join(["{kind: a}"] * 2_000)
    given = findings(config_map(f"name: web, ownerReferences: [{owners}]"))
    assert len(given) == 3 * 2_000
    assert {finding.location.column for finding in given} == {74}


SERVICE = "{{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {{selector: {}}}}}"
LABELS_ALONE = "Write labels alone, such as app: web; matchLabels has no place here."


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        pytest.param(SERVICE.format("{matchLabels: {app: web}}"), LABELS_ALONE, id="match-labels"),
        pytest.param(SERVICE.format("[app]"), LABELS_ALONE, id="selector-of-service"),
        pytest.param(SERVICE.format("{app: 1}"), "Put the value in quotes", id="number"),
        pytest.param(config_map("name: a, labels: [b]"), "such as app: web", id="labels"),
        pytest.param(config_map("name: a, labels: {b: 1}"), "Put the value in quotes", id="label"),
        pytest.param(
            config_map("name: a, annotations: b"),
            "such as example.com/note: text",
            id="annotations",
        ),
    ],
)
def test_advice_fits_what_was_written(text: str, advice: str) -> None:
    """Nobody is told to write what is wrong in that very place."""
    (finding,) = findings(text)
    assert finding.advice.startswith(advice) or finding.advice.endswith(f"{advice}.")
