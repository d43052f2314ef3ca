"""Rules of Services that no recording shows."""

from copy import deepcopy
from typing import Any

import pytest

from kubeobj.api.allocation.allocators import Allocators
from kubeobj.api.errors import InternalError, Invalid
from kubeobj.api.kind import ADMIN, Context
from kubeobj.api.kinds.service import KIND
from kubeobj.clock import VirtualClock
from kubeobj.documents import Wire
from kubeobj.entropy import SeededIdSource
from tests.api.kinds.rules import NOW, Found, Nothing, create_errors, found, read, warned

RESOURCE = "services"
DUAL = ("10.0.0.0/16", "fd00::/112")


def service(ports: list[Wire] | None = None, **spec: Any) -> Wire:  # type: ignore[explicit-any]
    """Return a Service with one port, unless other *ports* are given."""
    given = [{"port": 80}] if ports is None else ports
    return {"metadata": {"name": "s"}, "spec": {"selector": {"a": "b"}, "ports": given, **spec}}


def context(allocators: Allocators | None = None, *, dry_run: bool = False) -> Context:
    """Return the context of a request to a server with *allocators*."""
    return Context(
        user=ADMIN,
        now=NOW,
        clock=VirtualClock(),
        ids=SeededIdSource(1),
        objects=Nothing(),
        dry_run=dry_run,
        warn=list[str]().append,
        allocators=allocators or Allocators(),
    )


def made(document: Wire, asked: Context) -> Wire:
    """Return a new Service with what it is given."""
    obj = read(RESOURCE, document)
    assert KIND.allocate is not None
    KIND.allocate(obj, None, asked)
    KIND.prepare_create(obj, asked)
    return obj


def changed(old: Wire, asked: Context, **spec: Any) -> Wire:  # type: ignore[explicit-any]
    """Return a Service in place of *old* that differs in *spec*; None takes a field away."""
    document = deepcopy(old)
    for name, value in spec.items():
        document["spec"].pop(name, None)
        if value is not None:
            document["spec"][name] = value
    obj = read(RESOURCE, document)
    assert KIND.allocate is not None
    KIND.allocate(obj, deepcopy(old), asked)
    KIND.prepare_update(obj, old, asked)
    return obj


def refused(error: pytest.ExceptionInfo[Invalid]) -> Found:
    """Return what was wrong with what was refused."""
    return found(error.value.errors)


def update_errors(old: Wire, obj: Wire) -> Found:
    """Return what is wrong with *obj* in place of *old*."""
    return found(KIND.validate_update(obj, old))


# ---------------------------------------------------------------- what is handed out


def test_ports_with_the_same_number_share_one_on_nodes() -> None:
    """Whichever of them names it; others get their own."""
    ports = [
        {"name": "a", "port": 53},
        {"name": "b", "port": 53, "protocol": "UDP", "nodePort": 30053},
        {"name": "c", "port": 53, "protocol": "SCTP", "nodePort": 30054},
        {"name": "d", "port": 80},
    ]
    obj = made(service(ports, type="NodePort"), context())
    given = [port["nodePort"] for port in obj["spec"]["ports"]]
    assert given[:3] == [30053, 30053, 30054]
    assert given[3] not in given[:3]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"clusterIP": "10.9.0.1"}, "spec.clusterIPs"),
        ({"clusterIP": "10.0.0.1"}, "spec.clusterIPs"),
        ({"type": "NodePort", "ports": [{"port": 1, "nodePort": 80}]}, "spec.ports[0].nodePort"),
        ({"type": "NodePort", "ports": [{"port": 1, "nodePort": 30001}]}, "spec.ports[0].nodePort"),
        ({"ipFamilies": ["IPv6"]}, "spec.ipFamilies[0]"),
        ({"ipFamilyPolicy": "RequireDualStack"}, "spec.ipFamilyPolicy"),
        ({"clusterIP": "fd00::1"}, "spec.clusterIPs[0]"),
        ({"ipFamilyPolicy": "SingleStack", "ipFamilies": ["IPv4", "IPv6"]}, "spec.ipFamilyPolicy"),
    ],
)
def test_what_cannot_be_had_is_invalid(spec: Wire, path: str) -> None:
    """And nothing is taken by it."""
    allocators = Allocators()
    made(
        service([{"port": 1, "nodePort": 30001}], type="NodePort", clusterIP="10.0.0.1"),
        context(allocators),
    )
    with pytest.raises(Invalid) as error:
        made(service(**spec), context(allocators))
    assert refused(error) == {(path, "INVALID"): 1}


def test_a_port_to_ask_for_health_that_is_taken() -> None:
    """The API blames itself."""
    allocators = Allocators()
    made(service([{"port": 1, "nodePort": 30001}], type="NodePort"), context(allocators))
    wanted: Wire = {"type": "LoadBalancer", "externalTrafficPolicy": "Local"}
    with pytest.raises(InternalError, match="HealthCheck NodePort 30001"):
        made(service(healthCheckNodePort=30001, **wanted), context(allocators))


def test_a_write_that_fails_gives_back_all_of_it() -> None:
    """The address that was taken before the port is free again."""
    allocators = Allocators()
    wanted = service([{"port": 1, "nodePort": 80}], type="NodePort", clusterIP="10.0.0.9")
    with pytest.raises(Invalid):
        made(wanted, context(allocators))
    made(service(clusterIP="10.0.0.9"), context(allocators))


def test_nothing_is_left_to_hand_out() -> None:
    """The API blames itself."""
    allocators = Allocators(cidrs=("10.0.0.0/30",), node_ports=(30000, 30000))
    made(service(), context(allocators))
    made(service(type="NodePort"), context(allocators))
    with pytest.raises(InternalError, match="failed to allocate a serviceIP"):
        made(service(), context(allocators))
    with pytest.raises(InternalError, match="failed to allocate a nodePort"):
        made(service(type="NodePort", clusterIP="10.0.0.3"), context(Allocators(node_ports=(1, 0))))


def test_a_deleted_service_leaves_what_it_had() -> None:
    """Others can have it."""
    allocators = Allocators()
    obj = made(
        service(type="LoadBalancer", externalTrafficPolicy="Local", clusterIP="10.0.0.9"),
        context(allocators),
    )
    assert KIND.release is not None
    KIND.release(obj, context(allocators))
    ports = [{"port": 1, "nodePort": obj["spec"]["ports"][0]["nodePort"]}]
    health = obj["spec"]["healthCheckNodePort"]
    again = service(ports, type="LoadBalancer", externalTrafficPolicy="Local", clusterIP="10.0.0.9")
    again["spec"]["healthCheckNodePort"] = health
    made(again, context(allocators))


def test_a_dry_run_takes_nothing() -> None:
    """It shows an address that nobody has."""
    allocators = Allocators()
    obj = made(service(type="NodePort"), context(allocators, dry_run=True))
    assert (obj["spec"]["clusterIP"], obj["spec"]["ports"][0]["nodePort"]) == ("10.0.0.0", 32769)


# ---------------------------------------------------------------- two families


def test_two_families() -> None:
    """A Service that wants both has an address of each."""
    obj = made(service(ipFamilyPolicy="PreferDualStack"), context(Allocators(cidrs=DUAL)))
    assert obj["spec"]["ipFamilies"] == ["IPv4", "IPv6"]
    assert [":" in one for one in obj["spec"]["clusterIPs"]] == [False, True]
    assert obj["spec"]["clusterIP"] == obj["spec"]["clusterIPs"][0]


def test_a_second_family_comes_and_goes() -> None:
    """The first address stays; the second can be had by another when it has gone."""
    allocators = Allocators(cidrs=DUAL)
    single = made(service(), context(allocators))
    dual = changed(
        single,
        context(allocators),
        ipFamilyPolicy="RequireDualStack",
        clusterIPs=[single["spec"]["clusterIP"], "fd00::9"],
    )
    assert dual["spec"]["ipFamilies"] == ["IPv4", "IPv6"]
    assert not update_errors(single, dual)
    any_second = changed(single, context(allocators), ipFamilyPolicy="PreferDualStack")
    assert len(any_second["spec"]["clusterIPs"]) == 2
    back = changed(dual, context(allocators), ipFamilyPolicy="SingleStack")
    assert back["spec"]["clusterIPs"] == single["spec"]["clusterIPs"]
    assert not update_errors(dual, back)
    made(service(clusterIP="fd00::9"), context(allocators))


def test_a_second_family_goes_only_if_it_is_meant_to() -> None:
    """To leave it out is not enough."""
    allocators = Allocators(cidrs=DUAL)
    dual = made(service(ipFamilyPolicy="RequireDualStack"), context(allocators))
    with pytest.raises(Invalid) as error:
        changed(
            dual,
            context(allocators),
            clusterIPs=dual["spec"]["clusterIPs"][:1],
            ipFamilies=["IPv4"],
        )
    assert refused(error) == {("spec.ipFamilyPolicy", "INVALID"): 2}


def test_a_service_that_prefers_both_stays_as_it_is() -> None:
    """The families of the cluster may change without it."""
    single = Allocators()
    obj = made(service(ipFamilyPolicy="PreferDualStack"), context(single))
    assert changed(obj, context(Allocators(cidrs=DUAL)))["spec"] == obj["spec"]


def test_a_headless_service_without_selector_has_both() -> None:
    """Its endpoints may be of any family; also where it says no policy but a family."""
    obj = made(service(selector=None, clusterIP="None", ipFamilies=["IPv6"]), context())
    assert obj["spec"]["ipFamilies"] == ["IPv6", "IPv4"]
    assert not list(KIND.validate(obj))


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"clusterIPs": ["10.0.0.1"]}, {("spec.clusterIPs", "INVALID"): 1}),
        (
            {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.2"]},
            {("spec.clusterIPs", "INVALID"): 1},
        ),
        (
            {"clusterIP": "None", "clusterIPs": ["None", "10.0.0.2"]},
            {("spec.clusterIPs", "INVALID"): 1},
        ),
        (
            {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1", "10.0.0.2", "fd00::1"]},
            {("spec.clusterIPs", "INVALID"): 2},
        ),
        ({"ipFamilies": ["IPv4", "IPv4"]}, {("spec.ipFamilies[1]", "DUPLICATE"): 1}),
        ({"ipFamilyPolicy": "X"}, {("spec.ipFamilyPolicy", "NOT_SUPPORTED"): 1}),
    ],
)
def test_addresses_and_families_that_do_not_go_together(spec: Wire, expected: Found) -> None:
    """All of it is found at once."""
    with pytest.raises(Invalid) as error:
        made(service(**spec), context())
    assert refused(error) == expected


# ---------------------------------------------------------------- updates


def test_a_service_keeps_what_it_was_given() -> None:
    """An update that says nothing of addresses and ports changes none of them."""
    allocators = Allocators()
    old = made(service(type="LoadBalancer", externalTrafficPolicy="Local"), context(allocators))
    ports = [{"port": 81, "protocol": "TCP"}]
    obj = changed(
        old, context(allocators), clusterIP=None, clusterIPs=None, healthCheckNodePort=None,
        ports=ports,
    )  # fmt: skip
    assert obj["spec"]["ports"][0]["nodePort"] == old["spec"]["ports"][0]["nodePort"]
    for name in ("clusterIPs", "healthCheckNodePort"):
        assert obj["spec"][name] == old["spec"][name]


def test_a_port_is_not_kept_twice() -> None:
    """A port on nodes that goes to another port is not put back to the one it came from."""
    allocators = Allocators()
    ports = [{"name": "a", "port": 1, "nodePort": 30001}]
    old = made(service(ports, type="NodePort"), context(allocators))
    moved = [{"name": "b", "port": 2, "nodePort": 30001}, {"name": "a", "port": 1}]
    obj = changed(old, context(allocators), ports=moved)
    assert obj["spec"]["ports"][1]["nodePort"] != 30001


def test_ports_that_are_given_up_are_free() -> None:
    """Also when a Service no longer has any, or is no longer asked for its health."""
    allocators = Allocators()
    ports = [{"port": 1, "nodePort": 30001}]
    old = made(
        service(ports, type="LoadBalancer", externalTrafficPolicy="Local"), context(allocators)
    )
    other = changed(old, context(allocators), ports=[{"port": 1, "nodePort": 30002}])
    made(service(ports, type="NodePort"), context(allocators))
    inner = changed(other, context(allocators), type="ClusterIP")
    assert inner["spec"]["ports"][0].get("nodePort") is None
    for name in ("healthCheckNodePort", "externalTrafficPolicy", "allocateLoadBalancerNodePorts"):
        assert name not in inner["spec"]
    health = [{"port": 1, "nodePort": old["spec"]["healthCheckNodePort"]}]
    made(service(health, type="NodePort"), context(allocators))


def test_what_is_changed_as_well_is_not_cleared() -> None:
    """It is refused instead."""
    old = made(service(type="LoadBalancer", loadBalancerClass="a.b/c"), context())
    obj = changed(old, context(), type="ClusterIP", loadBalancerClass="a.b/d")
    assert update_errors(old, obj) == {("spec.loadBalancerClass", "FORBIDDEN"): 2}


def test_the_status_of_a_balancer_goes_with_it() -> None:
    """Nothing balances for a Service of another type."""
    old = made(service(type="LoadBalancer"), context())
    old["status"] = {"loadBalancer": {"ingress": [{"ip": "1.2.3.4", "ipMode": "VIP"}]}}
    assert changed(old, context())["status"] == old["status"]
    assert changed(old, context(), type="NodePort")["status"] == {"loadBalancer": {}}


def test_external_names_have_no_address() -> None:
    """The way there frees it, and the way back gets a new one."""
    allocators = Allocators()
    old = made(service(clusterIP="10.0.0.9"), context(allocators))
    named = changed(old, context(allocators), type="ExternalName", externalName="a.b")
    assert not {"clusterIP", "clusterIPs", "ipFamilies"} & named["spec"].keys()
    made(service(clusterIP="10.0.0.9"), context(allocators))
    back = changed(named, context(allocators), type="ClusterIP")
    assert back["spec"]["clusterIPs"] != old["spec"]["clusterIPs"]
    assert not update_errors(named, back)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"clusterIPs": ["10.0.0.9"]}, {("spec.clusterIPs[0]", "INVALID"): 1}),
        ({"clusterIP": "None"}, {("spec.clusterIPs[0]", "INVALID"): 1}),
        ({"loadBalancerClass": "x.y/z"}, {("spec.loadBalancerClass", "INVALID"): 1}),
        ({"healthCheckNodePort": 30009}, {("spec.healthCheckNodePort", "FORBIDDEN"): 1}),
    ],
)
def test_what_never_changes(change: Wire, expected: Found) -> None:
    """Addresses, classes of balancers, and the port that is asked for health."""
    spec: Wire = {"type": "LoadBalancer", "loadBalancerClass": "a.b/c"}
    spec["externalTrafficPolicy"] = "Local"
    old = made(service(**spec), context())
    obj = changed(old, context(), **change)
    if change == {"clusterIP": "None"}:
        expected = {("spec.clusterIPs[0]", "INVALID"): 2}
    assert update_errors(old, obj) == expected


def test_odd_addresses_may_stay() -> None:
    """What was stored before the rule is no reason to refuse a change of something else."""
    old = made(service(externalIPs=["10.9.9.9"]), context())
    old["spec"]["externalIPs"] = ["010.9.9.9"]
    assert not update_errors(old, changed(old, context(), sessionAffinity="ClientIP"))


# ---------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"externalIPs": ["010.0.0.1"]}, {("spec.externalIPs[0]", "INVALID"): 1}),
        ({"externalIPs": ["169.254.0.1"]}, {("spec.externalIPs[0]", "INVALID"): 1}),
        ({"loadBalancerSourceRanges": [" 10.0.0.0/8 "], "type": "LoadBalancer"}, {}),
        (
            {"loadBalancerSourceRanges": ["10.0.0.1/8"]},
            {
                ("spec.LoadBalancerSourceRanges", "FORBIDDEN"): 1,
                ("spec.LoadBalancerSourceRanges[0]", "INVALID"): 1,
            },
        ),
        (
            {
                "sessionAffinity": "ClientIP",
                "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 0}},
            },
            {("spec.sessionAffinityConfig.clientIP.timeoutSeconds", "INVALID"): 1},
        ),
        (
            {"ports": [{"name": "a", "port": 1}, {"name": "a", "port": 2}]},
            {("spec.ports[1].name", "DUPLICATE"): 1},
        ),
        (
            {"ports": [{"port": 1, "nodePort": 30001, "protocol": "X", "targetPort": "Bad_"}]},
            {
                ("spec.ports[0].nodePort", "FORBIDDEN"): 1,
                ("spec.ports[0].protocol", "NOT_SUPPORTED"): 1,
                ("spec.ports[0].targetPort", "INVALID"): 1,
            },
        ),
        (
            {
                "type": "NodePort",
                "ports": [
                    {"name": "a", "port": 1, "nodePort": 30001},
                    {"name": "b", "port": 2, "nodePort": 30001},
                ],
            },
            {("spec.ports[1].nodePort", "DUPLICATE"): 1},
        ),
        ({"type": "ExternalName", "externalName": "a.b."}, {}),
        (
            {"type": "ExternalName", "externalName": "A_", "ipFamilies": ["IPv4"]},
            {("spec.externalName", "INVALID"): 1, ("spec.ipFamilies", "FORBIDDEN"): 1},
        ),
        (
            {"type": "LoadBalancer", "externalTrafficPolicy": "Local"},
            {("spec.healthCheckNodePort", "REQUIRED"): 1},
        ),
        ({"type": "NodePort", "externalTrafficPolicy": "X"}, 1),
        ({"externalIPs": ["9.9.9.9"], "externalTrafficPolicy": "Local"}, {}),
        ({"trafficDistribution": "PreferSameNode"}, {}),
    ],
)
def test_rules_of_services(spec: Wire, expected: Found | int) -> None:
    """Every field has its own."""
    if isinstance(expected, int):
        expected = {("spec.externalTrafficPolicy", "NOT_SUPPORTED"): expected}
    assert create_errors(RESOURCE, service(**spec)) == expected


def test_annotations_that_stand_for_fields() -> None:
    """They are judged as the fields are."""
    ranges = "service.beta.kubernetes.io/load-balancer-source-ranges"
    document = service(type="LoadBalancer")
    document["metadata"]["annotations"] = {ranges: "10.0.0.0/8, x"}
    here = f"metadata.annotations[{ranges}]"
    assert create_errors(RESOURCE, document) == {(here, "INVALID"): 1}
    document["spec"]["type"] = "ClusterIP"
    document["metadata"]["annotations"][ranges] = " "
    assert create_errors(RESOURCE, document) == {(here, "FORBIDDEN"): 1}
    mode, hints = (
        "service.kubernetes.io/topology-mode",
        "service.kubernetes.io/topology-aware-hints",
    )
    document["metadata"]["annotations"] = {mode: "Auto", hints: "auto"}
    assert create_errors(RESOURCE, document) == {(f"metadata.annotations[{mode}]", "INVALID"): 1}


@pytest.mark.parametrize(
    ("spec", "count"),
    [
        ({}, 0),
        ({"clusterIP": "None", "loadBalancerIP": "x", "sessionAffinity": "ClientIP"}, 2),
        ({"clusterIP": "None", "externalIPs": ["9.9.9.9"]}, 1),
        ({"externalIPs": ["9.9.9.9"]}, 1),
        ({"type": "ExternalName", "externalName": "a", "externalIPs": ["9.9.9.9"]}, 1),
        ({"externalName": "a"}, 1),
        ({"trafficDistribution": "PreferSameZone"}, 0),
        ({"externalIPs": ["0:0::9"], "loadBalancerSourceRanges": ["FD00::/8"]}, 3),
        ({"loadBalancerIP": "0:0::9"}, 1),
    ],
)
def test_warnings(spec: Wire, count: int) -> None:
    """What has no effect, or is on its way out, is told of."""
    assert warned(RESOURCE, service(**spec)) == count


@pytest.mark.parametrize(
    ("ingress", "expected"),
    [
        ({"ip": "1.2.3.4", "ipMode": "Proxy"}, {}),
        ({"ip": "1.2.3.4"}, {("ipMode", "REQUIRED"): 1}),
        ({"ip": "1.2.3.4", "ipMode": "X"}, {("ipMode", "NOT_SUPPORTED"): 1}),
        ({"hostname": "a.b", "ipMode": "VIP"}, {("ipMode", "FORBIDDEN"): 1}),
        ({"hostname": "1.2.3.4"}, {("hostname", "INVALID"): 1}),
        ({"hostname": "A_"}, {("hostname", "INVALID"): 1}),
    ],
)
def test_the_status_of_a_balancer(ingress: Wire, expected: Found) -> None:
    """Addresses come with a mode, and names are no addresses."""
    old = made(service(type="LoadBalancer"), context())
    obj = {**old, "status": {"loadBalancer": {"ingress": [ingress]}}}
    here = "status.loadBalancer.ingress[0]"
    assert found(KIND.parts["status"].validate(obj, old)) == {
        (f"{here}.{name}", kind): count for (name, kind), count in expected.items()
    }
    plain = {**obj, "spec": {**obj["spec"], "type": "ClusterIP"}}
    where = "status.loadBalancer.ingress"
    assert found(KIND.parts["status"].validate(plain, old)) == {(where, "FORBIDDEN"): 1}


def test_the_table_shows_where_a_balancer_is() -> None:
    """Addresses of balancers in order, and those that the user has given after them."""
    obj = made(service(type="LoadBalancer", externalIPs=["9.9.9.9"]), context())
    obj["status"]["loadBalancer"]["ingress"] = [{"ip": "2.2.2.2"}, {"hostname": "1.x"}]
    assert KIND.table.cells(obj, 0)[3] == "1.x,2.2.2.2,9.9.9.9"
