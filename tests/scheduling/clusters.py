"""Clusters of any shape, small enough for the plain reference to answer."""

from typing import Any

from hypothesis import strategies as st

Doc = dict[str, Any]

ZONES = ("z0", "z1", "z2")
APPS = ("web", "db", "cache")
KEYS = ("topology.kubernetes.io/zone", "kubernetes.io/hostname", "rack")

selectors = st.sampled_from(
    [
        {"matchLabels": {"app": "web"}},
        {"matchLabels": {"app": "db"}},
        {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "cache"]}]},
        {"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]},
        {},
    ]
)
priorities = st.sampled_from([0, 0, 10, 100])


@st.composite
def nodes(draw: st.DrawFn, name: str) -> Doc:
    """Return a node."""
    labels = {"kubernetes.io/hostname": name}
    if draw(st.booleans()):
        labels["topology.kubernetes.io/zone"] = draw(st.sampled_from(ZONES))
    if draw(st.booleans()):
        labels["rack"] = draw(st.sampled_from(["r1", "r2"]))
    if draw(st.booleans()):
        labels["disk"] = draw(st.sampled_from(["ssd", "hdd"]))
    taint = st.fixed_dictionaries(
        {
            "key": st.sampled_from(["dedicated", "gpu"]),
            "value": st.sampled_from(["x", "y"]),
            "effect": st.sampled_from(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
        }
    )
    spec: Doc = {}
    taints = draw(st.lists(taint, max_size=2, unique_by=lambda one: (one["key"], one["effect"])))
    if taints and draw(st.booleans()):
        spec["taints"] = taints
    if draw(st.integers(0, 9)) == 0:
        spec["unschedulable"] = True
    images = draw(st.lists(st.sampled_from(["web:v1", "db:latest"]), max_size=2, unique=True))
    size = {"web:v1": 400 * 2**20, "db:latest": 900 * 2**20}
    allocatable = {
        "cpu": draw(st.sampled_from(["1", "2", "4", "1500m"])),
        "memory": draw(st.sampled_from(["1Gi", "2Gi", "8Gi"])),
        "pods": draw(st.sampled_from(["3", "110"])),
    }
    status = {
        "allocatable": allocatable,
        "images": [{"names": [one], "sizeBytes": size[one]} for one in images],
    }
    return {"metadata": {"name": name, "labels": labels}, "spec": spec, "status": status}


@st.composite
def pod_terms(draw: st.DrawFn) -> Doc:
    """Return a term about other pods."""
    term: Doc = {
        "topologyKey": draw(st.sampled_from(KEYS)),
        "labelSelector": draw(selectors),
    }
    if draw(st.integers(0, 3)) == 0:
        term["namespaceSelector"] = draw(st.sampled_from([{}, {"matchLabels": {"env": "prod"}}]))
    return term


@st.composite
def affinities(draw: st.DrawFn) -> Doc:
    """Return what a pod says of nodes and of other pods."""
    found: Doc = {}
    terms = st.lists(pod_terms(), min_size=1, max_size=2)
    for part in ("podAffinity", "podAntiAffinity"):
        if draw(st.integers(0, 3)) == 0:
            found[part] = {"requiredDuringSchedulingIgnoredDuringExecution": draw(terms)}
        elif draw(st.integers(0, 2)) == 0:
            found[part] = {
                "preferredDuringSchedulingIgnoredDuringExecution": [
                    {"weight": draw(st.integers(1, 100)), "podAffinityTerm": one}
                    for one in draw(terms)
                ]
            }
    if draw(st.integers(0, 2)) == 0:
        expression = {
            "key": "disk",
            "operator": draw(st.sampled_from(["In", "NotIn"])),
            "values": ["ssd"],
        }
        term = {"matchExpressions": [expression]}
        found["nodeAffinity"] = draw(
            st.sampled_from(
                [
                    {
                        "requiredDuringSchedulingIgnoredDuringExecution": {
                            "nodeSelectorTerms": [term]
                        }
                    },
                    {
                        "preferredDuringSchedulingIgnoredDuringExecution": [
                            {"weight": 7, "preference": term}
                        ]
                    },
                ]
            )
        )
    return found


@st.composite
def constraints(draw: st.DrawFn) -> Doc:
    """Return how a pod wants to be spread."""
    found: Doc = {
        "maxSkew": draw(st.integers(1, 3)),
        "topologyKey": draw(st.sampled_from(KEYS)),
        "whenUnsatisfiable": draw(st.sampled_from(["DoNotSchedule", "ScheduleAnyway"])),
        "labelSelector": draw(selectors.filter(bool)),
    }
    if draw(st.integers(0, 3)) == 0:
        found["nodeTaintsPolicy"] = "Honor"
    return found


@st.composite
def pods(draw: st.DrawFn, name: str, on: tuple[str, ...] = ()) -> Doc:
    """Return a pod, on one of some nodes or on none."""
    labels = {"app": draw(st.sampled_from(APPS))}
    if draw(st.booleans()):
        labels["tier"] = "back"
    requests = {
        "cpu": draw(st.sampled_from(["0", "100m", "500m", "1"])),
        "memory": draw(st.sampled_from(["0", "64Mi", "512Mi"])),
    }
    kept = draw(st.sets(st.sampled_from(["cpu", "memory"])))
    container: Doc = {
        "name": "c",
        "image": draw(st.sampled_from(["web:v1", "db", "other"])),
        "resources": {"requests": {key: requests[key] for key in sorted(kept)}},
    }
    if draw(st.integers(0, 4)) == 0:
        container["ports"] = [{"containerPort": 80, "hostPort": 80, "protocol": "TCP"}]
    metadata: Doc = {
        "name": name,
        "namespace": draw(st.sampled_from(["default", "team"])),
        "labels": labels,
    }
    spec: Doc = {"containers": [container], "priority": draw(priorities)}
    if draw(st.integers(0, 1)) == 0:
        spec["affinity"] = draw(affinities())
    if draw(st.integers(0, 2)) == 0:
        spec["topologySpreadConstraints"] = draw(
            st.lists(
                constraints(),
                min_size=1,
                max_size=2,
                unique_by=lambda one: (one["topologyKey"], one["whenUnsatisfiable"]),
            )
        )
    if draw(st.integers(0, 2)) == 0:
        spec["tolerations"] = [{"key": "dedicated", "operator": "Exists"}]
    pod: Doc = {"metadata": metadata, "spec": spec}
    if on:
        spec["nodeName"] = draw(st.sampled_from(on))
        minute = draw(st.integers(0, 10**6))
        hours, minutes = divmod(minute % 1440, 60)
        pod["status"] = {
            "phase": "Running",
            "startTime": f"2026-01-{1 + minute // 1440 % 28:02}T{hours:02}:{minutes:02}:00Z",
        }
        if draw(st.integers(0, 9)) == 0:
            metadata["deletionTimestamp"] = "2026-02-01T00:00:00Z"
    return pod


OBJECTS: list[Doc] = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default", "labels": {}}},
    {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": "team", "labels": {"env": "prod"}},
    },
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"selector": {"app": "web"}},
    },
]


@st.composite
def clusters(draw: st.DrawFn, most_nodes: int = 8, most_pods: int = 14) -> Doc:
    """Return a cluster and a pod that comes to it, in the form of a recorded line."""
    names = tuple(f"n{number}" for number in range(draw(st.integers(1, most_nodes))))
    return {
        "nodes": [draw(nodes(name)) for name in names],
        "pods": [
            draw(pods(f"e{number}", names)) for number in range(draw(st.integers(0, most_pods)))
        ],
        "objects": OBJECTS,
        "pod": draw(pods("p")),
    }
