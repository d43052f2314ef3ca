"""Names of images: whether one means the latest, which decides how it is pulled by default.

Source: ``k8s.io/kubernetes/pkg/util/parsers`` ParseImageName (v1.36), which reads names by
``github.com/distribution/reference``.
"""

import re
from functools import lru_cache

_COMPONENT = r"[a-z0-9]++(?:(?:\.|__?|-++)[a-z0-9]++)*+"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_DOMAIN = rf"(?:{_HOST}(?:\.{_HOST})*|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?"
_reference = re.compile(
    rf"(?P<name>(?:{_DOMAIN}/)?{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>[^@]+))?"
).fullmatch
_is_digest = re.compile(r"sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}").fullmatch
_is_identifier = re.compile(r"[a-f0-9]{64}").fullmatch

_NAME_LIMIT = 255


@lru_cache(maxsize=4096)
def default_pull_policy(image: str) -> str:
    """Return how an image is pulled where nothing is said: always, if its name means the latest.

    >>> [default_pull_policy(image) for image in ("web", "web:latest", "web:1", "Web")]
    ['Always', 'Always', 'IfNotPresent', 'IfNotPresent']
    """
    return "Always" if _tag_of(image) == "latest" else "IfNotPresent"


def _tag_of(image: str) -> str:
    """Return the tag of an image, ``latest`` if it has none; empty if it is no name of an image."""
    if _is_identifier(image):
        return ""
    domain, slash, rest = image.partition("/")
    if not slash or not _is_domain(domain):
        domain, rest = "docker.io", image
    found = _reference(f"{domain}/{rest}")
    if not found or len(found["name"]) > _NAME_LIMIT:
        return ""
    digest = found["digest"]
    if digest is not None and not _is_digest(digest):
        return ""
    return found["tag"] or ("" if digest else "latest")


def _is_domain(text: str) -> bool:
    return "." in text or ":" in text or text == "localhost" or text != text.lower()
