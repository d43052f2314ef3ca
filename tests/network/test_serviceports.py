"""Which rules a Service and its slices make, as kube-proxy would have it."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.network.endpoints import chosen, endpoints_by_port
from kubeobj.network.rules import Backend, Frontend
from kubeobj.network.serviceports import NodePlaces, rules_of

Doc = dict[str, Any]

HERE = NodePlaces("here", ("127.0.0.1", "::1"), ("127.0.0.1",))


def service(*ports: Doc, labels: Doc | None = None, **spec: Any) -> Doc:
    metadata = {"namespace": "shop", "name": "web", "labels": labels or {}}
    ips = spec.get("clusterIPs", ["10.0.0.7"])
    return {"metadata": metadata, "spec": {"clusterIP": ips[0], "ports": list(ports), **spec}}


def slice_of(ports: Iterable[Doc], *endpoints: Doc, family: str = "IPv4", **labels: str) -> Doc:
    return {
        "metadata": {"name": "web-1", "namespace": "shop", "labels": labels},
        "addressType": family,
        "ports": list(ports),
        "endpoints": list(endpoints),
    }


def endpoint(address: str, node: str = "", **conditions: bool) -> Doc:
    found: Doc = {"addresses": [address], "conditions": conditions}
    return {**found, "nodeName": node} if node else found


HTTP = {"name": "http", "port": 80, "protocol": "TCP"}
SERVED = {"name": "http", "port": 8080, "protocol": "TCP"}


def texts(items: Iterable[object]) -> list[str]:
    return [str(one) for one in items]


def test_a_port_is_forwarded_from_every_cluster_ip_to_the_endpoints_of_its_family() -> None:
    found = rules_of(
        service(HTTP, clusterIPs=["10.0.0.7", "fd00::7"]),
        [
            slice_of([SERVED], endpoint("10.1.0.1")),
            slice_of([SERVED], endpoint("fd01::1"), family="IPv6"),
        ],
        HERE,
    )
    assert [(one.key, texts(one.frontends), texts(one.backends)) for one in found] == [
        ("shop/web:http/IPv4", ["10.0.0.7:80/TCP"], ["10.1.0.1:8080"]),
        ("shop/web:http/IPv6", ["[fd00::7]:80/TCP"], ["[fd01::1]:8080"]),
    ]


def test_node_ports_external_ips_and_balancers_have_places_of_their_own() -> None:
    made = service(
        {**HTTP, "nodePort": 30080},
        type="LoadBalancer",
        externalIPs=["198.51.100.7"],
        loadBalancerSourceRanges=[" 192.0.2.0/24"],
    )
    four, six = rules_of(made, [], HERE)
    assert texts(four.frontends) == [
        "10.0.0.7:80/TCP",
        "198.51.100.7:80/TCP",
        "127.0.0.1:30080/TCP",
        "127.0.0.1:80/TCP",
    ]
    assert texts(four.guarded) == ["127.0.0.1:80/TCP"]
    assert four.sources == ("192.0.2.0/24",)
    assert texts(six.frontends) == ["[::1]:30080/TCP"]


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(service(HTTP, type="ExternalName", externalName="a.b"), id="external-name"),
        pytest.param(service(HTTP, clusterIP="None", clusterIPs=["None"]), id="headless"),
        pytest.param(
            service(HTTP, labels={"service.kubernetes.io/service-proxy-name": "other"}),
            id="of-another-proxy",
        ),
        pytest.param(service({**HTTP, "protocol": "SCTP"}), id="sctp"),
    ],
)
def test_nothing_is_forwarded_for(made: Doc) -> None:
    assert rules_of(made, [slice_of([SERVED], endpoint("10.1.0.1"))], HERE) == []


def test_a_balancer_of_another_class_is_left_to_others() -> None:
    made = service(HTTP, type="LoadBalancer", loadBalancerClass="example.com/other")
    assert texts(rules_of(made, [], HERE)[0].frontends) == ["10.0.0.7:80/TCP"]


@pytest.mark.parametrize(
    ("spec", "seconds"),
    [
        pytest.param({}, 0, id="none"),
        pytest.param({"sessionAffinity": "ClientIP"}, 10_800, id="default"),
        pytest.param(
            {
                "sessionAffinity": "ClientIP",
                "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 60}},
            },
            60,
            id="given",
        ),
    ],
)
def test_affinity_lasts(spec: Doc, seconds: int) -> None:
    assert rules_of(service(HTTP, **spec), [], HERE)[0].affinity_seconds == seconds


def test_only_near_endpoints_serve_inside_if_the_service_says_so() -> None:
    made = service({**HTTP, "nodePort": 30080}, type="NodePort", internalTrafficPolicy="Local")
    ends = [endpoint("10.1.0.1", "here"), endpoint("10.1.0.2", "there"), endpoint("10.1.0.3")]
    inside, outside, _ = rules_of(made, [slice_of([SERVED], *ends)], HERE)
    assert texts(inside.frontends) == ["10.0.0.7:80/TCP"]
    assert texts(inside.backends) == ["10.1.0.1:8080"]
    assert texts(outside.frontends) == ["127.0.0.1:30080/TCP"]
    assert texts(outside.backends) == ["10.1.0.1:8080", "10.1.0.2:8080", "10.1.0.3:8080"]


def test_a_service_is_never_its_own_endpoint() -> None:
    ends = [endpoint("10.0.0.7"), endpoint("10.1.0.1")]
    same = {"name": "http", "port": 80}
    (rule,) = rules_of(service(HTTP), [slice_of([same], *ends)], HERE)
    assert texts(rule.backends) == ["10.1.0.1:80"]


def test_ports_are_told_apart_by_name_and_protocol() -> None:
    dns = [{"name": "udp", "port": 53, "protocol": "UDP"}, {"name": "tcp", "port": 53}]
    served = [{"name": "udp", "port": 5353, "protocol": "UDP"}, {"name": "tcp", "port": 5354}]
    found = rules_of(service(*dns), [slice_of(served, endpoint("10.1.0.1"))], HERE)
    assert [(texts(one.frontends), texts(one.backends)) for one in found] == [
        (["10.0.0.7:53/UDP"], ["10.1.0.1:5353"]),
        (["10.0.0.7:53/TCP"], ["10.1.0.1:5354"]),
    ]


def test_slices_of_no_use_are_passed_over() -> None:
    headless = {"service.kubernetes.io/headless": ""}
    slices = [
        slice_of([SERVED], endpoint("a.example"), family="FQDN"),
        slice_of([SERVED], endpoint("10.1.0.1"), **headless),
        slice_of([{"name": "http"}], endpoint("10.1.0.2")),
        slice_of([]),
    ]
    assert endpoints_by_port(slices, "here") == {}


# ready, serving, terminating: whether traffic goes there, alone, and beside one that is ready.
CONDITIONS = [
    pytest.param({}, True, True, id="nothing-said"),
    pytest.param({"ready": True}, True, True, id="ready"),
    pytest.param({"ready": False}, False, False, id="not-ready"),
    pytest.param({"ready": False, "serving": True}, False, False, id="serving-not-leaving"),
    pytest.param(
        {"ready": False, "serving": True, "terminating": True}, True, False, id="leaving-serving"
    ),
    pytest.param(
        {"ready": False, "serving": False, "terminating": True}, False, False, id="leaving"
    ),
    pytest.param({"ready": True, "serving": False, "terminating": True}, True, True, id="open"),
]


@pytest.mark.parametrize(("conditions", "alone", "beside"), CONDITIONS)
def test_traffic_goes_to(conditions: dict[str, bool], alone: bool, beside: bool) -> None:
    key = ("http", "TCP", "IPv4")
    one, other = endpoint("10.1.0.1", **conditions), endpoint("10.1.0.2", ready=True)
    only = endpoints_by_port([slice_of([SERVED], one)], "here")[key]
    both = endpoints_by_port([slice_of([SERVED], one, other)], "here")[key]
    assert texts(chosen(only)) == (["10.1.0.1:8080"] if alone else [])
    assert (Backend("10.1.0.1", 8080) in chosen(both)) is beside


ENDPOINTS = st.builds(
    endpoint,
    st.integers(1, 6).map("10.1.0.{}".format),
    st.sampled_from(["", "here", "there"]),
    ready=st.booleans(),
    serving=st.booleans(),
    terminating=st.booleans(),
)


@given(st.lists(st.lists(ENDPOINTS, max_size=5), max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_slices_makes_no_difference(parts: list[list[Doc]], random: Any) -> None:
    slices = [slice_of([SERVED], *ends) for ends in parts]
    turned = [
        {**one, "endpoints": random.sample(one["endpoints"], len(one["endpoints"]))}
        for one in slices
    ]
    random.shuffle(turned)
    assert rules_of(service(HTTP), slices, HERE) == rules_of(service(HTTP), turned, HERE)


@given(st.lists(st.lists(ENDPOINTS, max_size=5), max_size=4))
def test_traffic_goes_to_all_that_are_ready_or_else_to_all_that_still_serve(
    parts: list[list[Doc]],
) -> None:
    (rule,) = rules_of(service(HTTP), [slice_of([SERVED], *ends) for ends in parts], HERE)
    every = [one for ends in parts for one in ends]
    ready = {one["addresses"][0] for one in every if one["conditions"]["ready"]}
    leaving = {
        one["addresses"][0]
        for one in every
        if one["conditions"]["serving"] and one["conditions"]["terminating"]
    }
    assert [one.address for one in rule.backends] == sorted(ready or leaving)


def test_places_are_written_as_people_write_them() -> None:
    assert str(Frontend("UDP", "fd00::7", 53)) == "[fd00::7]:53/UDP"
