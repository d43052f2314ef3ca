"""The drawing of the way of a write shows the way that a write takes."""

from collections.abc import Callable, Iterator
from importlib import import_module
from operator import attrgetter
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from kubeobj.api.admission.chain import Admission
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import ApiError, forbidden
from kubeobj.api.errors import invalid as refused
from kubeobj.api.fielderrors import invalid
from kubeobj.api.kind import Kind
from kubeobj.clock import VirtualClock
from kubeobj.documents import Wire
from kubeobj.entropy import SeededIdSource
from kubeobj.errors import ROOT
from kubeobj.meta.gvk import GroupVersionKind
from tests.docs.pages import DOCS

SVG = "{http://www.w3.org/2000/svg}"


def _groups(kind: str) -> list[ET.Element]:
    root = ET.parse(DOCS / "images" / "write.svg").getroot()  # noqa: S314 - our own file
    return [group for group in root.iter(f"{SVG}g") if group.get("class") == kind]


STEPS = [group.get("data-step", "") for group in _groups("step")]
STATUSES = {
    group.get("data-step", ""): int(group.get("data-status", "0"))
    for group in _groups("step")
    if group.get("data-status")
}


class Recorder:
    """A kind and an admission that say which step is taken, and may refuse it."""

    def __init__(self, refuses: str = "") -> None:
        self.steps: list[str] = []
        self._refuses = refuses

    def _take(self, step: str) -> None:
        self.steps.append(step)

    def _default(self, _obj: Wire) -> None:
        self._take("default")

    def _mutate(self, _request: object) -> None:
        self._take("mutate")
        if self._refuses == "mutate":
            raise forbidden("example.com", "things", "a", "no")

    def _admit(self, _request: object) -> None:
        self._take("admit")
        if self._refuses == "admit":
            raise forbidden("example.com", "things", "a", "no")

    def _allocate(self, *_: object) -> Callable[[], None]:
        self._take("allocate")
        if self._refuses == "allocate":
            raise refused("example.com", "Thing", "a", [])
        return lambda: None

    def _prepare(self, *_: object) -> None:
        self._take("prepare")

    def _validate(self, *_: object) -> Iterator[Any]:
        self._take("validate")
        if self._refuses == "validate":
            yield invalid(ROOT, 1, "no", "no")

    def _warn(self, *_: object) -> Iterator[str]:
        self._take("warn")
        yield "mind"

    def _fields(self, _obj: Wire) -> dict[str, str]:
        self._take("draft")
        return {"spec.a": "b"}

    def server(self) -> ApiServer:
        """Return a server that serves the kind."""
        kind = Kind(
            kind=GroupVersionKind("example.com", "v1", "Thing"),
            plural="things",
            namespaced=False,
            default=self._default,
            allocate=self._allocate,
            prepare_create=self._prepare,
            prepare_update=self._prepare,
            validate=self._validate,
            validate_update=self._validate,
            warnings=self._warn,
            fields=self._fields,
            field_names=frozenset({"spec.a"}),
            indexed_fields=frozenset({"spec.a"}),
        )
        admission = Admission(
            name="recorder",
            mutate=self._mutate,
            validate=self._admit,
            resources=frozenset({"things.example.com"}),
            is_builtin=True,
        )
        return ApiServer(
            clock=VirtualClock(), ids=SeededIdSource(1), kinds=[kind], admissions=[admission]
        )


def test_steps_are_taken_in_the_order_that_is_drawn() -> None:
    """Of a creation and of an update; what is drawn first and last has no step to record."""
    recorder = Recorder()
    server = recorder.server()
    body: Wire = {"metadata": {"name": "a"}}
    before = server.store.revision
    server.create("things", body)
    assert ["read", *recorder.steps, "store"] == STEPS
    assert server.store.revision == before + 1
    recorder.steps.clear()
    server.update("things", "a", {**body, "spec": 1})
    assert ["read", *recorder.steps, "store"] == STEPS


@pytest.mark.parametrize(("step", "status"), STATUSES.items(), ids=STATUSES)
def test_a_step_refuses_with_the_status_that_is_drawn(step: str, status: int) -> None:
    """And nothing after it is done."""
    recorder = Recorder(refuses=step)
    server = recorder.server()
    body: Wire = {"metadata": [] if step == "read" else {"name": "a"}}
    if step == "store":
        server.create("things", body)
        recorder.steps.clear()
    with pytest.raises(ApiError) as caught:
        server.create("things", body)
    assert caught.value.code == status
    taken = ["read", *recorder.steps, *(["store"] if step == "store" else [])]
    assert taken == STEPS[: STEPS.index(step) + 1]


@pytest.mark.parametrize(
    "place", [group.get("data-code", "") for kind in ("step", "watch") for group in _groups(kind)]
)
def test_every_step_is_somewhere_in_the_code(place: str) -> None:
    """What is drawn can be looked up."""
    module, _, name = place.partition(":")
    assert attrgetter(name)(import_module(module)) is not None
