"""A rolling update never has too few pods or too many, whatever happens in which order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kubeobj.controllers.rollingupdate import resolve_fenceposts
from tests.controllers.rollouts import Rollout

NUMBERS = st.one_of(st.integers(0, 4), st.sampled_from(["0%", "25%", "50%", "100%"]))
LIMITS = st.tuples(NUMBERS, NUMBERS).filter(
    lambda pair: [one for one in pair if one not in {0, "0%"}] != []
)


def begun(replicas: int, surge: int | str, unavailable: int | str) -> Rollout:
    """Return a Deployment whose pods are all ready."""
    rolling = {"maxSurge": surge, "maxUnavailable": unavailable}
    rollout = Rollout(replicas, strategy={"type": "RollingUpdate", "rollingUpdate": rolling})
    rollout.make_ready()
    assert rollout.available() == replicas
    return rollout


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("work"), st.integers(1, 4)),
        st.tuples(st.just("one loop"), st.integers(0, 2)),
        st.tuples(st.just("ready"), st.integers(0, 9)),
        st.tuples(st.just("roll"), st.integers(1, 3)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    min_size=4,
    max_size=60,
)


@settings(max_examples=40)
@given(replicas=st.integers(1, 8), limits=LIMITS, steps=STEPS)
def test_never_too_few_and_never_too_many(
    replicas: int, limits: tuple[int | str, int | str], steps: list[tuple[str, int]]
) -> None:
    """Loops work in any order, caches lag, pods get ready when they like, images change again."""
    rollout = begun(replicas, *limits)
    surge, unavailable = resolve_fenceposts(*limits, replicas)
    rollout.roll("img:2")
    manager = rollout.world.manager
    for what, number in steps:
        if what == "work":
            for _ in range(number):
                manager.step()
        elif what == "one loop":
            manager.read()
            list(manager.controllers.values())[number].step()
        elif what == "roll":
            rollout.roll(f"img:{number}")
        elif what == "restart":
            manager.restart()
        else:
            waiting = [one for one in rollout.pods() if not _ready(one)]
            if waiting:
                rollout.say(waiting[number % len(waiting)], ready=True)
        assert rollout.available() >= replicas - min(unavailable, replicas)
        assert len(rollout.pods()) <= replicas + surge
    rollout.make_ready()
    assert rollout.available() == replicas == len(rollout.pods())
    assert max(rollout.sizes().values()) == replicas
    assert rollout.condition("Progressing") == ("True", "NewReplicaSetAvailable")


def _ready(pod: dict[str, object]) -> bool:
    status = pod["status"]
    assert isinstance(status, dict)
    return status.get("phase") == "Running"


@settings(max_examples=25)
@given(
    replicas=st.integers(1, 8),
    limits=LIMITS,
    happenings=st.lists(st.tuples(st.booleans(), st.integers(0, 20)), max_size=30),
)
def test_pods_that_fail_are_not_made_up_for_with_good_ones(
    replicas: int, limits: tuple[int | str, int | str], happenings: list[tuple[bool, int]]
) -> None:
    """Where too few are ready already, the rollout takes none away that is."""
    rollout = begun(replicas, *limits)
    surge, unavailable = resolve_fenceposts(*limits, replicas)
    least = replicas - min(unavailable, replicas)
    rollout.roll("img:2")
    rollout.world.settle()
    for ready, number in happenings:
        pods = rollout.pods()
        rollout.say(pods[number % len(pods)], ready=ready)
        before = rollout.available()
        rollout.world.settle()
        assert rollout.available() >= min(before, least)
        assert len(rollout.pods()) <= replicas + surge
    rollout.make_ready()
    assert rollout.sizes() == {"img:1": 0, "img:2": replicas}
    assert rollout.status["availableReplicas"] == replicas
