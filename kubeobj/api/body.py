"""The body of a request: JSON or YAML in, a document out, with the fields that come twice in it.

Where a key comes twice the last one wins, as in Go. Half of a surrogate pair and each byte that is
no UTF-8 become U+FFFD. Integers beyond 64 bits are floats; what is no number in JSON, or beyond
any float, is refused, and so is what nests deeper than can be written again.

Most bodies are plain: no key comes twice, and no text needs mending. That is found without looking
at them a second time in Python: see `_is_plain`.

Source: ``sigs.k8s.io/json`` and ``sigs.k8s.io/yaml``, as the API server uses them (v1.36).
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn, final

import orjson

from kubeobj.api.errors import BadRequest, RequestEntityTooLarge, UnsupportedMediaType
from kubeobj.documents import JsonValue
from kubeobj.errors import ManifestError

BODY_MAX_BYTES = 3 * 1024 * 1024
"""The longest body that is read, in bytes."""

BODY_DEPTH_LIMIT = 254
"""How deep lists and objects may nest: what can be written again."""

DUPLICATES_LIMIT = 100
"""How many fields that come twice are told of."""

_JSON = "application/json"
_YAML = "application/yaml"
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - of RFC 7231, not of a login
_CONTENT_TYPE = re.compile(
    rf"\s*({_TOKEN}/{_TOKEN})\s*(?:;\s*{_TOKEN}\s*=\s*(?:{_TOKEN}|\"(?:[^\"\\]|\\.)*\")\s*)*;?\s*"
)
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
# What stands for a byte that could not be decoded.
_NO_UTF8 = re.compile("[\udc80-\udcff]")
_ESCAPED_COLON = re.compile(rb"\\u003[aA]")
# A number with a fraction or an exponent, or a string that looks like one.
_FRACTION = re.compile(rb"[:\[,]\s*-?[0-9]+[.eE]")
_MAX_DIGITS = 20


@final
@dataclass(frozen=True, slots=True)
class DecodedBody:
    """What a body says.

    Args:
        value: The document; it is new, and shared with nobody.
        duplicates: The path of each field that comes twice, such as ``spec.containers[0].name``,
            in the order in which they come again.
    """

    value: JsonValue
    duplicates: tuple[str, ...] = ()


def decode_body(data: bytes, content_type: str = _JSON) -> DecodedBody:
    r"""Return what the body of a request says.

    Args:
        data: The body.
        content_type: The header ``Content-Type``; empty means JSON.

    Raises:
        UnsupportedMediaType: If it is neither JSON nor YAML.
        RequestEntityTooLarge: If it is too long.
        BadRequest: If it cannot be read.

    >>> decode_body(b'{"data": {"a": "b", "a": "c"}}')
    DecodedBody(value={'data': {'a': 'c'}}, duplicates=('data.a',))
    >>> decode_body(b"data: {a: \"1\"}", "application/yaml").value
    {'data': {'a': '1'}}
    """
    check_body(data, content_type)
    return _read_yaml(data) if _media_type(content_type) == _YAML else _read_json(data)


def check_body(data: bytes, content_type: str = _JSON) -> None:
    """Refuse a body that need not be looked into: of a form that is not read, or too long.

    Raises:
        UnsupportedMediaType: If it is neither JSON nor YAML.
        RequestEntityTooLarge: If it is too long.
    """
    _media_type(content_type)
    if len(data) > BODY_MAX_BYTES:
        raise RequestEntityTooLarge(f"the body is longer than the limit of {BODY_MAX_BYTES} bytes")


@lru_cache(maxsize=64)
def _media_type(content_type: str) -> str:
    """Return which of the media types that are read a header ``Content-Type`` names.

    Raises:
        UnsupportedMediaType: If none.
    """
    if not content_type:
        return _JSON
    found = _CONTENT_TYPE.fullmatch(content_type)
    media_type = found[1].lower() if found else ""
    if media_type not in {_JSON, _YAML}:
        raise UnsupportedMediaType(
            f"the body has a media type that is not read here; these are: {_JSON}, {_YAML}"
        )
    return media_type


# ---------------------------------------------------------------- JSON


def _read_json(data: bytes) -> DecodedBody:
    try:
        value = orjson.loads(data)
        if _is_plain(data, orjson.dumps(value)):
            return DecodedBody(value)
    except (orjson.JSONDecodeError, TypeError):
        # The careful reader takes more, and says what is wrong with the rest.
        pass
    return _read_carefully(data)


def _is_plain(data: bytes, written: bytes) -> bool:
    """Return whether no key comes twice in *data*; False where that cannot be told.

    Every key has its colon, and all other colons are in strings. A key that comes twice is
    written once. So if what was read is written again, with as many colons as before, no key has
    gone; unless a colon was escaped, for that is written plainly.

    Args:
        data: JSON that has been read.
        written: The same, as it was written again.
    """
    if data.count(b":") != written.count(b":"):
        return False
    return b"\\" not in data or _ESCAPED_COLON.search(data) is None


class _Members(list[tuple[str, JsonValue]]):
    """An object as its members stand, before any of them wins over another."""


def _read_carefully(data: bytes) -> DecodedBody:
    """Return what JSON says, whatever there is to mend in it.

    Raises:
        BadRequest: If it is no JSON.
    """
    text = _ESCAPE.sub(lambda found: "\\ufffd" if found[1] else found[0], _text(data))
    try:
        raw = _MEMBERS.decode(text)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from None
    found: dict[str, None] = {}
    value = _settle(raw, "", found, BODY_DEPTH_LIMIT)
    return DecodedBody(value, tuple(found)[:DUPLICATES_LIMIT])


def _text(data: bytes) -> str:
    """Return *data* as text, with U+FFFD for each byte that is no UTF-8."""
    return _NO_UTF8.sub("\ufffd", data.decode("utf-8", "surrogateescape"))


def _settle(value: JsonValue, path: str, found: dict[str, None], depth: int) -> JsonValue:
    """Return *value* with objects for members, and note in *found* which come twice."""
    if isinstance(value, _Members):
        settled: dict[str, JsonValue] = {}
        if not depth:
            raise _too_deep()
        for key, part in value:
            here = f"{path}.{key}" if path else key
            if key in settled:
                found[here] = None
            settled[key] = _settle(part, here, found, depth - 1) if isinstance(part, list) else part
        return settled
    if isinstance(value, list):
        if not depth:
            raise _too_deep()
        return [
            _settle(part, f"{path}[{index}]", found, depth - 1) if isinstance(part, list) else part
            for index, part in enumerate(value)
        ]
    return value


def _integer(text: str) -> int | float:
    """Return an integer: exact within 64 bits, a float beyond."""
    if len(text) <= _MAX_DIGITS and -(2**63) <= (value := int(text)) < 2**64:
        return value
    return _float(text)


def _float(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        msg = f"{text[:40]} is out of range"
        raise ValueError(msg)
    return value


def _constant(text: str) -> NoReturn:
    msg = f"{text} is not a number in JSON"
    raise ValueError(msg)


_MEMBERS = json.JSONDecoder(
    object_pairs_hook=_Members,
    parse_int=_integer,
    parse_float=_float,
    parse_constant=_constant,
)


def _too_deep() -> BadRequest:
    return BadRequest(f"the body nests deeper than the limit of {BODY_DEPTH_LIMIT}")


# ---------------------------------------------------------------- YAML


def _read_yaml(data: bytes) -> DecodedBody:
    """Return what the first document of YAML says.

    Raises:
        BadRequest: If it is no YAML.
    """
    if data[:1] == b"{":
        try:
            decoded = _read_json(data)
        except BadRequest:
            pass
        else:
            if _FRACTION.search(data) is None:
                return decoded
            return DecodedBody(_with_integers(decoded.value), decoded.duplicates)
    # Few bodies are YAML, and PyYAML is not small.
    from kubeobj.manifests.limits import Limits
    from kubeobj.manifests.text import SourceText
    from kubeobj.manifests.yaml import read_yaml

    limits = Limits(file_bytes=BODY_MAX_BYTES, depth=BODY_DEPTH_LIMIT)
    repeated: list[str] = []
    try:
        documents = read_yaml(SourceText.decode(data, "body", limits), limits, repeated=repeated)
        root = next((found.root for found in documents), None)
    except ManifestError as error:
        raise BadRequest(f"the body is not YAML: {error}") from None
    return DecodedBody(root, tuple(dict.fromkeys(repeated))[:DUPLICATES_LIMIT])


def _with_integers(value: JsonValue) -> JsonValue:
    """Return *value* with integers for floats without fraction, as YAML has them."""
    if isinstance(value, dict):
        return {key: _with_integers(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_with_integers(part) for part in value]
    if isinstance(value, float) and value.is_integer() and -(2**63) <= value < 2**63:
        return int(value)
    return value
