"""What people are told about places that cannot be had."""

import pytest

from kubeobj.network.balancer import ingress_of, status_change
from kubeobj.network.rulebook import SERVICE, Owner
from kubeobj.network.rules import Frontend
from kubeobj.network.serviceports import NodePlaces
from kubeobj.network.troubles import taken, trouble_of
from kubeobj.reconcile.request import Request

PLACE = Frontend("TCP", "127.0.0.1", 80)

TROUBLES = [
    pytest.param(
        PLACE,
        "EADDRINUSE",
        "127.0.0.1:80/TCP is in use by another program; end that, or choose another port "
        "(ss -tlnp 'sport = :80' shows which it is)",
        id="in-use",
    ),
    pytest.param(
        Frontend("UDP", "::1", 53),
        "EADDRINUSE",
        "[::1]:53/UDP is in use by another program; end that, or choose another port "
        "(ss -ulnp 'sport = :53' shows which it is)",
        id="in-use-udp",
    ),
    pytest.param(
        PLACE,
        "EACCES",
        "127.0.0.1:80/TCP: only root may listen at a port as low as that; choose one from 1024 "
        "on, or allow it once: sudo sysctl net.ipv4.ip_unprivileged_port_start=80",
        id="low-port",
    ),
    pytest.param(
        PLACE,
        "EADDRNOTAVAIL",
        "127.0.0.1:80/TCP: 127.0.0.1 is no address of this machine",
        id="foreign",
    ),
    pytest.param(PLACE, "EMFILE", "127.0.0.1:80/TCP cannot be opened: oh no", id="other"),
]


@pytest.mark.parametrize(("place", "word", "expected"), TROUBLES)
def test_trouble_is_told_with_what_to_do(place: Frontend, word: str, expected: str) -> None:
    assert trouble_of(place, word, "oh no") == expected


def test_who_came_later_is_told_who_came_first() -> None:
    message = "127.0.0.1:80/TCP is taken by Service shop/web; choose another port"
    assert taken(PLACE, Owner(SERVICE, Request("shop", "web"))) == message


def balanced(**spec: object) -> dict[str, object]:
    given = {"type": "LoadBalancer", "clusterIP": "10.0.0.7", "ports": [{"port": 80}], **spec}
    return {"metadata": {"name": "web", "namespace": "shop"}, "spec": given}


@pytest.mark.parametrize(
    ("service", "unavailable", "expected"),
    [
        pytest.param(balanced(), [], ["127.0.0.1", "192.0.2.1"], id="all"),
        pytest.param(balanced(), [PLACE], ["192.0.2.1"], id="one-cannot-be-had"),
        pytest.param(balanced(ipFamilies=["IPv6"]), [], ["::1"], id="family"),
        pytest.param(balanced(type="ClusterIP"), [], [], id="no-balancer"),
        pytest.param(balanced(loadBalancerClass="a.b/c"), [], [], id="of-others"),
    ],
)
def test_a_balancer_is_where_all_its_ports_are(
    service: dict[str, object], unavailable: list[Frontend], expected: list[str]
) -> None:
    places = NodePlaces(balancer_addresses=("127.0.0.1", "192.0.2.1", "::1"))
    assert [one["ip"] for one in ingress_of(service, places, unavailable)] == expected


def test_a_status_is_changed_only_if_it_says_something_else() -> None:
    ingress = [{"ip": "127.0.0.1", "ipMode": "VIP"}]
    status = {"loadBalancer": {"ingress": ingress}}
    assert status_change({**balanced(), "status": status}, ingress) is None
    assert status_change(balanced(), ingress) == {"status": status}
    nothing = {"status": {"loadBalancer": {"ingress": None}}}
    assert status_change({**balanced(), "status": status}, []) == nothing
    assert status_change({**balanced(type="ClusterIP"), "status": status}, []) == nothing
    assert status_change({**balanced(loadBalancerClass="a/b"), "status": status}, []) is None
