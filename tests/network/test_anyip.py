"""Ranges of addresses that are made this machine's own."""

import errno
import os
import socket
from collections.abc import Callable

import pytest

from kubeobj.network import anyip
from kubeobj.network.anyip import NotAllowed, is_loopback, make_local, unmake_local

# Of the ranges for documentation, which nobody uses.
RANGE = "198.51.100.64/27"
ADDRESS = "198.51.100.77"
RANGE_OF_6 = "2001:db8:77::/64"


def can_bind(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as one:
        try:
            one.bind((address, 0))
        except OSError:
            return False
        return True


def is_allowed() -> bool:
    """Return whether this process may make ranges local."""
    try:
        make_local(RANGE)
    except NotAllowed:
        return False
    return True


def test_a_range_is_made_local_and_undone_or_it_is_said_what_to_do() -> None:
    if not is_allowed():
        with pytest.raises(NotAllowed, match=f"sudo ip route add local {RANGE} dev lo"):
            make_local(RANGE)
        assert not can_bind(ADDRESS)
        return
    try:
        assert can_bind(ADDRESS)
        make_local(RANGE)  # as after a kill
        with socket.create_server((ADDRESS, 0)) as server:
            socket.create_connection(server.getsockname(), 10).close()
    finally:
        unmake_local(RANGE)
    assert not can_bind(ADDRESS)
    unmake_local(RANGE)


@pytest.mark.parametrize("change", [make_local, unmake_local])
def test_who_may_not_is_told_so(
    change: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anyip, "_ask", lambda _: errno.EPERM)
    with pytest.raises(NotAllowed, match="only root may make"):
        change(RANGE)


def test_what_the_kernel_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anyip, "_ask", lambda _: errno.ENETUNREACH)
    with pytest.raises(OSError, match=os.strerror(errno.ENETUNREACH)):
        make_local(RANGE_OF_6)


@pytest.mark.parametrize("text", ["", "10.0.0.1/8", "10.0.0.0/33", "web"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        make_local(text)


def test_loopback_is_local_anyway() -> None:
    assert is_loopback("127.5.128.0/17")
    assert not is_loopback(RANGE)
    assert not is_loopback(RANGE_OF_6)
