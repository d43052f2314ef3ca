"""Which pod goes first, and what it is told: the order and the texts of the documentation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.documents import Wire
from kubeobj.node.evictionranking import (
    ContainerUse,
    PodUse,
    broken_limit,
    eviction_message,
    ranked,
)
from kubeobj.node.thresholds import Shortage, Signal

MIB = 1024 * 1024


def _use(
    name: str,
    *,
    memory: int = 0,
    disk: int = 0,
    request: str = "",
    priority: int = 0,
    processes: int = 0,
    **spec: object,
) -> PodUse:
    requests = {"memory": request, "ephemeral-storage": request} if request else {}
    container: Wire = {"name": "main", "resources": {"requests": requests}}
    pod: Wire = {
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"priority": priority, "containers": [container], **spec},
    }
    return PodUse(pod, {"main": ContainerUse(memory, disk)}, processes=processes)


def _names(uses: list[PodUse]) -> list[str]:
    return [one.pod["metadata"]["name"] for one in uses]


def test_who_exceeds_its_request_goes_before_who_does_not() -> None:
    small = _use("burst", memory=20 * MIB, request="10Mi", priority=1000)
    large = _use("kept", memory=900 * MIB, request="1Gi", priority=-5)
    assert _names(ranked([large, small], Signal.MEMORY)) == ["burst", "kept"]


def test_then_the_lower_priority_goes_then_the_larger_excess() -> None:
    uses = [
        _use("high", memory=900 * MIB, priority=10),
        _use("less", memory=10 * MIB),
        _use("more", memory=20 * MIB),
    ]
    assert _names(ranked(uses, Signal.MEMORY)) == ["more", "less", "high"]


def test_processes_are_ranked_by_priority_and_number() -> None:
    uses = [_use("few", processes=1), _use("many", processes=9), _use("vip", priority=1)]
    assert _names(ranked(uses, Signal.PROCESSES)) == ["many", "few", "vip"]


def test_critical_and_static_pods_stay() -> None:
    mirror, static, plain = _use("mirror"), _use("static"), _use("plain")
    mirror.pod["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    static.pod["metadata"]["annotations"] = {"kubernetes.io/config.source": "file"}
    plain.pod["metadata"]["annotations"] = {"kubernetes.io/config.source": "api"}
    uses = [mirror, static, _use("critical", priority=2_000_000_000), plain]
    assert _names(ranked(uses, Signal.DISK)) == ["plain"]


@given(
    st.lists(
        st.tuples(st.integers(0, 99), st.integers(-3, 3), st.sampled_from(["", "10", "50"])),
        max_size=8,
    )
)
def test_ranking_is_an_order_of_the_same_pods(pods: list[tuple[int, int, str]]) -> None:
    uses = [
        _use(str(number), memory=memory, priority=priority, request=request)
        for number, (memory, priority, request) in enumerate(pods)
    ]
    found = ranked(uses, Signal.MEMORY)
    assert sorted(_names(found)) == sorted(_names(uses))
    exceeding = [one.memory_bytes > int(_request(one)) for one in found]
    assert exceeding == sorted(exceeding, reverse=True)
    assert ranked(found, Signal.MEMORY) == found


def _request(use: PodUse) -> str:
    requests: Wire = use.pod["spec"]["containers"][0]["resources"]["requests"]
    found: str = requests.get("memory", "0")
    return found


def test_the_message_is_the_kubelets() -> None:
    use = _use("web", memory=200 * MIB, request="100Mi")
    found = eviction_message(use, Shortage(Signal.MEMORY, 100 * MIB, 51200 * 1024))
    assert found == (
        "The node was low on resource: memory. Threshold quantity: 102400Ki, available: 51200Ki. "
        "Container main was using 204800Ki, request is 100Mi, has larger consumption of memory. "
    )


@pytest.mark.parametrize(
    ("volumes", "limits", "disk", "volume", "message"),
    [
        ([{"name": "v", "emptyDir": {"sizeLimit": "1Mi"}}], "", 0, MIB, ""),
        (
            [{"name": "v", "emptyDir": {"sizeLimit": "1Mi"}}],
            "",
            0,
            MIB + 1,
            'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ',
        ),
        ([], "1Mi", MIB, 0, ""),
        (
            [],
            "1Mi",
            MIB + 1,
            0,
            "Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ",
        ),
    ],
    ids=["volume full", "volume over", "pod full", "pod over"],
)
def test_limits_of_local_storage(
    volumes: list[Wire], limits: str, disk: int, volume: int, message: str
) -> None:
    container: Wire = {"name": "main"}
    if limits:
        container["resources"] = {"limits": {"ephemeral-storage": limits}}
    pod: Wire = {"metadata": {"name": "p"}, "spec": {"containers": [container], "volumes": volumes}}
    use = PodUse(pod, {"main": ContainerUse(disk_bytes=disk)}, {"v": volume})
    assert broken_limit(use) == message


def _limited(name: str, limit: str = "", *, is_sidecar: bool = False) -> Wire:
    container: Wire = {"name": name}
    if limit:
        container["resources"] = {"limits": {"ephemeral-storage": limit}}
    if is_sidecar:
        container["restartPolicy"] = "Always"
    return container


TOTAL = "Pod ephemeral local storage usage exceeds the total limit of containers {}. "


@pytest.mark.parametrize(
    ("containers", "inits", "overhead", "used", "message"),
    [
        ([_limited("a", "1Mi"), _limited("b")], [], "", {"b": MIB}, ""),
        ([_limited("a", "1Mi"), _limited("b")], [], "", {"b": MIB + 1}, TOTAL.format("1Mi")),
        ([_limited("a", "1Mi"), _limited("b", "3Mi")], [], "", {"b": 5 * MIB}, TOTAL.format("4Mi")),
        (
            [_limited("a", "1Mi"), _limited("b", "3Mi")],
            [],
            "",
            {"a": 2 * MIB},
            'Container a exceeded its local ephemeral storage limit "1Mi". ',
        ),
        ([_limited("a", "1Mi")], [_limited("i", "4Mi")], "", {"a": MIB, "i": 3 * MIB}, ""),
        ([_limited("a", "1Mi")], [_limited("i", "4Mi")], "", {"i": 5 * MIB}, TOTAL.format("4Mi")),
        (
            [_limited("a", "1Mi")],
            [_limited("s", "1Mi", is_sidecar=True), _limited("i", "4Mi")],
            "",
            {"i": 6 * MIB},
            TOTAL.format("5Mi"),
        ),
        (
            [_limited("a", "3Mi")],
            [_limited("s", "1Mi", is_sidecar=True)],
            "",
            {"s": 2 * MIB},
            'Container s exceeded its local ephemeral storage limit "1Mi". ',
        ),
        ([_limited("a", "3Mi")], [_limited("i", "1Mi")], "", {"i": 2 * MIB}, ""),
        ([_limited("a", "1Mi")], [], "1Mi", {"a": 3 * MIB}, TOTAL.format("2Mi")),
        ([_limited("a"), _limited("b")], [], "1Mi", {"a": 3 * MIB}, ""),
        ([_limited("a", "0")], [], "1Mi", {"a": 1}, TOTAL.format("0")),
        ([_limited("a", "0"), _limited("b", "1Mi")], [], "", {"a": 1}, ""),
    ],
    ids=[
        "one has none, full",
        "one has none, over",
        "sum",
        "its own",
        "init full",
        "init over",
        "init beside a sidecar",
        "sidecar",
        "init has none of its own",
        "overhead",
        "overhead alone",
        "nothing",
        "nothing of its own",
    ],
)
def test_limits_of_local_storage_add_up(
    containers: list[Wire], inits: list[Wire], overhead: str, used: dict[str, int], message: str
) -> None:
    spec: Wire = {"containers": containers, "initContainers": inits}
    if overhead:
        spec["overhead"] = {"ephemeral-storage": overhead}
    pod: Wire = {"metadata": {"name": "p"}, "spec": spec}
    uses = {name: ContainerUse(disk_bytes=size) for name, size in used.items()}
    assert broken_limit(PodUse(pod, uses)) == message
