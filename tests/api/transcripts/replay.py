"""Replaying a recorded scenario: its requests in order, each answer compared.

The README beside the recordings says what a scenario is made of.
"""

import json
import urllib.parse
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeAlias

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.kind import User
from kubeobj.api.rest.api import RestApi
from kubeobj.api.rest.authentication import TokenAuthenticator
from kubeobj.api.rest.message import HttpRequest, HttpResponse
from kubeobj.clock import VirtualClock
from kubeobj.documents import JsonValue, Wire
from kubeobj.entropy import SeededIdSource
from tests.api.transcripts.matching import (
    PLACEHOLDER,
    Bound,
    Matcher,
    Mismatch,
    scrubbed,
    short,
    substituted,
)

NAMESPACE = "z0000001"
TOKEN = "the-recorder"  # noqa: S105 - of nobody
JSON = {"Content-Type": "application/json"}
ADMIN = User("admin", ("system:masters", "system:authenticated"), uid="1")


Answer: TypeAlias = tuple[int, tuple[tuple[str, str], ...], bytes]
"""Status, headers and the whole body."""


@cache
def _prototype() -> ApiServer:
    """Return the server that every scenario has a copy of."""
    server = ApiServer(clock=VirtualClock(), ids=SeededIdSource(36), issuer="https://k")
    # As on the recorded server, the first versions are beyond what the history reaches.
    server.store.compact(server.store.revision)
    return server


class Client:
    """A client of a server of its own, on a clock of its own."""

    def __init__(self) -> None:
        self.clock = _prototype().clock
        self.api = RestApi(_prototype().fork(), authenticate=TokenAuthenticator({TOKEN: ADMIN}))

    def open(
        self,
        method: str,
        target: str,
        body: str | bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> HttpResponse:
        """Send a request, and return the response as it begins."""
        sent = {
            "User-Agent": "recorder/1.0",
            "Accept": "application/json",
            "Authorization": f"Bearer {TOKEN}",
        }
        for name, value in (headers or {}).items():
            sent = {key: text for key, text in sent.items() if key.lower() != name.lower()}
            if value is not None:
                sent[name] = value
        if body is not None and not isinstance(body, bytes):
            body = body.encode("utf-8", "surrogatepass")
        return self.api.handle(HttpRequest(method, target, sent, body or b""))

    def close(self, response: HttpResponse) -> Answer:
        """Return what a response has come to at its end."""
        stream = response.stream
        if stream is None:
            return response.status, response.headers, response.body
        data = stream.read()
        if not stream.is_over and stream.ends_at is not None:
            self.clock.advance(max(0.0, stream.ends_at - self.clock.now()))
            data += stream.read()
        return response.status, response.headers, data

    def send(
        self,
        method: str,
        target: str,
        body: str | bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Send a request, and return status, headers and the whole body."""
        return self.close(self.open(method, target, body, headers))


def replay(scenario: Wire) -> None:
    """Replay a scenario.

    Raises:
        Mismatch: If an answer is not as recorded.
    """
    client = Client()
    bound: Bound = {"<ns>": NAMESPACE}
    matcher = Matcher(bound)
    _set_up(client, scenario.get("setup", "default"))
    waiting: dict[str, tuple[Wire, HttpResponse]] = {}
    for position, step in enumerate(scenario["steps"]):
        if "sleep" in step:
            client.clock.advance(step["sleep"])
            continue
        if "start" in step:
            waiting[step["start"]] = (step, _open(client, step, bound))
            continue
        if "join" in step:
            begun, response = waiting.pop(step["join"])
        else:
            begun, response = step, _open(client, step, bound)
        where = f"step {position} {step.get('method', 'join')} {step.get('path', step.get('join'))}"
        _compare(step, begun, client.close(response), matcher, where)


def _set_up(client: Client, setup: str) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    status, _, data = client.send("POST", "/api/v1/namespaces", json.dumps(namespace), JSON)
    if status != 201:
        raise Mismatch(f"the namespace cannot be made: {status} {data[:200]!r}")
    if setup == "none":
        return
    account: Wire = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    if setup != "automount":
        account["automountServiceAccountToken"] = False
    target = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts"
    client.send("POST", target, json.dumps(account), JSON)


def _open(client: Client, step: Wire, bound: Bound) -> HttpResponse:
    path, mark, query = step["path"].partition("?")
    query = PLACEHOLDER.sub(
        lambda found: urllib.parse.quote(str(bound.get(found[0], found[0])), safe=""), query
    )
    headers = substituted(step.get("headers") or {}, bound)
    target = substituted(path, bound) + mark + query
    return client.open(step["method"], target, _body(step, bound), headers)


def _body(step: Wire, bound: Bound) -> str | None:
    if "rawFill" in step:
        fill = step["rawFill"]
        prefix, suffix = (substituted(fill[part], bound) for part in ("prefix", "suffix"))
        return prefix + fill["fill"] * fill["count"] + suffix
    if "rawBody" in step:
        return substituted(step["rawBody"], bound)
    return json.dumps(substituted(step["body"], bound)) if "body" in step else None


def _compare(step: Wire, begun: Wire, answer: Answer, matcher: Matcher, where: str) -> None:
    status, headers, data = answer
    found = _parsed(begun, data)
    if status != step["status"]:
        raise Mismatch(f"{where}: status {status}, expected {step['status']} ({_told(found)})")
    warnings = sum(1 for name, _ in headers if name.lower() == "warning")
    if bool(step.get("warnings")) != bool(warnings):
        expected = step.get("warnings", 0)
        raise Mismatch(f"{where}: {warnings} warnings, expected {expected}")
    if "response" not in step:
        return
    if "project" in step:
        found = {pointer: _pick(found, pointer) for pointer in step["project"]}
    try:
        matcher.match(scrubbed(step["response"]), scrubbed(found))
    except Mismatch as error:
        raise Mismatch(f"{where}: {error} {_told(found)}") from None


def _told(found: JsonValue) -> str:
    if isinstance(found, dict) and found.get("kind") == "Status":
        return found.get("message", "")
    return short(found)


def _parsed(step: Wire, data: bytes) -> JsonValue:
    if step.get("watch"):
        return [event for event in map(_event, data.decode().splitlines()) if event is not None]
    try:
        return json.loads(data)
    except ValueError:
        return "<text>" if data else None


def _event(line: str) -> Wire | None:
    """Return an event; None for a bookmark that comes when the server likes."""
    event = json.loads(line)
    if event.get("type") == "BOOKMARK":
        annotations = event["object"]["metadata"].get("annotations") or {}
        if "k8s.io/initial-events-end" not in annotations:
            return None
    return event


def _pick(document: Any, pointer: str) -> JsonValue:  # type: ignore[explicit-any]
    steps = pointer.split("/")[1:]
    for position, step in enumerate(steps):
        if step == "#":
            return len(document or ())
        if step in {"*", "*~"}:
            rest = "".join(f"/{one}" for one in steps[position + 1 :])
            found = [_pick(item, rest) if rest else item for item in document or ()]
            return sorted(found, key=json.dumps) if step == "*~" else found
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list):
            document = document[int(name)] if int(name) < len(document) else None
        else:
            document = document.get(name) if isinstance(document, dict) else None
    return document
