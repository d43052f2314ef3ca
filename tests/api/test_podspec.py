"""Pod specs: defaults and rules that pods and templates share."""

import pytest

from kubeobj.api.podspec.annotations import validate_pod_annotations
from kubeobj.api.podspec.defaults import default_pod_template
from kubeobj.api.podspec.images import default_pull_policy
from kubeobj.api.podspec.podresources import total_of_containers
from kubeobj.api.podspec.resources import is_plain, validate_resource_requirements
from kubeobj.api.podspec.validation import validate_pod_template_spec
from kubeobj.api.quantities import is_whole
from kubeobj.api.wireform import read_wire
from kubeobj.documents import Wire
from kubeobj.errors import ROOT, FieldError, FieldPath

CONTAINER = {"name": "c", "image": "web:1"}
TEMPLATE = FieldPath.of("template")


def template(spec: Wire, **metadata: object) -> Wire:
    """Return a pod template as it is after it has been read."""
    document = {"metadata": metadata, "spec": {"containers": [CONTAINER], **spec}}
    found, _ = read_wire("corev1.PodTemplateSpec", document)
    default_pod_template(found)
    return found


def told(errors: "list[FieldError] | tuple[FieldError, ...]") -> list[tuple[str, str]]:
    """Return the paths and kinds of errors."""
    return sorted((str(error.path), error.type.name) for error in errors)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        pytest.param("web", "Always", id="no-tag"),
        pytest.param("web:latest", "Always", id="latest"),
        pytest.param("web:1", "IfNotPresent", id="tag"),
        pytest.param("host:5000/web", "Always", id="port-is-no-tag"),
        pytest.param(f"web@sha256:{'a' * 64}", "IfNotPresent", id="digest"),
        pytest.param(f"web:latest@sha256:{'a' * 64}", "Always", id="tag-and-digest"),
        pytest.param("web@sha256:ab", "IfNotPresent", id="no-digest"),
        pytest.param("Web", "IfNotPresent", id="no-name"),
        pytest.param("HOST/web", "Always", id="host-in-capitals"),
        pytest.param("a" * 64, "IfNotPresent", id="identifier"),
        pytest.param("", "IfNotPresent", id="empty"),
    ],
)
def test_only_the_latest_image_is_always_pulled(image: str, expected: str) -> None:
    """The tag decides, and what is no name has none."""
    assert default_pull_policy(image) == expected


def test_a_template_does_not_get_what_only_pods_get() -> None:
    """Limits do not become requests, nor are ports of the host filled in."""
    container = {
        **CONTAINER,
        "resources": {"limits": {"cpu": "1"}},
        "ports": [{"containerPort": 80}],
    }
    spec = template({"containers": [container], "hostNetwork": True})["spec"]
    assert spec["containers"][0]["resources"] == {"limits": {"cpu": "1"}}
    assert spec["containers"][0]["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert "enableServiceLinks" not in spec


def test_what_no_gate_is_open_for_is_dropped() -> None:
    """Fields of alpha are as if they had not been written."""
    container = {**CONTAINER, "lifecycle": {"stopSignal": "SIGTERM"}}
    sources = [{"clusterTrustBundle": {"path": "a"}}, {"configMap": {"name": "m"}}]
    volume = {"name": "v", "projected": {"sources": sources}}
    spec = template(
        {
            "containers": [container],
            "volumes": [volume],
            "schedulingGroup": {"podGroupName": "g"},
        }
    )["spec"]
    assert "lifecycle" not in spec["containers"][0]
    assert spec["volumes"][0]["projected"]["sources"] == [{}, {"configMap": {"name": "m"}}]
    assert "schedulingGroup" not in spec


def test_amounts_are_rounded_up_to_thousandths() -> None:
    """Nothing finer is kept of a resource."""
    container = {**CONTAINER, "resources": {"requests": {"cpu": "100u"}}}
    spec = template({"containers": [container], "overhead": {"memory": "1n"}})["spec"]
    assert spec["containers"][0]["resources"]["requests"]["cpu"] == "1m"
    assert spec["overhead"]["memory"] == "1m"


def test_init_containers_need_what_stays_beside_them() -> None:
    """One after the other, but with every one before that goes on running."""

    def asking(name: str, cpu: str, **more: object) -> Wire:
        return {"name": name, "image": "x", "resources": {"requests": {"cpu": cpu}}, **more}

    spec = template(
        {
            "containers": [asking("c", "1")],
            "initContainers": [
                asking("a", "3"),
                asking("b", "2", restartPolicy="Always"),
                asking("d", "4"),
            ],
        }
    )["spec"]
    assert str(total_of_containers(spec, "requests")["cpu"]) == "6"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        pytest.param(
            {"requests": {"hugepages-2Mi": "3Mi"}, "limits": {"hugepages-2Mi": "3Mi", "cpu": "1"}},
            [("limits[hugepages-2Mi]", "INVALID"), ("requests[hugepages-2Mi]", "INVALID")],
            id="part-of-a-page",
        ),
        pytest.param(
            {"requests": {"example.com/a": "1"}}, [("limits", "REQUIRED")], id="without-limit"
        ),
        pytest.param(
            {"limits": {"requests.cpu": "1"}}, [("limits[requests.cpu]", "INVALID")], id="quota"
        ),
        pytest.param({"limits": {"x.kubernetes.io/a": "500m"}}, [], id="native-with-domain"),
        pytest.param({"limits": {"a b": "1"}}, [("limits[a b]", "INVALID")] * 2, id="no-name"),
    ],
)
def test_requirements_keep_the_rules(resources: Wire, expected: list[tuple[str, str]]) -> None:
    """Each of these breaks just these rules."""
    assert told(list(validate_resource_requirements(resources, ROOT))) == expected


@pytest.mark.parametrize(
    "resources",
    [
        {"requests": {"cpu": "1"}, "limits": {"cpu": "2", "memory": "1Gi"}},
        {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}},
        {"requests": {"cpu": "-1"}},
        {"limits": {"memory": "1Gi"}, "claims": [{"name": "a"}]},
    ],
)
def test_plain_requirements_break_no_rule(resources: Wire) -> None:
    """The short way to say that all is well says so just when it is."""
    wrong = list(validate_resource_requirements(resources, ROOT))
    assert is_plain(resources) is not bool(wrong)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({"containers": []}, [("template.spec.containers", "REQUIRED")], id="nothing"),
        pytest.param(
            {"ephemeralContainers": [{"name": "e", "image": "x"}]},
            [("template.spec.ephemeralContainers", "FORBIDDEN")],
            id="ephemeral",
        ),
        pytest.param({"containers": [{**CONTAINER, "image": " a "}]}, [], id="space-around"),
        pytest.param(
            {
                "containers": [
                    {
                        **CONTAINER,
                        "env": [
                            {
                                "name": "A",
                                "valueFrom": {
                                    "fileKeyRef": {"volumeName": "v", "path": "p", "key": "k"}
                                },
                            }
                        ],
                    }
                ]
            },
            [
                (
                    "template.spec.containers[0].env[0].valueFrom.fileKeyRef.volumeName",
                    "NOT_FOUND",
                )
            ],
            id="file-of-no-volume",
        ),
        pytest.param(
            {
                "securityContext": {"windowsOptions": {"hostProcess": True}},
                "initContainers": [
                    {
                        "name": "i",
                        "image": "x",
                        "securityContext": {"windowsOptions": {"hostProcess": False}},
                    }
                ],
                "hostNetwork": True,
            },
            [
                ("template.spec", "INVALID"),
                (
                    "template.spec.initContainers[0].securityContext.windowsOptions.hostProcess",
                    "INVALID",
                ),
            ],
            id="some-host-processes",
        ),
        pytest.param(
            {"securityContext": {"windowsOptions": {"runAsUserName": "a\\b\\c"}}},
            [("template.spec.securityContext.windowsOptions.runAsUserName", "INVALID")],
            id="two-backslashes",
        ),
        pytest.param(
            {
                "securityContext": {
                    "appArmorProfile": {"type": "Localhost", "localhostProfile": " a"}
                }
            },
            [("template.spec.securityContext.appArmorProfile.localhostProfile", "INVALID")],
            id="padded-profile",
        ),
    ],
)
def test_templates_keep_the_rules(spec: Wire, expected: list[tuple[str, str]]) -> None:
    """Each of these templates breaks just these rules."""
    assert told(list(validate_pod_template_spec(template(spec), TEMPLATE))) == expected


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        pytest.param("controller.kubernetes.io/pod-deletion-cost", "-1", 0, id="cost"),
        pytest.param("controller.kubernetes.io/pod-deletion-cost", "01", 1, id="leading-zero"),
        pytest.param("controller.kubernetes.io/pod-deletion-cost", "+1", 1, id="plus"),
        pytest.param("controller.kubernetes.io/pod-deletion-cost", "2147483648", 1, id="too-much"),
        pytest.param("scheduler.alpha.kubernetes.io/tolerations", "[]", 0, id="no-tolerations"),
        pytest.param("scheduler.alpha.kubernetes.io/tolerations", "x", 1, id="no-json"),
        pytest.param("seccomp.security.alpha.kubernetes.io/pod", "docker/default", 0, id="seccomp"),
        pytest.param("seccomp.security.alpha.kubernetes.io/pod", "x", 1, id="no-seccomp"),
        pytest.param("container.apparmor.security.beta.kubernetes.io/d", "x", 2, id="no-container"),
    ],
)
def test_annotations_that_mean_something_keep_the_rules(name: str, value: str, count: int) -> None:
    """What came before fields is looked at like them."""
    spec = template({})["spec"]
    assert len(list(validate_pod_annotations({name: value}, spec, ROOT))) == count


def test_profiles_of_annotations_and_fields_agree() -> None:
    """Who says it twice has to say the same."""
    name = "container.apparmor.security.beta.kubernetes.io/c"
    profile = {"appArmorProfile": {"type": "Unconfined"}}
    found = template({"securityContext": profile}, annotations={name: "runtime/default"})
    assert told(list(validate_pod_template_spec(found, TEMPLATE))) == [
        ("template.spec.containers[0].securityContext.appArmorProfile.type", "FORBIDDEN")
    ]


def test_very_large_amounts_are_counted_as_the_api_does() -> None:
    """It counts thousandths in 64 bits, which overflow in two ways."""
    assert [is_whole(text) for text in ("1Ei", "1E", "1500m", "8Pi")] == [False, True, False, True]
