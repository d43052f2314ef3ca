"""Seeded label sets and selectors, as large clusters have them; the same in every run."""

from collections.abc import Iterator
from random import Random

APPS = 1000
ENVIRONMENTS = ("production", "staging", "qa", "development")
TIERS = ("frontend", "backend", "cache", "database")
TRACKS = ("stable", "canary")

# Hits among a million objects: 1 of 1,000 apps; half of the objects less a quarter; and the first
# less what the environment and the tier take away.
ONE_APP = "app=app-7"
HALF = "environment in (production,qa),tier!=frontend"
THREE = "app=app-7,environment=production,tier!=frontend"


def labelled_objects(
    count: int, *, seed: int = 7, per_hash: int = 3
) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield ids in order with five labels each; every string is an object of its own.

    Args:
        count: How many.
        seed: Other labels for other seeds.
        per_hash: How many objects share a value of ``pod-template-hash``; 1 makes it unique.
    """
    random = Random(seed)
    for number in range(count):
        yield (
            f"shop/pod-{number:07d}",
            {
                "app": f"app-{random.randrange(APPS)}",
                "environment": random.choice(ENVIRONMENTS),
                "tier": random.choice(TIERS),
                "track": random.choice(TRACKS),
                "pod-template-hash": f"{number // per_hash:010x}",
            },
        )


def distinct_selectors(count: int, *, seed: int = 7) -> list[str]:
    """Return selectors of the shapes that services, budgets, policies and controllers have."""
    random = Random(seed)
    chosen: dict[str, None] = {}
    while len(chosen) < count:
        app = random.randrange(APPS * 10)
        one, other = random.sample(ENVIRONMENTS, 2)
        shape = (
            f"app=app-{app}",
            f"app=app-{app},tier={random.choice(TIERS)}",
            f"app=app-{app},environment in ({one},{other})",
            f"app=app-{app},environment!={one},tier",
            f"app=app-{app},pod-template-hash={random.randrange(10**6):010x}",
            f"app in (app-{app},app-{random.randrange(APPS * 10)}),track!=canary,!legacy",
        )
        chosen[random.choice(shape)] = None
    return list(chosen)


def adversarial_selectors(shape: str, count: int) -> list[str]:
    """Return *count* selectors that crowd together.

    Args:
        shape: One of the keys of `ADVERSARIAL`.
        count: How many.
    """
    return [ADVERSARIAL[shape].format(n=n, m=n % 100, k=n // 100) for n in range(count)]


ADVERSARIAL = {
    "all share app=web": "app=web,owner=team-{n}",
    "all share app=web and few values": "app=web,row=r{m},column=c{k}",
    "all negative": "owner!=team-{n}",
    "all negative, distinct keys": "!owner-{n}",
    "all > on one key": "build>{n}",
    "all > on one key, distinct apps": "build>{n},app=app-{n}",
    "in with 50 values": "zone in ({values}),row=r{{n}}".format(
        values=",".join(f"z{number}" for number in range(50))
    ),
    "all equal": "app=web,tier in (cache,database),!legacy",
}
