"""Seeded label sets and selectors, as large clusters have them; the same in every run."""

from collections.abc import Iterator
from random import Random

import orjson

from kubeobj.documents import Document, JsonValue
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.record import Draft

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


def pod_drafts(count: int, *, namespaces: int, first: int = 0) -> Iterator[Draft]:
    """Yield pods as an API stores them, about 2,000 bytes each; 134 share an app.

    Args:
        count: How many.
        namespaces: In how many namespaces, in turn.
        first: The number of the first.
    """
    for number in range(first, first + count):
        namespace, name = f"ns-{number % namespaces}", f"web-{number:06d}"
        labels = {
            "app": f"app-{number // 134}",
            "environment": ENVIRONMENTS[number // 134 % 4],
            "tier": "web",
            "pod-template-hash": f"{number // 3:010x}",
        }
        metadata: dict[str, JsonValue] = {
            "name": name,
            "namespace": namespace,
            "uid": f"00000000-0000-4000-8000-{number:012d}",
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": labels,
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "ReplicaSet",
                    "name": f"web-{number // 3:010x}",
                    "uid": f"00000000-0000-4000-9000-{number // 3:012d}",
                    "controller": True,
                    "blockOwnerDeletion": True,
                }
            ],
        }
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, **_POD}
        terms = (f"spec.nodeName=node-{number % 1000}",)
        yield Draft.of(ObjectKey("pods", namespace, name), pod, terms=terms)


def pod_manifests(count: int, *, first: int = 0) -> Iterator[Document]:
    """Yield pods as a controller creates them, about 1,000 bytes each; 134 share an app."""
    for draft in pod_drafts(count, namespaces=1, first=first):
        stored = orjson.loads(draft.body)
        metadata = {
            name: stored["metadata"][name] for name in ("name", "labels", "ownerReferences")
        }
        container = dict(stored["spec"]["containers"][0])
        for name in ("terminationMessagePath", "terminationMessagePolicy", "imagePullPolicy"):
            del container[name]
        yield {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata,
            "spec": {"containers": [container]},
        }


# What a pod has after defaulting, scheduled and running.
_POD: dict[str, JsonValue] = {
    "spec": {
        "containers": [
            {
                "name": "web",
                "image": "registry.example/shop/web:1.27.3",
                "imagePullPolicy": "IfNotPresent",
                "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
                "env": [{"name": f"SETTING_{number}", "value": "on"} for number in range(4)],
                "resources": {
                    "limits": {"cpu": "500m", "memory": "256Mi"},
                    "requests": {"cpu": "100m", "memory": "128Mi"},
                },
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
            }
        ],
        "dnsPolicy": "ClusterFirst",
        "enableServiceLinks": True,
        "nodeName": "node-17",
        "preemptionPolicy": "PreemptLowerPriority",
        "priority": 0,
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
        "securityContext": {},
        "serviceAccount": "default",
        "serviceAccountName": "default",
        "terminationGracePeriodSeconds": 30,
        "tolerations": [
            {
                "key": f"node.kubernetes.io/{condition}",
                "operator": "Exists",
                "effect": "NoExecute",
                "tolerationSeconds": 300,
            }
            for condition in ("not-ready", "unreachable")
        ],
    },
    "status": {
        "phase": "Running",
        "podIP": "10.12.13.14",
        "hostIP": "192.168.0.17",
        "qosClass": "Burstable",
        "startTime": "2026-01-01T00:00:01Z",
        "conditions": [
            {"type": condition, "status": "True", "lastTransitionTime": "2026-01-01T00:00:02Z"}
            for condition in ("Initialized", "Ready", "ContainersReady", "PodScheduled")
        ],
    },
}
