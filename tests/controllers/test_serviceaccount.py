"""Every namespace has its account, its certificate, and the tokens that are asked for."""

from base64 import b64decode
from typing import Any

import orjson
import pytest

from kubeobj.api.actions.tokens import Tokens
from kubeobj.api.errors import Forbidden
from kubeobj.controllers.refusals import is_namespace_terminating
from kubeobj.controllers.rootcacertificate import RootCaPublisher
from kubeobj.controllers.serviceaccount import ServiceAccountController
from kubeobj.controllers.tokensecret import TokenSecretController
from kubeobj.documents import Wire
from tests.controllers.running import Running

TYPE = "kubernetes.io/service-account-token"
NAME, UID = "kubernetes.io/service-account.name", "kubernetes.io/service-account.uid"


def test_every_namespace_has_an_account() -> None:
    """Those that are there, those that come, and those whose account is deleted."""
    world = Running(ServiceAccountController, accounts=False)
    world.settle()
    there = [one["metadata"]["namespace"] for one in world.there("serviceaccounts", "")]
    assert there == ["default", "kube-node-lease", "kube-public", "kube-system"]
    world.create("Namespace", "shop", "")
    world.settle()
    assert world.names("serviceaccounts", "shop") == ["default"]
    world.client.delete("serviceaccounts", "default", namespace="shop")
    world.settle()
    assert world.names("serviceaccounts", "shop") == ["default"]


def test_an_account_of_another_name_is_nobodys_business() -> None:
    """Deleting it leaves it deleted."""
    world = Running(ServiceAccountController)
    world.create("ServiceAccount", "robot")
    world.settle()
    before = len(world.writes)
    world.client.delete("serviceaccounts", "robot")
    world.settle()
    assert world.names("serviceaccounts") == ["default"]
    assert len(world.writes) == before


@pytest.mark.parametrize("loop", [ServiceAccountController, RootCaPublisher])
def test_a_namespace_on_its_way_out_gets_nothing_new(loop: Any) -> None:
    """Nor does anybody try for ever, who has not seen yet that it goes."""
    world = Running(loop, accounts=False)
    world.settle()
    world.create("Namespace", "shop", "")
    world.manager.read()
    world.client.delete("namespaces", "shop")
    controller = next(iter(world.manager.controllers.values()))
    controller.step()
    assert controller.errors == {}
    world.settle()
    assert world.names("serviceaccounts", "shop") == []
    assert world.names("configmaps", "shop") == []


def test_which_refusals_say_that_a_namespace_goes() -> None:
    """It is a cause that says so, not a sentence."""
    details: Any = {"causes": [{"reason": "NamespaceTerminating"}]}
    assert is_namespace_terminating(Forbidden("no", details=details))
    assert not is_namespace_terminating(Forbidden("being terminated", details={}))


def test_every_namespace_has_the_certificate() -> None:
    """What is in it is put right, and what it is called is said."""
    world = Running(lambda manager: RootCaPublisher(manager, "PEM"))
    world.settle()
    world.create("Namespace", "shop", "")
    world.settle()
    made = world.get("configmaps", "kube-root-ca.crt", "shop")
    assert made["data"] == {"ca.crt": "PEM"}
    assert made["metadata"]["annotations"]["kubernetes.io/description"]
    spoilt = {"data": {"ca.crt": "x", "more": "y"}, "metadata": {"annotations": None}}
    world.client.patch("configmaps", "kube-root-ca.crt", spoilt, type="merge", namespace="shop")
    world.settle()
    again = world.get("configmaps", "kube-root-ca.crt", "shop")
    assert (again["data"], again["metadata"]["annotations"]) == (
        made["data"],
        made["metadata"]["annotations"],
    )
    world.client.delete("configmaps", "kube-root-ca.crt", namespace="shop")
    world.settle()
    assert world.names("configmaps", "shop") == ["kube-root-ca.crt"]


def token_secret(world: Running, name: str = "t", account: str = "default", **more: str) -> Wire:
    """Make a Secret that asks for a token."""
    metadata = {"annotations": {NAME: account, **more}}
    return world.create("Secret", name, type=TYPE, metadata=metadata)


def test_a_token_secret_is_filled() -> None:
    """It has a token of its account, where that is known, and by what."""
    tokens = Tokens(b"key")
    world = Running(lambda manager: TokenSecretController(manager, tokens.sign, "PEM"))
    token_secret(world)
    world.settle()
    filled = world.get("secrets", "t")
    account = world.get("serviceaccounts", "default")["metadata"]["uid"]
    assert filled["metadata"]["annotations"] == {NAME: "default", UID: account}
    data = {name: b64decode(text).decode() for name, text in filled["data"].items()}
    assert (data["namespace"], data["ca.crt"]) == ("default", "PEM")
    claims = tokens.claims(data["token"])
    assert claims is not None
    assert claims["sub"] == "system:serviceaccount:default:default"
    assert claims["kubernetes.io/serviceaccount/service-account.uid"] == account
    assert claims["kubernetes.io/serviceaccount/secret.name"] == "t"
    assert "exp" not in claims


def test_a_token_is_made_once() -> None:
    """Neither a restart nor a change of the Secret makes another."""
    world = Running(TokenSecretController)
    token_secret(world)
    world.settle()
    token = world.get("secrets", "t")["data"]["token"]
    world.manager.restart()
    world.client.patch("secrets", "t", {"data": {"namespace": None}}, type="merge")
    world.settle()
    again = world.get("secrets", "t")["data"]
    assert again["token"] == token
    assert again["namespace"]
    header = orjson.loads(b64decode(b64decode(token).split(b".")[0] + b"=="))
    assert header["typ"] == "JWT"


def test_a_token_goes_with_its_account() -> None:
    """And a Secret of an account of that name which is another one, too."""
    world = Running(TokenSecretController)
    world.create("ServiceAccount", "robot")
    token_secret(world, "a", "robot")
    token_secret(world, "b", "default")
    token_secret(world, "c", "nobody")
    token_secret(world, "d", "default", **{UID: "another"})
    world.create("Secret", "plain")
    world.settle()
    assert world.names("secrets") == ["a", "b", "plain"]
    world.client.delete("serviceaccounts", "robot")
    world.settle()
    assert world.names("secrets") == ["b", "plain"]


def test_an_account_that_has_not_been_seen_is_asked_for() -> None:
    """No Secret is deleted because a cache lags behind."""
    world = Running(TokenSecretController)
    world.settle()
    token_secret(world, "a", "robot")
    world.manager.read()
    world.create("ServiceAccount", "robot")
    world.manager.controllers["serviceaccount-token"].step()
    assert "token" in world.get("secrets", "a")["data"]
