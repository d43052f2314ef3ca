"""Comparing an answer with a recorded one, whose placeholders stand for what differs by run."""

import json
import re
from typing import Any, TypeAlias

from kubeobj.documents import JsonValue, Wire

Bound: TypeAlias = dict[str, str | int]
"""What placeholders stand for."""

PLACEHOLDER = re.compile(r"<(uid|rv|lrv|ip|port|suffix|continue|time|age|msg|any|ns)(?::(\d+))?>")
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_FORMS = {
    "uid": _UUID,
    "rv": r"\d+",
    "lrv": r"[^\"]+",
    "ip": r"[0-9a-fA-F.:]+",
    "port": r"\d+",
    "suffix": r"[a-z0-9]{3,10}",
    "continue": r"\S+",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)",
    "age": r"(?s:.*)",
    "msg": r"(?s:.*)",
    "any": r"(?s:.*)",
}
# What /version says of who has built a server, when and with what.
_OF_A_BUILD = {
    "buildDate",
    "compiler",
    "gitCommit",
    "gitTreeState",
    "gitVersion",
    "goVersion",
    "platform",
}
_ANYTHING = {"time", "age", "msg", "any"}
_ONE_EACH = {"uid", "rv", "ip", "port"}


class Mismatch(AssertionError):
    """The answer is not the recorded one."""


def substituted(value: Any, bound: Bound) -> Any:  # type: ignore[explicit-any]
    """Return *value* with what is known in place of its placeholders."""
    if isinstance(value, str):
        if PLACEHOLDER.fullmatch(value) and value in bound:
            return bound[value]
        return PLACEHOLDER.sub(lambda found: str(bound.get(found[0], found[0])), value)
    if isinstance(value, list):
        return [substituted(item, bound) for item in value]
    if isinstance(value, dict):
        return {substituted(key, bound): substituted(part, bound) for key, part in value.items()}
    return value


def scrubbed(value: Any) -> Any:  # type: ignore[explicit-any]
    """Return *value* without what is never compared: messages, descriptions, managed fields."""
    if isinstance(value, list):
        return [scrubbed(item) for item in value]
    if not isinstance(value, dict):
        return value
    value = {key: scrubbed(part) for key, part in value.items() if key != "managedFields"}
    if value.get("kind") == "Status" and ("status" in value or "code" in value):
        value.pop("message", None)
        details = value.get("details")
        if isinstance(details, dict) and isinstance(details.get("causes"), list):
            causes = [
                {key: part for key, part in cause.items() if key != "message"}
                for cause in details["causes"]
            ]
            details["causes"] = sorted(
                causes, key=lambda cause: (cause.get("field", ""), cause.get("reason", ""))
            )
    if "gitVersion" in value:
        value = {key: part for key, part in value.items() if key not in _OF_A_BUILD}
    if isinstance(value.get("sources"), list):
        value["sources"] = [one for one in value["sources"] if not _is_a_distribution_s(one)]
    for column in value.get("columnDefinitions") or ():
        column.pop("description", None)
    return value


def _is_a_distribution_s(source: JsonValue) -> bool:
    """Return whether a source of a token volume is one that a distribution has added."""
    config_map = source.get("configMap") if isinstance(source, dict) else None
    return isinstance(config_map, dict) and config_map.get("name") == "openshift-service-ca.crt"


def short(value: JsonValue) -> str:
    """Return *value* for a message."""
    text = json.dumps(value, sort_keys=True)
    return text if len(text) < 160 else f"{text[:157]}..."


class Matcher:
    """Compares answers, and learns what placeholders stand for.

    Args:
        bound: What they stand for so far; it grows.
    """

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self._holders: dict[tuple[str, str], str] = {}

    def match(self, expected: JsonValue, actual: JsonValue, path: str = "") -> None:
        """Compare *actual* with what is *expected*.

        Raises:
            Mismatch: If they differ.
        """
        if isinstance(expected, str) and PLACEHOLDER.search(expected):
            self._match_text(expected, actual, path)
        elif isinstance(expected, dict):
            self._match_object(expected, actual, path)
        elif isinstance(expected, list):
            if not isinstance(actual, list) or len(expected) != len(actual):
                raise Mismatch(f"{path}: expected {short(expected)}, got {short(actual)}")
            for position, (left, right) in enumerate(zip(expected, actual, strict=True)):
                self.match(left, right, f"{path}/{position}")
        elif isinstance(expected, bool) != isinstance(actual, bool) or expected != actual:
            raise Mismatch(f"{path}: expected {short(expected)}, got {short(actual)}")

    def _match_object(self, expected: Wire, actual: JsonValue, path: str) -> None:
        if not isinstance(actual, dict):
            raise Mismatch(f"{path}: expected an object, got {short(actual)}")
        wanted = {substituted(key, self.bound): part for key, part in expected.items()}
        for key, part in wanted.items():
            if key not in actual:
                raise Mismatch(f"{path}/{key}: missing, expected {short(part)}")
        for key in actual:
            if key not in wanted:
                raise Mismatch(f"{path}/{key}: not expected, got {short(actual[key])}")
        for key, part in wanted.items():
            self.match(part, actual[key], f"{path}/{key}")

    def _match_text(self, expected: str, actual: JsonValue, path: str) -> None:
        whole = PLACEHOLDER.fullmatch(expected)
        if whole and whole[1] == "any":
            return
        if isinstance(actual, bool) or not isinstance(actual, str | int):
            raise Mismatch(f"{path}: expected {expected}, got {short(actual)}")
        pattern, position, found = "", 0, []
        for holder in PLACEHOLDER.finditer(expected):
            pattern += re.escape(expected[position : holder.start()])
            if holder[1] == "ns":
                pattern += re.escape(self.bound["<ns>"])
            else:
                pattern += f"({_FORMS[holder[1]]})"
                found.append((holder[0], holder[1]))
            position = holder.end()
        pattern += re.escape(expected[position:])
        match = re.fullmatch(pattern, str(actual))
        if not match:
            raise Mismatch(f"{path}: expected {expected!r}, got {short(actual)}")
        for (holder, form), value in zip(found, match.groups(), strict=True):
            self._bind(holder, form, actual if whole else value, path)

    def _bind(self, holder: str, form: str, value: str | int, path: str) -> None:
        if form in _ANYTHING:
            return
        if holder in self.bound:
            if str(self.bound[holder]) != str(value):
                raise Mismatch(f"{path}: {holder} was {self.bound[holder]!r}, now {value!r}")
            return
        if form in _ONE_EACH:
            other = self._holders.setdefault((form, str(value)), holder)
            if other != holder:
                raise Mismatch(f"{path}: {value!r} is {other}, expected a new value for {holder}")
        if form == "rv":
            self._check_order(holder, value, path)
        self.bound[holder] = value

    def _check_order(self, holder: str, value: str | int, path: str) -> None:
        number = int(holder[4:-1])
        for other, known in self.bound.items():
            if other.startswith("<rv:"):
                before = int(other[4:-1]) < number
                if before != (int(known) < int(value)):
                    raise Mismatch(f"{path}: {holder}={value} is out of order with {other}={known}")
