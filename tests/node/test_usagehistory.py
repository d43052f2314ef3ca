"""Two looks at counters make a rate, and rates make measurements."""

from kubeobj.documents import Wire
from kubeobj.node.measurements import NodeMeasurements
from kubeobj.node.usagehistory import ContainerKey, Look, UsageHistory
from kubeobj.runtimes.states import Usage

KEY = ContainerKey("u", "shop", "web", "main")


def _look(at: float, cpu: int, memory: int = 4096, *, run: str = "1") -> Look:
    usage = Usage(at, cpu_nanoseconds=cpu, memory_bytes=memory)
    return Look(at, {KEY: (run, usage)}, usage)


def test_one_look_makes_no_rate() -> None:
    history = UsageHistory()
    history.add(_look(10, 0))
    assert list(history.containers()) == []
    assert history.node() is None


def test_a_rate_is_what_was_used_over_the_time_between() -> None:
    history = UsageHistory()
    history.add(_look(10, 1_000_000_000))
    history.add(_look(14, 3_000_000_000, memory=8192))
    [(key, rate)] = history.containers()
    assert key == KEY
    assert (rate.cpu_nanocores, rate.memory_bytes, rate.window) == (500_000_000, 8192, 4)
    assert history.pods() == {("shop", "web"): {"main": rate}}


def test_a_container_that_runs_anew_has_no_rate_at_first() -> None:
    history = UsageHistory()
    history.add(_look(10, 9_000_000_000, run="1"))
    history.add(_look(20, 1_000_000_000, run="2"))
    assert list(history.containers()) == []


def test_looks_that_follow_at_once_do_not_make_a_shaky_rate() -> None:
    history = UsageHistory()
    history.add(_look(10, 0))
    history.add(_look(20, 10_000_000_000))
    history.add(_look(20.001, 10_001_000_000))
    [(_, rate)] = history.containers()
    assert rate.window > 10


def test_a_clock_that_is_put_back_makes_no_rate() -> None:
    history = UsageHistory()
    history.add(_look(100, 0))
    history.add(_look(50, 10))
    assert list(history.containers()) == []


def _measurements(pod: Wire | None) -> NodeMeasurements:
    history = UsageHistory()
    history.add(_look(10, 0))
    history.add(_look(25, 15_000_000_000, memory=3 * 1024 * 1024 + 7))
    return NodeMeasurements("here", history, lambda: [] if pod is None else [pod], dict)


def _pod(*running: str) -> Wire:
    statuses = [{"name": name, "state": {"running": {}}} for name in running]
    metadata = {"name": "web", "namespace": "shop", "labels": {"app": "web"}}
    return {"metadata": metadata, "status": {"containerStatuses": statuses}}


def test_a_pod_is_measured_once_all_that_runs_is() -> None:
    [found] = _measurements(_pod("main")).pods()
    assert found == {
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "creationTimestamp": "1970-01-01T00:00:25Z",
            "labels": {"app": "web"},
        },
        "timestamp": "1970-01-01T00:00:25Z",
        "window": "15s",
        "containers": [{"name": "main", "usage": {"cpu": "1000000000n", "memory": "3Mi"}}],
    }
    assert list(_measurements(_pod("main", "other")).pods()) == []
    assert list(_measurements(None).pods()) == []


def test_the_node_is_measured_too() -> None:
    [found] = _measurements(None).nodes()
    assert found["metadata"]["name"] == "here"
    assert found["usage"] == {"cpu": "1000000000n", "memory": "3Mi"}
