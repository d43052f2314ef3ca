"""Faults as text: every kind can be written, and each mistake is pointed at."""

import pytest

from kubeobj.cluster import faults, troubles
from kubeobj.cluster.faults import ApiFault
from kubeobj.cluster.faulttext import (
    FORMS,
    FaultTextError,
    PodCrash,
    check_target,
    describe_fault,
    is_lasting,
    parse_fault,
)
from kubeobj.cluster.simulated import SimulatedCluster

EXAMPLES = {
    "node-crash": "node-crash=node-2@90s+1m",
    "partition": "partition=node-1@2m+5m",
    "slow-node": "slow-node=node-1,times=3@0+1m",
    "container-crash": "container-crash=shop/web-*,exit-code=137,reason=OOMKilled@1m",
    "process-kill": "process-kill=kube-scheduler,down=5s@1s",
    "relist": "relist@1s",
    "clock-jump": "clock-jump=30s@2m",
    "unavailable": "unavailable@5+3",
    "conflicts": "conflicts=kube-scheduler,probability=0.5@0s+1m",
    "throttled": "throttled,retry-after=3@0+1m",
    "forgotten": "forgotten=kubelet@0+1m",
    "death-at-write": "death-at-write=kube-scheduler,write=3,done=false@1s",
    "lost-watches": "lost-watches,probability=0.1@0+1m",
    "late-watches": "late-watches,late=2s@0+1m",
    "doubled-watches": "doubled-watches@0+1m",
    "closed-watches": "closed-watches=kubelet@0+1m",
}


def test_every_kind_of_fault_can_be_written() -> None:
    """All that are in the modules of faults and troubles, and there is an example of each."""
    known = {
        one
        for module in (faults, troubles)
        for one in vars(module).values()
        if isinstance(one, type)
        and one.__module__ == module.__name__
        and hasattr(one, "__dataclass_fields__")
    }
    written = {form.make for form in FORMS.values()} - {PodCrash}
    assert known - written == {ApiFault, faults.ContainerCrash}
    assert set(EXAMPLES) == set(FORMS)


@pytest.mark.parametrize("word", list(EXAMPLES))
def test_what_is_described_is_what_was_written(word: str) -> None:
    planned = parse_fault(EXAMPLES[word])
    text = describe_fault(planned.fault)
    assert text.startswith(word)
    assert (
        describe_fault(parse_fault(f"{text.lower()}@1s".replace("oomkilled", "OOMKilled")).fault)
        == text
    )
    assert is_lasting(planned.fault) == FORMS[word].ends


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 0, "it does not say when"),
        ("node-crash=node-2", 17, "it does not say when"),
        ("node-crsh=node-2@90s", 0, "there is no fault 'node-crsh'"),
        ("@90s", 0, "it does not say which fault"),
        ("node-crash@90s", 11, "node-crash needs a node"),
        ("node-crash=node-2@90x", 18, "'90x' is no length of time"),
        ("node-crash=node-2@90s+", 22, "'' is no length of time"),
        ("node-crash=x,foo=1@2", 13, "unknown key 'foo'"),
        ("slow-node=x,times@2", 17, "times has no value"),
        ("slow-node=x,times=0@2", 18, "0 is no number above 0"),
        ("conflicts,probability=2@1", 22, "2 is no probability"),
        ("conflicts,probability=a@1", 22, "could not convert"),
        ("conflicts,probability=1,probability=1@1", 24, "probability is there twice"),
        ("death-at-write=a,done=no@1", 22, "'no' is neither true nor false"),
        ("death-at-write=a,write=-1@1", 23, "'-1' is no count"),
        ("relist@1+3", 8, "relist is over at once"),
        ("clock-jump=soon@1", 11, "'soon' is no length of time"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, position: int, reason: str) -> None:
    with pytest.raises(FaultTextError) as caught:
        parse_fault(text)
    assert caught.value.reason.startswith(reason)
    assert caught.value.position == position
    assert str(caught.value).split("\n")[2] == " " * (2 + position) + "^"


@pytest.mark.parametrize("text", ["node-crash=node-9@1s", "process-kill=cron@1s", "relist=cron@1s"])
def test_a_target_that_is_not_there_is_pointed_at(text: str) -> None:
    planned = parse_fault(text)
    with pytest.raises(FaultTextError, match=r"there is no (node|process) ") as caught:
        check_target(planned, SimulatedCluster.with_nodes(1))
    assert caught.value.position == text.index("=") + 1
