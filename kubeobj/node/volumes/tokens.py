"""Tokens of service accounts, bound to their pods, and renewed long before they end.

Source: ``k8s.io/kubernetes/pkg/kubelet/token`` token_manager.go (v1.36).
"""

import threading
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeAlias, final

from kubeobj.api.errors import ApiError
from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.node.faults import SourceFault
from kubeobj.reconcile.failures import FAILURES
from kubeobj.reconcile.moments import seconds_of

RENEWED_AT: Final = 0.8
"""After how much of its life a token is renewed."""

LONGEST_SECONDS: Final = 24 * 3600.0
"""How old a token may become at most before it is renewed."""

RETRIED_SECONDS: Final = 60.0
"""When a renewal that has failed is tried again."""

_HOUR: Final = 3600

_Key: TypeAlias = tuple[str, str, str, int]


class TokenSource(Protocol):
    """Makes tokens of service accounts; it may be called from any thread."""

    def __call__(self, namespace: str, account: str, request: Wire) -> Wire:
        """Answer a ``TokenRequest`` for a service account, as the API does.

        Raises:
            ApiError: If there is no such account, or it refuses.
            OSError: If it cannot be reached.
        """
        ...


@final
@dataclass(slots=True)
class _Token:
    text: str = field(repr=False)
    expires: float
    renewed: float


@final
class Tokens:
    """The tokens of the pods of a node. Any thread may ask.

    Args:
        source: Who makes them; None if nobody does.
        clock: Tells when they are to be renewed.
    """

    def __init__(self, source: TokenSource | None, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._lock = threading.Lock()
        # By pod, then by what the token is for.
        self._tokens: dict[str, dict[_Key, _Token]] = {}

    def token(self, pod: Wire, wanted: Wire) -> str:
        """Return a token for a pod, the one that it has for as long as that is good.

        Args:
            pod: The pod.
            wanted: What it asks for: ``audience`` and ``expirationSeconds``.

        Raises:
            SourceFault: If there is none.
        """
        metadata, now = pod["metadata"], self._clock.now()
        key = (
            metadata["namespace"],
            pod["spec"].get("serviceAccountName") or "default",
            wanted.get("audience", ""),
            wanted.get("expirationSeconds") or _HOUR,
        )
        with self._lock:
            there = self._tokens.get(metadata["uid"], {}).get(key)
        if there is not None and now < min(there.renewed, there.expires):
            return there.text
        try:
            fresh = self._ask(pod, key, now)
        except FAILURES as error:
            if there is not None and now < there.expires:
                there.renewed = now + RETRIED_SECONDS
                return there.text
            raise SourceFault(f"failed to fetch token: {_said(error)}") from None
        with self._lock:
            self._tokens.setdefault(metadata["uid"], {})[key] = fresh
        return fresh.text

    def renewed_at(self, pod_uid: str) -> float | None:
        """Return when the first token of a pod is to be renewed; None if it has none."""
        with self._lock:
            tokens = list(self._tokens.get(pod_uid, {}).values())
        return min((one.renewed for one in tokens), default=None)

    def put_off(self, pod_uid: str) -> None:
        """Take in that the tokens of a pod could not be renewed: they are due after a pause."""
        now = self._clock.now()
        with self._lock:
            for one in self._tokens.get(pod_uid, {}).values():
                if one.renewed <= now:
                    one.renewed = now + RETRIED_SECONDS

    def forget(self, pod_uid: str) -> None:
        """Forget the tokens of a pod."""
        with self._lock:
            self._tokens.pop(pod_uid, None)

    def _ask(self, pod: Wire, key: _Key, now: float) -> _Token:
        if self._source is None:
            raise ApiError("cannot use TokenManager when kubelet is in standalone mode")
        namespace, account, audience, seconds = key
        metadata = pod["metadata"]
        spec: Wire = {
            "audiences": [audience] if audience else [],
            "expirationSeconds": seconds,
            "boundObjectRef": {
                "apiVersion": "v1",
                "kind": "Pod",
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
        }
        request: Wire = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": spec,
        }
        status = self._source(namespace, account, request)["status"]
        expires = seconds_of(status["expirationTimestamp"])
        life = min((expires - now) * RENEWED_AT, LONGEST_SECONDS)
        return _Token(status["token"], expires, now + life)


def _said(error: Exception) -> str:
    return error.message if isinstance(error, ApiError) else f"{type(error).__name__}: {error}"
