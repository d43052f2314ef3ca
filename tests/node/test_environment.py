"""The environment of containers is what the kubelet makes it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kubeobj.node.environment import environment_of
from kubeobj.node.faults import ConfigFault
from tests.node.podworld import PodWorld

Document = dict[str, Any]


def environment(world: PodWorld, pod: Document, *addresses: str) -> dict[str, str]:
    """Return the environment of a pod's first container."""
    container = pod["spec"]["containers"][0]
    facts = world.facts_of(pod, *(addresses or ("10.0.0.7",)))
    services = world.sources.services(pod["metadata"]["namespace"])
    return environment_of(pod, container, world.sources, facts, services)


def own(world: PodWorld, pod: Document, *addresses: str) -> dict[str, str]:
    """Return the same without what tells of the API."""
    found = environment(world, pod, *addresses)
    return {name: value for name, value in found.items() if not name.startswith("KUBERNETES_")}


def ref(kind: str, **fields: Any) -> Document:
    """Return where a variable has its value from."""
    return {"valueFrom": {kind: fields}}


def test_literals_refer_to_what_came_before(world: PodWorld) -> None:
    """What is declared later is not known yet; what is escaped stays."""
    env = [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "$(A)$(C)$$(A)"},
        {"name": "C", "value": "$(B)"},
        {"name": "EMPTY"},
    ]
    pod = world.pod("web", {"name": "a", "env": env})
    assert own(world, pod) == {"A": "1", "B": "1$(C)$(A)", "C": "1$(C)$(A)", "EMPTY": ""}


def test_what_a_runtime_knows_is_asked_last(world: PodWorld) -> None:
    """It takes the place of references in what the pod says, and never of what a secret says."""
    world.facts = replace(world.facts, late_variables={"IP": "<ip>", "ROOT": "<root>"})
    world.secret("keys", word="pa$(IP)ss")
    env = [
        {"name": "URL", "value": "http://$(IP)$(ROOT)/$(NOBODY)"},
        {"name": "ESCAPED", "value": "$$(IP)"},
        {"name": "PASSWORD", **ref("secretKeyRef", name="keys", key="word")},
        {"name": "AGAIN", "value": "$(PASSWORD)"},
        {"name": "IP", "value": "its own"},
        {"name": "THEN", "value": "$(IP)"},
    ]
    pod = world.pod("web", {"name": "a", "env": env})
    assert own(world, pod) == {
        "URL": "http://<ip><root>/$(NOBODY)",
        "ESCAPED": "$(IP)",
        "PASSWORD": "pa$(IP)ss",
        "AGAIN": "pa$(IP)ss",
        "IP": "its own",
        "THEN": "its own",
    }


def test_fields_of_the_pod(world: PodWorld) -> None:
    """The downward API tells of the pod, its addresses and its node."""
    paths = {
        "NAME": "metadata.name",
        "NAMESPACE": "metadata.namespace",
        "UID": "metadata.uid",
        "APP": "metadata.labels['app']",
        "NOTE": "metadata.annotations['example.com/note']",
        "NONE": "metadata.labels['none']",
        "NODE": "spec.nodeName",
        "ACCOUNT": "spec.serviceAccountName",
        "HOST": "status.hostIP",
        "HOSTS": "status.hostIPs",
        "IP": "status.podIP",
        "IPS": "status.podIPs",
    }
    env = [{"name": name, **ref("fieldRef", fieldPath=path)} for name, path in paths.items()]
    metadata = {"labels": {"app": "web"}, "annotations": {"example.com/note": 'a "b"'}}
    pod = world.pod("web", {"name": "a", "env": env}, metadata=metadata)
    assert own(world, pod, "10.0.0.7", "fd01::7") == {
        "NAME": "web",
        "NAMESPACE": "default",
        "UID": pod["metadata"]["uid"],
        "APP": "web",
        "NOTE": 'a "b"',
        "NONE": "",
        "NODE": "here",
        "ACCOUNT": "default",
        "HOST": "192.168.1.5",
        "HOSTS": "192.168.1.5,fd00::5",
        "IP": "10.0.0.7",
        "IPS": "10.0.0.7,fd01::7",
    }


@pytest.mark.parametrize(
    ("resource", "divisor", "expected"),
    [
        ("limits.cpu", "0", "1"),
        ("limits.cpu", "1m", "250"),
        ("requests.cpu", "1m", "100"),
        ("requests.memory", "1Mi", "65"),
        ("requests.memory", "0", "68157440"),
        # What has no limit may take all that the node can give.
        ("limits.memory", "1Gi", "6"),
        ("limits.ephemeral-storage", "1Gi", "10"),
        ("requests.ephemeral-storage", "0", "0"),
    ],
)
def test_resources_of_the_container(
    world: PodWorld, resource: str, divisor: str, expected: str
) -> None:
    """They are counted in the unit that is asked for, and rounded up."""
    resources = {"limits": {"cpu": "250m"}, "requests": {"cpu": "100m", "memory": "65Mi"}}
    source = ref("resourceFieldRef", resource=resource, divisor=divisor)
    pod = world.pod("web", {"name": "a", "resources": resources, "env": [{"name": "R", **source}]})
    assert own(world, pod) == {"R": expected}


def test_a_limit_of_the_pod_comes_before_that_of_the_node(world: PodWorld) -> None:
    """A container without a limit has no more than its pod."""
    env = [{"name": "M", **ref("resourceFieldRef", resource="limits.memory", divisor="1Mi")}]
    pod = world.pod("web", {"name": "a", "env": env}, resources={"limits": {"memory": "512Mi"}})
    assert own(world, pod) == {"M": "512"}


def test_whole_config_maps_and_secrets(world: PodWorld) -> None:
    """The last one that says something is heard, and single variables after all of them."""
    world.config_map("colours", a="red", b="green", **{"with.dot": "x"})
    world.secret("keys", a="s3cret", c="blue")
    container = {
        "name": "a",
        "envFrom": [
            {"configMapRef": {"name": "colours"}},
            {"secretRef": {"name": "keys"}},
            {"configMapRef": {"name": "colours"}, "prefix": "P_"},
            {"configMapRef": {"name": "none", "optional": True}},
        ],
        "env": [{"name": "b", "value": "$(a)!"}],
    }
    assert own(world, world.pod("web", container)) == {
        "a": "s3cret",
        "b": "s3cret!",
        "c": "blue",
        "with.dot": "x",
        "P_a": "red",
        "P_b": "green",
        "P_with.dot": "x",
    }


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (ref("configMapKeyRef", name="none", key="a"), 'configmap "none" not found'),
        (ref("secretKeyRef", name="none", key="a"), 'secret "none" not found'),
        (
            ref("configMapKeyRef", name="there", key="b"),
            "couldn't find key b in ConfigMap default/there",
        ),
        (ref("secretKeyRef", name="keys", key="b"), "couldn't find key b in Secret default/keys"),
    ],
)
def test_what_is_not_there_is_told(world: PodWorld, source: Document, message: str) -> None:
    """In the kubelet's words; and nothing is said where it is optional."""
    world.config_map("there", a="1")
    world.secret("keys", a="1")
    pod = world.pod("web", {"name": "a", "env": [{"name": "A", **source}]})
    with pytest.raises(ConfigFault) as caught:
        environment(world, pod)
    assert caught.value.message == message
    assert caught.value.reason == "CreateContainerConfigError"
    ((kind, fields),) = source["valueFrom"].items()
    optional = ref(kind, **fields, optional=True)
    pod = world.pod("other", {"name": "a", "env": [{"name": "A", **optional}]})
    assert own(world, pod) == {}


def test_a_missing_config_map_that_comes_later_is_found(world: PodWorld) -> None:
    """Whoever needs it is told."""
    pod = world.pod("web", {"name": "a", "envFrom": [{"configMapRef": {"name": "late"}}]})
    with pytest.raises(ConfigFault, match="not found"):
        environment(world, pod)
    before = world.sources.version(pod["metadata"]["uid"])
    world.config_map("late", a="1")
    world.step()
    assert [str(request) for request in world.changed] == ["default/web"]
    assert world.sources.version(pod["metadata"]["uid"]) > before
    assert own(world, pod) == {"a": "1"}


def test_services_are_told(world: PodWorld) -> None:
    """Those of its own namespace, and that of the API; others are none of its business."""
    world.service("db-1", clusterIP="10.0.0.9", ports=[{"port": 5432}])
    world.service("headless", clusterIP="None", ports=[{"port": 80}])
    world.service("away", "other", clusterIP="10.0.0.8", ports=[{"port": 80}])
    world.step()
    found = environment(world, world.pod())
    assert found["KUBERNETES_SERVICE_HOST"] == "10.0.0.1"
    assert found["KUBERNETES_SERVICE_PORT_HTTPS"] == "443"
    assert {name: value for name, value in found.items() if name.startswith("DB_1")} == {
        "DB_1_SERVICE_HOST": "10.0.0.9",
        "DB_1_SERVICE_PORT": "5432",
        "DB_1_PORT": "tcp://10.0.0.9:5432",
        "DB_1_PORT_5432_TCP": "tcp://10.0.0.9:5432",
        "DB_1_PORT_5432_TCP_PROTO": "tcp",
        "DB_1_PORT_5432_TCP_PORT": "5432",
        "DB_1_PORT_5432_TCP_ADDR": "10.0.0.9",
    }
    assert not [name for name in found if name.startswith(("AWAY", "HEADLESS"))]
    alone = environment(world, world.pod("alone", enableServiceLinks=False))
    assert [name for name in alone if not name.startswith("KUBERNETES")] == []
    assert "KUBERNETES_SERVICE_HOST" in alone


def test_a_variable_hides_that_of_a_service(world: PodWorld) -> None:
    """And may refer to another one of it."""
    world.service("db", clusterIP="10.0.0.9", ports=[{"port": 5432}])
    world.step()
    env = [{"name": "DB_PORT", "value": "$(DB_SERVICE_HOST):$(DB_SERVICE_PORT)"}]
    assert environment(world, world.pod("web", {"name": "a", "env": env}))["DB_PORT"] == (
        "10.0.0.9:5432"
    )


def test_services_must_have_been_read(world: PodWorld) -> None:
    """A container must not begin without knowing where the API is."""
    pod = world.pod()
    facts = world.facts_of(pod)
    with pytest.raises(ConfigFault, match="services have not yet been read at least once"):
        environment_of(pod, pod["spec"]["containers"][0], world.sources, facts, None)


def test_a_value_out_of_a_file(world: PodWorld) -> None:
    """A container that prepares the pod has written it; nothing else of the node is to be had."""
    env = [{"name": "A", **ref("fileKeyRef", volumeName="v", path="sub/env", key="HOST")}]
    pod = world.pod("web", {"name": "a", "env": env}, volumes=[{"name": "v", "emptyDir": {}}])
    volume = world.volumes.set_up(pod)["v"]
    with pytest.raises(ConfigFault, match="couldn't parse env file"):
        environment(world, pod)
    (volume / "sub").mkdir()
    (volume / "sub" / "env").write_text("# made\n\nOTHER='x'\n HOST = 'a\nb'\n")
    assert own(world, pod) == {"A": "a\nb"}
    (volume / "sub" / "env").write_text("OTHER='x'\n")
    with pytest.raises(ConfigFault, match='key "HOST" not found in file "sub/env"'):
        environment(world, pod)
    (volume / "sub" / "env").write_text("HOST=bare\n")
    with pytest.raises(ConfigFault, match="couldn't parse env file"):
        environment(world, pod)


def test_a_file_is_not_looked_for_outside_its_volume(world: PodWorld, tmp_path: Path) -> None:
    """A link leads nowhere."""
    outside = tmp_path / "secret.env"
    outside.write_text("HOST='stolen'\n")
    env = [{"name": "A", **ref("fileKeyRef", volumeName="v", path="env", key="HOST")}]
    pod = world.pod("web", {"name": "a", "env": env}, volumes=[{"name": "v", "emptyDir": {}}])
    (world.volumes.set_up(pod)["v"] / "env").symlink_to(outside)
    with pytest.raises(ConfigFault, match="couldn't parse env file"):
        environment(world, pod)


def test_secrets_are_in_no_repr(world: PodWorld) -> None:
    """Whatever is printed by accident says nothing of them."""
    world.secret("keys", a="s3cret")
    container = {"name": "a", "envFrom": [{"secretRef": {"name": "keys"}}]}
    pod = world.pod("web", container)
    assert own(world, pod) == {"a": "s3cret"}
    for thing in (world.sources, world.volumes, world.facts, world.facts_of(pod)):
        assert "s3cret" not in repr(thing)
        assert "czNjcmV0" not in repr(thing)


def test_a_file_that_may_be_missing(world: PodWorld) -> None:
    """Is skipped, and so is a variable that is not in it."""
    source = ref("fileKeyRef", volumeName="v", path="env", key="HOST", optional=True)
    env = [{"name": "A", **source}]
    pod = world.pod("web", {"name": "a", "env": env}, volumes=[{"name": "v", "emptyDir": {}}])
    file = world.volumes.set_up(pod)["v"] / "env"
    assert own(world, pod) == {}
    file.write_text("OTHER='x'\n")
    assert own(world, pod) == {}
    file.write_bytes(b"x" * 2_000_000)
    with pytest.raises(ConfigFault, match="couldn't parse env file"):
        environment(world, pod)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (ref("fieldRef", fieldPath="spec.secret"), "unsupported fieldPath: spec.secret"),
        (
            ref("resourceFieldRef", containerName="none", resource="limits.cpu"),
            "container none not found",
        ),
        (
            ref("fileKeyRef", volumeName="none", path="x", key="x"),
            'cannot find the volume "none" referenced by FileKeyRef',
        ),
    ],
)
def test_what_the_api_would_not_take(world: PodWorld, source: Document, message: str) -> None:
    """A pod out of a file may say it all the same."""
    pod = world.pod("web", {"name": "a"})
    container = {"name": "a", "env": [{"name": "A", **source}]}
    with pytest.raises(ConfigFault) as caught:
        environment(world, {**pod, "spec": {**pod["spec"], "containers": [container]}})
    assert caught.value.message == message


def test_a_resource_of_another_container(world: PodWorld) -> None:
    """One may tell of the others."""
    other = {"name": "b", "resources": {"limits": {"cpu": "2"}}}
    source = ref("resourceFieldRef", containerName="b", resource="limits.cpu")
    pod = world.pod("web", {"name": "a", "env": [{"name": "CPU", **source}]}, other)
    assert own(world, pod) == {"CPU": "2"}


def test_an_empty_source_says_nothing(world: PodWorld) -> None:
    """A secret without data, and one that may be missing."""
    world.create("v1", "Secret", "empty")
    names = [{"name": "empty"}, {"name": "none", "optional": True}]
    pod = world.pod("web", {"name": "a", "envFrom": [{"secretRef": name} for name in names]})
    assert own(world, pod) == {}
