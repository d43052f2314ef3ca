"""Rules of devices, their classes, claims and slices."""

from typing import Any

import pytest

from kubeobj.api.kinds.registry import kind_of
from kubeobj.documents import JsonValue, Wire
from tests.api.kinds.rules import (
    NOW,
    Found,
    create_errors,
    created,
    found,
    read,
    update_errors,
)

CLASSES = "deviceclasses.resource.k8s.io"
CLAIMS = "resourceclaims.resource.k8s.io"
TEMPLATES = "resourceclaimtemplates.resource.k8s.io"
SLICES = "resourceslices.resource.k8s.io"


def below(path: str, expected: Found) -> Found:
    """Return errors with *path* before theirs."""
    return {
        (f"{path}.{name}" if name else path, kind): count
        for (name, kind), count in expected.items()
    }


# ---------------------------------------------------------------- claims


def claim(*requests: Wire, **devices: JsonValue) -> Wire:
    """Return a claim."""
    given: list[JsonValue] = [*requests]
    return {"metadata": {"name": "c"}, "spec": {"devices": {"requests": given, **devices}}}


def exactly(name: str = "r", **request: JsonValue) -> Wire:
    """Return a request for devices of one class."""
    return {"name": name, "exactly": {"deviceClassName": "gpu", **request}}


OPAQUE: Wire = {"opaque": {"driver": "a.b", "parameters": {"a": 1}}}


def test_a_request_is_for_one_device_by_default() -> None:
    """Unless it is for all of them."""
    alternatives = {"name": "s", "firstAvailable": [{"name": "a", "allocationMode": "All"}]}
    toleration: JsonValue = [{"key": "a"}]
    requests = read(CLAIMS, claim(exactly(tolerations=toleration), alternatives))["spec"][
        "devices"
    ]["requests"]
    assert (requests[0]["exactly"]["allocationMode"], requests[0]["exactly"]["count"]) == (
        "ExactCount",
        1,
    )
    assert requests[0]["exactly"]["tolerations"][0]["operator"] == "Equal"
    assert "count" not in requests[1]["firstAvailable"][0]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (claim(exactly()), {}),
        (claim(exactly(), exactly()), {("requests[1]", "DUPLICATE"): 1}),
        (claim(*[exactly(f"r{one}") for one in range(33)]), {("requests", "TOO_MANY"): 1}),
        (claim({"name": "r"}), {("requests[0]", "REQUIRED"): 1}),
        (
            claim({**exactly("A_"), "firstAvailable": [{"name": "a"}]}),
            {("requests[0].name", "INVALID"): 1, ("requests[0]", "INVALID"): 1},
        ),
        (
            claim({"name": "r", "firstAvailable": [{"name": "a", "deviceClassName": "A_"}]}),
            {("requests[0].firstAvailable[0].deviceClassName", "INVALID"): 1},
        ),
        (
            claim(exactly(deviceClassName="", allocationMode="X")),
            {
                ("requests[0].exactly.deviceClassName", "REQUIRED"): 1,
                ("requests[0].exactly.allocationMode", "NOT_SUPPORTED"): 1,
            },
        ),
        (
            claim(exactly(allocationMode="All", count=2)),
            {("requests[0].exactly.count", "INVALID"): 1},
        ),
        (claim(exactly(count=-1)), {("requests[0].exactly.count", "INVALID"): 1}),
        (
            claim(exactly(selectors=[{}, {"cel": {"expression": "x" * 10_241}}])),
            {
                ("requests[0].exactly.selectors[0].cel", "REQUIRED"): 1,
                ("requests[0].exactly.selectors[1].cel.expression", "TOO_LONG"): 1,
            },
        ),
        (
            claim(
                exactly(
                    tolerations=[
                        {"value": "a b", "effect": "X"},
                        {"operator": "Exists", "value": "a"},
                        {"key": "a", "operator": "X"},
                    ]
                )
            ),
            {
                ("requests[0].exactly.tolerations[0].operator", "INVALID"): 1,
                ("requests[0].exactly.tolerations[0].value", "INVALID"): 1,
                ("requests[0].exactly.tolerations[0].effect", "NOT_SUPPORTED"): 1,
                ("requests[0].exactly.tolerations[1].value", "INVALID"): 1,
                ("requests[0].exactly.tolerations[2].operator", "NOT_SUPPORTED"): 1,
            },
        ),
        (
            claim(
                exactly(),
                constraints=[
                    {"requests": ["r", "r", "x", "a/b/c"], "matchAttribute": "a"},
                    {"distinctAttribute": "a.b/c"},
                    {"matchAttribute": "/"},
                    {"matchAttribute": f"a.b/{'c' * 33}"},
                    {"matchAttribute": "a/b/c"},
                    {},
                ],
            ),
            {
                ("constraints[0].requests[1]", "DUPLICATE"): 1,
                ("constraints[0].requests[2]", "INVALID"): 1,
                ("constraints[0].requests[3]", "INVALID"): 1,
                ("constraints[0].matchAttribute", "INVALID"): 1,
                ("constraints[2].matchAttribute", "INVALID"): 2,
                ("constraints[3].matchAttribute", "TOO_LONG"): 1,
                ("constraints[4].matchAttribute", "INVALID"): 1,
                ("constraints[5]", "REQUIRED"): 1,
            },
        ),
        (
            claim(
                {"name": "r", "firstAvailable": [{"name": "a", "deviceClassName": "gpu"}]},
                config=[
                    {"requests": ["r/a"], **OPAQUE},
                    {"requests": ["r/x"]},
                    {"opaque": {"driver": "", "parameters": 1}},
                    {"opaque": {"driver": "a.b", "parameters": None}},
                    {"opaque": {"driver": "a.b", "parameters": {"a": "x" * 10_241}}},
                ],
            ),
            {
                ("config[1].requests[0]", "INVALID"): 1,
                ("config[1].opaque", "REQUIRED"): 1,
                ("config[2].opaque.driver", "REQUIRED"): 1,
                ("config[2].opaque.parameters", "INVALID"): 1,
                ("config[3].opaque.parameters", "REQUIRED"): 1,
                ("config[4].opaque.parameters", "TOO_LONG"): 1,
            },
        ),
        (
            claim(exactly(), constraints=[{"matchAttribute": "a.b/c", "requests": ["r"] * 33}]),
            {("constraints[0].requests", "TOO_MANY"): 1},
        ),
    ],
)
def test_claims(document: Wire, expected: Found) -> None:
    """Templates ask for the same."""
    assert create_errors(CLAIMS, document) == below("spec.devices", expected)
    template = {"metadata": {"name": "t"}, "spec": {"spec": document["spec"]}}
    assert create_errors(TEMPLATES, template) == below("spec.spec.devices", expected)


def test_what_is_asked_for_never_changes() -> None:
    """Neither of claims nor of templates."""
    assert update_errors(CLAIMS, claim(exactly("x")), claim(exactly())) == {("spec", "INVALID"): 1}
    template: Wire = {"metadata": {"name": "t"}, "spec": {"spec": claim(exactly())["spec"]}}
    other = {**template, "spec": {**template["spec"], "metadata": {"labels": {"a b": "c"}}}}
    assert update_errors(TEMPLATES, other, template) == {("spec", "INVALID"): 1}
    assert create_errors(TEMPLATES, other) == {("spec.metadata.labels", "INVALID"): 1}


RESULT: Wire = {"request": "r", "driver": "a.b", "pool": "p", "device": "d"}
CONSUMER: Wire = {"resource": "pods", "name": "p", "uid": "u"}


def allocated(**devices: JsonValue) -> Wire:
    """Return a status with devices that were found."""
    return {"allocation": {"devices": {"results": [RESULT], **devices}}}


def status_errors(status: Wire, before: Wire | None = None, **metadata: JsonValue) -> Found:
    """Return what is wrong with a status, *status.* left away."""
    old = created(CLAIMS, claim(exactly()))
    old["status"] = read(CLAIMS, {**claim(exactly()), "status": before or {}})["status"]
    obj = read(CLAIMS, {**claim(exactly()), "status": status})
    obj["metadata"].update(metadata)
    errors = found(kind_of(CLAIMS).parts["status"].validate(obj, old))
    return {(path.removeprefix("status."), kind): count for (path, kind), count in errors.items()}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({**allocated(), "reservedFor": [CONSUMER]}, {}),
        ({"reservedFor": [CONSUMER]}, {("reservedFor", "FORBIDDEN"): 1}),
        (
            {**allocated(), "reservedFor": [CONSUMER, CONSUMER, {}]},
            {
                ("reservedFor[1]", "DUPLICATE"): 1,
                ("reservedFor[2].resource", "REQUIRED"): 1,
                ("reservedFor[2].name", "REQUIRED"): 1,
                ("reservedFor[2].uid", "REQUIRED"): 1,
            },
        ),
        (
            allocated(results=[{**RESULT, "request": "x", "pool": "", "device": "A_"}]),
            {
                ("allocation.devices.results[0].request", "INVALID"): 1,
                ("allocation.devices.results[0].pool", "REQUIRED"): 1,
                ("allocation.devices.results[0].device", "INVALID"): 1,
            },
        ),
        (
            allocated(results=[{**RESULT, "pool": "A_/b", "bindingConditions": ["a"]}]),
            {
                ("allocation.devices.results[0].pool", "INVALID"): 1,
                ("allocation.devices.results[0].bindingFailureConditions", "INVALID"): 1,
            },
        ),
        (
            allocated(results=[{**RESULT, "tolerations": [{"key": "a b"}]}]),
            {("allocation.devices.results[0].tolerations[0].key", "INVALID"): 1},
        ),
        (
            allocated(config=[{"source": "", **OPAQUE}, {"source": "X", **OPAQUE}]),
            {
                ("allocation.devices.config[0].source", "REQUIRED"): 1,
                ("allocation.devices.config[1].source", "NOT_SUPPORTED"): 1,
            },
        ),
        (
            {"allocation": {"nodeSelector": {"nodeSelectorTerms": []}}},
            {("allocation.nodeSelector.nodeSelectorTerms", "REQUIRED"): 1},
        ),
        (
            {**allocated(), "devices": [{"driver": "x.y", "pool": "p", "device": "d", "data": 1}]},
            {("devices[0]", "INVALID"): 1, ("devices[0].data", "INVALID"): 1},
        ),
        (
            {**allocated(), "devices": [{"driver": "a.b", "pool": "p", "device": "d"}]},
            {},
        ),
    ],
)
def test_what_was_found_for_a_claim(status: Wire, expected: Found) -> None:
    """Devices for its requests, and who uses them."""
    assert status_errors(status) == expected


def test_what_was_found_does_not_change() -> None:
    """It can be given up; a claim that is deleted is not used anew."""
    assert status_errors(allocated(config=[]), allocated()) == {}
    other = allocated(results=[{**RESULT, "device": "e"}])
    assert status_errors(other, allocated()) == {("allocation", "INVALID"): 1}
    used = {**allocated(), "reservedFor": [CONSUMER]}
    assert status_errors(used, used, deletionTimestamp=NOW) == {}
    assert status_errors(used, allocated(), deletionTimestamp=NOW) == {
        ("reservedFor", "FORBIDDEN"): 1
    }


@pytest.mark.parametrize(
    ("status", "metadata", "state"),
    [
        ({}, {}, "pending"),
        ({}, {"deletionTimestamp": NOW}, "deleted"),
        ({**allocated(), "reservedFor": [CONSUMER]}, {}, "allocated,reserved"),
        (allocated(), {"deletionTimestamp": NOW}, "deleted,allocated"),
    ],
)
def test_the_state_of_a_claim(status: Wire, metadata: Wire, state: str) -> None:
    """One word for each thing that is so."""
    obj = read(CLAIMS, {**claim(), "status": status})
    obj["metadata"].update(metadata)
    assert kind_of(CLAIMS).table.cells(obj, 0)[1] == state


# ---------------------------------------------------------------- classes


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"selectors": [{"cel": {"expression": "true"}}], "config": [OPAQUE]}, {}),
        ({"config": [{}]}, {("config[0].opaque", "REQUIRED"): 1}),
        ({"extendedResourceName": "cpu"}, {("extendedResourceName", "INVALID"): 1}),
        ({"extendedResourceName": "a.b/c"}, {}),
    ],
)
def test_classes(spec: Wire, expected: Found) -> None:
    """Devices can be asked for as if they were another resource."""
    document = {"metadata": {"name": "c"}, "spec": spec}
    assert update_errors(CLASSES, document, document) == below("spec", expected)


# ---------------------------------------------------------------- slices


def sliced(*devices: Wire, **spec: Any) -> Wire:  # type: ignore[explicit-any]
    """Return a slice on one node."""
    usual: Wire = {
        "driver": "a.b",
        "pool": {"name": "p", "resourceSliceCount": 1},
        "nodeName": "n",
    }
    if devices:
        usual["devices"] = list(devices)
    given = {**usual, **spec}
    return {
        "metadata": {"name": "s"},
        "spec": {name: value for name, value in given.items() if value is not None},
    }


def device(**fields: JsonValue) -> Wire:
    """Return a device."""
    return {"name": "d", **fields}


def capacity(*, shared: bool = True, value: str = "10", **policy: JsonValue) -> Wire:
    """Return a device with a capacity of which some can be asked for."""
    amount: Wire = {"value": value, "requestPolicy": policy}
    return device(capacity={"c": amount}, allowMultipleAllocations=shared)


HERE = "devices[0]"
POLICY = f"{HERE}.capacity[c].requestPolicy"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (sliced(), {}),
        (sliced(nodeName=None), {("", "REQUIRED"): 1}),
        (sliced(nodeName="", allNodes=True), {("nodeName", "INVALID"): 1}),
        (sliced(allNodes=True), {("", "INVALID"): 1}),
        (sliced(nodeName=None, allNodes=False), {("allNodes", "INVALID"): 1, ("", "REQUIRED"): 1}),
        (
            sliced(nodeName=None, nodeSelector={"nodeSelectorTerms": []}),
            {
                ("nodeSelector.nodeSelectorTerms", "REQUIRED"): 1,
                ("nodeSelector.nodeSelectorTerms", "INVALID"): 1,
            },
        ),
        (
            sliced(driver="A_", pool={"name": "", "generation": -1}),
            {
                ("driver", "INVALID"): 1,
                ("pool.name", "REQUIRED"): 1,
                ("pool.resourceSliceCount", "INVALID"): 1,
                ("pool.generation", "INVALID"): 1,
            },
        ),
        (sliced(device(), device()), {("devices[1]", "DUPLICATE"): 1}),
        (sliced(*[device(name=f"d{one}") for one in range(129)]), {("devices", "TOO_MANY"): 1}),
        (
            sliced(
                *[
                    device(name=f"d{one}", taints=[{"key": "a", "effect": "None"}])
                    for one in range(65)
                ]
            ),
            {("devices", "TOO_MANY"): 1},
        ),
        (
            sliced(device(taints=[{"key": "", "value": "a b"}, {"key": "a", "effect": "X"}])),
            {
                (f"{HERE}.taints[0].key", "INVALID"): 2,
                (f"{HERE}.taints[0].value", "INVALID"): 1,
                (f"{HERE}.taints[0].effect", "REQUIRED"): 1,
                (f"{HERE}.taints[1].effect", "NOT_SUPPORTED"): 1,
            },
        ),
        (
            sliced(
                device(
                    attributes={
                        "a": {},
                        "b": {"int": 1, "bool": False},
                        "c": {"version": "1.0"},
                        "d": {"version": "1.0.0-rc.1+x"},
                        "e": {"string": "x" * 65},
                        "f": {"strings": ["x" * 65]},
                        "g": {"versions": ["1"]},
                        "/h": {"int": 1},
                        "A_/i": {"int": 1},
                        "1": {"int": 1},
                    }
                )
            ),
            {
                (f"{HERE}.attributes[a]", "INVALID"): 1,
                (f"{HERE}.attributes[b]", "INVALID"): 1,
                (f"{HERE}.attributes[c].version", "INVALID"): 1,
                (f"{HERE}.attributes[e].string", "TOO_LONG"): 1,
                (f"{HERE}.attributes[f].strings[0]", "TOO_LONG"): 1,
                (f"{HERE}.attributes[g].versions[0]", "INVALID"): 1,
                (f"{HERE}.attributes[/h]", "INVALID"): 1,
                (f"{HERE}.attributes[A_/i]", "INVALID"): 1,
                (f"{HERE}.attributes[1]", "INVALID"): 1,
            },
        ),
        (
            sliced(device(attributes={f"a{one}": {"int": 1} for one in range(33)})),
            {(HERE, "INVALID"): 1},
        ),
        (
            sliced(device(nodeName="n")),
            {(HERE, "INVALID"): 1},
        ),
        (
            sliced(device(), nodeName=None, perDeviceNodeSelection=True),
            {(HERE, "REQUIRED"): 1},
        ),
        (
            sliced(
                device(nodeName="A_", allNodes=True), nodeName=None, perDeviceNodeSelection=True
            ),
            {(f"{HERE}.nodeName", "INVALID"): 1, (HERE, "INVALID"): 1},
        ),
        (
            sliced(device(consumesCounters=[{"counterSet": "", "counters": {"A_": {}}}, {}])),
            {
                (f"{HERE}.consumesCounters[0].counterSet", "REQUIRED"): 1,
                (f"{HERE}.consumesCounters[0].counters[A_]", "INVALID"): 1,
                (f"{HERE}.consumesCounters[1].counterSet", "REQUIRED"): 1,
                (f"{HERE}.consumesCounters[1].counters", "REQUIRED"): 1,
                (f"{HERE}.consumesCounters[1]", "DUPLICATE"): 1,
            },
        ),
        (
            sliced(
                device(),
                sharedCounters=[
                    {"name": "", "counters": {f"c{one}": {} for one in range(33)}},
                    {"name": "A_", "counters": {"c": {}}},
                ],
            ),
            {
                ("", "INVALID"): 1,
                ("sharedCounters[0].name", "REQUIRED"): 1,
                ("sharedCounters[0].counters", "TOO_MANY"): 1,
                ("sharedCounters[1].name", "INVALID"): 1,
            },
        ),
        (
            sliced(device(bindingFailureConditions=["a b"])),
            {
                (f"{HERE}.bindingFailureConditions[0]", "INVALID"): 1,
                (f"{HERE}.bindingConditions", "INVALID"): 1,
            },
        ),
        (sliced(capacity(shared=False)), {(POLICY, "FORBIDDEN"): 1}),
        (sliced(capacity()), {}),
        (sliced(capacity(validValues=["1"])), {(f"{POLICY}.default", "REQUIRED"): 1}),
        (
            sliced(capacity(default="1", validValues=["1"], validRange={})),
            {(POLICY, "FORBIDDEN"): 1},
        ),
        (
            sliced(capacity(default="3", validValues=["2", "1", "1", "11"])),
            {
                (f"{POLICY}.validValues[1]", "INVALID"): 1,
                (f"{POLICY}.validValues[2]", "DUPLICATE"): 1,
                (f"{POLICY}.validValues[3]", "INVALID"): 1,
                (f"{POLICY}.validValues", "INVALID"): 1,
            },
        ),
        (
            sliced(capacity(default="1", validValues=["1"] * 11)),
            {(f"{POLICY}.validValues", "TOO_MANY"): 1},
        ),
        (sliced(capacity(default="2", validRange={"min": "1", "max": "9", "step": "1"})), {}),
        (
            sliced(capacity(default="2", validRange={})),
            {(f"{POLICY}.validRange.min", "REQUIRED"): 1},
        ),
        (
            sliced(capacity(default="2", validRange={"min": "12", "max": "11", "step": "0"})),
            {
                (f"{POLICY}.validRange.min", "INVALID"): 1,
                (f"{POLICY}.validRange.default", "INVALID"): 1,
                (f"{POLICY}.validRange.max", "INVALID"): 2,
                (f"{POLICY}.validRange.step", "INVALID"): 1,
            },
        ),
        (
            sliced(capacity(default="9", validRange={"min": "1", "max": "8", "step": "20"})),
            {
                (f"{POLICY}.validRange.default", "INVALID"): 1,
                (f"{POLICY}.validRange.step", "INVALID"): 3,
            },
        ),
    ],
)
def test_slices(document: Wire, expected: Found) -> None:
    """What a driver tells of its devices."""
    assert create_errors(SLICES, document) == below("spec", expected)


def test_a_slice_stays_where_it_is() -> None:
    """It belongs to one driver, pool and node."""
    other = sliced(driver="x.y", nodeName="m", pool={"name": "q", "resourceSliceCount": 1})
    assert update_errors(SLICES, other, sliced()) == below(
        "spec", {(name, "INVALID"): 1 for name in ("driver", "nodeName", "pool.name")}
    )


def test_taints_say_since_when_they_are() -> None:
    """The API says it where the driver does not."""
    obj = created(SLICES, sliced(device(taints=[{"key": "a", "effect": "None"}])))
    assert obj["spec"]["devices"][0]["taints"][0]["timeAdded"] == NOW
    assert kind_of(SLICES).table.cells(obj, 0)[1:4] == ["n", "a.b", "p"]
    assert kind_of(SLICES).fields(obj) == {"spec.driver": "a.b", "spec.nodeName": "n"}
