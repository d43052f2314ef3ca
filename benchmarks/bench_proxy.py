"""What a Service costs: through the proxy and past it, in turn, so that noise hits both.

Client, server and proxy are a process each, on loopback. A throughput is bytes per second through
64 connections, a latency the time from a question of 256 bytes to the last of 1,024 in answer.
"""

import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.proxy_peers import answered, flooded, waited
from kubeobj.network.proxyprocess import ProxyProcess
from kubeobj.network.rules import Backend, Frontend, Rule

CONNECTIONS = 64
SERVER, SERVICE = "127.77.0.1", "127.77.128.1"
PORT = 18_080


@pytest.fixture(scope="module")
def proxy() -> Iterator[ProxyProcess]:
    """A proxy with one rule."""
    made = ProxyProcess(lambda: None)
    made.start()
    rule = Rule("one", (Frontend("TCP", SERVICE, PORT),), (Backend(SERVER, PORT),))
    change(made, rule)
    assert not made.troubles
    yield made
    made.stop()


def change(proxy: ProxyProcess, rule: Rule) -> None:
    """Have a rule, in force."""
    number = proxy.change({rule.key: rule}, [])
    while proxy.applied < number:
        time.sleep(0.000_05)


@contextmanager
def serving(what: str) -> Iterator[None]:
    """Let a server run."""
    command = [sys.executable, "-m", "benchmarks.proxy_peers", what, SERVER, str(PORT)]
    with subprocess.Popen(command) as process:
        try:
            while True:
                try:
                    socket.create_connection((SERVER, PORT)).close()
                    break
                except ConnectionRefusedError:
                    time.sleep(0.02)
            yield
        finally:
            process.terminate()


def test_proxy_throughput(benchmark: BenchmarkFixture, proxy: ProxyProcess) -> None:
    """64 connections, each of which takes 16 MB, directly and through the proxy."""
    direct: list[float] = []
    proxied: list[float] = []

    def both() -> None:
        direct.append(flooded(SERVER, PORT, CONNECTIONS))
        proxied.append(flooded(SERVICE, PORT, CONNECTIONS))

    with serving("flood"):
        benchmark.pedantic(both, rounds=25, warmup_rounds=1)
    ratios = [one / other for one, other in zip(direct, proxied, strict=True)]
    benchmark.extra_info["proxy_throughput_cost"] = statistics.median(ratios)
    benchmark.extra_info["proxy_bytes_per_second"] = statistics.median(proxied)
    benchmark.extra_info["direct_bytes_per_second"] = statistics.median(direct)


def test_proxy_requests(benchmark: BenchmarkFixture, proxy: ProxyProcess) -> None:
    """64 connections that ask a server which does nothing but answer, as fast as they can."""
    direct: list[float] = []
    proxied: list[float] = []

    def both() -> None:
        direct.append(answered(SERVER, PORT, CONNECTIONS, 0.5))
        proxied.append(answered(SERVICE, PORT, CONNECTIONS, 0.5))

    with serving("answer"):
        benchmark.pedantic(both, rounds=7, warmup_rounds=1)
    ratios = [one / other for one, other in zip(direct, proxied, strict=True)]
    benchmark.extra_info["proxy_requests_cost"] = statistics.median(ratios)
    benchmark.extra_info["proxy_requests_per_second"] = statistics.median(proxied)
    benchmark.extra_info["direct_requests_per_second"] = statistics.median(direct)


def test_proxy_latency(benchmark: BenchmarkFixture, proxy: ProxyProcess) -> None:
    """One question at a time, directly and through the proxy."""
    direct: list[float] = []
    proxied: list[float] = []
    with (
        serving("answer"),
        socket.create_connection((SERVER, PORT)) as past,
        socket.create_connection((SERVICE, PORT)) as through,
    ):

        def both() -> None:
            for _ in range(100):
                direct.append(waited(past))
                proxied.append(waited(through))

        benchmark.pedantic(both, rounds=20, warmup_rounds=2)
    added = statistics.median(proxied) - statistics.median(direct)
    benchmark.extra_info["proxy_added_latency"] = added


def test_proxy_connect(benchmark: BenchmarkFixture, proxy: ProxyProcess) -> None:
    """Connect through the proxy, ask once, and end."""

    def once() -> None:
        with socket.create_connection((SERVICE, PORT)) as one:
            waited(one)

    with serving("answer"):
        benchmark(once)


def test_proxy_change(benchmark: BenchmarkFixture, proxy: ProxyProcess) -> None:
    """One endpoint of 100 is gone: until no new connection is sent there."""
    backends = [Backend(f"127.77.1.{number}", PORT) for number in range(1, 101)]
    place = (Frontend("TCP", SERVICE, PORT + 1),)
    turns = iter(range(10_000_000))

    def gone() -> None:
        left = next(turns) % 100
        change(proxy, Rule("two", place, tuple(backends[:left] + backends[left + 1 :])))

    benchmark(gone)
