"""Rules of Ingresses, their classes, network policies and networks that no recording shows."""

import pytest

from kubeobj.api.kinds.registry import kind_of
from kubeobj.documents import JsonValue, Wire
from kubeobj.errors import ROOT
from tests.api.kinds.rules import Found, create_errors, created, found, read, update_errors, warned

INGRESSES = "ingresses.networking.k8s.io"
CLASSES = "ingressclasses.networking.k8s.io"
POLICIES = "networkpolicies.networking.k8s.io"
ADDRESSES = "ipaddresses.networking.k8s.io"
NETWORKS = "servicecidrs.networking.k8s.io"

BACKEND: Wire = {"service": {"name": "s", "port": {"number": 80}}}


def named(name: str, spec: JsonValue) -> Wire:
    """Return an object with a spec."""
    return {"metadata": {"name": name}, "spec": spec}


def ingress(path: str, kind: str = "Prefix", host: str = "a.b", **backend: JsonValue) -> Wire:
    """Return an Ingress with one path."""
    one: Wire = {"path": path, "pathType": kind, "backend": backend or BACKEND}
    return named("i", {"rules": [{"host": host, "http": {"paths": [one]}}]})


PATH = "spec.rules[0].http.paths[0]"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (ingress("/a//b/.."), {(f"{PATH}.path", "INVALID"): 2}),
        (ingress("/a%2Fb/."), {(f"{PATH}.path", "INVALID"): 2}),
        (ingress("rel", "ImplementationSpecific"), {(f"{PATH}.path", "INVALID"): 1}),
        (ingress("", "ImplementationSpecific"), {}),
        (ingress("/a//b", "ImplementationSpecific"), {}),
        (
            ingress("/", resource={"kind": "K", "name": "n"}, **BACKEND),
            {(f"{PATH}.backend", "INVALID"): 1},
        ),
        (
            ingress("/", resource={"kind": "", "name": "a/b", "apiGroup": "A_"}),
            {
                (f"{PATH}.backend.resource.kind", "REQUIRED"): 1,
                (f"{PATH}.backend.resource.name", "INVALID"): 1,
                (f"{PATH}.backend.resource.apiGroup", "INVALID"): 1,
            },
        ),
        (
            ingress("/", service={"name": "s", "port": {"name": "A", "number": 1}}),
            {(f"{PATH}.backend", "INVALID"): 1},
        ),
        (
            ingress("/", service={"name": "1s", "port": {"name": "web"}}),
            {},
        ),
        (ingress("/", host="*.a.b"), {}),
        (
            named("i", {"defaultBackend": BACKEND, "tls": [{"hosts": ["*.a", "*", "A_"]}]}),
            {("spec.tls[0].hosts[1]", "INVALID"): 1, ("spec.tls[0].hosts[2]", "INVALID"): 1},
        ),
    ],
)
def test_ingresses(document: Wire, expected: Found) -> None:
    """Paths and backends are of one form each."""
    assert create_errors(INGRESSES, document) == expected


def test_odd_ingresses_may_stay() -> None:
    """Secrets and wildcard rules that were wrong before may be wrong now."""
    spec = ingress("rel", host="*.a.b")["spec"]
    odd = named("i", {**spec, "tls": [{"secretName": "A_"}]})
    labelled = {**odd, "metadata": {"name": "i", "labels": {"a": "b"}}}
    assert create_errors(INGRESSES, odd)
    assert not update_errors(INGRESSES, labelled, odd)


def test_the_older_annotation_of_ingresses() -> None:
    """It is told of where the field is not used, and may differ from it later on."""
    document = ingress("/")
    document["metadata"]["annotations"] = {"kubernetes.io/ingress.class": "a"}
    both = {**document, "spec": {**document["spec"], "ingressClassName": "b"}}
    assert [warned(INGRESSES, one) for one in (document, both)] == [1, 0]
    assert not update_errors(INGRESSES, both, document)


def test_where_ingresses_are() -> None:
    """Addresses are addresses, and names are none."""
    old = created(INGRESSES, ingress("/"))
    balancer: Wire = {"ingress": [{"ip": "x"}, {"hostname": "1.2.3.4"}, {"ip": "1.2.3.4"}]}
    obj = {**old, "status": {"loadBalancer": balancer}}
    here = "status.loadBalancer.ingress"
    assert found(kind_of(INGRESSES).parts["status"].validate(obj, old)) == {
        (f"{here}[0].ip", "INVALID"): 1,
        (f"{here}[1].hostname", "INVALID"): 1,
    }
    assert kind_of(INGRESSES).table.cells(obj, 0)[3] == "1.2.3.4,x"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"kind": "K", "name": "n", "scope": "X"}, {("scope", "NOT_SUPPORTED"): 1}),
        ({"kind": "K", "name": "n", "scope": "Namespace"}, {("namespace", "REQUIRED"): 1}),
        (
            {"kind": "K", "name": "n", "scope": "Namespace", "namespace": "A_"},
            {("namespace", "INVALID"): 1},
        ),
    ],
)
def test_classes_of_ingresses(parameters: Wire, expected: Found) -> None:
    """Parameters are in a namespace if they say so, and only then."""
    document = named("c", {"controller": "a.b/c", "parameters": parameters})
    assert create_errors(CLASSES, document) == {
        (f"spec.parameters.{name}", kind): count for (name, kind), count in expected.items()
    }


def test_long_names_of_controllers() -> None:
    """A name may be valid and too long."""
    document = named("c", {"controller": f"a.b/{'c' * 250}"})
    assert create_errors(CLASSES, document) == {("spec.controller", "TOO_LONG"): 1}


def peer(**block: JsonValue) -> Wire:
    """Return a policy about a block of addresses."""
    return named("p", {"podSelector": {}, "egress": [{"to": [{"ipBlock": block}]}]})


BLOCK = "spec.egress[0].to[0].ipBlock"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (peer(cidr="10.0.0.1/8"), {(f"{BLOCK}.cidr", "INVALID"): 1}),
        (
            peer(cidr="10.0.0.0/8", **{"except": ["10.1.0.0/16", "x", "11.0.0.0/16"]}),
            {(f"{BLOCK}.except[1]", "INVALID"): 1, (f"{BLOCK}.except[2]", "INVALID"): 1},
        ),
        (
            named(
                "p",
                {
                    "podSelector": {},
                    "ingress": [
                        {
                            "from": [{"ipBlock": {"cidr": "::/0"}, "podSelector": {}}],
                            "ports": [
                                {"protocol": "X"},
                                {"endPort": 5},
                                {"port": 5, "endPort": 70000},
                            ],
                        }
                    ],
                },
            ),
            {
                ("spec.ingress[0].from[0]", "FORBIDDEN"): 1,
                ("spec.ingress[0].ports[0].protocol", "NOT_SUPPORTED"): 1,
                ("spec.ingress[0].ports[1].endPort", "INVALID"): 1,
                ("spec.ingress[0].ports[2].endPort", "INVALID"): 1,
            },
        ),
    ],
)
def test_network_policies(document: Wire, expected: Found) -> None:
    """Blocks are networks, with smaller ones left out, and stand alone."""
    assert create_errors(POLICIES, document) == expected


def test_odd_policies_may_stay() -> None:
    """Networks and values of labels that were there before are let pass, wherever they are."""
    odd = peer(cidr="10.0.0.1/8")
    expression = {"key": "a", "operator": "In", "values": ["-"]}
    odd["spec"]["podSelector"] = {"matchExpressions": [expression]}
    moved = named("p", {**odd["spec"], "ingress": [{"from": odd["spec"]["egress"][0]["to"]}]})
    assert not update_errors(POLICIES, moved, odd)


def test_unusual_networks_are_told_of() -> None:
    """A network of IPv6 has one usual form."""
    document = peer(cidr="FD00::/8", **{"except": ["FD00:1::/32"]})
    assert warned(POLICIES, document) == 2


@pytest.mark.parametrize(
    ("parent", "expected", "shown"),
    [
        (None, {("spec.parentRef", "REQUIRED"): 1}, "<none>"),
        (
            {"resource": "services", "namespace": "d", "name": "s"},
            {},
            "services/d/s",
        ),
        (
            {"group": "A_", "resource": "", "namespace": "a/b", "name": ""},
            {
                ("spec.parentRef.group", "INVALID"): 1,
                ("spec.parentRef.resource", "REQUIRED"): 1,
                ("spec.parentRef.namespace", "INVALID"): 1,
                ("spec.parentRef.name", "REQUIRED"): 1,
            },
            ".a_/a/b",
        ),
    ],
)
def test_addresses_belong_to_something(parent: Wire | None, expected: Found, shown: str) -> None:
    """And never to something else."""
    document = named("10.0.0.1", {"parentRef": parent})
    assert create_errors(ADDRESSES, document) == expected
    assert kind_of(ADDRESSES).table.cells(read(ADDRESSES, document), 0)[1] == shown
    other = named("10.0.0.1", {"parentRef": {"resource": "x", "name": "y"}})
    assert update_errors(ADDRESSES, other, document) == {("spec.parentRef", "INVALID"): 1}


def test_names_of_addresses_are_addresses() -> None:
    """In their usual form."""
    names = kind_of(ADDRESSES).names
    wrong = [name for name in ("10.0.0.1", "::1", "0::1", "x") if names.validate_name(name, ROOT)]
    assert wrong == ["0::1", "x"]


@pytest.mark.parametrize(
    ("networks", "expected"),
    [
        ([], {("spec.cidrs", "REQUIRED"): 1}),
        (["10.0.0.0/8", "fd00::/64"], {}),
        (["10.0.0.0/8", "11.0.0.0/8"], {("spec.cidrs", "INVALID"): 1}),
        (["10.0.0.0/8"] * 3, {("spec.cidrs", "INVALID"): 1}),
        (["10.0.0.1/8"], {("spec.cidrs[0]", "INVALID"): 1}),
    ],
)
def test_networks_of_services(networks: list[JsonValue], expected: Found) -> None:
    """One or two, of different families."""
    assert create_errors(NETWORKS, named("n", {"cidrs": networks})) == expected


@pytest.mark.parametrize(
    ("networks", "expected"),
    [
        (["10.0.0.0/8", "fd00::/64"], {}),
        (["10.0.0.0/8", "11.0.0.0/8"], {("spec.cidrs", "INVALID"): 1}),
        (["11.0.0.0/8"], {("spec.cidrs[0]", "INVALID"): 1}),
        ([], {("spec.cidrs", "INVALID"): 1}),
    ],
)
def test_networks_of_services_only_grow(networks: list[JsonValue], expected: Found) -> None:
    """A second family may be added."""
    before = named("n", {"cidrs": ["10.0.0.0/8"]})
    assert update_errors(NETWORKS, named("n", {"cidrs": networks}), before) == expected
