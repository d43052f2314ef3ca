"""What is answered for names, as the Kubernetes DNS specification and CoreDNS have it."""

from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.reversename
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.network.dns.answer import TTL_SECONDS, answer, dangling
from kubeobj.network.dns.resolvconf import parse_resolv_conf
from kubeobj.network.dns.zone import ServiceNames, Zone, dashed, names_of, undashed
from kubeobj.network.hostsfile import hosts_lines

Doc = dict[str, Any]

SVC = "svc.cluster.local"


def service(name: str, *ports: Doc, namespace: str = "default", **spec: Any) -> Doc:
    return {"metadata": {"name": name, "namespace": namespace}, "spec": {"ports": ports, **spec}}


def slice_of(*endpoints: Doc, ports: list[Doc], family: str = "IPv4") -> Doc:
    return {"addressType": family, "ports": ports, "endpoints": list(endpoints)}


def zone() -> Zone:
    """Return a zone with a Service of each sort."""
    made = Zone(server_addresses=("10.3.0.10",))
    for name in ("default", "kube-system", "empty"):
        made.put_namespace(name, is_there=True)
    https = {"name": "https", "port": 443, "protocol": "TCP"}
    api = [slice_of({"addresses": ["192.0.2.1"]}, ports=[{**https, "port": 6443}])]
    put(made, service("kubernetes", https, clusterIP="10.3.0.1", clusterIPs=["10.3.0.1"]), api)
    dual = {"clusterIP": "10.3.0.2", "clusterIPs": ["10.3.0.2", "fd00::2"]}
    put(made, service("dual", {"port": 80}, namespace="kube-system", **dual))
    ends = [
        {"addresses": ["10.3.0.100"], "hostname": "my-pet"},
        {"addresses": ["10.3.0.101"], "conditions": {"ready": True}},
        {"addresses": ["10.3.0.102"], "conditions": {"ready": False}},
    ]
    put(made, service("headless", https, clusterIP="None"), [slice_of(*ends, ports=[https])])
    put(made, service("nobody", https, clusterIP="None"), [])
    put(made, service("foo", type="ExternalName", externalName="www.example.com"))
    near = f"headless.default.{SVC}"
    put(made, service("near", type="ExternalName", externalName=near))
    put(made, service("ring", type="ExternalName", externalName=f"ring.default.{SVC}"))
    put(made, service("number", type="ExternalName", externalName="192.0.2.7"))
    return made


def put(made: Zone, one: Doc, slices: list[Doc] | None = None) -> None:
    metadata = one["metadata"]
    made.put(metadata["namespace"], metadata["name"], names_of(one, slices or []))


def asked(name: str, rdtype: str = "A", *, pods_only: bool = False) -> dns.message.Message | None:
    query = dns.message.make_query(name, rdtype)
    query.id = 0
    return answer(query, zone(), pods_only=pods_only)


def said(name: str, rdtype: str = "A", *, pods_only: bool = False) -> list[str]:
    """Return what is answered, as text, without the names that were asked for."""
    response = asked(name, rdtype, pods_only=pods_only)
    assert response is not None
    if response.rcode() != dns.rcode.NOERROR:
        return [dns.rcode.to_text(response.rcode())]
    return [str(data) for one in response.answer for data in one]


ANSWERS = [
    # The specification, section by section.
    pytest.param("dns-version.cluster.local", "TXT", ['"1.1.0"'], id="2.2-version"),
    pytest.param(f"kubernetes.default.{SVC}", "A", ["10.3.0.1"], id="2.3.1-cluster-ip"),
    pytest.param(f"kubernetes.default.{SVC}", "AAAA", [], id="2.3.1-no-such-family"),
    pytest.param(f"dual.kube-system.{SVC}", "AAAA", ["fd00::2"], id="2.3.1-both-families"),
    pytest.param(
        f"_https._tcp.kubernetes.default.{SVC}",
        "SRV",
        [f"0 100 443 kubernetes.default.{SVC}."],
        id="2.3.2-port",
    ),
    pytest.param(f"_http._tcp.kubernetes.default.{SVC}", "SRV", ["NXDOMAIN"], id="2.3.2-no-port"),
    pytest.param(f"_https._udp.kubernetes.default.{SVC}", "SRV", ["NXDOMAIN"], id="2.3.2-protocol"),
    pytest.param(f"_._tcp.dual.kube-system.{SVC}", "SRV", ["NXDOMAIN"], id="2.3.2-unnamed"),
    pytest.param("1.0.3.10.in-addr.arpa", "PTR", [f"kubernetes.default.{SVC}."], id="2.3.3-name"),
    pytest.param(f"headless.default.{SVC}", "A", ["10.3.0.101", "10.3.0.100"], id="2.4.1-ready"),
    pytest.param(f"nobody.default.{SVC}", "A", ["NXDOMAIN"], id="2.4.1-nobody-ready"),
    pytest.param(f"my-pet.headless.default.{SVC}", "A", ["10.3.0.100"], id="2.4.1-hostname"),
    pytest.param(f"10-3-0-101.headless.default.{SVC}", "A", ["10.3.0.101"], id="2.4.1-no-hostname"),
    pytest.param(f"your-pet.headless.default.{SVC}", "A", ["NXDOMAIN"], id="2.4.1-nobody"),
    pytest.param(
        f"_https._tcp.headless.default.{SVC}",
        "SRV",
        [
            f"0 50 443 10-3-0-101.headless.default.{SVC}.",
            f"0 50 443 my-pet.headless.default.{SVC}.",
        ],
        id="2.4.2-ports",
    ),
    pytest.param("100.0.3.10.in-addr.arpa", "PTR", [f"my-pet.headless.default.{SVC}."], id="2.4.3"),
    pytest.param(f"foo.default.{SVC}", "A", ["www.example.com."], id="2.5-external"),
    pytest.param("10-3-0-9.default.pod.cluster.local", "A", ["10.3.0.9"], id="2.6-pod"),
    pytest.param("fd00--9.default.pod.cluster.local", "AAAA", ["fd00::9"], id="2.6-pod-of-6"),
    # What CoreDNS does beside.
    pytest.param(f"KuberNetes.DEFAULT.{SVC}", "A", ["10.3.0.1"], id="any-case"),
    pytest.param(f"kubernetes.default.{SVC}", "MX", [], id="no-such-type"),
    pytest.param(f"192-0-2-1.kubernetes.default.{SVC}", "A", ["192.0.2.1"], id="endpoint"),
    pytest.param(f"near.default.{SVC}", "AAAA", [f"headless.default.{SVC}."], id="another-name"),
    pytest.param(f"number.default.{SVC}", "A", ["NXDOMAIN"], id="external-address"),
    pytest.param(f"default.{SVC}", "A", [], id="namespace"),
    pytest.param(f"empty.{SVC}", "A", [], id="empty-namespace"),
    pytest.param(f"nowhere.{SVC}", "A", ["NXDOMAIN"], id="no-namespace"),
    pytest.param(SVC, "A", [], id="all-services"),
    pytest.param("pod.cluster.local", "A", [], id="all-pods"),
    pytest.param("cluster.local", "NS", ["ns.dns.cluster.local."], id="server"),
    pytest.param("ns.dns.cluster.local", "A", ["10.3.0.10"], id="server-address"),
    pytest.param("nothing.cluster.local", "A", ["NXDOMAIN"], id="nothing"),
    pytest.param(f"a.b.c.kubernetes.default.{SVC}", "A", ["NXDOMAIN"], id="too-long"),
    pytest.param("web-0.default.pod.cluster.local", "A", ["NXDOMAIN"], id="no-address"),
    pytest.param("10-3-0-9.nowhere.pod.cluster.local", "A", ["NXDOMAIN"], id="pod-of-nowhere"),
]


@pytest.mark.parametrize(("name", "rdtype", "expected"), ANSWERS)
def test_the_answer_to(name: str, rdtype: str, expected: list[str]) -> None:
    assert sorted(said(name, rdtype)) == sorted(expected)


def test_another_name_in_the_cluster_is_followed() -> None:
    first, *addresses = said(f"near.default.{SVC}")
    assert first == f"headless.default.{SVC}."
    assert sorted(addresses) == ["10.3.0.100", "10.3.0.101"]


def test_a_ring_of_names_ends() -> None:
    assert set(said(f"ring.default.{SVC}")) == {f"ring.default.{SVC}."}


def test_a_name_outside_is_left_to_others() -> None:
    response = asked(f"foo.default.{SVC}")
    assert response is not None
    assert dangling(response) == dns.name.from_text("www.example.com.")
    inside = asked(f"near.default.{SVC}")
    assert inside is not None
    assert dangling(inside) is None


@pytest.mark.parametrize(
    "name", ["www.example.com", "cluster.local.example.com", "7.2.0.192.in-addr.arpa", "."]
)
def test_others_are_asked_for(name: str) -> None:
    assert asked(name) is None


def test_who_can_reach_no_addresses_of_services_is_told_those_of_endpoints() -> None:
    assert said(f"kubernetes.default.{SVC}", pods_only=True) == ["192.0.2.1"]
    assert said(f"_https._tcp.kubernetes.default.{SVC}", "SRV", pods_only=True) == [
        f"0 100 6443 192-0-2-1.kubernetes.default.{SVC}."
    ]
    assert said(f"dual.kube-system.{SVC}", pods_only=True) == []


def test_answers_are_authoritative_short_lived_and_say_who_knows() -> None:
    for name, rcode in (
        (f"kubernetes.default.{SVC}", "NOERROR"),
        (f"no.default.{SVC}", "NXDOMAIN"),
    ):
        response = asked(name, "A")
        assert response is not None
        assert response.flags & dns.flags.AA
        assert dns.rcode.to_text(response.rcode()) == rcode
        for one in (*response.answer, *response.authority):
            assert one.ttl == TTL_SECONDS
        missing = [str(one.name) for one in response.authority]
        assert missing == ([] if rcode == "NOERROR" else ["cluster.local."])


def test_ports_come_with_addresses() -> None:
    response = asked(f"_https._tcp.headless.default.{SVC}", "SRV")
    assert response is not None
    extra = {str(one.name): str(one[0]) for one in response.additional}
    assert extra == {
        f"10-3-0-101.headless.default.{SVC}.": "10.3.0.101",
        f"my-pet.headless.default.{SVC}.": "10.3.0.100",
    }


def test_addresses_take_turns() -> None:
    made = zone()
    firsts = set()
    for number in range(4):
        query = dns.message.make_query(f"headless.default.{SVC}", "A")
        query.id = number
        response = answer(query, made)
        assert response is not None
        firsts.add(str(response.answer[0][0]))
    assert firsts == {"10.3.0.100", "10.3.0.101"}


def test_what_is_gone_is_forgotten() -> None:
    made = zone()
    made.put("default", "kubernetes", None)
    made.put_namespace("empty", is_there=False)
    for name, rdtype in ((f"kubernetes.default.{SVC}", "A"), (f"empty.{SVC}", "A")):
        response = answer(dns.message.make_query(name, rdtype), made)
        assert response is not None
        assert response.rcode() == dns.rcode.NXDOMAIN
    assert answer(dns.message.make_query("1.0.3.10.in-addr.arpa", "PTR"), made) is None


# ---------------------------------------------------------------- laws

LABELS = st.sampled_from(
    ["kubernetes", "headless", "default", "svc", "pod", "my-pet", "_https", "_tcp", "10-3-0-1", "x"]
)
NAMES = st.lists(LABELS, max_size=6).map(lambda labels: ".".join([*labels, "cluster.local"]))
TYPES = st.sampled_from(["A", "AAAA", "SRV", "TXT", "PTR", "CNAME", "NS", "SOA", "ANY", "MX"])


@given(NAMES, TYPES, st.booleans())
def test_every_name_of_the_zone_has_an_answer_that_can_be_sent(
    name: str, rdtype: str, pods_only: bool
) -> None:
    response = asked(name, rdtype, pods_only=pods_only)
    assert response is not None
    assert response.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}
    read = dns.message.from_wire(response.to_wire())
    assert read == response
    assert bool(response.answer) != bool(response.authority)


@given(NAMES, TYPES)
def test_the_case_of_letters_makes_no_difference(name: str, rdtype: str) -> None:
    assert said(name, rdtype) == said(name.upper(), rdtype)


@given(NAMES)
def test_a_name_is_there_for_all_types_or_for_none(name: str) -> None:
    found = {asked(name, rdtype).rcode() for rdtype in ("A", "AAAA", "SRV", "MX")}  # type: ignore[union-attr]
    assert len(found) == 1


@given(st.ip_addresses().map(str))
def test_addresses_are_labels_and_back(address: str) -> None:
    assert undashed(dashed(address)) == address


@given(
    st.dictionaries(
        st.integers(1, 250).map("10.3.1.{}".format),
        st.sampled_from(["one", "two", "three"]),
        max_size=6,
    ),
    st.dictionaries(
        st.integers(1, 250).map("10.3.1.{}".format),
        st.sampled_from(["one", "two", "three"]),
        max_size=6,
    ),
)
def test_addresses_and_names_agree_whatever_changes(
    before: dict[str, str], after: dict[str, str]
) -> None:
    made = Zone()
    for state in (before, after):
        for name in ("one", "two", "three"):
            own = tuple(address for address, of in state.items() if of == name)
            made.put("default", name, ServiceNames(own) if own else None)
    for address in {**before, **after}:
        known = [f"{after[address]}.default.svc"] if address in after else []
        assert made.names_of(address) == known


# ---------------------------------------------------------------- files


def test_a_hosts_file_has_the_names_that_a_pod_would_find() -> None:
    lines = hosts_lines(zone(), "kube-system").splitlines()
    assert lines[:2] == [
        f"10.3.0.2\tdual dual.kube-system dual.kube-system.svc dual.kube-system.{SVC}",
        f"fd00::2\tdual dual.kube-system dual.kube-system.svc dual.kube-system.{SVC}",
    ]
    names = f"kubernetes.default kubernetes.default.svc kubernetes.default.{SVC}"
    assert f"10.3.0.1\t{names}" in lines
    (pet,) = [line for line in lines if line.startswith("10.3.0.100\t")]
    assert pet.split("\t")[1].split(" ") == [
        "my-pet.headless.default",
        "my-pet.headless.default.svc",
        f"my-pet.headless.default.{SVC}",
        "headless.default",
        "headless.default.svc",
        f"headless.default.{SVC}",
    ]


def test_a_hosts_file_may_have_endpoints_only() -> None:
    lines = hosts_lines(zone(), "default", pods_only=True).splitlines()
    assert not [line for line in lines if line.startswith("10.3.0.1\t")]
    assert [line for line in lines if line.startswith("192.0.2.1\t") and " kubernetes " in line]


@given(st.text())
def test_any_resolv_conf_can_be_read(text: str) -> None:
    assert isinstance(parse_resolv_conf(text), tuple)
