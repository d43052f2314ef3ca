"""The API in process: what a create, a get, a list, a watch and a deletion of many cost.

Every write goes all the way: reading, defaults, admission and all rules. 13,380 pods in one
namespace, as the reference server had, of 1 kB in and about 2 kB stored.
"""

import os
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.datasets import pod_manifests
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.options import ListOptions
from kubeobj.api.rest.api import RestApi
from kubeobj.api.rest.message import HttpRequest
from kubeobj.clock import VirtualClock
from kubeobj.documents import Document
from kubeobj.entropy import SeededIdSource

PODS = 13_380
WATCHES = 1000
NAMESPACE = "default"
_NUMBERS = count(1_000_000)


def filled_server(pods: int) -> ApiServer:
    """Return a server with so many pods, each created with every default."""
    server = ApiServer(clock=VirtualClock(), ids=SeededIdSource(7))
    account = {"metadata": {"name": "default"}, "automountServiceAccountToken": False}
    server.create("serviceaccounts", account, namespace=NAMESPACE)
    for manifest in pod_manifests(pods):
        server.create("pods", manifest, namespace=NAMESPACE)
    return server


@pytest.fixture(scope="module")
def server() -> ApiServer:
    """As many pods as the reference server had."""
    return filled_server(PODS)


def _new_pod() -> tuple[tuple[str, Document], dict[str, object]]:
    manifest = next(iter(pod_manifests(1, first=next(_NUMBERS))))
    return ("pods", manifest), {"namespace": NAMESPACE}


# ---------------------------------------------------------------- writing


def test_create_a_pod(benchmark: BenchmarkFixture) -> None:
    """With all defaulting, admission and validation."""
    benchmark.pedantic(filled_server(0).create, setup=_new_pod, rounds=10_000)


def test_delete_13380_pods(benchmark: BenchmarkFixture) -> None:
    """A deletecollection of pods that run nowhere, which are gone at once."""
    filled = filled_server(PODS)

    def arguments() -> tuple[tuple[ApiServer], dict[str, object]]:
        return (filled.fork(),), {}

    def delete(server: ApiServer) -> None:
        listing, _ = server.delete_collection("pods", namespace=NAMESPACE)
        assert len(listing.records) == PODS

    benchmark.pedantic(delete, setup=arguments, rounds=5)


# ---------------------------------------------------------------- reading


def test_get_bytes(benchmark: BenchmarkFixture, server: ApiServer) -> None:
    """One record, as bytes."""
    assert benchmark(server.get, "pods", "web-007000", namespace=NAMESPACE).data


def test_get_typed_unseen(benchmark: BenchmarkFixture, server: ApiServer) -> None:
    """One pod as a model, of which none has been made before."""
    from kubeobj.api.inprocess import InProcessClient
    from kubeobj.models.corev1 import Pod

    names = [record.key.name for record in server.list("pods", namespace=NAMESPACE).records]
    client = InProcessClient(server, namespace=NAMESPACE)
    client.get(Pod, names.pop())
    benchmark.pedantic(client.get, setup=lambda: ((Pod, names.pop()), {}), rounds=5000)


def test_get_typed_seen(benchmark: BenchmarkFixture, server: ApiServer) -> None:
    """One pod as a model, which has been made before."""
    from kubeobj.api.inprocess import InProcessClient
    from kubeobj.models.corev1 import Pod

    client = InProcessClient(server, namespace=NAMESPACE)
    assert benchmark(client.get, Pod, "web-007000")


def test_list_pods_by_label(benchmark: BenchmarkFixture, server: ApiServer) -> None:
    """134 of 13,380, as bytes."""
    options = ListOptions(label_selector="app=app-7")
    listing = benchmark(server.list, "pods", namespace=NAMESPACE, options=options)
    assert len(listing.records) == 134


def test_list_everything_over_rest(benchmark: BenchmarkFixture, server: ApiServer) -> None:
    """The whole list, as one body of JSON."""
    api = RestApi(server)
    request = HttpRequest("GET", f"/api/v1/namespaces/{NAMESPACE}/pods")
    response = benchmark(api.handle, request)
    assert len(response.body) > PODS * 1000


# ---------------------------------------------------------------- watching


@pytest.mark.parametrize("watches", [0, WATCHES])
def test_create_watched(benchmark: BenchmarkFixture, watches: int) -> None:
    """One write beside a thousand watches with distinct selectors, one of which it concerns."""
    server = filled_server(0)
    held = [
        server.watch(
            "pods",
            namespace=NAMESPACE,
            options=ListOptions(label_selector=f"app=app-{number}", resource_version="1"),
        )
        for number in range(watches)
    ]
    benchmark.pedantic(server.create, setup=_new_pod, rounds=5000)
    assert len(held) == watches


# ---------------------------------------------------------------- forking and starting


def test_fork_a_server(benchmark: BenchmarkFixture, server: ApiServer) -> None:
    """A server with the same objects that goes on by itself."""
    benchmark(server.fork)


def test_start_a_server(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """A process that makes a server, asks it for the namespaces, and ends.

    Packages come with their bytecode, which an installer compiles; so has this one.
    """
    program = (
        "from kubeobj.api.apiserver import ApiServer\n"
        "assert len(ApiServer().list('namespaces').records) == 4"
    )

    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def run() -> None:
        subprocess.run([sys.executable, "-c", program], check=True, env=environment)

    benchmark.pedantic(run, rounds=20, warmup_rounds=2)


# ---------------------------------------------------------------- memory


def test_memory_of_a_server(benchmark: BenchmarkFixture) -> None:
    """Resident megabytes of a process with 100,000 created pods, an index and the history."""
    command = [sys.executable, "-m", "benchmarks.server_memory"]

    def measure() -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    total, body = map(float, benchmark.pedantic(measure, rounds=1).split())
    benchmark.extra_info["server_megabytes"] = total
    benchmark.extra_info["server_body_bytes"] = body
