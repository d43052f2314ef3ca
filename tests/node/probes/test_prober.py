"""Containers are asked as the kubelet asks them, and its words say what came of it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from kubeobj.clock import LiveClock, VirtualClock
from kubeobj.node.probes.board import Check, Outcome, Verdict
from kubeobj.node.probes.kinds import ProbeKind
from kubeobj.node.probes.prober import NodeProber
from kubeobj.runtimes.behaviour import Behaviours
from kubeobj.runtimes.configs import ContainerConfig, PodIdentity, SandboxConfig
from kubeobj.runtimes.simulated import SimulatedRuntime
from tests.node.probes.servers import (
    free_port,
    http_server,
    scripted_server,
    silent_server,
)

Document = dict[str, Any]


def ask(probe: Document, address: str = "127.0.0.1", run_id: str = "", **runtime: Any) -> Outcome:
    """Ask a container that has a port named ``web``."""
    container = {"name": "a", "ports": [{"name": "web", "containerPort": runtime.pop("web", 1)}]}
    clock = VirtualClock()
    simulated = runtime.get("simulated") or SimulatedRuntime(
        clock, Behaviours(), sleep=clock.advance
    )
    check = Check(("u", "a", ProbeKind.LIVENESS), run_id, {}, container, probe, address)
    return NodeProber(simulated, LiveClock()).probe(check)


def http(port: int | str, **more: Any) -> Document:
    return {"httpGet": {"port": port, "path": "/", **more}, "timeoutSeconds": 5}


@pytest.mark.parametrize("status", [200, 204, 299])
def test_http_codes_from_200_are_well(status: int) -> None:
    """Up to 299."""
    with http_server(lambda _asked: (status, {}, b"")) as port:
        assert ask(http(port)) == Outcome(Verdict.SUCCESS)


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_http_codes_from_400_are_failures(status: int) -> None:
    """What the server says of it is not told: it may be secret."""
    with http_server(lambda _asked: (status, {}, b"secret")) as port:
        expected = f"HTTP probe failed with statuscode: {status}"
        assert ask(http(port)) == Outcome(Verdict.FAILURE, expected)


def test_http_asks_as_it_is_told() -> None:
    """By a port with a name, with a path and headers; a probe says that it is one."""
    seen: list[tuple[str, dict[str, str]]] = []

    def answer(asked: Any) -> tuple[int, dict[str, str], bytes]:
        seen.append((asked.path, dict(asked.headers.items())))
        return 200, {}, b""

    with http_server(answer) as port:
        headers = [{"name": "X-Two", "value": "2"}, {"name": "Host", "value": "shop.example"}]
        assert ask(http("web", path="/healthz?full=1", httpHeaders=headers), web=port)
        assert ask(http(port, path="no-slash"))
    assert seen[0] == (
        "/healthz?full=1",
        {
            "User-Agent": "kube-probe/1.36",
            "Accept": "*/*",
            "X-Two": "2",
            "Host": "shop.example",
            "Connection": "close",
        },
    )
    assert (seen[1][0], seen[1][1]["Host"]) == ("/no-slash", f"127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/a b", "/a%20b"),
        ("/a%20b", "/a%20b"),
        ("/a b?x=1&y=%20#part", "/a%20b?x=1&y=%20"),
        ("/caf\u00e9?caf\u00e9", "/caf%C3%A9?caf\u00e9"),
        ("/caf%c3%a9", "/caf%c3%a9"),
        ("/a(b)", "/a(b)"),
        ("/a (b)", "/a%20%28b%29"),
        ('/"<>\\^`{|}', "/%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ("/$&+,:;=@-_.~", "/$&+,:;=@-_.~"),
        ("/100%?x=1", "/100%25%3Fx=1"),
        ("/a\nX-Evil: 1", "/a%0AX-Evil:%201"),
        ("/a?", "/a?"),
        ("?x=1", "/?x=1"),
        ("//elsewhere/b", "/b"),
    ],
)
def test_http_asks_for_a_path_as_a_url_has_it(path: str, asked: str) -> None:
    """What is no URL is taken for a path as it is; a query is never touched."""
    seen: list[str] = []

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        seen.append(request.requestline)
        return 200, {}, b""

    with http_server(answer) as port:
        assert ask(http(port, path=path)) == Outcome(Verdict.SUCCESS)
    assert [line.encode("latin-1").decode() for line in seen] == [f"GET {asked} HTTP/1.1"]


def test_http_follows_redirects_on_the_same_host() -> None:
    """To wherever they lead there."""

    def answer(asked: Any) -> tuple[int, dict[str, str], bytes]:
        if asked.path == "/end":
            return 200, {}, b""
        return 302, {"Location": "/end"}, b""

    with http_server(answer) as port:
        assert ask(http(port)) == Outcome(Verdict.SUCCESS)


def test_http_does_not_follow_redirects_to_others() -> None:
    """That is a success, with a warning."""
    location = {"Location": "http://example.invalid/"}
    with http_server(lambda _asked: (302, location, b"Found")) as port:
        expected = "Probe terminated redirects, Response body: Found"
        assert ask(http(port)) == Outcome(Verdict.WARNING, expected)


def test_http_does_not_go_round_in_circles() -> None:
    """But ten times."""
    with http_server(lambda _asked: (302, {"Location": "/"}, b"")) as port:
        outcome = ask(http(port))
    assert outcome.verdict is Verdict.FAILURE
    assert outcome.output == f'Get "http://127.0.0.1:{port}/": stopped after 10 redirects'


def test_http_where_nobody_listens() -> None:
    """Is said as Go says it."""
    port = free_port()
    assert ask(http(port)) == Outcome(
        Verdict.FAILURE,
        f'Get "http://127.0.0.1:{port}/": dial tcp 127.0.0.1:{port}: connect: connection refused',
    )


def test_http_that_takes_too_long() -> None:
    """Is a failure."""
    with silent_server() as port:
        outcome = ask({**http(port), "timeoutSeconds": 0.05})
    assert outcome == Outcome(
        Verdict.FAILURE,
        f'Get "http://127.0.0.1:{port}/": context deadline exceeded (Client.Timeout exceeded while'
        " awaiting headers)",
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "EOF"),
        (b"HTTP/1.1 20", "unexpected EOF"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", 'malformed HTTP response "SSH-2.0-OpenSSH"'),
    ],
)
def test_what_is_no_http_is_a_failure(said: bytes, why: str) -> None:
    """Whatever it is."""
    with scripted_server(said) as port:
        outcome = ask(http(port))
    assert outcome == Outcome(Verdict.FAILURE, f'Get "http://127.0.0.1:{port}/": {why}')


def test_a_port_without_that_name_cannot_be_asked() -> None:
    """So nothing is known of the container."""
    outcome = ask(http("nothing"))
    assert outcome == Outcome(Verdict.ERROR, 'strconv.Atoi: parsing "nothing": invalid syntax')


def test_tcp_is_well_where_somebody_listens() -> None:
    """And a failure where nobody does."""
    with silent_server() as port:
        assert ask({"tcpSocket": {"port": port}}) == Outcome(Verdict.SUCCESS)
    port = free_port()
    assert ask({"tcpSocket": {"port": port}}) == Outcome(
        Verdict.FAILURE, f"dial tcp 127.0.0.1:{port}: connect: connection refused"
    )


def test_grpc_is_asked_by_its_health_protocol() -> None:
    """For the whole server, or one of its services."""
    server = grpc.server(ThreadPoolExecutor(2))
    servicer = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    servicer.set("", health_pb2.HealthCheckResponse.SERVING)
    servicer.set("shop", health_pb2.HealthCheckResponse.NOT_SERVING)
    server.start()
    try:
        assert ask({"grpc": {"port": port}, "timeoutSeconds": 10}) == Outcome(Verdict.SUCCESS)
        assert ask({"grpc": {"port": port, "service": "shop"}, "timeoutSeconds": 10}) == Outcome(
            Verdict.FAILURE, 'service unhealthy (responded with "NOT_SERVING")'
        )
    finally:
        server.stop(None).wait()


def test_grpc_where_nobody_listens() -> None:
    """Is said in the kubelet's words."""
    port = free_port()
    assert ask({"grpc": {"port": port}, "timeoutSeconds": 1}) == Outcome(
        Verdict.FAILURE,
        f'timeout: failed to connect service "127.0.0.1:{port}" within 1s: '
        "context deadline exceeded",
    )


def test_a_command_is_run_in_the_container() -> None:
    """One that is not there any more cannot be asked."""
    clock = VirtualClock()
    runtime = SimulatedRuntime(clock, sleep=clock.advance)
    sandbox = runtime.run_sandbox(SandboxConfig(PodIdentity("d", "p", "u"), "p", free_path()))
    run_id = runtime.create_container(sandbox, ContainerConfig("a", 0, "a:1"))
    runtime.start_container(run_id)
    probe = {"exec": {"command": ["true"]}}
    assert ask(probe, run_id=run_id, simulated=runtime) == Outcome(Verdict.SUCCESS)
    gone = ask(probe, run_id="gone", simulated=runtime)
    assert gone == Outcome(Verdict.ERROR, "there is no container gone")


def free_path() -> Any:
    """Return a path at which nothing is."""
    from pathlib import Path

    return Path("/nowhere")
