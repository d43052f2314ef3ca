"""The sandbox of a pod: its names, its ports, where it looks names up."""

from typing import Any

import pytest

from kubeobj.node.faults import ConfigFault
from kubeobj.node.poddns import parse_resolv_conf
from kubeobj.node.sandboxconfig import sandbox_config
from kubeobj.runtimes.configs import (
    DnsConfig,
    PodIdentity,
    PortMapping,
    SandboxConfig,
    Security,
)
from tests.node.podworld import PodWorld

Document = dict[str, Any]


def sandbox(world: PodWorld, pod: Document, *addresses: str) -> SandboxConfig:
    """Return the sandbox that a pod asks for."""
    return sandbox_config(pod, 1, world.facts_of(pod, *addresses))


def test_a_sandbox(world: PodWorld) -> None:
    """It says whose it is, and has what its pod says."""
    ports = [
        {"containerPort": 80, "hostPort": 8080},
        {"containerPort": 53, "hostPort": 5353, "protocol": "UDP", "hostIP": "127.0.0.1"},
        {"containerPort": 90},
    ]
    metadata = {"labels": {"app": "web"}, "annotations": {"note": "x"}}
    pod = world.pod(
        "web",
        {"name": "main", "ports": ports},
        metadata=metadata,
        shareProcessNamespace=True,
        securityContext={
            "runAsUser": 7,
            "fsGroup": 8,
            "sysctls": [{"name": "net/x", "value": "1"}],
        },
    )
    uid = pod["metadata"]["uid"]
    logs = world.facts.logs_directory / f"default_web_{uid}"
    assert sandbox(world, pod) == SandboxConfig(
        pod=PodIdentity("default", "web", uid, 1),
        hostname="web",
        log_directory=logs,
        dns=DnsConfig(
            ("127.9.128.10",),
            ("default.svc.cluster.local", "svc.cluster.local", "cluster.local", "example.com"),
            ("ndots:5",),
        ),
        hosts_file=world.facts.pods_directory / uid / "etc-hosts",
        ports=(
            PortMapping(80, 8080),
            PortMapping(53, 5353, "UDP", "127.0.0.1"),
        ),
        shares_processes=True,
        sysctls={"net.x": "1"},
        security=Security(run_as_user=7, supplemental_groups=(8,)),
        labels={
            "app": "web",
            "io.kubernetes.pod.name": "web",
            "io.kubernetes.pod.namespace": "default",
            "io.kubernetes.pod.uid": uid,
        },
        annotations={"note": "x"},
    )
    assert logs.stat().st_mode & 0o777 == 0o700


def test_a_pod_on_the_network_of_the_node(world: PodWorld) -> None:
    """Has the name of the node, and its own servers of names."""
    ports = [{"containerPort": 80, "hostPort": 80}]
    pod = world.pod("web", {"name": "main", "ports": ports}, hostNetwork=True, hostPID=True)
    found = sandbox(world, pod)
    assert (found.hostname, found.ports) == ("here", ())
    assert (found.host_network, found.host_pid, found.host_ipc) == (True, True, False)
    assert found.dns == DnsConfig(("10.0.0.53",), ("example.com",), ("rotate",))


@pytest.mark.parametrize(
    ("spec", "hostname", "line"),
    [
        ({}, "web", "10.0.0.7\tweb\n"),
        ({"hostname": "db-0"}, "db-0", "10.0.0.7\tdb-0\n"),
        (
            {"hostname": "db-0", "subdomain": "db"},
            "db-0",
            "10.0.0.7\tdb-0.db.default.svc.cluster.local\tdb-0\n",
        ),
        (
            {"subdomain": "db", "setHostnameAsFQDN": True},
            "web.db.default.svc.cluster.local",
            "10.0.0.7\tweb.db.default.svc.cluster.local\tweb\n",
        ),
        (
            {"hostnameOverride": "any.name.example"},
            "any.name.example",
            "10.0.0.7\tany.name.example\n",
        ),
    ],
)
def test_names(world: PodWorld, spec: Document, hostname: str, line: str) -> None:
    """What a pod takes for its name is in its file of names, too."""
    found = sandbox(world, world.pod(**spec), "10.0.0.7")
    assert found.hostname == hostname
    assert found.hosts_file is not None
    assert line in found.hosts_file.read_text()


def test_a_long_name_is_cut(world: PodWorld) -> None:
    """And does not end with what no name ends with."""
    name = "a" * 62 + "-" + "b" * 10
    assert sandbox(world, world.pod(name)).hostname == "a" * 62


def test_a_name_with_its_domain_may_be_too_long(world: PodWorld) -> None:
    """Then the pod does not begin."""
    pod = world.pod("w" * 40, subdomain="db", setHostnameAsFQDN=True)
    with pytest.raises(ConfigFault, match="is too long \\(64 characters is the max"):
        sandbox(world, pod)


def test_the_file_of_names(world: PodWorld) -> None:
    """It is Kubernetes' own, with the names that the pod adds."""
    aliases = [{"ip": "10.1.1.1", "hostnames": ["a", "b"]}, {"ip": "10.1.1.2", "hostnames": ["c"]}]
    pod = world.pod(hostAliases=aliases)
    file = sandbox(world, pod, "10.0.0.7", "fd01::7").hosts_file
    assert file is not None
    assert file.read_text() == (
        "# Kubernetes-managed hosts file.\n"
        "127.0.0.1\tlocalhost\n"
        "::1\tlocalhost ip6-localhost ip6-loopback\n"
        "fe00::0\tip6-localnet\n"
        "fe00::0\tip6-mcastprefix\n"
        "fe00::1\tip6-allnodes\n"
        "fe00::2\tip6-allrouters\n"
        "10.0.0.7\tweb\n"
        "fd01::7\tweb\n"
        "\n"
        "# Entries added by HostAliases.\n"
        "10.1.1.1\ta\tb\n"
        "10.1.1.2\tc\n"
    )
    assert file.stat().st_mode & 0o777 == 0o644
    before = file.stat().st_ino
    sandbox(world, pod, "10.0.0.8")
    assert file.stat().st_ino == before
    assert "10.0.0.8\tweb\n" in file.read_text()
    assert "10.0.0.7" not in file.read_text()


def test_the_file_of_names_of_the_node(world: PodWorld) -> None:
    """A pod on its network sees that, and its own names."""
    pod = world.pod(hostNetwork=True, hostAliases=[{"ip": "10.1.1.1", "hostnames": ["a"]}])
    file = sandbox(world, pod).hosts_file
    assert file is not None
    assert file.read_text() == (
        "# Kubernetes-managed hosts file (host network).\n127.0.0.1\tlocalhost\n"
        "\n# Entries added by HostAliases.\n10.1.1.1\ta\n"
    )


OWN = DnsConfig(("10.0.0.53",), ("example.com",), ("rotate",))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"dnsPolicy": "Default"}, OWN),
        (
            {"dnsPolicy": "None", "dnsConfig": {"nameservers": ["1.1.1.1"], "searches": ["x"]}},
            DnsConfig(("1.1.1.1",), ("x",)),
        ),
        (
            {
                "dnsPolicy": "Default",
                "dnsConfig": {
                    "nameservers": ["10.0.0.53", "1.1.1.1"],
                    "searches": ["example.com", "y"],
                    "options": [{"name": "rotate", "value": "2"}, {"name": "edns0"}],
                },
            },
            DnsConfig(("10.0.0.53", "1.1.1.1"), ("example.com", "y"), ("rotate:2", "edns0")),
        ),
        (
            {
                "dnsPolicy": "Default",
                "dnsConfig": {"nameservers": ["1.1.1.1", "1.1.1.2", "1.1.1.3"]},
            },
            DnsConfig(("10.0.0.53", "1.1.1.1", "1.1.1.2"), ("example.com",), ("rotate",)),
        ),
        ({"dnsPolicy": "ClusterFirst", "hostNetwork": True}, OWN),
    ],
)
def test_where_names_are_looked_up(world: PodWorld, spec: Document, expected: DnsConfig) -> None:
    """As the policy says, and what the pod adds."""
    assert sandbox(world, world.pod(**spec)).dns == expected


def test_the_cluster_comes_first_on_the_network_of_the_node_too(world: PodWorld) -> None:
    """If the policy says so."""
    found = sandbox(world, world.pod(dnsPolicy="ClusterFirstWithHostNet", hostNetwork=True)).dns
    assert found is not None
    assert found.servers == ("127.9.128.10",)


def test_a_file_of_servers_is_read() -> None:
    """The last search counts, and remarks do not."""
    text = (
        "# x\nnameserver  1.1.1.1\n nameserver 1.1.1.2 # y\n"
        "search a\nsearch b. c\noptions x:1 y\n;z"
    )
    assert parse_resolv_conf(text) == DnsConfig(("1.1.1.1", "1.1.1.2"), ("b", "c"), ("x:1", "y"))
