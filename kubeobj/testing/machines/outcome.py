"""What must be so once faults have stopped, and what is said when it is not."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias, final

import orjson

from kubeobj.cluster.process import OPERATORS
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.documents import JsonValue, Wire
from kubeobj.errors import KubeobjError
from kubeobj.store.record import Record

ChildKey: TypeAlias = tuple[str, str, str]
"""Which child: resource, namespace, name."""

_GIVEN_BY_SERVER: Final = frozenset(
    {
        "clusterIP",
        "clusterIPs",
        "healthCheckNodePort",
        "nodeName",
        "nodePort",
        "status",
        "volumeName",
    }
)
"""Fields whose values nobody can tell beforehand."""


@final
class OperatorFailed(KubeobjError, AssertionError):
    """An operator has not done what every operator must.

    Args:
        law: What must be so.
        texts: What is wrong.
        seconds: When, in seconds since the simulation began.
        seed: The seed of the simulation.
    """

    def __init__(self, law: str, texts: Iterable[str], *, seconds: float, seed: int) -> None:
        self.law: str = law
        self.texts: tuple[str, ...] = tuple(texts)
        self.seconds: float = seconds
        self.seed: int = seed
        lines = "".join(f"\n  {text}" for text in self.texts)
        super().__init__(f"{law}: not so after {seconds:g} s, seed {seed}{lines}")


def failing_keys(cluster: SimulatedCluster) -> Iterator[str]:
    """Yield what the operator's loops fail at, again and again."""
    process = cluster.processes.get(OPERATORS)
    for name, controller in process.manager.controllers.items() if process else ():
        for key, error in controller.errors.items():
            yield f"{name} fails at {key}: {type(error).__name__}: {error}"


def children_of(cluster: SimulatedCluster, uids: Iterable[str]) -> dict[ChildKey, Record]:
    """Return what objects own, by its name."""
    store = cluster.server.store
    return {
        (record.key.resource, record.key.namespace, record.key.name): record
        for uid in uids
        for record in store.dependents(uid)
    }


def named(children: Mapping[ChildKey, Record]) -> dict[ChildKey, Wire]:
    """Return those children whose names are not left to chance, as they should be."""
    found = {key: document_of(record) for key, record in children.items()}
    return {
        key: document
        for key, document in found.items()
        if not document["metadata"].get("generateName")
    }


def differences(here: Mapping[ChildKey, Wire], there: Mapping[ChildKey, Wire]) -> Iterator[str]:
    """Yield how children differ from those of a cluster in which nothing went wrong."""
    for key in sorted({**here, **there}):
        label = f"{key[0]} {key[1]}/{key[2]}" if key[1] else f"{key[0]} {key[2]}"
        if key not in here:
            yield f"{label} is not there, and would be if nothing had gone wrong"
        elif key not in there:
            yield f"{label} is there, and would not be if nothing had gone wrong"
        else:
            yield from _unlike(label, _essence(here[key]), _essence(there[key]))


def document_of(record: Record) -> Wire:
    """Return a record as a document."""
    document: Wire = orjson.loads(record.data)
    return document


def _essence(document: Wire) -> Wire:
    """Return what an operator says of a child."""
    metadata = document["metadata"]
    found = {name: value for name, value in document.items() if name not in {"metadata", "status"}}
    return {**found, "labels": metadata.get("labels") or {}}


def _unlike(path: str, one: JsonValue, other: JsonValue) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({**one, **other}):
            if name not in _GIVEN_BY_SERVER:
                yield from _unlike(f"{path}.{name}", one.get(name), other.get(name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _unlike(f"{path}[{place}]", left, right)
    elif one != other:
        yield f"{path} is {one!r:.80}, and would be {other!r:.80} if nothing had gone wrong"
