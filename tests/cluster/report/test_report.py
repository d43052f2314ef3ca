"""The report of a simulation: rows in which no two pods meet, times in order, pages that parse."""

from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.cluster.faults import NodeCrash, SlowNode
from kubeobj.cluster.podlives import PodLife, PodState
from kubeobj.cluster.report.drawing import drawing_of
from kubeobj.cluster.report.lanes import Bar, gathered, lanes_of, packed, row_height
from kubeobj.cluster.report.markup import plain
from kubeobj.cluster.report.page import Verdict, page_of
from kubeobj.cluster.report.timescale import TimeScale
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.cluster.timeline import Record, Timeline
from kubeobj.reconcile.request import Request
from tests.cluster.test_timeline import PLAN, deployment

TIMES = st.floats(0, 1000, allow_nan=False)


def recorded(replicas: int = 3) -> Record:
    cluster = SimulatedCluster.with_nodes(3, seed=7, plan=PLAN)
    timeline = Timeline(cluster)
    timeline.mark("apply <web>")
    cluster.apply(deployment(replicas=replicas))
    cluster.inject(NodeCrash("node-2"), at=60, seconds=500)
    cluster.inject(SlowNode("node-1"), at=60, seconds=100)
    cluster.advance(minutes=2)
    cluster.apply(deployment(replicas=replicas, image="web:2"))
    cluster.advance(minutes=10)
    return timeline.record()


@given(st.lists(TIMES), st.lists(TIMES, min_size=2))
def test_places_are_in_the_order_of_times(moments: list[float], times: list[float]) -> None:
    scale = TimeScale(0, 1000, moments, left=100, right=900)
    places = [scale.place(at) for at in sorted(times)]
    assert all(one <= other + 1e-6 for one, other in pairwise(places))
    assert all(100 - 1e-6 <= place <= 900 + 1e-6 for place in places)
    ticks = [scale.place(at) for at in scale.ticks(moments)]
    assert all(other - one > 50 for one, other in pairwise(ticks))


def test_quiet_times_are_cut() -> None:
    scale = TimeScale(0, 600, [1, 2, 3, 590], left=0, right=1000)
    (cut,) = scale.cuts
    assert (cut.begin, cut.end) == (3, 590)
    assert cut.right - cut.left < 700


@given(st.lists(st.tuples(TIMES, st.floats(0.1, 100), st.sampled_from("abc")), max_size=30))
def test_no_two_bars_of_a_row_meet(given_bars: list[tuple[float, float, str]]) -> None:
    bars = [
        Bar((life(str(number), name),), begin, begin + length)
        for number, (begin, length, name) in enumerate(given_bars)
    ]
    rows = packed(bars)
    assert sorted(id(bar) for row in rows for bar in row.bars) == sorted(map(id, bars))
    for row in rows:
        assert all(one.end <= other.begin for one, other in pairwise(row.bars))


def life(uid: str, name: str = "web") -> PodLife:
    key = Request("default", f"{name}-{uid}")
    return PodLife(
        key,
        uid,
        ("Deployment", Request("default", name)),
        "1",
        0,
        "node-1",
        0,
        [(0.0, PodState("ready", ""))],
    )


def test_pods_that_fared_alike_share_a_bar() -> None:
    bars = [Bar((life("1"),), 0, 5), Bar((life("2"),), 0, 5), Bar((life("3"),), 1, 5)]
    assert [len(bar.lives) for bar in gathered(bars)] == [2, 1]
    heights = [row_height(count) for count in (3, 200, 400, 1000, 5000)]
    assert heights == sorted(heights, reverse=True)


def test_lanes_are_in_the_order_of_numbers() -> None:
    cluster = SimulatedCluster.with_nodes(11, plan=PLAN)
    names = [lane.name for lane in lanes_of(Timeline(cluster).record())]
    assert names == [f"node-{number}" for number in range(1, 12)]


def test_the_picture_is_svg() -> None:
    """Well-formed, with a bar for each pod and the faults by name; many pods share bars."""
    root = ET.fromstring(drawing_of(recorded()))  # noqa: S314 - our own
    text = " ".join(root.itertext())
    assert root.tag.endswith("svg")
    assert "node-crash=node-2" in text
    assert "Deployment web: new template" in text
    many = drawing_of(recorded(200))
    assert "\N{MULTIPLICATION SIGN}" in many
    assert len(many) < 200_000


class Page(HTMLParser):
    """Remembers which elements of a page are open, and what they refer to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [str(value) for name, value in attrs if name in {"src", "href"}]
        if tag not in {"meta", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else() -> None:
    """It is well-formed, refers to nothing, and escapes what comes from outside."""
    record = recorded()
    verdict = Verdict("not <converged>", is_good=False, details=["a & b"])
    page = page_of(record, verdict, title="<shop>", command="kubeobj simulate -f 'a b'")
    parser = Page()
    parser.feed(page)
    assert parser.open == []
    assert parser.links == []
    assert "<shop>" not in page
    assert "apply <web>" not in page
    assert "kubeobj simulate -f &#x27;a b&#x27;" in page
    assert page == page_of(recorded(), verdict, title="<shop>", command="kubeobj simulate -f 'a b'")


def test_text_that_no_page_may_have_is_replaced() -> None:
    assert plain("a\x00\ud800<b>") == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}&lt;b&gt;"
