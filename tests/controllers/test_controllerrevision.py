"""The history that sets keep of their pod templates."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.gojson import go_json
from kubeobj.controllers.controllerrevision import (
    HASH_LABEL,
    REVISION_LABEL,
    daemon_set_revision,
    find_equal,
    in_order,
    is_equal,
    next_number,
    revision_hash,
    revision_name,
    stateful_set_revision,
    surplus_of_daemon_set,
    surplus_of_stateful_set,
)
from kubeobj.controllers.hashtext import fnv1_32, safe_encode
from kubeobj.controllers.podtemplatehash import compute_hash
from tests.controllers.recorded import scenarios, stored


def recorded(identity: str) -> tuple[dict[str, Any], str]:
    """Return the set that a recorded scenario creates, and its text."""
    for scenario in scenarios():
        if scenario["id"] == identity:
            sets = [
                step["body"]
                for step in scenario["steps"]
                if step.get("body", {}).get("kind") in {"StatefulSet", "DaemonSet"}
            ]
            return sets[0], json.dumps(scenario)
    raise LookupError(identity)


@pytest.mark.parametrize("image", ["img:1", "img:2"])
def test_revisions_of_stateful_sets_have_the_names_that_were_recorded(image: str) -> None:
    """Both templates of a recorded update have the names that Kubernetes gave them."""
    body, text = recorded("controllers/sts-roll")
    body["spec"]["template"]["spec"]["containers"][0]["image"] = image
    owner = stored("statefulsets", body)
    revision = stateful_set_revision(owner, 3, 0)
    name = revision["metadata"]["name"]
    assert f'"{name}"' in text
    assert revision["metadata"]["labels"] == {"app": "x", HASH_LABEL: name.removeprefix("s-")}
    assert revision["revision"] == 3
    assert revision["data"] == {
        "spec": {"template": {**owner["spec"]["template"], "$patch": "replace"}}
    }
    assert "$patch" not in owner["spec"]["template"]
    assert stateful_set_revision(owner, 3, 1)["metadata"]["name"] != name


def test_revisions_of_daemon_sets_are_named_by_their_templates() -> None:
    """A daemon set's revision has the hash of its template, and what the set is annotated with."""
    body, _ = recorded("controllers/ds-roll")
    body["metadata"]["annotations"] = {"kubernetes.io/change-cause": "why"}
    body["spec"]["template"]["spec"]["nodeSelector"] = {"grp": "g"}
    owner = stored("daemonsets", body)
    revision = daemon_set_revision(owner, 1)
    found = compute_hash(owner["spec"]["template"], owner["status"].get("collisionCount"))
    assert revision["metadata"]["name"] == f"ds-{found}"
    assert revision["metadata"]["labels"] == {"app": "x", REVISION_LABEL: found}
    assert revision["metadata"]["annotations"]["kubernetes.io/change-cause"] == "why"
    assert stored("controllerrevisions", revision)["data"] == revision["data"]
    reference = revision["metadata"]["ownerReferences"][0]
    assert (reference["kind"], reference["uid"]) == ("DaemonSet", owner["metadata"]["uid"])
    collided = {**owner, "status": {"collisionCount": 1}}
    assert daemon_set_revision(collided, 1)["metadata"]["name"] != f"ds-{found}"


TEXTS = st.text(st.characters(exclude_categories=("Cs",)))


@given(
    st.recursive(
        TEXTS | st.integers(-9, 9) | st.booleans(),
        lambda part: st.lists(part) | st.dictionaries(TEXTS, part),
    )
)
def test_what_is_hashed_is_the_json_of_go(value: object) -> None:
    """The hash is that of the patch as Go writes it, whatever the patch is."""
    data: Any = {"spec": value}
    assert revision_hash(data, None) == safe_encode(str(fnv1_32(go_json(data).encode())))
    assert revision_hash(data, 7) == safe_encode(str(fnv1_32(f"{go_json(data)}7".encode())))


def test_long_names_are_cut() -> None:
    """A revision's name is at most 253 bytes, with a hash of ten letters much less."""
    assert revision_name("a" * 230, "h") == f"{'a' * 223}-h"
    assert revision_name("web", "h") == "web-h"


def revision(number: int, name: str = "r", data: object = None, **labels: str) -> dict[str, Any]:
    """Return a revision."""
    return {
        "metadata": {"name": name, "creationTimestamp": "2026-01-01T00:00:00Z", "labels": labels},
        "data": data,
        "revision": number,
    }


def test_revisions_that_keep_the_same_are_equal() -> None:
    """Neither number nor name counts, and a hash only if both are numbers."""
    one = revision(1, "a", {"x": 1})
    other = revision(2, "b", {"x": 1}, **{HASH_LABEL: "24"})
    assert is_equal(one, other)
    assert not is_equal(one, revision(1, "a", {"x": 2}))
    assert is_equal(other, revision(1, "c", {"x": 1}, **{HASH_LABEL: "2b"}))
    assert not is_equal(other, revision(1, "c", {"x": 1}, **{HASH_LABEL: "25"}))
    assert is_equal(other, revision(1, "c", {"x": 1}, **{HASH_LABEL: "9999999999"}))
    assert find_equal([one, revision(3, "c"), other], one) == [one, other]


def test_revisions_are_ordered_by_number_age_and_name() -> None:
    """Where numbers are equal the older one comes first, then the name decides."""
    young = revision(1, "a")
    young["metadata"]["creationTimestamp"] = "2026-01-02T00:00:00Z"
    ordered = [revision(1, "b"), revision(1, "c"), young, revision(2, "a")]
    assert in_order(reversed(ordered)) == ordered
    assert next_number(ordered) == 3


def test_stateful_sets_keep_so_many_revisions_beside_those_in_use() -> None:
    """The oldest that are not in use go, until as many are left as the limit says."""
    history = [revision(number, f"r{number}") for number in (3, 1, 2, 5, 4)]
    kept = surplus_of_stateful_set(history, {"r1", "r5"}, 1)
    assert [one["revision"] for one in kept] == [2, 3]
    assert surplus_of_stateful_set(history, {"r1", "r5"}, 3) == []
    assert len(surplus_of_stateful_set(history, {"r1", "r5"}, 0)) == 3


def test_daemon_sets_count_those_in_use_too() -> None:
    """The limit is for all old revisions, but those in use stay."""
    history = [revision(number, **{REVISION_LABEL: f"h{number}"}) for number in (3, 1, 2, 4)]
    kept = surplus_of_daemon_set(history, {"h1"}, 2)
    assert [one["revision"] for one in kept] == [2, 3]
    assert surplus_of_daemon_set(history, {"h1"}, 4) == []
    assert [one["revision"] for one in surplus_of_daemon_set(history, {"h1"}, 0)] == [2, 3, 4]
