"""Tokens of service accounts: signed claims of who asks, for whom it is meant, and until when.

They have the claims of Kubernetes' own; they are signed with a secret that the server does not
show, so that only the server that has made one can tell whether it is true.

Source: Managing Service Accounts, Bound service account tokens (Kubernetes v1.36); RFC 7519.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from hashlib import sha256
from typing import final

import orjson

from kubeobj.api.kind import Objects, User
from kubeobj.documents import JsonValue, Wire

ISSUER = "https://kubernetes.default.svc.cluster.local"
"""Who issues tokens, where nothing else is said."""

_HEADER = {"alg": "HS256", "typ": "JWT"}
_ACCOUNTS = "system:serviceaccounts"


@final
class Tokens:
    """Makes tokens, and tells whose they are.

    Args:
        secret: What they are signed with.
        issuer: Who issues them; it is also their audience where none is asked for.
    """

    __slots__ = ("_secret", "issuer")

    def __init__(self, secret: bytes, issuer: str = ISSUER) -> None:
        self._secret = secret
        self.issuer: str = issuer

    def sign(self, claims: Wire) -> str:
        """Return the token that claims *claims*."""
        signed = f"{_encoded(orjson.dumps(_HEADER))}.{_encoded(orjson.dumps(claims))}"
        return f"{signed}.{_encoded(self._signature(signed))}"

    def claims(self, token: str) -> Wire | None:
        """Return what a token claims, or None if it is not signed by this server."""
        signed, _, signature = token.rpartition(".")
        try:
            # As text: other text can stand for the same bytes, and would be another token.
            expected = _encoded(self._signature(signed))
            if not hmac.compare_digest(signature.encode(), expected.encode()):
                return None
            claims: JsonValue = orjson.loads(_decoded(signed.partition(".")[2]))
        except (ValueError, Base64Error):
            return None
        return claims if isinstance(claims, dict) else None

    def user(
        self, token: str, now: float, objects: Objects, audiences: Iterable[str] = ()
    ) -> User | None:
        """Return whose a token is, or None if it is nobody's, or no longer.

        Args:
            token: The token.
            now: The time, in seconds since 1970.
            objects: What is stored: the account, and what the token is bound to, must be there.
            audiences: For whom it is to be meant, at least one; none for the issuer.
        """
        claims = self.claims(token)
        if claims is None or not claims["nbf"] <= now < claims["exp"]:
            return None
        if not set(audiences or (self.issuer,)) & set(claims["aud"]):
            return None
        bound = claims["kubernetes.io"]
        namespace, account = bound["namespace"], bound["serviceaccount"]
        if not _is_there(objects, "serviceaccounts", namespace, account):
            return None
        extra = {"authentication.kubernetes.io/credential-id": (f"JTI={claims['jti']}",)}
        for one, resource in (("pod", "pods"), ("secret", "secrets"), ("node", "nodes")):
            found = bound.get(one)
            if found is None:
                continue
            # The node of a pod is only told: the token lasts as long as the pod.
            is_told = one == "node" and "pod" in bound
            where = "" if one == "node" else namespace
            if not (is_told or _is_there(objects, resource, where, found)):
                return None
            if one != "secret":
                extra[f"authentication.kubernetes.io/{one}-name"] = (found["name"],)
                if found.get("uid"):
                    extra[f"authentication.kubernetes.io/{one}-uid"] = (found["uid"],)
        groups = (_ACCOUNTS, f"{_ACCOUNTS}:{namespace}", "system:authenticated")
        return User(claims["sub"], groups, account["uid"], extra)

    def _signature(self, signed: str) -> bytes:
        return hmac.digest(self._secret, signed.encode(), sha256)


def _is_there(objects: Objects, resource: str, namespace: str, named: Wire) -> bool:
    found = objects.find(resource, namespace, named["name"])
    return found is not None and found["metadata"]["uid"] == named["uid"]


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
