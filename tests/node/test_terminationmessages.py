"""The last words of containers."""

import os
from pathlib import Path
from typing import Any

import pytest

from kubeobj.node.containermounts import message_file
from kubeobj.node.containerwords import container_annotations
from kubeobj.node.podfacts import PodFacts
from kubeobj.node.terminationmessages import message_limit, termination_message
from kubeobj.runtimes.states import Container, ContainerState
from tests.node.podlogs.logwriting import append, entry
from tests.node.podworld import PodWorld


class Ended:
    """A container that has ended, with the files that it has left."""

    def __init__(self, world: PodWorld, **fields: Any) -> None:
        pod = world.pod("web", {"name": "main", **fields})
        self.facts: PodFacts = world.facts_of(pod)
        self.pod = pod
        self.log: Path = world.directory / "0.log"
        self.file: Path = message_file("main", 2, self.facts)
        self.file.parent.mkdir(parents=True)
        self.file.touch()

    def says(self, exit_code: int = 1, limit_bytes: int = 4096) -> str:
        """Return its last words."""
        container = Container(
            "id",
            "sandbox",
            "main",
            2,
            ContainerState.EXITED,
            "web:1",
            exit_code=exit_code,
            log_path=self.log,
            annotations=container_annotations(self.pod, self.pod["spec"]["containers"][0], 2),
        )
        return termination_message(container, self.facts, limit_bytes)


def test_what_is_in_the_file(world: PodWorld) -> None:
    """Whatever the code, and whatever bytes."""
    ended = Ended(world)
    assert ended.says() == ""
    ended.file.write_bytes(b"done \xff\n")
    assert ended.says() == "done \ufffd\n"
    assert ended.says(0) == "done \ufffd\n"


def test_not_more_than_fits(world: PodWorld) -> None:
    """The end says more than the beginning."""
    ended = Ended(world)
    ended.file.write_bytes(b"a" * 5000 + b"b" * 4096)
    assert ended.says() == "b" * 4096
    assert ended.says(limit_bytes=10) == "b" * 10


def test_the_end_of_the_log(world: PodWorld) -> None:
    """Where that is wanted, the container has failed, and has left no words."""
    ended = Ended(world, terminationMessagePolicy="FallbackToLogsOnError")
    append(ended.log, *(entry(b"%04d" % number) for number in range(500)))
    assert ended.says() == "".join(f"{number:04}\n" for number in range(420, 500))
    assert ended.says(0) == ""
    append(ended.log, entry(b"x" * 5000))
    assert ended.says() == "x" * 2047 + "\n"
    ended.file.write_text("words")
    assert ended.says() == "words"


def test_a_log_does_not_count_unless_it_is_wanted(world: PodWorld) -> None:
    """It may say what is nobody's business."""
    ended = Ended(world)
    append(ended.log, entry(b"secret"))
    assert ended.says() == ""


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/etc/passwd")])
def test_what_a_container_has_put_in_its_place(world: PodWorld, make: Any) -> None:
    """A pipe, a directory or a link says nothing, and holds nobody up."""
    ended = Ended(world)
    ended.file.unlink()
    make(ended.file)
    assert ended.says() == ""


def test_files_that_are_gone(world: PodWorld) -> None:
    """Say nothing."""
    ended = Ended(world, terminationMessagePolicy="FallbackToLogsOnError")
    ended.file.unlink()
    assert ended.says() == ""


@pytest.mark.parametrize(("count", "limit"), [(0, 4096), (3, 4096), (4, 3072), (12, 1024)])
def test_containers_share_what_fits(count: int, limit: int) -> None:
    """There is so much for each of them, and so much for all."""
    assert message_limit(count) == limit
