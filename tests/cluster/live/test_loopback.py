"""Loopback addresses of a cluster's own."""

from pathlib import Path

import pytest

from kubeobj.cluster.loopback import claim_range
from kubeobj.cluster.statedirectory import StateError


def test_each_cluster_has_its_own(tmp_path: Path) -> None:
    """Until it gives them back; and it gets the same again."""
    claims = tmp_path / "claims"
    claims.mkdir()
    states = [tmp_path / f"state-{number}" for number in range(3)]
    for one in states:
        one.mkdir()
    ranges = [claim_range(one, directory=claims) for one in states]
    octets = [one.octet for one in ranges]
    assert len(set(octets)) == 3
    assert all(2 <= one <= 254 for one in octets)
    with pytest.raises(StateError, match=f"another cluster has.*{states[0]}.*kubeobj down"):
        claim_range(states[1], octets[0], directory=claims)
    ranges[0].release()
    # As long as its state is there, its addresses are given to nobody who has a choice.
    others = [claim_range(tmp_path / f"x{n}", directory=claims) for n in range(20)]
    assert octets[0] not in {one.octet for one in others}
    again = claim_range(states[0], octets[0], directory=claims)
    assert again.octet == octets[0]
    for one in (*ranges, *others, again):
        one.release()


def test_when_none_are_left(tmp_path: Path) -> None:
    """Those of clusters that do not run are taken then; if all run, it is said."""
    claims = tmp_path / "claims"
    claims.mkdir()
    (tmp_path / "s").mkdir()
    taken = [claim_range(tmp_path / "s", octet, directory=claims) for octet in range(2, 255)]
    with pytest.raises(StateError, match="no more loopback addresses"):
        claim_range(tmp_path / "new", directory=claims)
    taken[100].release()
    found = claim_range(tmp_path / "new", directory=claims)
    assert found.octet == 102
    for one in (*taken, found):
        one.release()
