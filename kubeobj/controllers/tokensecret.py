"""Secrets with the token of a service account, for those who still ask for one that never ends.

Source: ``k8s.io/kubernetes/pkg/controller/serviceaccount`` tokens_controller.go (v1.36); Managing
Service Accounts, Manual Secret management.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable
from typing import TypeAlias, final

from kubeobj.api.actions.tokens import Tokens
from kubeobj.api.errors import NotFound
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request, wire_of
from kubeobj.reconcile.triggers import on_mapped

SECRET_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - a type, and no secret
"""The type of such Secrets."""

ACCOUNT_NAME = "kubernetes.io/service-account.name"
"""The annotation that says whose token is wanted."""

ACCOUNT_UID = "kubernetes.io/service-account.uid"
"""The annotation that says which account of that name it was made for."""

ISSUER = "kubernetes/serviceaccount"
"""Who issues tokens that never end."""

Sign: TypeAlias = Callable[[Wire], str]
"""Makes a token of claims."""

_CLAIM = "kubernetes.io/serviceaccount"


@final
class TokenSecretController:
    """Fills such Secrets, and deletes those whose account is gone.

    Args:
        manager: Where it is installed.
        sign: Makes tokens; None for some that no server takes, as none knows the key.
        certificate: The certificate of the server's authority, as PEM; empty where there is none.
    """

    def __init__(self, manager: Manager, sign: Sign | None = None, certificate: str = "") -> None:
        self._client = manager.client
        self._sign = Tokens(manager.ids.uid().encode()).sign if sign is None else sign
        self._certificate = certificate
        self._secrets = manager.informer("secrets")
        self._accounts = manager.informer("serviceaccounts")
        needs = [self._secrets, self._accounts]
        loop = manager.controller("serviceaccount-token", self.reconcile, needs=needs)
        on_mapped(loop, self._secrets, _itself)
        on_mapped(loop, self._accounts, self._secrets_of)

    def _secrets_of(self, account: Cached) -> Iterable[Request]:
        metadata = account["metadata"]
        word = f"{metadata['namespace']}/{metadata['name']}"
        return [Request.of(one) for one in self._secrets.cache.by(account_words, word)]

    def reconcile(self, request: Request) -> None:
        """Fill one Secret, or delete it."""
        secret = self._secrets.cache.find(request)
        if secret is None or not account_words(secret):
            return
        metadata = secret["metadata"]
        if "deletionTimestamp" in metadata:
            return
        annotations = metadata["annotations"]
        account = self._account(request.namespace, annotations[ACCOUNT_NAME])
        uid = annotations.get(ACCOUNT_UID)
        if account is None or (uid and uid != account["metadata"]["uid"]):
            self._delete(secret)
            return
        self._fill(secret, account)

    def _account(self, namespace: str, name: str) -> Wire | None:
        """Return an account; that there is none is asked of the API itself."""
        account = self._accounts.cache.get(namespace, name)
        if account is not None:
            return account
        try:
            return wire_of(self._client.get("serviceaccounts", name, namespace=namespace))
        except NotFound:
            return None

    def _fill(self, secret: Wire, account: Wire) -> None:
        metadata, data = secret["metadata"], secret.get("data") or {}
        wanted = {
            "ca.crt": _encoded(self._certificate),
            "namespace": _encoded(metadata["namespace"]),
            "token": data.get("token") or _encoded(self._sign(claims_of(secret, account))),
        }
        annotations = {**metadata["annotations"], ACCOUNT_UID: account["metadata"]["uid"]}
        filled = {**data, **wanted}
        if filled == data and annotations == metadata["annotations"]:
            return
        self._client.update(
            {**secret, "metadata": {**metadata, "annotations": annotations}, "data": filled}
        )

    def _delete(self, secret: Wire) -> None:
        metadata = secret["metadata"]
        try:
            self._client.delete(
                "secrets", metadata["name"], namespace=metadata["namespace"], uid=metadata["uid"]
            )
        except NotFound:
            return


def account_words(secret: Cached) -> list[str]:
    """Return whose token a Secret is to have, by namespace and name; nothing if nobody's."""
    if secret.get("type") != SECRET_TYPE:
        return []
    name = (secret["metadata"].get("annotations") or {}).get(ACCOUNT_NAME)
    return [f"{secret['metadata']['namespace']}/{name}"] if name else []


def claims_of(secret: Wire, account: Wire) -> Wire:
    """Return what the token in a Secret claims: whose it is, for ever."""
    namespace, name = account["metadata"]["namespace"], account["metadata"]["name"]
    return {
        "iss": ISSUER,
        f"{_CLAIM}/namespace": namespace,
        f"{_CLAIM}/secret.name": secret["metadata"]["name"],
        f"{_CLAIM}/service-account.name": name,
        f"{_CLAIM}/service-account.uid": account["metadata"]["uid"],
        "sub": f"system:serviceaccount:{namespace}:{name}",
    }


def _itself(secret: Cached) -> Iterable[Request]:
    return (Request.of(secret),) if account_words(secret) else ()


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()
