"""Rules of flow control, API services and requests for certificates."""

from base64 import b64encode
from typing import Any

import pytest

from kubeobj.api.kinds.flowschema import FIXED
from kubeobj.api.kinds.prioritylevelconfiguration import CATCH_ALL
from kubeobj.api.kinds.registry import kind_of
from kubeobj.documents import JsonValue, Wire
from tests.api.kinds.rules import (
    NOW,
    Found,
    context,
    create_errors,
    created,
    found,
    read,
    update_errors,
    updated,
)

SCHEMAS = "flowschemas.flowcontrol.apiserver.k8s.io"
LEVELS = "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io"
SERVICES = "apiservices.apiregistration.k8s.io"
REQUESTS = "certificatesigningrequests.certificates.k8s.io"


def below(path: str, expected: Found) -> Found:
    """Return errors with *path* before theirs."""
    return {(f"{path}.{name}", kind): count for (name, kind), count in expected.items()}


def schema(*rules: Wire, name: str = "f", **spec: Any) -> Wire:  # type: ignore[explicit-any]
    """Return a schema."""
    given = {"priorityLevelConfiguration": {"name": "p"}, "rules": list(rules), **spec}
    return {"metadata": {"name": name}, "spec": given}


def rule(subject: Wire | None = None, **fields: JsonValue) -> Wire:
    """Return a rule about one subject."""
    user: Wire = {"kind": "User", "user": {"name": "u"}}
    return {"subjects": [subject or user], **fields}


RESOURCES: Wire = {
    "verbs": ["get"],
    "apiGroups": [""],
    "resources": ["pods"],
    "namespaces": ["*"],
}
ALL_URLS: Wire = {"verbs": ["*"], "nonResourceURLs": ["*"]}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (schema(), {}),
        (schema(matchingPrecedence=-1), {("matchingPrecedence", "INVALID"): 1}),
        (schema(matchingPrecedence=10001), {("matchingPrecedence", "INVALID"): 1}),
        (schema(matchingPrecedence=1), {("matchingPrecedence", "INVALID"): 1}),
        (
            schema(distinguisherMethod={"type": "X"}, priorityLevelConfiguration={"name": ""}),
            {
                ("distinguisherMethod.type", "NOT_SUPPORTED"): 1,
                ("priorityLevelConfiguration.name", "REQUIRED"): 1,
            },
        ),
        (
            schema({"subjects": []}),
            {("rules[0].subjects", "REQUIRED"): 1, ("rules[0]", "REQUIRED"): 1},
        ),
        (
            schema(rule({"kind": "X"}, nonResourceRules=[ALL_URLS])),
            {("rules[0].subjects[0].kind", "NOT_SUPPORTED"): 1},
        ),
        (
            schema(rule({"kind": "Group", "user": {"name": "u"}}, nonResourceRules=[ALL_URLS])),
            {
                ("rules[0].subjects[0].group", "REQUIRED"): 1,
                ("rules[0].subjects[0].user", "FORBIDDEN"): 1,
            },
        ),
        (
            schema(
                rule({"kind": "ServiceAccount", "serviceAccount": {}}, nonResourceRules=[ALL_URLS])
            ),
            {
                ("rules[0].subjects[0].serviceAccount.name", "REQUIRED"): 1,
                ("rules[0].subjects[0].serviceAccount.namespace", "REQUIRED"): 1,
            },
        ),
        (
            schema(rule({"kind": "User", "user": {}}, resourceRules=[RESOURCES])),
            {("rules[0].subjects[0].user.name", "REQUIRED"): 1},
        ),
        (
            schema(rule(resourceRules=[{**RESOURCES, "verbs": ["x"], "namespaces": []}])),
            {
                ("rules[0].resourceRules[0].verbs", "NOT_SUPPORTED"): 1,
                ("rules[0].resourceRules[0].namespaces", "REQUIRED"): 1,
            },
        ),
        (
            schema(
                rule(
                    resourceRules=[
                        {"verbs": ["*", "get"], "clusterScope": True, "namespaces": ["A_"]}
                    ]
                )
            ),
            {
                ("rules[0].resourceRules[0].verbs", "INVALID"): 1,
                ("rules[0].resourceRules[0].apiGroups", "REQUIRED"): 1,
                ("rules[0].resourceRules[0].resources", "REQUIRED"): 1,
                ("rules[0].resourceRules[0].namespaces[0]", "INVALID"): 1,
            },
        ),
        (
            schema(
                rule(
                    nonResourceRules=[
                        {"verbs": ["*"], "nonResourceURLs": ["", "a", "/ ", "//", "/*/*", "/a/*"]}
                    ]
                )
            ),
            {
                (f"rules[0].nonResourceRules[0].nonResourceURLs[{n}]", "INVALID"): 1
                for n in range(5)
            },
        ),
    ],
)
def test_schemas(document: Wire, expected: Found) -> None:
    """Who asks for what, and which level it is served at."""
    assert create_errors(SCHEMAS, document) == below("spec", expected)


@pytest.mark.parametrize("name", ["exempt", "catch-all"])
def test_what_the_api_needs_itself_is_fixed(name: str) -> None:
    """Its schemas and levels may be written as they are."""
    document: Wire = {"metadata": {"name": name}, "spec": FIXED[name]}
    assert not update_errors(SCHEMAS, document, document)
    assert ("spec", "INVALID") in create_errors(SCHEMAS, schema(name=name))
    level = CATCH_ALL if name == "catch-all" else {"type": "Exempt", "exempt": {}}
    assert not create_errors(LEVELS, {"metadata": {"name": name}, "spec": level})


def limited(**level: Any) -> Wire:  # type: ignore[explicit-any]
    """Return a level with limits."""
    return {"type": "Limited", "limited": {"limitResponse": {"type": "Reject"}, **level}}


def queued(**queuing: int) -> Wire:
    """Return a level where requests wait."""
    return limited(limitResponse={"type": "Queue", "queuing": queuing})


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (queued(), {}),
        ({"type": "X"}, {("type", "NOT_SUPPORTED"): 1}),
        ({"type": "Exempt", "limited": {}}, {("type", "INVALID"): 1, ("limited", "FORBIDDEN"): 1}),
        (
            {"type": "Limited", "exempt": {}},
            {("limited", "REQUIRED"): 1, ("exempt", "FORBIDDEN"): 1},
        ),
        (
            limited(nominalConcurrencyShares=-1, lendablePercent=101, borrowingLimitPercent=-1),
            {
                ("limited.nominalConcurrencyShares", "INVALID"): 1,
                ("limited.lendablePercent", "INVALID"): 1,
                ("limited.borrowingLimitPercent", "INVALID"): 1,
            },
        ),
        (
            limited(limitResponse={"type": "Reject", "queuing": {}}),
            {("limited.limitResponse.queuing", "FORBIDDEN"): 1},
        ),
        (
            limited(limitResponse={"type": "Queue"}),
            {("limited.limitResponse.queuing", "REQUIRED"): 1},
        ),
        (limited(limitResponse={"type": ""}), {("limited.limitResponse.type", "NOT_SUPPORTED"): 1}),
        (
            queued(queues=-1, queueLengthLimit=-1),
            {
                ("limited.limitResponse.queuing.queues", "INVALID"): 1,
                ("limited.limitResponse.queuing.queueLengthLimit", "INVALID"): 1,
                ("limited.limitResponse.queuing.handSize", "INVALID"): 1,
            },
        ),
        (queued(handSize=20), {("limited.limitResponse.queuing.handSize", "INVALID"): 1}),
        (
            queued(queues=10_000_001, handSize=1),
            {("limited.limitResponse.queuing.queues", "INVALID"): 1},
        ),
    ],
)
def test_levels(spec: Wire, expected: Found) -> None:
    """How many at once, and who waits how."""
    document = {"metadata": {"name": "p"}, "spec": spec}
    assert create_errors(LEVELS, document) == below("spec", expected)


def test_conditions_have_a_type_each() -> None:
    """And no two the same."""
    old = created(SCHEMAS, schema())
    conditions: list[JsonValue] = [{"type": "A"}, {"type": "A"}, {}]
    obj = {**old, "status": {"conditions": conditions}}
    assert found(kind_of(SCHEMAS).parts["status"].validate(obj, old)) == {
        ("status.conditions[1].type", "DUPLICATE"): 1,
        ("status.conditions[2].type", "REQUIRED"): 1,
    }


def test_tables_of_flow_control() -> None:
    """Numbers, or that there are none."""
    obj = read(SCHEMAS, schema(distinguisherMethod={"type": "ByUser"}))
    obj["status"] = {"conditions": [{"type": "Dangling", "status": "True"}]}
    cells = kind_of(SCHEMAS).table.cells(obj, 0)
    assert [*cells[:4], cells[5]] == ["f", "p", 1000, "ByUser", "True"]
    shown = [
        kind_of(LEVELS).table.cells(read(LEVELS, {"metadata": {}, "spec": spec}), 0)[1:6]
        for spec in (queued(), {"type": "Exempt", "exempt": {}})
    ]
    assert shown == [["Limited", 30, 64, 8, 50], ["Exempt", 0, "<none>", "<none>", "<none>"]]


# ---------------------------------------------------------------- API services


def api(name: str = "v1.a.b", **spec: Any) -> Wire:  # type: ignore[explicit-any]
    """Return an APIService."""
    usual = {"group": "a.b", "version": "v1", "groupPriorityMinimum": 1, "versionPriority": 1}
    return {"metadata": {"name": name}, "spec": {**usual, **spec}}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (api(), {}),
        (api("v1.", group=""), {}),
        (api("x"), {("metadata.name", "INVALID"): 1}),
        (api("v2.", group="", version="v2"), {("spec.group", "REQUIRED"): 1}),
        (
            api("V.A_", group="A_", version="V", groupPriorityMinimum=0, versionPriority=1001),
            {
                ("spec.group", "INVALID"): 1,
                ("spec.version", "INVALID"): 1,
                ("spec.groupPriorityMinimum", "INVALID"): 1,
                ("spec.versionPriority", "INVALID"): 1,
            },
        ),
        (
            api(caBundle="YQ==", insecureSkipTLSVerify=True),
            {("spec.caBundle", "INVALID"): 1, ("spec.insecureSkipTLSVerify", "INVALID"): 1},
        ),
        (
            api(service={"port": -1}, caBundle="YQ==", insecureSkipTLSVerify=True),
            {
                ("spec.service.name", "REQUIRED"): 1,
                ("spec.service.namespace", "REQUIRED"): 1,
                ("spec.service.port", "INVALID"): 1,
                ("spec.insecureSkipTLSVerify", "INVALID"): 1,
            },
        ),
    ],
)
def test_api_services(document: Wire, expected: Found) -> None:
    """They are called by version and group, and served here or by a service."""
    assert create_errors(SERVICES, document) == expected
    assert update_errors(SERVICES, document, api()) == expected


def test_what_is_served_here_is_there() -> None:
    """Of others it is not known."""
    local = created(SERVICES, api())
    other = created(SERVICES, api(service={"name": "s", "namespace": "n"}))
    rows = [kind_of(SERVICES).table.cells(obj, 0)[1:3] for obj in (local, other)]
    assert rows == [["Local", "True"], ["n/s", "Unknown"]]
    condition = {"type": "Available", "status": "False", "reason": "R"}
    broken = {**other, "status": {"conditions": [condition]}}
    assert kind_of(SERVICES).table.cells(broken, 0)[2] == "False (R)"
    condition["status"] = "X"
    assert found(kind_of(SERVICES).parts["status"].validate(broken, other)) == {
        ("status.conditions[0].status", "NOT_SUPPORTED"): 1
    }


# ---------------------------------------------------------------- certificates


def pem(label: str, body: bytes = b"\x30\x01\x00") -> str:
    """Return base64 of a block of PEM."""
    text = f"-----BEGIN {label}-----\n{b64encode(body).decode()}\n-----END {label}-----\n"
    return b64encode(text.encode()).decode()


def asked(**spec: Any) -> Wire:  # type: ignore[explicit-any]
    """Return a request for a certificate."""
    usual = {
        "request": pem("CERTIFICATE REQUEST"),
        "signerName": "a.b/c",
        "usages": ["client auth"],
    }
    return {"metadata": {"name": "r"}, "spec": {**usual, **spec}}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (asked(), {}),
        (asked(request="YQ=="), {("request", "INVALID"): 1}),
        (asked(request="gA=="), {("request", "INVALID"): 1}),
        (asked(request=pem("CERTIFICATE")), {("request", "INVALID"): 1}),
        (asked(request=pem("CERTIFICATE REQUEST", b"x")), {("request", "INVALID"): 1}),
        (asked(usages=[]), {("usages", "REQUIRED"): 1}),
        (
            asked(usages=["x", "any", "any"]),
            {("usages[0]", "NOT_SUPPORTED"): 1, ("usages[2]", "DUPLICATE"): 1},
        ),
        (asked(signerName=""), {("signerName", "REQUIRED"): 1}),
        (asked(signerName="kubernetes.io/legacy-unknown"), {("signerName", "INVALID"): 1}),
        (asked(signerName="a.b"), {("signerName", "INVALID"): 1}),
        (asked(signerName="a/c"), {("signerName", "INVALID"): 1}),
        (asked(signerName="A.b/C_"), {("signerName", "INVALID"): 2}),
        (asked(expirationSeconds=599), {("expirationSeconds", "INVALID"): 1}),
    ],
)
def test_requests_for_certificates(document: Wire, expected: Found) -> None:
    """What is asked for, of whom, and for how long."""
    assert create_errors(REQUESTS, document) == below("spec", expected)


def test_who_asks_is_said_by_the_api() -> None:
    """Whatever the asker says, who cannot change it later either."""
    obj = created(REQUESTS, asked(username="root", uid="1", extra={"a": ["b"]}))
    assert obj["spec"]["username"] == "kubeobj-admin"
    assert "uid" not in obj["spec"]
    assert "extra" not in obj["spec"]
    assert updated(REQUESTS, asked(usages=["any"]), obj) == obj


def decided(*conditions: Wire, **status: JsonValue) -> Wire:
    """Return a request with a status."""
    obj = created(REQUESTS, asked())
    given: list[JsonValue] = [{"status": "True", **one} for one in conditions]
    status = {**({"conditions": given} if given else {}), **status}
    obj["status"] = read(REQUESTS, {**asked(), "status": status})["status"]
    return obj


def write(part: str, obj: Wire, old: Wire) -> tuple[Wire, Found]:
    """Return what is stored by way of a part, and what is wrong with it."""
    way = kind_of(REQUESTS).parts[part]
    way.prepare(obj, old, context())
    return obj["status"], found(way.validate(obj, old))


APPROVED: Wire = {
    "type": "Approved",
    "lastUpdateTime": "2020-01-01T00:00:00Z",
    "lastTransitionTime": "2020-01-01T00:00:00Z",
}


def test_decisions() -> None:
    """They are made by the part for it, which changes nothing else, and stay."""
    old = decided()
    undated = decided({"type": "Approved"}, certificate=pem("CERTIFICATE"))
    status, errors = write("approval", undated, old)
    assert not errors
    assert "certificate" not in status
    assert status["conditions"][0]["lastTransitionTime"] == NOW
    approved = decided(APPROVED)
    where = "status.conditions"
    assert write("approval", decided(), approved)[1] == {(where, "FORBIDDEN"): 1}
    assert write("approval", decided(APPROVED, {"type": "Denied"}), old)[1] == {
        (where, "INVALID"): 1
    }
    assert write("status", decided(APPROVED), old)[1] == {(where, "FORBIDDEN"): 1}
    assert write("status", decided({**APPROVED, "reason": "R"}), approved)[1] == {
        (where, "FORBIDDEN"): 1
    }
    assert not list(kind_of(REQUESTS).validate_update(approved, approved))


def test_certificates_are_given_once() -> None:
    """And look like such."""
    given = decided(APPROVED, certificate=pem("CERTIFICATE"))
    assert not write("status", given, decided(APPROVED))[1]
    here = "status.certificate"
    changed = decided(APPROVED, certificate=pem("CERTIFICATE", b"\x30\x02\x00\x00"))
    assert write("status", changed, given)[1] == {(here, "FORBIDDEN"): 1}
    wrong = decided(APPROVED, certificate=pem("X"))
    assert write("status", wrong, decided(APPROVED))[1] == {(here, "INVALID"): 1}


def test_conditions_of_requests() -> None:
    """Those that last are true; the time of one that was there before is kept."""
    conditions = ({"type": "", "status": ""}, {"type": "Failed", "status": "False"})
    _, errors = write("status", decided(*conditions), decided())
    assert errors == {
        ("status.conditions[0].type", "REQUIRED"): 1,
        ("status.conditions[0].status", "REQUIRED"): 1,
        ("status.conditions[1].status", "NOT_SUPPORTED"): 1,
    }
    twice = decided({"type": "Failed"}, {"type": "Failed"})
    assert write("status", twice, decided())[1] == {("status.conditions[1].type", "DUPLICATE"): 1}
    before = decided({"type": "Failed", "lastTransitionTime": "2020-01-01T00:00:00Z"})
    status, _ = write("status", decided({"type": "Failed"}), before)
    assert status["conditions"][0]["lastTransitionTime"] == "2020-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("conditions", "status", "state"),
    [
        ((), {}, "Pending"),
        ((APPROVED,), {"certificate": "YQ=="}, "Approved,Issued"),
        (({"type": "Denied"}, {"type": "Failed"}), {}, "Denied,Failed"),
    ],
)
def test_what_became_of_a_request(
    conditions: tuple[Wire, ...], status: dict[str, JsonValue], state: str
) -> None:
    """One word for each thing that has happened."""
    cells = kind_of(REQUESTS).table.cells(decided(*conditions, **status), 0)
    assert [cells[2], cells[4], cells[5]] == ["a.b/c", "<none>", state]
    assert kind_of(REQUESTS).fields(decided()) == {"spec.signerName": "a.b/c"}
