"""JSON byte by byte as Go writes it."""

import pytest

from kubeobj.api.gojson import go_json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (0.1, "0.1"),
        (123456789.125, "123456789.125"),
        (1e-6, "0.000001"),
        (9.99e-7, "9.99e-7"),
        (1e-10, "1e-10"),
        (1e16, "10000000000000000"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.5e300, "1.5e+300"),
        (2**63 - 1, "9223372036854775807"),
        (True, "true"),
        (None, "null"),
    ],
)
def test_numbers_are_in_plain_digits_as_long_as_they_are_of_some_size(
    value: float | None, text: str
) -> None:
    """And have no more digits than they need."""
    assert go_json(value) == text


def test_texts_are_escaped_where_html_or_javascript_could_misread_them() -> None:
    """And nowhere else but where JSON must."""
    assert go_json("<a href='x'>&</a>") == "\"\\u003ca href='x'\\u003e\\u0026\\u003c/a\\u003e\""
    assert go_json("\u2028\u2029é😀\x7f") == '"\\u2028\\u2029é😀\x7f"'
    assert go_json('\b\f\n\r\t\x01"\\') == r'"\b\f\n\r\t\u0001\"\\"'


def test_fields_are_in_the_order_of_their_bytes() -> None:
    """Capitals first, and nothing between them."""
    assert go_json({"b": [], "a": {}, "B": [1, "x"], "é": 1}) == '{"B":[1,"x"],"a":{},"b":[],"é":1}'
