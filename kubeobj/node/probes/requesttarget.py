"""What is asked for by HTTP where people have written a path: escaped as Go's ``net/url`` does it.

Source: ``k8s.io/kubernetes/pkg/probe/http`` formatURL (v1.36).
"""

import re
from typing import Final
from urllib.parse import quote, unquote_to_bytes

_PLAIN: Final = "$&+,/:;=@"  # besides letters, digits and what nobody escapes
_AS_IT_IS: Final = re.compile(r"[A-Za-z0-9_.~$&+,/:;=@!'()*\[\]%-]*")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_BROKEN: Final = re.compile("%(?![0-9A-Fa-f]{2})")


def request_target(path: str) -> str:
    """Return what a request for a path has in its first line: the path, escaped, and the query.

    A path that is well escaped stays as it is, and so does a query in any case. What cannot be read
    as a URL is taken for a path as a whole. A fragment is not sent, nor is a host.

    >>> request_target("/a b?c=d"), request_target("/a%20b"), request_target("/100%?c")
    ('/a%20b?c=d', '/a%20b', '/100%25%3Fc')
    """
    whole, _, fragment = path.partition("#")
    rest, mark, query = whole.partition("?")
    if rest.startswith("//") and not rest.startswith("///"):
        _, slash, rest = rest[2:].partition("/")
        rest = slash + rest
    if _CONTROL.search(whole) or _BROKEN.search(rest) or _BROKEN.search(fragment):
        return quote(path, safe=_PLAIN)
    if not _AS_IT_IS.fullmatch(rest):
        rest = quote(unquote_to_bytes(rest), safe=_PLAIN)
    return f"{rest or '/'}{mark}{query}"
