"""Fixtures for pytest: a simulated cluster, or an API server alone, for each test.

Such as::

    @pytest.mark.kubeobj(nodes=5, seed=3)
    def test_all_come_up(cluster):
        cluster.apply(MANIFESTS)
        cluster.converge()

`cluster` is a `SimulatedCluster`, `api` an `ApiServer`, `client` a client and `clock` a virtual
clock. A test that asks for `cluster` gets the server, client and clock of that cluster; else there
is a server alone. A fixture of the same name in a test's own files goes before these.

When such a test fails, its report has the seed, the command that plays it again, and what happened
last in the cluster.

pytest loads this by itself wherever kubeobj is installed, so nothing else is loaded before a
fixture is used.
"""

from collections.abc import Generator
from shlex import quote
from typing import TYPE_CHECKING, Final, TypeVar, final

import pytest

if TYPE_CHECKING:
    from kubeobj.api.apiserver import ApiServer
    from kubeobj.api.inprocess import InProcessClient
    from kubeobj.clock import VirtualClock
    from kubeobj.cluster.simulated import Plan, SimulatedCluster
    from kubeobj.testing.chronicle import Chronicle

Thing = TypeVar("Thing")

MARK: Final = "kubeobj"
"""The marker that says what clusters are like."""

_OPTION: Final = "--kubeobj-seed"
_KNOWN: Final = ("nodes", "seed", "start_seconds", "plan", "install")
_USAGE: Final = (
    "kubeobj(nodes=3, seed=0, start_seconds=…, plan=Plan(…), install=[…]): what the simulated "
    "cluster, or the server, of this test is like."
)


@final
class _Played:
    """What the clusters of one test were made of, and what happened there."""

    def __init__(self, seed: int) -> None:
        self.seed: int = seed
        self.cluster: SimulatedCluster | None = None
        self.chronicle: Chronicle | None = None


_PLAYED: Final = pytest.StashKey[_Played]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that plays a test again with another seed."""
    group = parser.getgroup("kubeobj", "simulated Kubernetes clusters")
    group.addoption(
        _OPTION,
        type=int,
        default=None,
        metavar="SEED",
        help="The seed of simulated clusters, whatever markers say.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _USAGE)


@pytest.fixture
def cluster(request: pytest.FixtureRequest) -> "SimulatedCluster":
    """A simulated cluster of three nodes, settled; the marker ``kubeobj`` says otherwise."""
    from kubeobj.cluster.simulated import SimulatedCluster
    from kubeobj.testing.chronicle import Chronicle

    said = _said(request)
    played = _played(request)
    made = SimulatedCluster.with_nodes(
        said.get("nodes", 3),  # type: ignore[arg-type]  # what the marker says is checked there
        seed=played.seed,
        start_seconds=_start(said),
        plan=_plan(said),
    )
    played.cluster, played.chronicle = made, Chronicle(made)
    if installs := said.get("install"):
        made.install(*(installs if isinstance(installs, list | tuple) else [installs]))
        made.settle()
    return made


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> "VirtualClock":
    """The clock of this test's cluster or server, which moves when it is told to."""
    from kubeobj.clock import VirtualClock
    from kubeobj.cluster.simulated import SimulatedCluster

    cluster = _other(request, "cluster", SimulatedCluster)
    return VirtualClock(_start(_said(request))) if cluster is None else cluster.clock


@pytest.fixture
def api(request: pytest.FixtureRequest) -> "ApiServer":
    """The API server of this test's cluster, or else one alone; no loop runs there."""
    from kubeobj.api.apiserver import ApiServer
    from kubeobj.clock import VirtualClock
    from kubeobj.cluster.simulated import SimulatedCluster
    from kubeobj.entropy import SeededIdSource

    cluster = _other(request, "cluster", SimulatedCluster)
    if cluster is not None:
        return cluster.server
    said = _said(request)
    clock = request.getfixturevalue("clock")
    plan = _plan(said)
    return ApiServer(
        clock=clock if isinstance(clock, VirtualClock) else VirtualClock(_start(said)),
        ids=SeededIdSource(_played(request).seed),
        kinds=plan.kinds if plan else (),
        admissions=plan.admissions if plan else (),
    )


@pytest.fixture
def client(request: pytest.FixtureRequest) -> "InProcessClient":
    """A client of this test's cluster or server."""
    from kubeobj.api.apiserver import ApiServer
    from kubeobj.api.inprocess import InProcessClient
    from kubeobj.cluster.simulated import SimulatedCluster

    cluster = _other(request, "cluster", SimulatedCluster)
    if cluster is not None:
        return cluster.client
    server = request.getfixturevalue("api")
    if not isinstance(server, ApiServer):
        pytest.fail("the fixture client needs api to be an ApiServer", pytrace=False)
    return InProcessClient(server)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failure how to play it again, and what happened."""
    report = yield
    played = item.stash.get(_PLAYED, None)
    if played is not None and report.failed:
        report.sections.append(("kubeobj", "\n".join(_lines(item, played))))
    return report


def _lines(item: pytest.Item, played: _Played) -> list[str]:
    replay = f"play it again: pytest {quote(item.nodeid)} {_OPTION}={played.seed}"
    if played.cluster is None or played.chronicle is None:
        return [f"seed {played.seed}", replay]
    try:
        happened = played.chronicle.lines()
    except Exception as error:  # a report is no place to fail
        happened = [f"what happened cannot be told: {error!r}"]
    return [f"seed {played.seed}, {played.cluster.now:g} s simulated", replay, *happened]


def _said(request: pytest.FixtureRequest) -> dict[str, object]:
    """Return what markers say, the closest one first."""
    said: dict[str, object] = {}
    for mark in request.node.iter_markers(MARK):
        unknown = [str(one) for one in mark.args] + [n for n in mark.kwargs if n not in _KNOWN]
        if unknown:
            pytest.fail(
                f"the marker {MARK} takes {', '.join(_KNOWN)} by name, not {', '.join(unknown)}",
                pytrace=False,
            )
        said = {**mark.kwargs, **said}
    return said


def _played(request: pytest.FixtureRequest) -> _Played:
    stash = request.node.stash
    played: _Played | None = stash.get(_PLAYED, None)
    if played is None:
        asked = request.config.getoption(_OPTION, default=None)
        seed = _said(request).get("seed", 0) if asked is None else asked
        played = stash[_PLAYED] = _Played(int(seed))  # type: ignore[arg-type]
    return played


def _plan(said: dict[str, object]) -> "Plan | None":
    from kubeobj.cluster.simulated import Plan

    plan = said.get("plan")
    if plan is not None and not isinstance(plan, Plan):
        pytest.fail(f"the plan of the marker {MARK} must be a Plan, not {plan!r}", pytrace=False)
    return plan


def _start(said: dict[str, object]) -> float:
    from kubeobj.clock import START_SECONDS

    return float(said.get("start_seconds", START_SECONDS))  # type: ignore[arg-type]


def _other(request: pytest.FixtureRequest, name: str, kind: type[Thing]) -> Thing | None:
    """Return another fixture that the test asks for, if it is what is looked for."""
    if name not in request.fixturenames:
        return None
    found: object = request.getfixturevalue(name)
    return found if isinstance(found, kind) else None
