"""What to write instead: advice for the mistakes that people make in selectors.

Only words, picked by what stands around the mistake; the grammar alone decides what is a mistake.
"""

import re
from collections.abc import Iterable

from kubeobj.errors import FieldError

_JOINED = "requirements are joined by a comma, which means and"
_NO_OR = "there is no or between requirements; for one key write key in (a,b)"
_NO_PATTERNS = "there are no patterns; list the values: key in (a,b)"
_COLON = "write key=value, with = and not :"
_KEY_FIRST = "only a key can be negated: !key, key!=value or key notin (a,b)"

# What stands before the mistake and what was found, with a NUL between; the first that fits.
_SYNTAX_HINTS = (
    (r"['\"`][^,()\0]*\0.*|\0['\"`].*", "values are written without quotes, and have no spaces"),
    (r"\0(&.*|and|AND|;)", _JOINED),
    (r"[;&][^,\0]*\0.*", _JOINED),
    (r"\0(\|.*|or|OR)", _NO_OR),
    (r"\|[^,\0]*\0.*", _NO_OR),
    (r",\0", "leave out the comma at the end"),
    (r"(\A|,)\0,", "leave out one comma"),
    (r"!\0", "a label that must not be there is written !key"),
    (r"!\0[(!]", _KEY_FIRST),
    (r"!\s*[^\s!=,()<>]+\0(=|==|!=|in|notin|<|>)", _KEY_FIRST),
    (r"\s(in|notin)\0[*].*", _NO_PATTERNS),
    (
        r"\s(?P<op>in|notin)\0(?P<value>[^()\[\]{}]+)",
        "a set of values is in parentheses: {op} ({value})",
    ),
    (r"\s(?P<op>in|notin)\0[^(]*", "a set of values is in parentheses: {op} (a,b)"),
    (r"(\A|,)\s*(?P<op>in|notin)\0\(", "the key comes first: key {op} (a,b)"),
    (r"\([^)]*\0", "close the set with )"),
    (r"(\A|,)\0\(", "requirements take no parentheses around them"),
    (r">\0=|=\0>", "there is no >=; for key>=5 write key>4"),
    (r"<\0=|=\0<", "there is no <=; for key<=5 write key<6"),
    (r"<\0>|!=\0=|[^!=<>,\s]\0!", "write key!=value"),
    (r"=\0=", "write key=value"),
    (r"[=<>][^,()=<>\0]+\0(=|==|!=|<|>)", "a requirement has one operator; join two by a comma"),
    (r"=\0\(", "a set of values goes with in: key in (a,b)"),
    (r"\0(=?~)", _NO_PATTERNS),
    (r"\0(?P<op>(?i:in|notin))", "operators are lower case: {op}"),
    (
        r"(\A|,)\s*(?i:not)\0(?P<value>[^()=!<>,]+)",
        "a label that must not be there is written !{value}",
    ),
    (r"\0(?i:not|nin)", "write key notin (a,b) or key!=value; an absent label is !key"),
    (r"\0(?i:exists)", "a label that must be there is its key alone"),
    (r"\0(?i:is|eq)", "write key=value"),
    (r"\0(?i:ne|isnt)", "write key!=value"),
    (r"(:\0.*|\0.*:)", _COLON),
    (r"(\A|,)\s*-\S*\0.*", "leave out the flag"),
    (
        r"(\A|,)[^!=,()<>\0]+\0(?P<value>[^()=!<>,]+)",
        "after a key comes =, !=, in, notin, > or <; or put a comma before {value}",
    ),
    (r"[^!=(,<>]\0(?P<value>[^()=!<>,]+)", "put a comma before {value}"),
)

_VALUE_HINTS = (
    (r"['\"`](?P<value>.*?)['\"`]?", "keys and values are written without quotes: {value}"),
    (r".*[*?~].*", _NO_PATTERNS),
    (r".*[&;].*", "requirements, and the values of a set, are joined by commas"),
    (r".*\|.*", _NO_OR),
    (r"[^:]+:[^:]*", _COLON),
)

# How much of what stands around a mistake is looked at, in characters.
_CONTEXT_LIMIT = 64


def hint_for_syntax(text: str, position: int, found: str) -> str:
    """Return what to write instead of what is *found* at *position*, or empty."""
    before = text[max(0, position - _CONTEXT_LIMIT) : position].rstrip(" \t\r\n")
    around = f"{before.replace(chr(0), ' ')}\0{found[:_CONTEXT_LIMIT]}"
    for pattern, advice in _SYNTAX_HINTS:
        match = re.search(rf"(?:{pattern})\Z", around)
        if match:
            return _filled(advice, match)
    return ""


def hint_for_values(errors: Iterable[FieldError]) -> str:
    """Return what to write instead of keys and values that break a rule, or empty."""
    for error in errors:
        value = error.value if isinstance(error.value, str) else ""
        for pattern, advice in _VALUE_HINTS:
            match = re.fullmatch(pattern, value[:_CONTEXT_LIMIT], re.DOTALL)
            if match:
                return _filled(advice, match)
    return ""


def _filled(advice: str, match: re.Match[str]) -> str:
    """Return *advice* with what the mistake itself says; operators in lower case."""
    parts = match.groupdict(default="")
    if "op" in parts:
        parts["op"] = parts["op"].lower()
    return advice.format_map(parts)
