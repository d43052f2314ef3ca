"""What a runtime is asked for is what the pod says."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kubeobj.node.containerconfig import container_config
from kubeobj.node.containerresources import oom_score_adj
from kubeobj.node.containerwords import container_hash
from kubeobj.node.environment import environment_of
from kubeobj.node.faults import ConfigFault
from kubeobj.node.sandboxconfig import sandbox_config
from kubeobj.runtimes.configs import ContainerConfig, Mount, Resources, Security
from kubeobj.runtimes.states import Image
from tests.node.podworld import PodWorld
from tests.node.volumes.listing import names_in

Document = dict[str, Any]
IMAGE = Image("sha256:1", user=1000)


def config(
    world: PodWorld, pod: Document, *, image: Image | None = IMAGE, attempt: int = 0
) -> ContainerConfig:
    """Return how a runtime is asked for a pod's first container."""
    container = pod["spec"]["containers"][0]
    facts = world.facts_of(pod, "10.0.0.7")
    services = world.sources.services("default")
    return container_config(
        pod,
        container,
        attempt,
        image=image,
        volumes=world.volumes.set_up(pod),
        environment=environment_of(pod, container, world.sources, facts, services),
        facts=facts,
    )


def test_words_may_say_what_only_a_runtime_knows(world: PodWorld) -> None:
    """Where the container has nothing of that name itself; what a variable says stays."""
    world.facts = replace(world.facts, late_variables={"IP": "<ip>", "ROOT": "<root>"})
    container = {
        "name": "main",
        "command": ["$(ROOT)/serve", "$$(ROOT)", "$(IP)", "$(PASSWORD)"],
        "args": ["--root=$(ROOT)"],
        "env": [{"name": "IP", "value": "own"}, {"name": "PASSWORD", "value": "$$(ROOT)"}],
    }
    found = config(world, world.pod("web", container))
    assert found.command == ("<root>/serve", "$(ROOT)", "own", "$(ROOT)")
    assert found.args == ("--root=<root>",)


def test_no_path_in_a_volume_says_what_only_a_runtime_knows(world: PodWorld) -> None:
    """It has to be there before the container is made."""
    world.facts = replace(world.facts, late_variables={"ROOT": "\0ROOT\0"})
    env = [{"name": "P", "value": "a$(ROOT)"}]
    pod = mounting(world, {"emptyDir": {}}, {"subPathExpr": "$(P)"}, env=env)
    with pytest.raises(ConfigFault, match="unable to provision SubPath"):
        config(world, pod)


def mounts(found: ContainerConfig) -> dict[str, Mount]:
    """Return what a container sees of the node, by where."""
    return {mount.container_path: mount for mount in found.mounts}


def test_a_container(world: PodWorld) -> None:
    """Its words are expanded with its environment, and its labels tell whose it is."""
    container = {
        "name": "main",
        "image": "web:1",
        "command": ["serve", "--host=$(POD_IP)"],
        "args": ["$$(POD_IP)", "$(NOBODY)"],
        "workingDir": "/srv",
        "env": [{"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
        "stdin": True,
        "tty": True,
        "ports": [{"containerPort": 80}],
        "lifecycle": {"preStop": {"exec": {"command": ["stop"]}}},
    }
    pod = world.pod("web", container, metadata={"labels": {"app": "web"}})
    found = config(world, pod, attempt=3)
    uid = pod["metadata"]["uid"]
    assert found.command == ("serve", "--host=10.0.0.7")
    assert found.args == ("$(POD_IP)", "$(NOBODY)")
    assert (found.image, found.image_id, found.working_directory) == ("web:1", "sha256:1", "/srv")
    assert (found.stdin, found.stdin_once, found.tty) == (True, False, True)
    assert found.log_path == "main/3.log"
    assert found.labels == {
        "io.kubernetes.pod.name": "web",
        "io.kubernetes.pod.namespace": "default",
        "io.kubernetes.pod.uid": uid,
        "io.kubernetes.container.name": "main",
    }
    assert found.annotations == {
        "io.kubernetes.container.hash": container_hash(container),
        "io.kubernetes.container.restartCount": "3",
        "io.kubernetes.container.terminationMessagePath": "/dev/termination-log",
        "io.kubernetes.container.terminationMessagePolicy": "File",
        "io.kubernetes.pod.terminationGracePeriod": "30",
        "io.kubernetes.container.preStopHandler": '{"exec":{"command":["stop"]}}',
        "io.kubernetes.container.ports": '[{"containerPort":80,"protocol":"TCP"}]',
    }
    file = mounts(found)["/dev/termination-log"].host_path
    assert file == world.facts.pods_directory / uid / "containers" / "main" / "3"
    assert file.stat().st_mode & 0o777 == 0o666
    hosts = (world.facts.pods_directory / uid / "etc-hosts").read_text()
    assert "10.0.0.7\tweb\n" in hosts


def test_only_name_and_image_make_another_container() -> None:
    """All else can change without a restart."""
    one = {"name": "a", "image": "i"}
    assert container_hash(one) == container_hash({**one, "env": [{"name": "A"}]})
    assert container_hash(one) != container_hash({**one, "image": "j"})


# ---------------------------------------------------------------- mounts


def mounting(world: PodWorld, volume: Document, mount: Document, **more: Any) -> Document:
    """Make a pod that mounts a volume ``v`` in some way."""
    container = {
        "name": "main",
        "volumeMounts": [{"name": "v", "mountPath": "/data", **mount}],
        **more,
    }
    return world.pod("web", container, volumes=[{"name": "v", **volume}])


def test_mounts_of_volumes(world: PodWorld) -> None:
    """What shows objects can only be read; the others as the mount says."""
    world.config_map("c", a="1")
    volumes = [
        {"name": "c", "configMap": {"name": "c"}},
        {"name": "e", "emptyDir": {}},
        {"name": "h", "hostPath": {"path": str(world.directory)}},
    ]
    wanted = [
        {"name": "c", "mountPath": "/c"},
        {"name": "e", "mountPath": "/e"},
        {"name": "e", "mountPath": "relative", "readOnly": True},
        {"name": "h", "mountPath": "/h", "mountPropagation": "HostToContainer"},
    ]
    pod = world.pod("web", {"name": "main", "volumeMounts": wanted}, volumes=volumes)
    found = mounts(config(world, pod))
    paths = world.volumes.set_up(pod)
    assert found["/c"] == Mount("/c", paths["c"], read_only=True)
    assert found["/e"] == Mount("/e", paths["e"])
    assert found["/relative"] == Mount("/relative", paths["e"], read_only=True)
    assert found["/h"] == Mount("/h", world.directory, propagation="HostToContainer")


def test_a_part_of_a_volume(world: PodWorld) -> None:
    """It is made with the mode of the volume."""
    env = [{"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]
    pod = mounting(world, {"emptyDir": {}}, {"subPathExpr": "logs/$(NAME)"}, env=env)
    path = mounts(config(world, pod))["/data"].host_path
    assert path == world.volumes.set_up(pod)["v"] / "logs" / "web"
    assert path.stat().st_mode & 0o777 == 0o777


def test_a_part_that_depends_on_what_is_not_there(world: PodWorld) -> None:
    """An empty name would lead to the whole volume."""
    pod = mounting(world, {"emptyDir": {}}, {"subPathExpr": "$(NOBODY)/x"})
    with pytest.raises(ConfigFault, match="missing value for NOBODY"):
        config(world, pod)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("/etc", "error SubPath `/etc` must not be an absolute path"),
        ("../../etc", "unable to provision SubPath `../../etc`: must not contain '..'"),
    ],
)
def test_a_variable_cannot_lead_out(world: PodWorld, value: str, message: str) -> None:
    """What the API could not see is seen here."""
    env = [{"name": "P", "value": value}]
    pod = mounting(world, {"emptyDir": {}}, {"subPathExpr": "$(P)"}, env=env)
    with pytest.raises(ConfigFault) as caught:
        config(world, pod)
    assert caught.value.message == message


def test_a_link_cannot_lead_out(world: PodWorld, tmp_path: Path) -> None:
    """A container that has run before may have made it."""
    (tmp_path / "secret").mkdir()
    pod = mounting(world, {"emptyDir": {}}, {"subPath": "link/made"})
    (world.volumes.set_up(pod)["v"] / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(ConfigFault) as caught:
        config(world, pod)
    assert caught.value.message == (
        'failed to prepare subPath for volumeMount "v" of container "main"'
    )
    assert names_in(tmp_path / "secret") == []


def test_a_part_of_a_config_map_stays_as_it_was(world: PodWorld) -> None:
    """Until the container begins anew."""
    world.config_map("c", a="1", b="2")
    pod = mounting(world, {"configMap": {"name": "c"}}, {"subPath": "a"})
    mount = mounts(config(world, pod))["/data"]
    assert mount.read_only
    assert mount.host_path.read_text() == "1"
    change = {"data": {"a": "3"}}
    world.client.patch("configmaps", "c", change, namespace="default", type="merge")
    world.step()
    assert world.volumes.refresh(pod)
    assert mount.host_path.read_text() == "1"
    again = mounts(config(world, pod, attempt=1))["/data"]
    assert again.host_path.read_text() == "3"


@pytest.mark.parametrize(
    ("container", "message"),
    [
        (
            {
                "volumeMounts": [
                    {
                        "name": "v",
                        "mountPath": "/v",
                        "recursiveReadOnly": "Enabled",
                        "readOnly": True,
                    }
                ]
            },
            'failed to resolve recursive read-only mode: volume "v" requested',
        ),
        (
            {"volumeDevices": [{"name": "v", "devicePath": "/dev/x"}]},
            'cannot find volume "v" to pass into container "main"',
        ),
    ],
)
def test_what_no_runtime_here_can_do(world: PodWorld, container: Document, message: str) -> None:
    """Is told, and not left out."""
    pod = world.pod("web", {"name": "main"}, volumes=[{"name": "v", "emptyDir": {}}])
    main = {**pod["spec"]["containers"][0], **container}
    pod = {**pod, "spec": {**pod["spec"], "containers": [main]}}
    with pytest.raises(ConfigFault) as caught:
        config(world, pod)
    assert caught.value.message.startswith(message)


def test_a_volume_that_has_not_been_set_up(world: PodWorld) -> None:
    """Nothing is mounted in its place."""
    pod = mounting(world, {"emptyDir": {}}, {})
    with pytest.raises(ConfigFault) as caught:
        container_config(
            pod,
            pod["spec"]["containers"][0],
            0,
            image=IMAGE,
            volumes={},
            environment={},
            facts=world.facts_of(pod),
        )
    assert caught.value.message == 'cannot find volume "v" to mount into container "main"'


# ---------------------------------------------------------------- security


def secured(world: PodWorld, of_pod: Document, own: Document) -> Document:
    """Make a pod with these rules for itself and for its container."""
    return world.pod("web", {"name": "main", "securityContext": own}, securityContext=of_pod)


def test_what_the_container_says_comes_first(world: PodWorld) -> None:
    """What it does not say, the pod says."""
    of_pod = {
        "runAsUser": 1,
        "runAsGroup": 2,
        "fsGroup": 3,
        "supplementalGroups": [4],
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    own = {
        "runAsUser": 5,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"add": ["NET_ADMIN"], "drop": ["ALL"]},
    }
    assert config(world, secured(world, of_pod, own)).security == Security(
        run_as_user=5,
        run_as_group=2,
        supplemental_groups=(3, 4),
        read_only_root=True,
        no_new_privileges=True,
        add_capabilities=("NET_ADMIN",),
        drop_capabilities=("ALL",),
        seccomp_profile="RuntimeDefault",
    )


def test_what_confines_it_besides(world: PodWorld) -> None:
    """Profiles and labels of the pod are those of its containers, unless they have their own."""
    of_pod = {
        "appArmorProfile": {"type": "RuntimeDefault"},
        "seLinuxOptions": {"level": "s0:c1", "type": "spc_t"},
    }
    pod = world.pod(
        "web",
        {"name": "main", "securityContext": {"procMount": "Unmasked"}},
        securityContext=of_pod,
        hostUsers=False,
    )
    found = config(world, pod).security
    assert (found.apparmor_profile, found.unmasked_proc) == ("RuntimeDefault", True)
    assert found.selinux_label == ("type:spc_t", "level:s0:c1")
    own = {
        "appArmorProfile": {"type": "Localhost", "localhostProfile": "mine"},
        "seLinuxOptions": {"level": "s0:c2"},
    }
    found = config(world, world.pod("own", {"name": "main", "securityContext": own})).security
    assert (found.apparmor_profile, found.selinux_label) == ("mine", ("level:s0:c2",))


def test_a_profile_of_the_node(world: PodWorld) -> None:
    """Is a file below its directory; who may do everything has none."""
    profile = {"seccompProfile": {"type": "Localhost", "localhostProfile": "a/b.json"}}
    found = config(world, secured(world, profile, {})).security
    assert found.seccomp_profile == str(world.directory / "node" / "seccomp" / "a" / "b.json")
    pod = world.pod("other", {"name": "main", "securityContext": {"privileged": True}})
    found = config(world, pod).security
    assert (found.privileged, found.seccomp_profile) == (True, "Unconfined")


@pytest.mark.parametrize(
    ("of_pod", "own", "image", "message"),
    [
        (
            {"runAsNonRoot": True},
            {},
            Image("i"),
            "container has runAsNonRoot and image will run as root",
        ),
        (
            {},
            {"runAsNonRoot": True, "runAsUser": 0},
            IMAGE,
            "container's runAsUser breaks non-root policy",
        ),
        (
            {"runAsNonRoot": True},
            {},
            Image("i", username="web"),
            (
                "container has runAsNonRoot and image has non-numeric user (web), "
                "cannot verify user is non-root"
            ),
        ),
        ({"runAsNonRoot": True}, {}, IMAGE, ""),
        ({"runAsNonRoot": True, "runAsUser": 7}, {}, Image("i"), ""),
        ({"runAsNonRoot": True}, {"runAsNonRoot": False}, Image("i"), ""),
    ],
)
def test_nobody_runs_as_root_who_must_not(
    world: PodWorld, of_pod: Document, own: Document, image: Image, message: str
) -> None:
    """In the kubelet's words."""
    pod = secured(world, of_pod, own)
    if not message:
        assert config(world, pod, image=image).name == "main"
        return
    with pytest.raises(ConfigFault) as caught:
        config(world, pod, image=image)
    who = f'(pod: "web_default({pod["metadata"]["uid"]})", container: main)'
    assert caught.value.message == f"{message} {who}"


# ---------------------------------------------------------------- resources


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({}, Resources(0, None, None, None, 1000)),
        (
            {"limits": {"cpu": "1", "memory": "1Gi"}},
            Resources(1000, 1000, 2**30, 2**30, -997),
        ),
        (
            {"limits": {"cpu": "500m"}, "requests": {"memory": "2Gi"}},
            Resources(500, 500, 2**31, None, 750),
        ),
        ({"requests": {"cpu": "1m"}}, Resources(1, None, None, None, 999)),
        ({"requests": {"memory": "16Gi"}}, Resources(0, None, 2**34, None, 3)),
        ({"limits": {"cpu": "0", "memory": "0"}}, Resources(0, None, 0, None, 1000)),
        ({"limits": {"cpu": "1"}, "requests": {"cpu": "0"}}, Resources(0, 1000, None, None, 999)),
    ],
)
def test_resources(world: PodWorld, resources: Document, expected: Resources) -> None:
    """The more of the memory a container asks for, the later it is ended."""
    pod = world.pod("web", {"name": "main", "resources": resources})
    assert config(world, pod).resources == expected


def test_a_pod_that_is_critical_to_its_node_is_ended_last(world: PodWorld) -> None:
    """Whatever it asks for."""
    world.create("scheduling.k8s.io/v1", "PriorityClass", "top", "", value=1)
    pod = world.pod("web")
    pod = {**pod, "spec": {**pod["spec"], "priority": 2_000_001_000}}
    assert config(world, pod).resources.oom_score_adj == -997


def test_limits_of_the_pod(world: PodWorld) -> None:
    """Are those of a container that has none; what it asks for is shared."""
    resources = {"limits": {"cpu": "2", "memory": "2Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}}
    none = {"limits": {"cpu": "0"}}
    pod = world.pod(
        "web", {"name": "main", "resources": none}, {"name": "other"}, resources=resources
    )
    found = config(world, pod).resources
    assert (found.cpu_limit_millis, found.memory_limit_bytes) == (2000, 2**31)
    assert found.oom_score_adj == 1000 - 1000 * 2**29 // (8 * 2**30)


def test_a_sidecar_lives_as_long_as_those_whom_it_serves(world: PodWorld) -> None:
    """It is not ended earlier than the first of them."""
    sidecar = {"name": "side", "image": "i", "restartPolicy": "Always"}
    main = {"name": "main", "resources": {"requests": {"memory": "2Gi"}}}
    pod = world.pod("web", main, initContainers=[sidecar])
    (found,) = pod["spec"]["initContainers"]
    assert oom_score_adj(pod, found, 8 * 2**30) == 750
    assert oom_score_adj(pod, {**found, "name": "other"}, 8 * 2**30) == 999


# ---------------------------------------------------------------- troubles


def test_files_that_cannot_be_made(world: PodWorld) -> None:
    """Are told in the words of the system, and tried again later."""
    pod = world.pod()
    facts = world.facts_of(pod, "10.0.0.7")
    facts.directory.parent.mkdir(parents=True)
    facts.directory.write_text("in the way")
    with pytest.raises(ConfigFault) as caught:
        container_config(
            pod,
            pod["spec"]["containers"][0],
            0,
            image=IMAGE,
            volumes={},
            environment={},
            facts=facts,
        )
    assert caught.value.reason == "CreateContainerError"
    with pytest.raises(ConfigFault) as caught:
        sandbox_config(pod, 0, facts)
    assert caught.value.reason == "FailedCreatePodSandBox"


def test_a_part_of_a_config_map_cannot_lead_out(world: PodWorld) -> None:
    """What is copied is in the volume."""
    world.config_map("c", a="1")
    pod = mounting(world, {"configMap": {"name": "c"}}, {"subPath": "a/below"})
    with pytest.raises(ConfigFault, match="failed to prepare subPath for volumeMount"):
        config(world, pod)


def test_a_profile_cannot_lead_out(world: PodWorld) -> None:
    """Profiles of system calls are in their own directory."""
    pod = world.pod()
    profile = {"type": "Localhost", "localhostProfile": "../secret"}
    security = {"securityContext": {"seccompProfile": profile}}
    with pytest.raises(ConfigFault, match="invalid localhost seccomp profile"):
        config(world, {**pod, "spec": {**pod["spec"], **security}})


def test_what_is_known_of_a_pod_that_is_being_deleted(world: PodWorld) -> None:
    """How much time it has is kept with its containers."""
    pod = world.pod("web", {"name": "main", "terminationMessagePath": "/words"})
    pod = {**pod, "metadata": {**pod["metadata"], "deletionGracePeriodSeconds": 7}}
    found = config(world, pod)
    assert found.annotations["io.kubernetes.pod.deletionGracePeriod"] == "7"
    assert "/words" in mounts(found)
