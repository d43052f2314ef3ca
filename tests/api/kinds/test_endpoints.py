"""Rules of Endpoints and EndpointSlices that no recording shows."""

from typing import Any

import pytest

from kubeobj.api.kinds.registry import kind_of
from kubeobj.documents import Wire
from tests.api.kinds.rules import (
    Found,
    create_errors,
    created,
    read,
    update_errors,
    updated,
    warned,
)

SLICES = "endpointslices.discovery.k8s.io"


def sliced(*addresses: str, kind: str = "IPv4", **endpoint: Any) -> Wire:  # type: ignore[explicit-any]
    """Return a slice with one endpoint."""
    return {
        "metadata": {"name": "s"},
        "addressType": kind,
        "endpoints": [{"addresses": list(addresses), **endpoint}],
    }


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (sliced("x"), {("endpoints[0].addresses[0]", "INVALID"): 1}),
        (sliced("fd00::1"), {("endpoints[0].addresses", "INVALID"): 1}),
        (sliced("127.0.0.1"), {("endpoints[0].addresses[0]", "INVALID"): 1}),
        (sliced("fe80::1", kind="IPv6"), {("endpoints[0].addresses[0]", "INVALID"): 1}),
        (sliced("a", kind="FQDN"), {("endpoints[0].addresses[0]", "INVALID"): 1}),
        (sliced("a.b", kind="X"), {("addressType", "NOT_SUPPORTED"): 1}),
        (sliced(), {("endpoints[0].addresses", "REQUIRED"): 1}),
        (sliced(*["10.0.0.1"] * 101), {("endpoints[0].addresses", "TOO_MANY"): 1}),
        (
            sliced("10.0.0.1", hints={"forZones": [{"name": "a"}, {"name": "a"}, {"name": "a b"}]}),
            {
                ("endpoints[0].hints.forZones[1].name", "DUPLICATE"): 1,
                ("endpoints[0].hints.forZones[2].name", "INVALID"): 1,
            },
        ),
        (
            sliced("10.0.0.1", hints={"forNodes": [{"name": "A_"}]}),
            {("endpoints[0].hints.forNodes[0].name", "INVALID"): 1},
        ),
        (
            sliced("10.0.0.1", hints={"forZones": [{"name": str(one)} for one in range(9)]}),
            {("endpoints[0].hints.forZones", "TOO_MANY"): 1},
        ),
        (
            {**sliced("10.0.0.1"), "endpoints": [{"addresses": ["10.0.0.1"]}] * 1001},
            {("endpoints", "TOO_MANY"): 1},
        ),
        (
            {
                **sliced("10.0.0.1"),
                "ports": [{}, {"name": ""}, {"name": "A_", "protocol": "X", "appProtocol": "a b"}],
            },
            {
                ("ports[1].name", "DUPLICATE"): 1,
                ("ports[2].name", "INVALID"): 1,
                ("ports[2].protocol", "NOT_SUPPORTED"): 1,
                ("ports[2].appProtocol", "INVALID"): 1,
            },
        ),
        ({**sliced("10.0.0.1"), "ports": [{}] * 20_001}, {("ports", "TOO_MANY"): 1}),
    ],
)
def test_slices(document: Wire, expected: Found) -> None:
    """Addresses are of the type that the slice says, and others can be reached by them."""
    assert create_errors(SLICES, document) == expected


def test_generations_of_slices_count_labels_too() -> None:
    """But no annotations."""
    old = created(SLICES, sliced("10.0.0.1"))
    labelled = {**sliced("10.0.0.1"), "metadata": {"name": "s", "labels": {"a": "b"}}}
    noted = {**sliced("10.0.0.1"), "metadata": {"name": "s", "annotations": {"a": "b"}}}
    generations = [
        updated(SLICES, document, old)["metadata"]["generation"]
        for document in (labelled, noted, sliced("10.0.0.2"))
    ]
    assert generations == [2, 1, 2]


def test_a_field_of_an_older_version_is_dropped() -> None:
    """It stays only as long as nothing about endpoints changes."""
    old_fashioned = sliced("10.0.0.1", deprecatedTopology={"a": "b"})
    assert "deprecatedTopology" not in created(SLICES, old_fashioned)["endpoints"][0]
    kept = updated(SLICES, old_fashioned, read(SLICES, old_fashioned))
    assert "deprecatedTopology" in kept["endpoints"][0]


def test_odd_endpoints_may_stay() -> None:
    """What is unchanged is not judged again."""
    odd = sliced("010.0.0.1")
    assert not update_errors(SLICES, {**odd, "ports": [{"port": 1}]}, odd)
    other = {**sliced("10.0.0.1"), "addressType": "IPv6"}
    assert ("addressType", "INVALID") in update_errors(SLICES, other, sliced("10.0.0.1"))


def test_unusual_addresses_are_told_of() -> None:
    """As are names in their place."""
    documents = sliced("10.0.0.1"), sliced("0:0::9", kind="IPv6"), sliced("a.b", kind="FQDN")
    assert [warned(SLICES, document) for document in documents] == [0, 1, 1]


def test_tables_show_a_few() -> None:
    """The first three ports and addresses, and how many more there are."""
    document = {**sliced(*[f"10.0.0.{one}" for one in range(1, 6)]), "ports": [{}, {"port": 5}]}
    cells = kind_of(SLICES).table.cells(read(SLICES, document), 0)
    assert cells[2:4] == ["*,5", "10.0.0.1,10.0.0.2,10.0.0.3 + 2 more..."]
    assert kind_of(SLICES).table.cells(read(SLICES, sliced()), 0)[2:4] == ["<unset>", "<unset>"]
    subsets = [
        {"addresses": [{"ip": "fd00::1"}, {"ip": "10.0.0.1"}], "ports": [{"port": 1}, {"port": 2}]},
        {"addresses": [{"ip": "10.0.0.2"}]},
    ]
    obj = read("endpoints", {"subsets": subsets})
    shown = "[fd00::1]:1,10.0.0.1:1,[fd00::1]:2 + 2 more..."
    assert kind_of("endpoints").table.cells(obj, 0)[1] == shown


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"subsets": [{}]}, {("subsets[0]", "REQUIRED"): 1}),
        (
            {"subsets": [{"addresses": [{"ip": "x", "hostname": "A_", "nodeName": "A_"}]}]},
            {
                ("subsets[0].addresses[0].ip", "INVALID"): 2,
                ("subsets[0].addresses[0].hostname", "INVALID"): 1,
                ("subsets[0].addresses[0].nodeName", "INVALID"): 1,
            },
        ),
        (
            {"subsets": [{"notReadyAddresses": [{"ip": "::1"}], "ports": [{"port": 1}] * 2}]},
            {
                ("subsets[0].notReadyAddresses[0].ip", "INVALID"): 1,
                ("subsets[0].ports[0].name", "REQUIRED"): 1,
                ("subsets[0].ports[1].name", "REQUIRED"): 1,
            },
        ),
        (
            {
                "metadata": {
                    "annotations": {"endpoints.kubernetes.io/last-change-trigger-time": "now"}
                }
            },
            {("annotations[endpoints.kubernetes.io/last-change-trigger-time]", "INVALID"): 1},
        ),
    ],
)
def test_endpoints(document: Wire, expected: Found) -> None:
    """An address that is none is told of twice, as the API asks twice."""
    assert create_errors("endpoints", document) == expected


def test_odd_subsets_may_stay() -> None:
    """What is unchanged is not judged again."""
    odd = {"metadata": {"name": "e"}, "subsets": [{"addresses": [{"ip": "010.0.0.1"}]}]}
    labelled = {**odd, "metadata": {"name": "e", "labels": {"a": "b"}}}
    assert not update_errors("endpoints", labelled, odd)
    changed = {**odd, "subsets": [{"addresses": [{"ip": "010.0.0.2"}]}]}
    assert update_errors("endpoints", changed, odd)
