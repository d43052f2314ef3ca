"""What YAML scalars mean to Kubernetes."""

import math

import pytest

from kubeobj.documents import JsonScalar
from kubeobj.manifests.scalars import (
    ScalarError,
    json_float,
    json_integer,
    key_text,
    resolve,
    resolve_key,
    resolve_tagged,
)

VALUES: dict[str, JsonScalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "nULL": "nULL",
    "y": True, "Y": True, "yes": True, "Yes": True, "YES": True, "yEs": "yEs",
    "n": False, "no": False, "No": False, "NO": False, "off": False, "Off": False, "OFF": False,
    "on": True, "On": True, "ON": True, "true": True, "True": True, "TRUE": True, "tRUE": "tRUE",
    "false": False, "False": False, "FALSE": False,
    "0": 0, "-0": 0, "+7": 7, "42": 42, "-42": -42, "1_000": 1000, "1__0_": 10,
    "017": 15, "-017": -15, "0o17": 15, "0O17": 15, "08": 8, "0x1F": 31, "0X1f": 31, "-0x10": -16,
    "0b101": 5, "-0b101": -5, "0b2": "0b2", "0o8": "0o8", "0xg": "0xg", "0x": "0x", "1_": 1,
    "9223372036854775807": 2**63 - 1, "-9223372036854775808": -(2**63),
    "9223372036854775808": float(2**63), "18446744073709551615": float(2**64 - 1),
    "18446744073709551616": float(2**64), "-9223372036854775809": -(2**63),
    "+9223372036854775808": float(2**63), "0xFFFFFFFFFFFFFFFF": float(2**64 - 1),
    "0x10000000000000000": "0x10000000000000000", "0b" + "1" * 100: "0b" + "1" * 100,
    "1.0": 1, "1.": 1, ".5": 0.5, "-.5": -0.5, "+.5": 0.5, "1.50": 1.5, "-0.0": 0, "1_0.5": 10.5,
    "1e3": 1000, "1E3": 1000, "1e+3": 1000, "1e-3": 0.001, "1.5e300": 1.5e300, "1e400": "1e400",
    "1e-400": 0, ".": ".", "-": "-", "+": "+", "..": "..", "._5": "._5", ".5e999": ".5e999",
    "1.2.3": "1.2.3", "v1": "v1", "1:30": "1:30", "1:30:00": "1:30:00", "e3": "e3", "1e": "1e",
    "2001-01-01": "2001-01-01", "2001-12-14T21:59:43Z": "2001-12-14T21:59:43Z",
    "web": "web", "<<": "<<", "=": "=", "\u0661": "\u0661", "1\u0661": "1\u0661",
}  # fmt: skip


@pytest.mark.parametrize("text", VALUES)
def test_plain_scalar(text: str) -> None:
    """A scalar without quotes is the word, number or string that the API will see."""
    value = resolve(text)
    assert value == VALUES[text]
    assert type(value) is type(VALUES[text])


@pytest.mark.parametrize("text", [".inf", "-.Inf", "+.INF", ".nan", ".NaN"])
def test_not_finite_is_refused(text: str) -> None:
    """JSON has no infinity, and nothing that is not a number."""
    with pytest.raises(ScalarError, match="not a number in JSON"):
        resolve(text)


KEYS = {
    "app": "app", "yes": "true", "off": "false", "007": "7", "0x10": "16", "-1": "-1",
    "1.50": "1.5", "1.0": "1", "100000.0": "100000", "1e6": "1e+06", "1234567.5": "1.2345675e+06",
    "0.0001": "0.0001", "0.00001": "1e-05", "3.14159265358979": "3.1415927", "-2.5": "-2.5",
    "0.0": "0", "-0.0": "-0", "3.4028235e38": "3.4028235e+38", "1e39": ".inf", "-1e39": "-.inf",
    ".INF": ".inf", "-.inf": "-.inf", ".NaN": ".nan", "2001-01-01": "2001-01-01",
    "9223372036854775807": "9223372036854775807",
}  # fmt: skip


@pytest.mark.parametrize("text", KEYS)
def test_plain_key(text: str) -> None:
    """A key is a string: of a number its text, of a float the one with 32 bits."""
    assert resolve_key(text) == KEYS[text]


@pytest.mark.parametrize("text", ["", "~", "null"])
def test_null_key_is_refused(text: str) -> None:
    """Null cannot be a key of JSON."""
    with pytest.raises(ScalarError, match="null"):
        resolve_key(text)


def test_key_of_a_resolved_value() -> None:
    """A key that an alias stands for follows the same rule."""
    assert [key_text(value) for value in ("a", True, 3, 1.5)] == ["a", "true", "3", "1.5"]


TAGGED = [
    ("1", "str", "1"),
    ("", "str", ""),
    ("1", "int", 1),
    ("1", "float", 1),
    ("1.5", "float", 1.5),
    ("yes", "bool", True),
    ("~", "null", None),
    ("2001-01-01", "timestamp", "2001-01-01"),
]


@pytest.mark.parametrize(("text", "tag", "value"), TAGGED)
def test_tagged_scalar(text: str, tag: str, value: JsonScalar) -> None:
    """A tag of YAML says the type."""
    assert resolve_tagged(text, f"tag:yaml.org,2002:{tag}") == value


@pytest.mark.parametrize("tag", ["!", "!vault", "tag:example.com,2020:x"])
def test_other_tags_make_strings(tag: str) -> None:
    """A tag that YAML does not define is ignored, and the scalar is a string."""
    assert resolve_tagged("1", tag) == "1"


@pytest.mark.parametrize(
    ("text", "tag"),
    [("x", "int"), ("1.5", "int"), ("yes", "int"), ("1", "bool"), ("x", "null"), ("x", "float")],
)
def test_tag_of_another_type_is_refused(text: str, tag: str) -> None:
    """What is not of the type its tag names is refused."""
    with pytest.raises(ScalarError, match=f"not of the type !!{tag}"):
        resolve_tagged(text, f"tag:yaml.org,2002:{tag}")


def test_binary_is_refused() -> None:
    """Bytes have no place in JSON."""
    with pytest.raises(ScalarError, match="binary"):
        resolve_tagged("aGk=", "tag:yaml.org,2002:binary")


def test_json_integers_beyond_64_bits_are_floats() -> None:
    """The API keeps integers of 64 bits exactly, and no others."""
    assert json_integer("9223372036854775807") == 2**63 - 1
    assert isinstance(json_integer("9223372036854775808"), float)
    assert isinstance(json_integer("1" * 300), float)


@pytest.mark.parametrize("text", ["1e999", "-1e999", "1" * 400])
def test_json_number_beyond_a_float_is_refused(text: str) -> None:
    """There is no infinity to round to."""
    with pytest.raises(ScalarError, match="out of range"):
        json_float(text)
    assert math.isinf(float(text))
