"""Engines are found by their sockets, and it is said why one is not."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from kubeobj.runtimes.docker import engines
from kubeobj.runtimes.docker.dockerruntime import DockerRuntime
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.enginefaults import unavailable
from kubeobj.runtimes.docker.engines import find_engine
from kubeobj.runtimes.docker.ownership import owner_of
from kubeobj.runtimes.errors import NoSuchContainer, RuntimeUnavailable
from kubeobj.testing.conformance.runtimecase import RuntimeBox, refused
from tests.engines import engine_url
from tests.runtimes.docker.pods import box_of


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Look for engines only where the environment says, on a machine that has none."""
    usual = engines.engine_urls

    def only(environment: dict[str, str], home: Path) -> tuple[str, ...]:
        asked = {environment.get("DOCKER_HOST"), environment.get("CONTAINER_HOST")}
        return tuple(url for url in usual(environment, home) if url in asked)

    monkeypatch.setattr(engines, "engine_urls", only)
    return tmp_path


@contextmanager
def dead_socket(path: Path) -> Iterator[str]:
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.close()
    yield f"unix://{path}"


def test_an_engine_is_found_where_it_is_said_to_be(kind: str) -> None:
    url = engine_url(kind)
    found = find_engine(environment={"DOCKER_HOST": url})
    assert (found.kind, found.url) == (kind, url)
    engine = Engine(url)
    assert found.version == engine.get("/version")["Version"]
    engine.close()


def test_an_engine_is_found_by_what_it_is(kind: str) -> None:
    """Also if another one is asked for first."""
    engine_url(kind)
    other = engine_url({"docker": "podman", "podman": "docker"}[kind])
    assert find_engine(kind, {"DOCKER_HOST": other}).kind == kind


def test_another_engine_does_not_take_the_place_of_one_that_was_named(
    kind: str, tmp_path: Path
) -> None:
    engine_url(kind)
    named = {"docker": "DOCKER_HOST", "podman": "CONTAINER_HOST"}[kind]
    with refused(RuntimeUnavailable) as errors:
        find_engine(kind, {named: f"unix://{tmp_path}/absent.sock"})
    assert errors[0].message.startswith(f"{named} is unix://{tmp_path}/absent.sock, and nothing")


def test_no_engine_says_what_to_do(nowhere: Path) -> None:
    with refused(RuntimeUnavailable) as errors:
        find_engine("any", {})
    assert "install it and start it" in errors[0].message
    assert "run pods as processes" in errors[0].message


def test_a_socket_that_is_not_there_is_named(nowhere: Path) -> None:
    with refused(RuntimeUnavailable) as errors:
        find_engine("docker", {"DOCKER_HOST": f"unix://{nowhere}/absent.sock"})
    assert f"there is no container engine at {nowhere}/absent.sock" in errors[0].message


def test_a_dead_socket_says_that_the_engine_does_not_run(nowhere: Path) -> None:
    with dead_socket(nowhere / "dead.sock") as url, refused(RuntimeUnavailable) as errors:
        find_engine("docker", {"DOCKER_HOST": url})
    assert "does not run; start it ('systemctl start docker'" in errors[0].message


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        (None, "is no container engine: it does not name its API"),
        ("of late", "is no container engine: it does not name its API"),
        ("1.39", "is too old: its API is 1.39, and 1.40 is needed (Docker 19.03, Podman 3)"),
    ],
)
def test_what_cannot_be_used_is_named(nowhere: Path, spoken: str | None, said: str) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            if spoken is not None:
                self.send_header("Api-Version", spoken)
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"tcp://127.0.0.1:{server.server_port}"
        with refused(RuntimeUnavailable) as errors:
            find_engine("docker", {"DOCKER_HOST": url})
        server.shutdown()
        thread.join()
    assert f"{url} {said}" in errors[0].message


def test_who_may_not_use_an_engine_is_told_how_to(tmp_path: Path) -> None:
    url = f"unix://{tmp_path}/docker.sock"
    message = unavailable(url, PermissionError(13, "denied")).message
    assert message.startswith(f"no permission to use the container engine at {tmp_path}/docker")
    assert "sudo usermod -aG docker $USER" in message


def test_an_engine_that_does_not_answer_is_said_to() -> None:
    assert "does not answer" in unavailable("tcp://h:1", TimeoutError("timed out")).message


def test_an_engine_elsewhere_cannot_be_used(nowhere: Path, tmp_path: Path) -> None:
    """Volumes are files of this machine."""
    with refused(RuntimeUnavailable) as errors:
        find_engine("docker", {"DOCKER_HOST": "ssh://far"})
    assert "unset DOCKER_HOST" in errors[0].message
    with refused(RuntimeUnavailable):
        DockerRuntime(tmp_path, "ssh://far")


# ---------------------------------------------------------------- whose containers are


def test_an_owner_keeps_its_word(tmp_path: Path) -> None:
    """In a directory that is private."""
    directory = tmp_path / "runtime"
    word = owner_of(directory)
    assert owner_of(directory) == word != owner_of(tmp_path / "other")
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / "owner").stat().st_mode & 0o777 == 0o600
    assert [one.name for one in directory.iterdir()] == ["owner"]


def test_two_clusters_on_one_engine_leave_each_other_alone(
    engine_box: RuntimeBox, kind: str, tmp_path: Path
) -> None:
    """They neither see nor end what is the other's, and may have pods of the same name."""
    container_id = engine_box.running()
    sandbox = engine_box.runtime.sandboxes()[0]
    with box_of(kind, tmp_path / "other") as other:
        assert (other.runtime.sandboxes(), other.runtime.containers()) == ((), ())
        assert other.runtime.usage() == {}
        with refused(NoSuchContainer):
            other.runtime.container(container_id)
        other.runtime.stop_container(container_id, 0)
        other.runtime.remove_container(container_id)
        other.runtime.remove_sandbox(sandbox.id)
        other.runtime.stop_sandbox(sandbox.id)
        assert other.sandbox().pod == sandbox.pod
    assert engine_box.sh(container_id, "echo alive").stdout == b"alive\n"
