"""A process that writes to a store until it is killed, and says what it does.

    python -m tests.store.sqlite.writer FILE

Reads seeds, one a line. For each it forks a child, which opens the store and writes at random, and
says when the child has ended. What is said is one JSON list a line: ``["pid", PID]`` of a child,
``["try", [[VERB, NAME, VALUE], ...]]`` before writes that are one transaction, ``["done",
REVISION]`` when they are acknowledged, ``["end"]`` when the child is gone.
"""

import json
import os
import random
import sys
from itertools import count
from pathlib import Path

from kubeobj.store.errors import KeyMissing
from kubeobj.store.sqlite.sqlitestore import SqliteStore
from tests.store.sqlite.objects import draft_of, key_of

NAMES = ("a", "b", "c", "d", "e", "f", "g", "h")
HISTORY_LIMIT = 40
MOST_STEPS = 60
ENDLESS = "endless"


def say(*what: object) -> None:
    """Say it at once, in one write, so that no end of the process cuts it."""
    os.write(1, json.dumps(what).encode() + b"\n")


def write(store: SqliteStore, chance: random.Random) -> None:
    """Do one transaction."""
    number = chance.choice((1, 1, 1, 2, 5, 20))
    steps = [
        (chance.choice(("put", "put", "put", "delete")), chance.choice(NAMES), chance.random())
        for _ in range(number)
    ]
    say("try", steps)
    if number == 1:
        do(store, *steps[0])
    else:
        with store.burst():
            for step in steps:
                do(store, *step)
    say("done", store.revision)


def do(store: SqliteStore, verb: str, name: str, value: float) -> None:
    """Write once."""
    if verb == "put":
        store.put(draft_of(name, size=int(value * 9_000), value=str(value)))
        return
    try:
        store.delete(key_of(name))
    except KeyMissing:
        return


def work(path: Path, seed: str) -> None:
    """Write until killed, or for a while; endlessly if that is the seed."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    with SqliteStore(path, history_limit=HISTORY_LIMIT) as store:
        for number in count() if seed == ENDLESS else range(MOST_STEPS):
            if number % 25 == 24:
                store.compact(store.revision - chance.randrange(5))
            write(store, chance)


def main() -> None:
    """Fork a child for each seed."""
    path = Path(sys.argv[1])
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            work(path, line.strip())
            os._exit(0)
        say("pid", child)
        os.waitpid(child, 0)
        say("end")


if __name__ == "__main__":
    main()
