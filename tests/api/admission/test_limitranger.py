"""LimitRanges: what containers get that say nothing, and what may not be asked for."""

import pytest

from kubeobj.api.admission.limitranger import ANNOTATION
from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Forbidden
from kubeobj.documents import Wire
from tests.api.admission.making import amounts, change, container, found, make, pod, said


def _limit(server: ApiServer, *limits: Wire, name: str = "lr") -> None:
    body = {"metadata": {"name": name}, "spec": {"limits": list(limits)}}
    make(server, "limitranges", body, namespace="shop")


def _of(kind: str, **fields: dict[str, str]) -> Wire:
    return {"type": kind, **fields}


def test_what_is_filled_in_is_told(server: ApiServer) -> None:
    """Each container gets what it leaves open; an annotation says so."""
    _limit(server, _of("Container", default={"cpu": "2"}, defaultRequest={"cpu": "1"}))
    one = container("a")
    two = container("b", resources={"requests": {"cpu": "500m"}})
    made = pod(server, containers=[one, two])
    told = made["metadata"]["annotations"][ANNOTATION]
    assert told == (
        "LimitRanger plugin set: cpu request for container a; cpu limit for container a;"
        " cpu limit for container b"
    )
    assert [one["resources"] for one in made["spec"]["containers"]] == [
        {"limits": {"cpu": "2"}, "requests": {"cpu": "1"}},
        {"limits": {"cpu": "2"}, "requests": {"cpu": "500m"}},
    ]


@pytest.mark.parametrize(
    ("limit", "resources", "why"),
    [
        pytest.param(
            _of("Container", min={"cpu": "1"}),
            {"requests": {"cpu": "500m"}},
            "minimum cpu usage per Container is 1, but request is 500m",
            id="below-minimum",
        ),
        pytest.param(
            _of("Pod", min={"memory": "1Gi"}),
            {},
            "minimum memory usage per Pod is 1Gi.  No request is specified",
            id="no-request",
        ),
        pytest.param(
            _of("Pod", max={"cpu": "1"}),
            {"requests": {"cpu": "500m"}},
            "maximum cpu usage per Pod is 1.  No limit is specified",
            id="no-limit",
        ),
        pytest.param(
            _of("Pod", max={"cpu": "1"}),
            {"limits": {"cpu": "2"}},
            "maximum cpu usage per Pod is 1, but limit is 2",
            id="above-maximum",
        ),
        pytest.param(
            _of("Container", maxLimitRequestRatio={"cpu": "2"}),
            {"requests": {"cpu": "1"}, "limits": {"cpu": "3"}},
            "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
            id="ratio",
        ),
        pytest.param(
            _of("Container", maxLimitRequestRatio={"cpu": "2"}),
            {"limits": {"memory": "1Gi"}},
            "cpu max limit to request ratio per Container is 2,"
            " but no request is specified or request is 0",
            id="ratio-of-nothing",
        ),
    ],
)
def test_what_a_range_refuses_is_told(
    server: ApiServer, limit: Wire, resources: Wire, why: str
) -> None:
    """The reason names the bound and what was asked for."""
    _limit(server, limit)
    with pytest.raises(Forbidden) as refused:
        pod(server, containers=[amounts(**resources)])
    assert said(refused.value) == why


def test_every_fault_is_told_at_once(server: ApiServer) -> None:
    """A pod with two containers that ask for too much is refused for both."""
    _limit(server, _of("Container", max={"cpu": "1"}))
    big = {"limits": {"cpu": "2"}}
    containers = [container("a", resources=big), container("b", resources=big)]
    with pytest.raises(Forbidden) as refused:
        pod(server, containers=containers)
    assert said(refused.value).count("but limit is 2") == 2


def test_a_pod_counts_as_a_whole(server: ApiServer) -> None:
    """What it says of itself counts, and otherwise what its containers need at once."""
    _limit(server, _of("Pod", max={"cpu": "2"}))
    one = amounts(limits={"cpu": "1500m"})
    first = container("i", resources={"limits": {"cpu": "2"}})
    pod(server, "ok", containers=[one], initContainers=[first])
    with pytest.raises(Forbidden, match="but limit is 3"):
        pod(server, "two", containers=[one, {**one, "name": "d"}])
    with pytest.raises(Forbidden, match="but limit is 3"):
        pod(server, "own", containers=[one], resources={"limits": {"cpu": "3"}})


def test_a_claim_is_judged_whenever_it_is_written(server: ApiServer) -> None:
    """Until it is being deleted: then nothing is to keep it."""

    def claim(size: str) -> Wire:
        spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}
        return {"metadata": {"name": "v"}, "spec": spec}

    made = make(server, "persistentvolumeclaims", claim("5Gi"), namespace="shop")
    _limit(server, _of("PersistentVolumeClaim", min={"storage": "1Gi"}, max={"storage": "2Gi"}))
    for size in ("500Mi", "3Gi"):
        with pytest.raises(Forbidden, match="storage usage per PersistentVolumeClaim"):
            make(server, "persistentvolumeclaims", claim(size), namespace="shop")
    made["metadata"]["labels"] = {"a": "b"}
    with pytest.raises(Forbidden, match="maximum storage usage"):
        change(server, "persistentvolumeclaims", made)
    server.delete("persistentvolumeclaims", "v", namespace="shop")
    going = found(server, "persistentvolumeclaims", "v")
    going["metadata"]["labels"] = {"a": "b"}
    change(server, "persistentvolumeclaims", going)


def test_a_pod_may_not_grow_out_of_its_range(server: ApiServer) -> None:
    """Ranges are asked when resources change, and not when anything else does."""
    made = pod(server, containers=[amounts(requests={"cpu": "1"}, limits={"cpu": "4"})])
    _limit(server, _of("Container", max={"cpu": "2"}))
    made["metadata"]["labels"] = {"a": "b"}
    change(server, "pods", made)
    grown = found(server, "pods", "p")
    grown["spec"]["containers"][0]["resources"]["requests"]["cpu"] = "3"
    with pytest.raises(Forbidden, match="maximum cpu usage per Container is 2"):
        change(server, "pods", grown, part="resize")


def test_ranges_are_those_of_the_namespace_now(server: ApiServer) -> None:
    """A range elsewhere counts nothing, nor does one that is gone."""
    _limit(server, _of("Container", max={"cpu": "1"}))
    body = pod(server, "elsewhere", "default", containers=[amounts(limits={"cpu": "2"})])
    assert ANNOTATION not in body["metadata"].get("annotations", {})
    server.delete("limitranges", "lr", namespace="shop")
    pod(server, containers=[amounts(limits={"cpu": "2"})])
