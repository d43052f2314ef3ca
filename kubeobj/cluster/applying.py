"""Applying manifests to a live cluster, where a namespace must be ready before it is used."""

from collections.abc import Iterable, Iterator
from typing import Final

from kubeobj.api.client import Client
from kubeobj.api.client.identity import identity_of
from kubeobj.api.client.writer import Given
from kubeobj.api.errors import Timeout
from kubeobj.models.codec import AnyObject

ACCOUNT_SECONDS: Final = 30.0
"""How long it is waited for what every namespace gets."""

_LOOKED_EVERY_SECONDS: Final = 0.02


def apply_all(client: Client, objects: Iterable[Given]) -> Iterator[AnyObject]:
    """Apply objects, one by one, and yield each as it is then.

    Args:
        client: Applies them, and can wait.
        objects: The objects, in order.

    Raises:
        ApiError: If one of them is refused; those before it are applied.
    """
    for one in objects:
        yield client.apply([one])[0]
        identity = identity_of(one)
        if identity.kind.kind == "Namespace":
            wait_for_account(client, identity.name)


def wait_for_account(client: Client, namespace: str) -> bool:
    """Wait until a namespace has the account that its pods need; return whether it has.

    Args:
        client: Reads it, and can wait.
        namespace: Which namespace.
    """
    try:
        client.wait_for(
            "serviceaccounts",
            "default",
            lambda _: True,
            within=ACCOUNT_SECONDS,
            every=_LOOKED_EVERY_SECONDS,
            namespace=namespace,
        )
    except Timeout:
        return False
    return True
