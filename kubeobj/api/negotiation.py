"""Content negotiation: which form of an answer a request takes.

A header ``Accept`` lists media ranges. They are tried by quality, then the exact ones before
those with ``*``, then in their order; the first that can be given is given. Parameters of a range
ask for more than a syntax: ``as``, ``g`` and ``v`` for another kind of answer, such as a table.

Two things are as the API server has them, and not as HTTP does: a range with quality 0 is only
the last choice, and for built-in resources ``application/*`` alone matches nothing.

Source: ``k8s.io/apiserver/pkg/endpoints/handlers/negotiation`` (v1.36), API concepts.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal, TypeAlias, final

from kubeobj.api.errors import NotAcceptable

Syntax: TypeAlias = Literal["json", "yaml"]
"""The syntax of an answer."""

_OFFERED: Mapping[str, Syntax] = {"application/json": "json", "application/yaml": "yaml"}
_META_GROUP = "meta.k8s.io"
_META_KINDS = frozenset({"Table", "PartialObjectMetadata", "PartialObjectMetadataList"})
_META_VERSIONS = frozenset({"v1", "v1beta1"})
_DISCOVERY = ("apidiscovery.k8s.io", "v2", "APIGroupDiscoveryList")


@final
@dataclass(frozen=True, slots=True)
class MediaRange:
    """A media range of a header ``Accept``.

    Args:
        type: Such as ``application``, or ``*``.
        subtype: Such as ``json``, or ``*``.
        quality: How much it is wanted, up to 1.
        parameters: Its other parameters.
    """

    type: str
    subtype: str
    quality: float = 1.0
    parameters: Mapping[str, str] = field(default_factory=dict)

    def covers(self, media_type: str) -> bool:
        """Return whether *media_type*, such as ``application/json``, is in the range."""
        main, _, sub = media_type.partition("/")
        return self.type in {main, "*"} and self.subtype in {sub, "*"}


@final
@dataclass(frozen=True, slots=True)
class Form:
    """The form of an answer.

    Args:
        media: Its syntax.
        kind: What is given in place of the object or list: ``Table``, ``PartialObjectMetadata``,
            ``PartialObjectMetadataList``; empty for the object or list itself.
        version: The version of that kind: ``v1`` or ``v1beta1``.
        pretty: Whether it is for human eyes.
    """

    media: Syntax = "json"
    kind: str = ""
    version: str = ""
    pretty: bool = False


PLAIN = Form()
"""The form of an answer to who asks for none."""


@lru_cache(maxsize=256)
def parse_accept(header: str) -> tuple[MediaRange, ...]:
    """Return the media ranges of a header ``Accept``, the most wanted first.

    What is no media range is left out; a quality that is no number counts as 0.

    >>> [found.subtype for found in parse_accept("text/*;q=0.5, */*;q=0.5, application/yaml")]
    ['yaml', '*', '*']
    >>> parse_accept("application/json;as=Table;v=v1")[0].parameters
    {'as': 'Table', 'v': 'v1'}
    """
    ranges = (found for part in header.split(",") if (found := _media_range(part)) is not None)
    return tuple(sorted(ranges, key=_rank))


def _rank(found: MediaRange) -> tuple[float, bool, bool]:
    return -found.quality, found.type == "*", found.subtype == "*"


def _media_range(text: str) -> MediaRange | None:
    """Return the media range that a part of a header is, or None."""
    name, *rest = text.strip().split(";")
    main, slash, sub = (part.strip() for part in name.partition("/"))
    if not slash and main == "*":
        sub = "*"
    if not sub or "/" in sub:
        return None
    quality, parameters = 1.0, {}
    for key, value in _parameters(rest):
        if key == "q":
            quality = _quality(value)
        else:
            parameters[key] = value.strip()
    return MediaRange(main, sub, quality, parameters)


def _parameters(parts: list[str]) -> Iterator[tuple[str, str]]:
    for part in parts:
        key, _, value = part.partition("=")
        if value and "=" not in value:
            yield key.strip(), value


def _quality(text: str) -> float:
    try:
        quality = float(text) if text == text.strip() else 0.0
    except ValueError:
        return 0.0
    return quality if math.isfinite(quality) else 0.0


@lru_cache(maxsize=256)
def choose_form(
    accept: str,
    *,
    kinds: frozenset[str] = frozenset(),
    is_stream: bool = False,
    is_custom: bool = False,
) -> Form:
    """Return the form of the answer to a request.

    Args:
        accept: The header ``Accept``; empty takes anything.
        kinds: What else than the object or list itself the request can be answered with.
        is_stream: Whether the answer is a watch; that has no YAML.
        is_custom: Whether it is about a custom resource. For others, ``application/*`` alone
            matches nothing, as in the API server.

    Raises:
        NotAcceptable: If there is no such form.

    >>> choose_form("application/json;as=Table;v=v1;g=meta.k8s.io", kinds=frozenset({"Table"}))
    Form(media='json', kind='Table', version='v1', pretty=False)
    """
    if not accept:
        return PLAIN
    if not is_custom and not _is_routed(accept):
        raise _not_acceptable(details={})
    form = next(_meta_forms(accept), None)
    if form is None or (form.kind and form.kind not in kinds):
        raise _not_acceptable()
    if is_stream and form.media != "json":
        raise _not_acceptable()
    return form


def choose_discovery(accept: str) -> tuple[Form, bool]:
    """Return the form of a discovery document, and whether all groups are to be in one.

    Raises:
        NotAcceptable: If there is no such form.

    >>> choose_discovery("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
    (Form(media='json', kind='', version='', pretty=False), True)
    """
    for media, found in _candidates(accept):
        kind = _conversion(found)
        if kind == _DISCOVERY:
            return Form(media, pretty=_is_pretty(found)), True
        if kind is None:
            break
    if not accept:
        return PLAIN, False
    form = next((form for form in _meta_forms(accept) if not form.kind), None)
    if form is None:
        raise _not_acceptable()
    return form, False


def _is_routed(accept: str) -> bool:
    """Return whether the router of the API server lets a request through to its handler."""
    names = (part.partition(";")[0].strip(" ") for part in accept.split(","))
    return any(name == "*/*" or name in _OFFERED for name in names)


def _meta_forms(accept: str) -> Iterator[Form]:
    """Yield the forms that there may be, the most wanted first."""
    for media, found in _candidates(accept):
        form = Form(media, pretty=_is_pretty(found))
        kind = _conversion(found)
        if kind is None:
            yield form
        elif kind[0] == _META_GROUP and kind[1] in _META_VERSIONS and kind[2] in _META_KINDS:
            yield replace(form, kind=kind[2], version=kind[1])


def _candidates(accept: str) -> Iterator[tuple[Syntax, MediaRange]]:
    """Yield each syntax with the range that asks for it, the most wanted first."""
    for found in parse_accept(accept):
        parameters = found.parameters
        if parameters.get("sv", "v1") != "v1":
            continue
        for media_type, media in _OFFERED.items():
            stream = parameters.get("stream")
            if stream is not None and (stream != "watch" or media != "json"):
                continue
            if found.covers(media_type):
                yield media, found


def _conversion(found: MediaRange) -> tuple[str, str, str] | None:
    """Return the group, version and kind that a range asks for; None if for none."""
    group, version, kind = (found.parameters.get(name) for name in ("g", "v", "as"))
    if group is None and version is None and kind is None:
        return None
    return group or "", version or "", kind or ""


def _is_pretty(found: MediaRange) -> bool:
    return found.parameters.get("pretty") == "1"


def _not_acceptable(details: dict[str, str] | None = None) -> NotAcceptable:
    listed = ", ".join(_OFFERED)
    return NotAcceptable(f"only these media types are given: {listed}", details=details)
