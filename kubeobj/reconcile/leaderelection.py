"""One of several works, the others wait: who holds a Lease leads.

Source: ``k8s.io/client-go/tools/leaderelection`` (v1.36); Kubernetes documentation, Leases.
"""

from dataclasses import dataclass
from math import ceil
from typing import Final, final

from kubeobj.api.client import Client
from kubeobj.api.errors import NotFound
from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.reconcile.failures import FAILURES
from kubeobj.reconcile.moments import micro_text_of
from kubeobj.reconcile.request import wire_of

_LEASES: Final = "leases.coordination.k8s.io"


@final
@dataclass(frozen=True, slots=True)
class Election:
    """How a leader is found.

    Args:
        name: The name of the lease.
        identity: Who this one is; nobody else may say so.
        namespace: The namespace of the lease.
        lease_seconds: How long the others wait for a leader that is silent.
        renew_seconds: How long a leader leads that cannot renew its lease; less than that.
        retry_seconds: How often the lease is looked at; less than that.

    Raises:
        ValueError: If the times are not in this order, or not positive.
    """

    name: str
    identity: str
    namespace: str = "default"
    lease_seconds: float = 15.0
    renew_seconds: float = 10.0
    retry_seconds: float = 2.0

    def __post_init__(self) -> None:
        if not 0 < self.retry_seconds < self.renew_seconds < self.lease_seconds:
            msg = "it must be 0 < retry_seconds < renew_seconds < lease_seconds"
            raise ValueError(msg)


@final
class LeaderElector:
    """Takes part in an election. It works in steps.

    Clocks of others are not trusted: a lease is over when it has not changed for as long as it
    lasts, by the clock of who looks at it.

    Args:
        client: Reads and writes the lease.
        clock: Tells the time.
        election: The election.
    """

    __slots__ = (
        "_client",
        "_clock",
        "_due",
        "_election",
        "_holder",
        "_observed",
        "_renewed",
        "_seen",
    )

    def __init__(self, client: Client, clock: Clock, election: Election) -> None:
        self._client = client
        self._clock = clock
        self._election = election
        self._due = clock.now()
        self._holder = ""
        # What the lease said when it was last looked at, and when it began to say so.
        self._seen: Wire = {}
        self._observed = 0.0
        self._renewed: float | None = None

    @property
    def is_leader(self) -> bool:
        """Whether this one leads: it holds the lease, and could renew it not long ago."""
        if self._renewed is None:
            return False
        # If the clock has been put back, nobody knows how long ago that was.
        return 0 <= self._clock.now() - self._renewed < self._election.renew_seconds

    @property
    def leader(self) -> str:
        """Who leads, as far as is known; empty if nobody is known to."""
        return self._holder

    @property
    def deadline(self) -> float:
        """When the lease is looked at next, in seconds since 1970."""
        return self._due

    def step(self) -> bool:
        """Look at the lease, if it is time to; return whether it was."""
        now = self._clock.now()
        if self._due - self._election.retry_seconds <= now < self._due:
            return False  # else it is due, or the clock has been put back
        self._due = now + self._election.retry_seconds
        try:
            self._take_or_renew(now)
        except FAILURES:
            return True  # a leader that cannot renew leads until `renew_seconds` have passed
        return True

    def release(self) -> None:
        """Give up the lease, so that another can lead at once.

        Raises:
            ApiError: If the API refuses it.
        """
        if not self.is_leader:
            return
        lease = self._read()
        self._renewed = None
        spec: Wire = {} if lease is None else lease.get("spec") or {}
        if lease is not None and spec.get("holderIdentity") == self._election.identity:
            self._write(lease, {**spec, "holderIdentity": "", "leaseDurationSeconds": 1})

    def forget(self) -> None:
        """Know nothing any more, as after a crash; the lease stays as it is."""
        self._due = self._clock.now()
        self._holder, self._seen, self._observed, self._renewed = "", {}, 0.0, None

    # ------------------------------------------------------------ inside

    def _take_or_renew(self, now: float) -> None:
        election = self._election
        lease = self._read()
        if lease is None:
            self._client.create(
                {
                    "apiVersion": "coordination.k8s.io/v1",
                    "kind": "Lease",
                    "metadata": {"name": election.name, "namespace": election.namespace},
                    "spec": self._spec({}, now),
                }
            )
            self._won(now)
            return
        spec: Wire = lease.get("spec") or {}
        if spec != self._seen or now < self._observed:
            self._seen, self._observed = spec, now
        self._holder = spec.get("holderIdentity") or ""
        lasts = spec.get("leaseDurationSeconds") or election.lease_seconds
        is_own = self._holder == election.identity
        if not is_own:
            self._renewed = None
            if self._holder and now - self._observed < lasts:
                return
        self._write(lease, self._spec(spec, now))
        self._won(now)

    def _won(self, now: float) -> None:
        self._renewed, self._holder = now, self._election.identity

    def _spec(self, old: Wire, now: float) -> Wire:
        identity = self._election.identity
        is_own = old.get("holderIdentity") == identity
        changes = old.get("leaseTransitions") or 0
        return {
            "holderIdentity": identity,
            "leaseDurationSeconds": ceil(self._election.lease_seconds),
            "acquireTime": (is_own and old.get("acquireTime")) or micro_text_of(now),
            "renewTime": micro_text_of(now),
            "leaseTransitions": changes if is_own or not old else changes + 1,
        }

    def _read(self) -> Wire | None:
        election = self._election
        try:
            found = self._client.get(_LEASES, election.name, namespace=election.namespace)
        except NotFound:
            return None
        return wire_of(found)

    def _write(self, lease: Wire, spec: Wire) -> None:
        """Write the lease as it is to be, if nobody else has written it meanwhile."""
        self._client.update({**lease, "spec": spec})
