"""JSON as Go's own package writes it, for texts that others compare byte by byte.

Source: Go's ``encoding/json``: keys in order, what HTML could misread as escapes, and numbers in
plain digits unless they are very large or very small.
"""

import json
from collections.abc import Mapping
from decimal import Decimal

from kubeobj.documents import JsonValue

_ESCAPED = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
# Between these, a number is written without an exponent.
_SMALL, _LARGE = 1e-6, 1e21


def go_json(value: JsonValue) -> str:
    r"""Return *value* as JSON.

    >>> go_json({"b": [1.0, 2.5e-7, None], "a": "<&>"})
    '{"a":"\\u003c\\u0026\\u003e","b":[1,2.5e-7,null]}'
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPED)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        fields = (f"{go_json(name)}:{go_json(value[name])}" for name in sorted(value))
        return f"{{{','.join(fields)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(go_json, value))}]"
    return json.dumps(value)


def _number(value: float) -> str:
    shown = repr(value)
    if value == 0 or _SMALL <= abs(value) < _LARGE:
        return format(Decimal(shown), "f").removesuffix(".0")
    mantissa, _, exponent = shown.partition("e")
    if exponent.startswith("-0"):
        exponent = f"-{exponent[2:]}"
    return f"{mantissa.removesuffix('.0')}e{exponent}"
