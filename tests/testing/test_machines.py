"""The machine that looks for what breaks an operator."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from kubeobj.documents import Wire
from kubeobj.reconcile.reconciler import reconciler
from kubeobj.testing.machines import OperatorFailed, OperatorMachine

ROOT = Path(__file__).parents[2]


@reconciler("ConfigMap.v1", owns=["Secret.v1"], selector="site")
def good(one: Any, work: Any) -> list[Wire]:
    """One secret for each site, whatever happens."""
    name = one.at("metadata", "name")
    return [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"{name}-key"}}]


@reconciler("ConfigMap.v1", selector="site")
def careless(one: Any, work: Any) -> None:
    """A secret that nobody owns, so that it outlives its site."""
    name = f"{one.at('metadata', 'name')}-key"
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}}
    if not work.client.exists("secrets", name):
        work.client.create(secret)


def a_site(name: str, text: str) -> Wire:
    """Return a site as a document."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "default", "labels": {"site": "yes"}},
        "data": {"text": text},
    }


def no_secret_without_site(cluster: Any) -> bool:
    """Return whether each secret has a site."""
    sites = {one.metadata.name for one in cluster.client.list("configmaps")}
    return all(one.metadata.name[:-4] in sites for one in cluster.client.list("secrets"))


class GoodMachine(OperatorMachine):
    """Nothing is wrong with this operator."""

    installs = (good,)
    objects = st.builds(a_site, st.sampled_from("ab"), st.sampled_from(["x", "y"]))
    nodes = 1
    settled = staticmethod(no_secret_without_site)


class CarelessMachine(OperatorMachine):
    """This one leaves something behind."""

    installs = (careless,)
    objects = st.builds(a_site, st.sampled_from("ab"), st.sampled_from(["x", "y"]))
    faults = st.nothing()
    nodes = 1
    within_seconds = 60.0
    settled = staticmethod(no_secret_without_site)


FEW = settings(
    max_examples=15,
    stateful_step_count=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate, Phase.shrink],
)


def test_an_operator_that_is_right_passes_whatever_goes_wrong() -> None:
    run_state_machine_as_test(GoodMachine, settings=FEW)


def test_an_operator_that_is_not_right_is_found_out() -> None:
    finding = settings(FEW, max_examples=150, phases=[Phase.generate])
    with pytest.raises(OperatorFailed):
        run_state_machine_as_test(CarelessMachine, settings=finding)


def test_a_failure_comes_with_a_script_that_fails_in_the_same_way(tmp_path: Path) -> None:
    machine = CarelessMachine()
    machine.begin(seed=1)
    machine.apply(document=a_site("a", "x"))
    machine.advance(seconds=5.0)
    machine.delete(place=0)
    with pytest.raises(OperatorFailed) as caught:
        machine.teardown()
    code = "\n".join(caught.value.__notes__).split("as a test:\n\n", 1)[1]
    assert "trial.delete(" in code
    file = tmp_path / "test_script.py"
    file.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "OperatorFailed" in done.stdout
