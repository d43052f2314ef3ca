"""The hash of a pod template."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.controllers import goprint
from kubeobj.controllers.hashtext import FixedText, fnv1a_32, safe_encode
from kubeobj.controllers.podtemplatehash import compute_hash
from kubeobj.controllers.podtemplateshape import STRUCTS
from kubeobj.models.fieldtable import TYPES
from tests.controllers.recorded import scenarios, stored
from tests.golden import golden


def test_hashes_are_those_of_kubernetes() -> None:
    """Every recorded template has the recorded hash, and every text the recorded spelling."""
    wrong = []
    for line in golden("hashing"):
        if line["op"] == "compute_hash":
            found = compute_hash(line["template"], line["collision_count"])
            expected = line["hash"]
        else:
            found, expected = safe_encode(line["input"]), line["result"]
        if found != expected:
            wrong.append((line, found))
    assert not wrong


def printed_as(template: dict[str, Any]) -> str:
    """Return a template as Go prints it."""
    return "".join(map(str, goprint.template_parts(template)))


@given(st.lists(st.text(st.characters(codec="utf-8"))), st.binary())
def test_a_text_that_is_known_is_hashed_alike(texts: list[str], end: bytes) -> None:
    """However a text is put together, and of what, the hash is that of the whole."""
    content = "".join(texts).encode() + end
    state = 0x811C9DC5
    for byte in content:
        state = (state ^ byte) * 0x01000193 % 2**32
    fixed = [FixedText(text) for text in texts]
    mixed = [part for pair in zip(texts[::2], fixed[1::2], strict=False) for part in pair]
    mixed += texts[len(mixed) :]
    assert fnv1a_32(texts, end) == fnv1a_32(fixed, end) == fnv1a_32(mixed, end) == state
    assert fnv1a_32(fixed, end) == state


def deployments() -> list[Any]:
    """Return each recorded deployment, and the names of the replica sets that were made of it."""
    found = []
    for scenario in scenarios():
        body = scenario["steps"][0].get("body", {})
        if body.get("kind") == "Deployment":
            name = body["metadata"]["name"]
            found.append(pytest.param(body, name, json.dumps(scenario), id=scenario["id"]))
    assert len(found) > 10
    return found


@pytest.mark.parametrize(("body", "name", "text"), deployments())
def test_a_stored_template_names_its_replica_set(
    body: dict[str, Any], name: str, text: str
) -> None:
    """The template with its defaults has the hash that Kubernetes' own controller found."""
    template = stored("deployments", body)["spec"]["template"]
    assert f'"{name}-{compute_hash(template, None)}"' in text


def plain(go_type: str) -> str:
    """Return what the table of fields calls a type of Go."""
    go_type = go_type.removeprefix("*")
    if go_type.startswith("[]"):
        return f"[]{plain(go_type[2:])}"
    return {
        "bool": "boolean",
        "int32": "int32",
        "int64": "int64",
        "Time": "time",
        "FieldsV1": "json",
        "ResourceList": "{}quantity",
        "map[string]string": "{}string",
        "resource.Quantity": "quantity",
        "intstr.IntOrString": "int-or-string",
    }.get(go_type, go_type if go_type in STRUCTS else "string")


def fields(name: str) -> dict[str, str]:
    """Return the fields of a struct by their names in JSON, those of embedded structs included."""
    found = {}
    for field in STRUCTS[name].split(";"):
        words = field.split()
        if words[0].startswith("~"):
            found.update(fields(words[0][1:]))
        else:
            json_name = words[2] if len(words) > 2 else goprint._json_name(words[0])
            found[json_name] = plain(words[1])
    return found


def test_the_shape_has_every_field_of_a_pod_template() -> None:
    """The shape in Go and the table of fields tell the same of what a template can have."""
    todo, seen = ["PodTemplateSpec"], []
    for name in todo:
        table = TYPES[name if name in TYPES else f"corev1.{name}"]
        kinds = {
            field: (kind if isinstance(kind, str) else kind[0]).removesuffix("!")
            for field, kind in table.items()
        }
        assert fields(name) == {
            field: kind.replace("corev1.", "") for field, kind in kinds.items()
        }, name
        seen.append(name)
        parts = [kind.removeprefix("[]") for kind in fields(name).values()]
        todo += [part for part in dict.fromkeys(parts) if part in STRUCTS and part not in todo]
    embedded = {"VolumeSource", "ProbeHandler", "EphemeralContainerCommon"}
    assert {*seen, *embedded} == set(STRUCTS)


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (
            "1500m",
            "{value:(int64)1500 scale:(resource.Scale)-3} d:…<nil>} s:(string)1500m DecimalSI",
        ),
        ("0.5", "{value:(int64)5 scale:(resource.Scale)-1} d:…<nil>} s:(string) DecimalSI"),
        (2, "{value:(int64)2 scale:(resource.Scale)0} d:…<nil>} s:(string)2 DecimalSI"),
        (None, "{value:(int64)0 scale:(resource.Scale)0} d:…<nil>} s:(string) "),
        (
            "18446744073709551617",
            (
                "{value:(int64)0 scale:(resource.Scale)0} d:…{unscaled:(big.Int){neg:(bool)false"
                " abs:(big.nat)[1000000000 1000000000]} scale:(inf.Scale)9}} s:(string) DecimalSI"
            ),
        ),
        (
            "-9Ei",
            (
                "{value:(int64)0 scale:(resource.Scale)0} d:…{unscaled:(big.Int){neg:(bool)true"
                " abs:(big.nat)[9223372036854775807]} scale:(inf.Scale)0}} s:(string) BinarySI"
            ),
        ),
    ],
)
def test_quantities_are_printed_as_they_are_kept(quantity: object, text: str) -> None:
    """A quantity is a count and a scale, or a big decimal where 64 bits do not do."""
    expected = text.replace("…", "(resource.infDecAmount){Dec:(*inf.Dec)")
    before, _, unit_format = expected.rpartition(" ")
    expected = f"{{i:(resource.int64Amount){before} Format:(resource.Format){unit_format}}}"
    printed = printed_as({"spec": {"overhead": {"cpu": quantity}}})
    assert f"Overhead:(v1.ResourceList)map[cpu:{expected}] " in printed


def test_metadata_that_templates_rarely_have_is_printed() -> None:
    """Times, owners and bookkeeping count as well."""
    metadata = {
        "creationTimestamp": "1970-01-01T00:00:01.5Z",
        "ownerReferences": [{"name": "a", "controller": False}],
        "managedFields": [{"fieldsV1": {"f:a": {}}}, None],
    }
    printed = printed_as({"metadata": metadata})
    assert "(time.Time){wall:(uint64)500000000 ext:(int64)62135596801 loc:(*time.Loc" in printed
    assert "Controller:(*bool)false BlockOwnerDeletion:(*bool)<nil>}] " in printed
    assert "FieldsV1:(*v1.FieldsV1){Raw:([]uint8)[123 34 102 58 97 34 58 123 125 125]}" in printed
    assert printed.count("FieldsType:(string) ") == 2


def test_ports_by_number_and_by_name_differ() -> None:
    """A number and a text of the same digits are two ports."""

    def port(value: int | str) -> str:
        probe = {"tcpSocket": {"port": value}}
        return compute_hash({"spec": {"containers": [{"livenessProbe": probe}]}}, None)

    assert port(80) != port("80")
    assert port(0) != port("")


def test_nothing_and_an_empty_list_differ_but_null_is_nothing() -> None:
    """What is set to nothing is not what is not set, unless it is null."""
    assert compute_hash({"spec": {"tolerations": []}}, None) != compute_hash({}, None)
    assert compute_hash({"spec": {"tolerations": None, "affinity": None}}, None) == compute_hash(
        {}, None
    )
