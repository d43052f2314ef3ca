"""Rounds of chaos: something bad happens; then everything must be as it was asked for."""

import random
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from kubeobj.api.errors import ApiError
from kubeobj.errors import KubeobjError
from kubeobj.remote.client import RemoteClient
from tests.chaos.arena import Arena, ready_pods
from tests.chaos.faults import Fault

SCRIPT = (Path(__file__).parent / "workload.sh").read_text(encoding="utf-8")
WANTED = {"web": 3, "db": 2}


def manifests(tally: Path, image: str = "") -> list[dict[str, object]]:
    """Return what is asked for: pods that come and go, and pods that keep their names.

    Args:
        tally: The directory of the machine where containers say that they run.
        image: What they are made of; empty for processes of the machine.
    """
    container = {
        "name": "main",
        "image": image or "host",
        "imagePullPolicy": "Never" if image else "IfNotPresent",
        "command": ["sh", "-c", SCRIPT],
        "env": [
            {"name": "IDENTITY", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "TALLY", "value": "$(KUBEOBJ_ROOT)/tally" if not image else "/tally"},
        ],
        "volumeMounts": [{"name": "tally", "mountPath": "/tally"}],
    }
    if not image:
        # What nobody has set is not put in, so it says the same where it is not known.
        container["command"] = ["sh", "-c", 'TALLY="$KUBEOBJ_ROOT/tally"\n' + SCRIPT]
    volume = {"name": "tally", "hostPath": {"path": str(tally)}}

    def template(name: str) -> dict[str, object]:
        return {
            "metadata": {"labels": {"app": name}},
            "spec": {
                "terminationGracePeriodSeconds": 2,
                "containers": [container],
                "volumes": [volume],
            },
        }

    selector = {name: {"matchLabels": {"app": name}} for name in WANTED}
    return [
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web"},
            "spec": {"replicas": 3, "selector": selector["web"], "template": template("web")},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "StatefulSet",
            "metadata": {"name": "db"},
            "spec": {
                "replicas": 2,
                "serviceName": "db",
                "podManagementPolicy": "Parallel",
                "selector": selector["db"],
                "template": template("db"),
            },
        },
    ]


class Ledger:
    """Writes objects while things happen, and remembers what was acknowledged.

    Args:
        arena: The cluster.
    """

    def __init__(self, arena: Arena) -> None:
        self._arena = arena
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)
        self.acknowledged: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        count = 0
        while not self._stop.is_set():
            with suppress(KubeobjError, OSError):
                client = self._arena.client()
                try:
                    while not self._stop.wait(0.02):
                        count += 1
                        name = f"ledger-{count}"
                        client.create(
                            {
                                "apiVersion": "v1",
                                "kind": "ConfigMap",
                                "metadata": {"name": name, "labels": {"kept": "ledger"}},
                                "data": {"count": str(count)},
                            }
                        )
                        self.acknowledged.append(name)
                finally:
                    client.close()
            self._stop.wait(0.02)


def is_converged(arena: Arena, client: RemoteClient) -> bool:
    """Return whether all that is asked for runs, once each, and nothing else does.

    Pods that were evicted, because the disk was full, stay as a record of that.
    """
    ready = ready_pods(client)
    apps = Counter(pod["metadata"]["labels"]["app"] for pod in ready)
    left = client.list("pods", selector="app", fields="status.phase!=Failed")
    if apps != WANTED or len(left) != len(ready):
        return False
    wanted = dict.fromkeys((pod["metadata"]["name"] for pod in ready), 1)
    running = {identity: len(found) for identity, found in arena.running().items() if found}
    return running == wanted


def play(arena: Arena, faults: Sequence[Fault], rounds: int, seed: int) -> None:
    """Let things happen, round by round, and hold the cluster to its promises after each.

    Args:
        arena: The cluster, with what is asked for applied.
        faults: What may happen.
        rounds: How often.
        seed: Decides what happens.
    """
    chance = random.Random(seed)  # noqa: S311 - to be played again
    arena.until("it begins", lambda client: is_converged(arena, client))
    longest, ending, twice = 0.0, threading.Event(), set[str]()
    watching = threading.Thread(target=arena.watch, args=(ending, twice))
    watching.start()
    try:
        for number in range(rounds):
            longest = max(
                longest, _play_round(arena, chance, faults, f"seed {seed}, round {number}")
            )
            assert not twice, f"seed {seed}, round {number}: {sorted(twice)} ran twice at once"
    finally:
        ending.set()
        watching.join()
    sys.stdout.write(f"seed {seed}: {rounds} rounds; at most {longest:.1f} s until all was well\n")


def _play_round(arena: Arena, chance: random.Random, faults: Sequence[Fault], name: str) -> float:
    """Let something happen, and return how many seconds it took until all was well."""
    said: list[str] = []
    with Ledger(arena) as ledger:
        said += [chance.choice(faults)(arena, chance) for _ in range(chance.choice((1, 1, 2)))]
    what = f"{name}: {'; '.join(said)}"
    sys.stdout.write(f"{what}\n")
    took = arena.until(what, lambda client: is_converged(arena, client))
    assert arena.twice() == [], what
    _settle_accounts(arena, ledger, what)
    _forget_the_gone(arena)
    return took


def _settle_accounts(arena: Arena, ledger: Ledger, what: str) -> None:
    """Make sure that all that was acknowledged is there, and remove it."""
    client = arena.client()
    try:
        listed = client.list("configmaps", selector="kept=ledger")
        there = {str(one.metadata.name) for one in listed}
        lost = sorted(set(ledger.acknowledged) - there)
        assert not lost, f"{what}: {lost} were acknowledged, and are lost"
        client.delete_all("configmaps", selector="kept=ledger")
    except ApiError as error:
        raise AssertionError(f"{what}: {error}\n{arena.account()}") from error
    finally:
        client.close()


def _forget_the_gone(arena: Arena) -> None:
    """Remove the locks of identities that run no more, so that looking stays quick."""
    for identity, found in arena.running().items():
        if not found:
            for path in arena.tally.glob(f"{identity}.*"):
                path.unlink()
