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

    def wait(self, seconds: float) -> None:
        """Let time pass; nothing happens meanwhile."""
        self.clock.advance(seconds)

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


def replay(scenario: Wire, client: Client | None = None) -> None:
    """Replay a scenario.

    Args:
        scenario: What was recorded.
        client: Who asks; None for one of a server on which nothing happens by itself.

    Raises:
        Mismatch: If an answer is not as recorded.
    """
    client = Client() if client is None else client
    bound: Bound = {"<ns>": NAMESPACE}
    matcher = Matcher(bound)
    _set_up(client, scenario.get("setup", "default"))
    waiting: dict[str, tuple[Wire, HttpResponse]] = {}
    for position, step in enumerate(scenario["steps"]):
        if "sleep" in step:
            client.wait(step["sleep"])
            continue
        if "pods" in step:
            _play_kubelet(client, substituted(step["pods"], bound))
            continue
        if "start" in step:
            waiting[step["start"]] = (step, _open(client, step, bound))
            continue
        if "join" in step:
            begun, response = waiting.pop(step["join"])
        else:
            begun, response = step, _open(client, step, bound)
        where = f"step {position} {step.get('method', 'join')} {step.get('path', step.get('join'))}"
        answer = client.close(response)
        answer = _awaited(client, step, bound, answer) if "until" in step else answer
        _compare(step, begun, answer, matcher, where)


def _awaited(client: Client, step: Wire, bound: Bound, answer: Answer) -> Answer:
    """Return the answer once it is as expected, or the last one within the time."""
    until = substituted(step["until"], bound)
    wanted = {pointer: value for pointer, value in until.items() if pointer.startswith("/")}
    for _ in range(round(until.get("timeout", 60) / 0.1)):
        status, _, data = answer
        found = _parsed(step, data)
        if status == until.get("status", 200) and all(
            _pick(found, pointer) == value for pointer, value in wanted.items()
        ):
            break
        client.wait(0.1)
        answer = client.close(_open(client, step, bound))
    return answer


def _play_kubelet(client: Client, pods: Wire) -> None:
    """Give the first pods of a selector a status, as a kubelet does.

    Raises:
        Mismatch: If there are not so many.
    """
    query = urllib.parse.quote(pods.get("labelSelector", ""))
    wanted: list[Wire] = []
    for _ in range(round(pods.get("timeout", 20) / 0.1)):
        _, _, data = client.send("GET", f"{pods['path']}?labelSelector={query}")
        phases = pods.get("from", ["Pending"])
        wanted = [
            one
            for one in json.loads(data)["items"]
            if "deletionTimestamp" not in one["metadata"] and one["status"].get("phase") in phases
        ]
        if len(wanted) >= pods["count"]:
            break
        client.wait(0.1)
    if len(wanted) < pods["count"]:
        raise Mismatch(f"{len(wanted)} pods to set, expected {pods['count']}")
    wanted.sort(key=lambda one: one["metadata"]["name"])
    strategic = {"Content-Type": "application/strategic-merge-patch+json"}
    for number, one in enumerate(wanted[: pods["count"]], start=1):
        status = json.loads(json.dumps(pods["status"]).replace("%n", str(number)))
        target = f"{pods['path']}/{one['metadata']['name']}/status"
        code, _, data = client.send("PATCH", target, json.dumps({"status": status}), strategic)
        if code != 200:
            raise Mismatch(f"the status of a pod: {code} {data[:200]!r}")


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
