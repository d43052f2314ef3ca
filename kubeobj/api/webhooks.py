"""Webhooks: servers that the API asks about requests.

Source: ``k8s.io/kubernetes/pkg/apis/admissionregistration/validation`` and
``k8s.io/apiserver/pkg/util/webhook`` (v1.36).
"""

from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from kubeobj.api.admissionrules import (
    FAILURE_POLICIES,
    MATCH_POLICIES,
    REINVOCATION_POLICIES,
    default_rules,
    validate_conditions,
    validate_rules,
)
from kubeobj.api.fielderrors import duplicate, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.labelselectors import is_valid_selector, validate_label_selector
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import (
    validate_dns1035_label,
    validate_dns1123_subdomain,
    validate_fully_qualified_name,
    validate_port_number,
)

REVIEW_VERSIONS = ("v1", "v1beta1")
"""The versions of reviews that the API sends."""

NO_SIDE_EFFECTS = ("None", "NoneOnDryRun")
SIDE_EFFECTS = (*NO_SIDE_EFFECTS, "Some", "Unknown")

MOST_SECONDS = 30
"""The longest that the API waits for a webhook."""

_WEBHOOKS = FieldPath.of("webhooks")
_SELECTORS = ("namespaceSelector", "objectSelector")


def default_webhooks(obj: Wire) -> None:
    """Fill in what the webhooks of a configuration leave open."""
    for hook in obj.get("webhooks", ()):
        hook.setdefault("failurePolicy", "Fail")
        hook.setdefault("matchPolicy", "Equivalent")
        for name in _SELECTORS:
            hook.setdefault(name, {})
        hook.setdefault("timeoutSeconds", 10)
        default_rules(hook.get("rules", ()))
        default_service(hook["clientConfig"])


def default_mutating_webhooks(obj: Wire) -> None:
    """Fill in the same, and that changes of others are not looked at again."""
    default_webhooks(obj)
    for hook in obj.get("webhooks", ()):
        hook.setdefault("reinvocationPolicy", "Never")


def default_service(config: Wire) -> None:
    """Let a webhook's service listen where servers of HTTPS do."""
    if "service" in config:
        config["service"].setdefault("port", 443)


# ---------------------------------------------------------------- rules


def validate_webhooks(obj: Wire) -> Errors:
    """Find what is wrong with the webhooks of a new configuration."""
    return _validate(obj, ())


def validate_webhooks_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with the webhooks of a configuration that replaces another.

    What was wrong with one of those before may be wrong with others now.
    """
    return _validate(obj, old.get("webhooks", ()))


def _validate(obj: Wire, before: Iterable[Wire]) -> Errors:
    before = list(before)
    is_pure = all(hook["sideEffects"] in NO_SIDE_EFFECTS for hook in before)
    is_known = all(map(_is_understood, before))
    is_named_once = len({hook["name"] for hook in before}) == len(before)
    lenient = not all(
        is_valid_selector(hook[name]) for hook in before for name in _SELECTORS if name in hook
    )
    seen: set[str] = set()
    for position, hook in enumerate(obj.get("webhooks", ())):
        path = _WEBHOOKS.index(position)
        yield from _webhook(hook, path, lenient=lenient)
        yield from _side_effects(hook["sideEffects"], path.child("sideEffects"), strict=is_pure)
        versions = hook["admissionReviewVersions"] or []
        yield from _versions(versions, path.child("admissionReviewVersions"), known=is_known)
        if is_named_once and hook["name"]:
            if hook["name"] in seen:
                yield duplicate(path.child("name"), hook["name"])
            seen.add(hook["name"])


def _is_understood(hook: Wire) -> bool:
    versions = hook["admissionReviewVersions"]
    return not versions or any(version in REVIEW_VERSIONS for version in versions)


def _webhook(hook: Wire, path: FieldPath, *, lenient: bool) -> Errors:
    yield from validate_fully_qualified_name(hook["name"], path.child("name"))
    yield from validate_rules(hook.get("rules", ()), path.child("rules"))
    for name, allowed in (
        ("failurePolicy", FAILURE_POLICIES),
        ("matchPolicy", MATCH_POLICIES),
        ("reinvocationPolicy", REINVOCATION_POLICIES),
    ):
        if name in hook and hook[name] not in allowed:
            yield not_supported(path.child(name), hook[name], allowed)
    seconds = hook["timeoutSeconds"]
    if not 1 <= seconds <= MOST_SECONDS:
        detail = f"the timeout value must be between 1 and {MOST_SECONDS} seconds"
        yield invalid(path.child("timeoutSeconds"), seconds, detail, "range")
    for name in _SELECTORS:
        yield from validate_label_selector(hook[name], path.child(name), lenient=lenient)
    yield from validate_client_config(hook["clientConfig"], path.child("clientConfig"))
    yield from validate_conditions(hook.get("matchConditions", []), path.child("matchConditions"))


def _side_effects(effects: str | None, path: FieldPath, *, strict: bool) -> Errors:
    allowed = NO_SIDE_EFFECTS if strict else SIDE_EFFECTS
    if effects is None:
        yield required(path, "required")
    elif effects not in allowed:
        yield not_supported(path, effects, allowed)


def _versions(versions: list[str], path: FieldPath, *, known: bool) -> Errors:
    if not versions:
        yield required(path, "required")
        return
    for position, version in enumerate(versions):
        if version in versions[:position]:
            yield invalid(path.index(position), version, "duplicate version", "unique")
        else:
            yield from validate_dns1035_label(version, path.index(position))
    if known and not any(version in REVIEW_VERSIONS for version in versions):
        detail = f"must include at least one of {', '.join(REVIEW_VERSIONS)}"
        yield invalid(path, versions, detail, "version=known")


# ---------------------------------------------------------------- where they are


def validate_client_config(config: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with where a webhook is."""
    url, service = config.get("url"), config.get("service")
    if (url is None) is (service is None):
        yield required(path, "required-one-of")
    elif url is not None:
        yield from validate_url(url, path.child("url"))
    elif service is not None:
        yield from validate_service(service, path.child("service"))


def validate_url(url: str, path: FieldPath) -> Errors:
    """Find what is wrong with the URL of a webhook."""
    try:
        parts = urlsplit(url)
    except ValueError:
        yield required(path, "format=url")
        return
    form = "; desired format: https://host[/path]"
    if parts.scheme != "https":
        detail = f"'https' is the only allowed URL scheme{form}"
        yield invalid(path, parts.scheme, detail, "format=https-url")
    if not parts.netloc:
        yield invalid(path, "", f"host must be specified{form}", "format=https-url")
    user, at, _ = parts.netloc.rpartition("@")
    for is_there, value, what in (
        (at, user, "user information is"),
        (parts.fragment, parts.fragment, "fragments are"),
        (parts.query, parts.query, "query parameters are"),
    ):
        if is_there:
            yield invalid(path, value, f"{what} not permitted in the URL", "format=https-url")


def validate_service(service: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the service of a webhook."""
    for name in ("name", "namespace"):
        if not service[name]:
            yield required(path.child(name), "required")
    yield from validate_port_number(service["port"], path.child("port"))
    text, here = service.get("path", ""), path.child("path")
    if text in {"", "/"}:
        return
    if not text.startswith("/"):
        yield invalid(here, text, "must start with a '/'", "format=path")
    if text == "//":
        yield invalid(here, text, "segment[0] may not be empty", "format=path")
        return
    for position, segment in enumerate(text.removeprefix("/").removesuffix("/").split("/")):
        if not segment:
            yield invalid(here, text, f"segment[{position}] may not be empty", "format=path")
            continue
        for error in validate_dns1123_subdomain(segment):
            yield invalid(here, text, f"segment[{position}]: {error.detail}", "format=path")


def counted_table(name: str, count: Callable[[Wire], int]) -> Table:
    """Return the table of a kind of which a number is printed, called *name*."""

    def cells(obj: Wire, now: float) -> Cells:
        return [obj["metadata"].get("name", ""), count(obj), age_of(obj, now)]

    return Table((NAME, Column(name, "integer"), AGE), cells)


WEBHOOKS_TABLE = counted_table("Webhooks", lambda obj: len(obj.get("webhooks", ())))
"""The table of configurations of webhooks."""
