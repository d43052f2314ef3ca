"""The verbs get and list: consistent lists, pages of them, and selections.

Label selectors and the selective ones among the fields are answered from the store's indexes; what
else a field selector asks is looked up in what these have found.

Source: ``k8s.io/apiserver/pkg/storage`` and API concepts, Resource versions (v1.36).
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn, final

import orjson

from kubeobj.api.core import Core
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import BadRequest, Expired, Timeout, invalid, not_found
from kubeobj.api.options import ListOptions
from kubeobj.errors import SelectorError
from kubeobj.fields.requirement import FieldRequirement
from kubeobj.fields.selector import FieldSelector
from kubeobj.labels.operator import Operator
from kubeobj.labels.selector import Selector
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import RevisionAhead, RevisionExpired
from kubeobj.store.listing import Page
from kubeobj.store.record import Record

_TOKEN_VERSION = "meta.k8s.io/v1"  # noqa: S105 - not a password


@final
@dataclass(frozen=True, slots=True)
class Listing:
    """What was asked for, as it was at one revision.

    Args:
        records: The objects, in order.
        resource_version: When.
        continue_token: What to give for the next page; empty if this is the last.
        remaining: How many come after; None if that is not known.
    """

    records: tuple[Record, ...]
    resource_version: str
    continue_token: str = ""
    remaining: int | None = None


@final
@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects of a resource are asked for.

    Args:
        labels: With which labels.
        term: With which term of the store; empty for any.
        name: Of which name; empty for any.
        namespace: In which namespace; empty for any.
        rest: What else their fields must meet.
        selects_nothing: Whether no object can be meant.
    """

    labels: Selector
    term: str
    name: str
    namespace: str
    rest: tuple[FieldRequirement, ...]
    selects_nothing: bool = False


def get(core: Core, endpoint: Endpoint, namespace: str, name: str) -> Record:
    """Return the record of an object.

    Raises:
        NotFound: If it is not there.
    """
    record = core.store.get(ObjectKey(endpoint.kind.resource, namespace, name))
    if record is None:
        raise not_found(endpoint.kind.group, endpoint.kind.plural, name)
    return record


def list_objects(core: Core, endpoint: Endpoint, namespace: str, options: ListOptions) -> Listing:
    """Return the objects of a resource that *options* ask for, in one namespace or all.

    Raises:
        ApiError: If the options are wrong, or the history does not reach to when they ask for.
    """
    refuse_bad(options, is_watch=False)
    selection = select(endpoint, namespace, options)
    after, revision = "", _revision(core, options)
    if options.continue_token:
        after, revision = _read_token(options.continue_token)
    if selection.selects_nothing:
        return Listing((), str(revision or core.store.revision))
    # At version 0 any state will do, and the server answers from its cache, all at once.
    limit = 0 if options.resource_version == "0" else options.limit
    page = _page(core, endpoint, selection, limit, after, revision)
    token = ""
    if page.resume_after:
        token = _write_token(page.resume_after, page.revision)
    is_plain = not options.label_selector and not options.field_selector
    remaining = page.remaining if token and is_plain else None
    return Listing(page.records, str(page.revision), token, remaining)


def refuse_bad(options: ListOptions, *, is_watch: bool) -> None:
    """Refuse options that say nothing sensible.

    Raises:
        Invalid: If they do.
    """
    errors = list(options.validate(is_watch=is_watch))
    if errors:
        raise invalid("meta.k8s.io", "ListOptions", "", errors)


def select(endpoint: Endpoint, namespace: str, options: ListOptions) -> Selection:
    """Return which objects *options* ask for.

    Raises:
        BadRequest: If a selector is none, or asks for a field that the kind does not select by.
    """
    try:
        # Nearly nobody who lists everything has loaded the parser.
        text = options.label_selector
        labels = Selector.parse(text) if text else Selector.everything()
        fields = FieldSelector.parse(options.field_selector)
    except SelectorError as error:
        raise BadRequest(str(error)) from None
    return narrow(endpoint, namespace, labels, fields)


def narrow(
    endpoint: Endpoint, namespace: str, labels: Selector, fields: FieldSelector
) -> Selection:
    """Return the selection of *labels* and *fields*, as far as possible by what is indexed.

    Raises:
        BadRequest: If a field is asked for that the kind does not select by.
    """
    kind = endpoint.kind
    term = name = ""
    contradicts = False
    rest: list[FieldRequirement] = []
    for requirement in fields.requirements:
        key, value = requirement.field, requirement.value
        is_equal = requirement.operator is not Operator.NOT_EQUALS
        if key == "metadata.name" or (key == "metadata.namespace" and kind.namespaced):
            if not is_equal:
                rest.append(requirement)
            elif key == "metadata.name":
                contradicts = contradicts or bool(name and name != value) or not value
                name = value
            else:
                contradicts = contradicts or bool(namespace and namespace != value) or not value
                namespace = value
        elif key not in endpoint.field_names:
            raise BadRequest(f"field label not supported: {key}")
        elif is_equal and value and not term and key in kind.indexed_fields:
            term = f"{key}={value}"
        else:
            rest.append(requirement)
    nothing = contradicts or labels.selects_nothing
    return Selection(labels, term, name, namespace, tuple(rest), nothing)


def meets(endpoint: Endpoint, record: Record, rest: Iterable[FieldRequirement]) -> bool:
    """Return whether the fields of *record* meet all requirements."""
    values = endpoint.fields(orjson.loads(record.data))
    return all(
        (values.get(one.field, "") == one.value) is (one.operator is not Operator.NOT_EQUALS)
        for one in rest
    )


def _page(
    core: Core,
    endpoint: Endpoint,
    selection: Selection,
    limit: int,
    after: str,
    revision: int | None,
) -> Page:
    """Return the page that is asked for, of as many pages of the store as it takes."""
    looks_closer = bool(selection.rest or selection.name)
    found: list[Record] = []
    while True:
        page = _stored_page(core, endpoint, selection, limit, after, revision)
        if not looks_closer:
            return page
        for record in page.records:
            if selection.name and record.key.name != selection.name:
                continue
            if selection.rest and not meets(endpoint, record, selection.rest):
                continue
            found.append(record)
            if limit and len(found) == limit:
                is_last = record is page.records[-1] and not page.resume_after
                resume = "" if is_last else record.key.path
                return Page(tuple(found), page.revision, resume, None)
        after, revision = page.resume_after, page.revision
        if not after:
            return Page(tuple(found), page.revision)


def _stored_page(
    core: Core,
    endpoint: Endpoint,
    selection: Selection,
    limit: int,
    after: str,
    revision: int | None,
) -> Page:
    resource, name = endpoint.kind.resource, selection.name
    if name and revision is None and (selection.namespace or not endpoint.kind.namespaced):
        record = core.store.get(ObjectKey(resource, selection.namespace, name))
        there = record is not None and selection.labels.matcher(record.labels)
        return Page((record,) if record is not None and there else (), core.store.revision)
    try:
        return core.store.list(
            resource,
            namespace=selection.namespace,
            selector=selection.labels,
            term=selection.term,
            revision=revision,
            limit=limit,
            after=after,
        )
    except RevisionExpired:
        raise expired(revision or 0, core.store.compacted_revision) from None
    except RevisionAhead as error:
        raise too_large(error.revision, error.current) from None


# ---------------------------------------------------------------- revisions and tokens


def _revision(core: Core, options: ListOptions) -> int | None:
    """Return the revision that *options* ask for; None for what there is now."""
    asked = parse_version(options.resource_version)
    if not asked:
        return None
    current = core.store.revision
    if asked > current:
        raise too_large(asked, current)
    if options.resource_version_match == "Exact":
        return asked
    if options.limit and not options.resource_version_match:
        return asked  # pages without a match are of the revision that was asked for
    return None


def parse_version(text: str) -> int:
    """Return the revision that a resource version is; 0 for none.

    Raises:
        BadRequest: If it is no revision.
    """
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or int(text) >= 2**64:
        raise BadRequest(f"Invalid value: {text!r}: strconv.ParseUint: invalid syntax")
    return int(text)


def too_large(asked: int, current: int) -> Timeout:
    """Return the error that the server has not come to a resource version yet."""
    message = "Too large resource version"
    return Timeout(
        f"Timeout: {message}: {asked}, current: {current}",
        details={"causes": [{"reason": "ResourceVersionTooLarge", "message": message}]},
        retry_after_seconds=1,
    )


def expired(asked: int, oldest: int) -> Expired:
    """Return the error that the history does not reach back to a resource version."""
    return Expired(f"too old resource version: {asked} ({oldest})")


def _write_token(path: str, revision: int) -> str:
    document = {"v": _TOKEN_VERSION, "rv": revision, "start": f"{path}\0"}
    return base64.urlsafe_b64encode(orjson.dumps(document)).decode().rstrip("=")


def _read_token(text: str) -> tuple[str, int]:
    """Return the path after which to go on, and the revision to stay at."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        document = orjson.loads(raw)
    except (binascii.Error, ValueError):
        _refuse_token("it is not as the server has given it")
    if not isinstance(document, Mapping) or document.get("v") != _TOKEN_VERSION:
        _refuse_token("server does not recognize this encoded version")
    start, revision = document.get("start"), document.get("rv")
    if not isinstance(start, str) or not start:
        _refuse_token("encoded start key empty (version meta.k8s.io/v1)")
    if not isinstance(revision, int) or isinstance(revision, bool) or revision <= 0:
        _refuse_token("incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
    return start.rstrip("\0"), revision


def _refuse_token(why: str) -> NoReturn:
    raise BadRequest(f"continue key is not valid: {why}")
