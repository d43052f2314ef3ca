"""Names of kinds, and what they cost."""

import json
import subprocess
import sys

import pytest

from kubeobj.errors import ObjectReferenceError
from kubeobj.meta.gvk import GroupVersion, GroupVersionKind, GroupVersionResource
from kubeobj.models.catalog import KINDS
from kubeobj.models.resource import Resource
from kubeobj.models.scheme import Scheme
from scripts.modelgen import published

SCHEME = Scheme.builtin()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("po", "v1, Kind=Pod"),
        ("pods", "v1, Kind=Pod"),
        ("Pod", "v1, Kind=Pod"),
        ("pods.metrics.k8s.io", "metrics.k8s.io/v1beta1, Kind=PodMetrics"),
        ("events", "v1, Kind=Event"),
        ("events.events.k8s.io", "events.k8s.io/v1, Kind=Event"),
        ("deployments.apps", "apps/v1, Kind=Deployment"),
        ("deployments.v1.apps", "apps/v1, Kind=Deployment"),
        ("hpa", "autoscaling/v2, Kind=HorizontalPodAutoscaler"),
        ("hpa.v1.autoscaling", "autoscaling/v1, Kind=HorizontalPodAutoscaler"),
        ("netpol", "networking.k8s.io/v1, Kind=NetworkPolicy"),
        ("crd", "apiextensions.k8s.io/v1, Kind=CustomResourceDefinition"),
    ],
)
def test_a_resource_is_found_by_what_people_call_it(text: str, kind: str) -> None:
    """Plurals, singulars, short names, kinds, with group and version or without."""
    assert str(SCHEME.find(text).kind).removeprefix("/") == kind


@pytest.mark.parametrize("text", ["", "zap", "pods.apps", "deployments.v2.apps", ".", "\ud800"])
def test_what_nothing_is_called_is_an_error(text: str) -> None:
    """Of our own."""
    with pytest.raises(ObjectReferenceError):
        SCHEME.find(text)


def test_the_scheme_is_what_the_server_says() -> None:
    """Every recorded resource and subresource, and no other."""
    for group_version, served in published.resources().items():
        version = GroupVersion.parse(group_version)
        for entry in served:
            plural, _, name = entry["name"].partition("/")
            place = GroupVersionResource(version.group, version.version, plural)
            resource = SCHEME.resource(place)
            assert SCHEME.resource(resource.kind) is resource
            if name:
                subresource = resource.subresource(name)
                assert subresource is not None
                assert (subresource.kind.kind, [*subresource.verbs]) == (
                    entry["kind"],
                    entry["verbs"],
                )
                continue
            assert resource.namespaced == entry["namespaced"]
            assert [*resource.verbs] == entry["verbs"]
            assert [*resource.short_names] == entry.get("shortNames", [])
            assert [*resource.categories] == entry.get("categories", [])
    assert len(SCHEME.resources) == sum(
        "/" not in entry["name"] for served in published.resources().values() for entry in served
    )


def test_every_resource_has_a_class_and_every_class_says_what_it_is() -> None:
    """There and back."""
    for resource in SCHEME.resources:
        assert SCHEME.resource_of(SCHEME.model(resource.kind)) is resource
    for api_version, (_, kinds) in KINDS.items():
        for kind in kinds.split():
            gvk = GroupVersionKind.from_api_version(api_version, kind)
            assert SCHEME.model(gvk).kind_of() == gvk
            assert SCHEME.model(gvk).__pydantic_complete__ or SCHEME.model(gvk).model_rebuild()


def test_categories_and_group_versions() -> None:
    """`all` is what ``kubectl get all`` gets."""
    plurals = {resource.plural for resource in SCHEME.category("all")}
    assert {"pods", "services", "deployments", "jobs"} <= plurals
    assert "secrets" not in plurals
    assert SCHEME.group_versions[0] == GroupVersion("", "v1")
    assert len(SCHEME.group_versions) == 23


def test_more_resources_give_another_scheme() -> None:
    """What is built in keeps its names."""
    backup = Resource(
        GroupVersionKind("example.com", "v1", "Backup"), "backups", short_names=("po",)
    )
    scheme = SCHEME.with_resources([backup])
    assert scheme.find("backup") is backup
    assert scheme.find("po").plural == "pods"
    assert not scheme.has_model(backup.kind)
    assert backup.subresource("status") is None
    with pytest.raises(ObjectReferenceError, match="no class"):
        scheme.model(backup.kind)
    with pytest.raises(ObjectReferenceError, match="no resource"):
        SCHEME.resource(backup.kind)


def _loaded_by(code: str) -> set[str]:
    script = f"import sys, json; {code}; print(json.dumps([*sys.modules]))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout))


def test_a_group_version_costs_nothing_until_it_is_touched() -> None:
    """The scheme and the facts of fields need no pydantic, and a class only its own modules."""
    facts = "from kubeobj.models.schema import FieldSchema; FieldSchema.of_type('corev1.Pod')"
    loaded = _loaded_by(
        f"from kubeobj.models.scheme import Scheme; Scheme.builtin().find('po'); {facts}"
    )
    assert "pydantic" not in loaded
    loaded = _loaded_by(
        "from kubeobj.models.codec import decode;"
        "decode({'apiVersion': 'rbac.authorization.k8s.io/v1', 'kind': 'Role'})"
    )
    assert {"kubeobj.models.rbacv1"} == {name for name in loaded if name.endswith(("v1", "v2"))} - {
        "kubeobj.models.metav1"
    }
