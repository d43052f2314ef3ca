"""Patches: how long applying and computing one takes, for a pod of everyday size."""

from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from kubeobj.api.patch import (
    apply_json_patch,
    apply_merge_patch,
    apply_strategic_merge,
    three_way_merge_patch,
    three_way_strategic_patch,
)
from tests.api.patch.schemas import schema_of

POD = schema_of("Pod")
SIZES = [pytest.param(1, id="one"), pytest.param(10, id="ten"), pytest.param(1000, id="thousand")]


def _pod(containers: int, image: str = "nginx:1") -> dict[str, Any]:
    """Return a pod with this many containers."""
    return {
        "metadata": {"name": "web-0", "labels": {"app": "web"}, "finalizers": ["example.com/f"]},
        "spec": {
            "containers": [
                {
                    "name": f"c{i}",
                    "image": image,
                    "ports": [{"containerPort": 8080, "protocol": "TCP"}],
                    "env": [{"name": f"E{j}", "value": str(j)} for j in range(5)],
                    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
                }
                for i in range(containers)
            ]
        },
    }


def test_json_patch(benchmark: BenchmarkFixture) -> None:
    """One replacement."""
    patch = [{"op": "replace", "path": "/spec/containers/0/image", "value": "nginx:2"}]
    assert benchmark(apply_json_patch, _pod(1), patch) == _pod(1, "nginx:2")


def test_merge_patch(benchmark: BenchmarkFixture) -> None:
    """One label."""
    patch = {"metadata": {"labels": {"tier": "front"}}}
    assert benchmark(apply_merge_patch, _pod(1), patch)


@pytest.mark.parametrize("containers", SIZES)
def test_strategic_merge(benchmark: BenchmarkFixture, containers: int) -> None:
    """The last container's image; linear in the containers."""
    change = {"name": f"c{containers - 1}", "image": "nginx:2"}
    patch = {"spec": {"containers": [change]}}
    assert benchmark(apply_strategic_merge, _pod(containers), patch, POD)


@pytest.mark.parametrize("containers", SIZES)
def test_three_way_strategic(benchmark: BenchmarkFixture, containers: int) -> None:
    """Every image; what `kubectl apply` computes."""
    before, after = _pod(containers), _pod(containers, "nginx:2")
    patch = benchmark(three_way_strategic_patch, before, after, before, POD, overwrite=True)
    assert apply_strategic_merge(before, patch, POD) == after


def test_three_way_merge(benchmark: BenchmarkFixture) -> None:
    """One image, as `kubectl apply` computes it for a kind that it does not know."""
    before, after = _pod(1), _pod(1, "nginx:2")
    assert benchmark(three_way_merge_patch, before, after, before)
