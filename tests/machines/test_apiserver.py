"""`ApiServer` against a simple model of it: a dictionary, a counter, and what finalizers do."""

import copy
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import AlreadyExists, Conflict, NotFound
from kubeobj.api.options import ListOptions
from kubeobj.api.patching import PatchType
from kubeobj.clock import VirtualClock
from kubeobj.entropy import SeededIdSource
from kubeobj.labels.selector import Selector
from kubeobj.testing.strategies import ApiCall, Verb
from kubeobj.testing.strategies.apicalls import api_call

NAMESPACE = "default"


class Model:
    """What a server of ConfigMaps should hold, and answer."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}

    def run(self, call: ApiCall) -> str:
        """Do what *call* does, and return the word for how it ends."""
        found = self.objects.get(call.name)
        match call.verb:
            case Verb.CREATE:
                if found is not None:
                    return "exists"
                self.objects[call.name] = self._made(call)
            case Verb.LIST:
                pass
            case _ if found is None:
                return "missing"
            case Verb.UPDATE:
                return self._update(call, found)
            case Verb.PATCH:
                found["data"] = {**found["data"], **call.data}
            case Verb.DELETE:
                found["deleted"] = True
                self._replace(call.name, found)
            case Verb.GET:
                pass
        return "done"

    def _update(self, call: ApiCall, found: dict[str, Any]) -> str:
        if call.is_stale:
            return "conflict"
        if found["deleted"] and set(call.finalizers) - set(found["finalizers"]):
            return "invalid"
        self._replace(call.name, {**self._made(call), "deleted": found["deleted"]})
        return "done"

    def _made(self, call: ApiCall) -> dict[str, Any]:
        return {
            "labels": dict(call.labels),
            "data": dict(call.data),
            "finalizers": list(call.finalizers),
            "deleted": False,
        }

    def _replace(self, name: str, found: dict[str, Any]) -> None:
        if found["deleted"] and not found["finalizers"]:
            del self.objects[name]
        else:
            self.objects[name] = found


def _plain(document: dict[str, Any]) -> dict[str, Any]:
    metadata = document["metadata"]
    return {
        "labels": metadata.get("labels", {}),
        "data": document.get("data", {}),
        "finalizers": metadata.get("finalizers", []),
        "deleted": "deletionTimestamp" in metadata,
    }


class ServerMachine(RuleBasedStateMachine):
    """Calls in any order, on a server and on the model."""

    @initialize()
    def begin(self) -> None:
        """Start with nothing."""
        self.server = ApiServer(clock=VirtualClock(), ids=SeededIdSource(1))
        self.model = Model()
        self.watch = self.server.watch(
            "configmaps",
            namespace=NAMESPACE,
            options=ListOptions(resource_version=str(self.server.store.revision)),
        )
        self.seen: dict[str, dict[str, Any]] = {}
        self.uids: dict[str, str] = {}

    @rule(call=api_call())
    def call(self, call: ApiCall) -> None:
        """One call ends alike on both."""
        expected = self.model.run(call)
        before = self.server.store.revision
        sent = copy.deepcopy(call.document)
        try:
            ended = self._run(call)
        except NotFound:
            ended = "missing"
        except AlreadyExists:
            ended = "exists"
        except Conflict:
            ended = "conflict"
        except ValueError:
            ended = "invalid"
        assert ended == expected
        assert call.document == sent
        assert ended == "done" or self.server.store.revision == before

    def _run(self, call: ApiCall) -> str:
        server = self.server
        match call.verb:
            case Verb.CREATE:
                server.create("configmaps", call.document, namespace=NAMESPACE)
            case Verb.GET:
                server.get("configmaps", call.name, namespace=NAMESPACE)
            case Verb.LIST:
                self._list(call.selector)
            case Verb.UPDATE:
                body = dict(call.document)
                if call.is_stale:
                    body["metadata"] = {**call.document["metadata"], "resourceVersion": "1"}  # type: ignore[dict-item]
                server.update("configmaps", call.name, body, namespace=NAMESPACE)
            case Verb.PATCH:
                change = {"data": dict(call.data)}
                server.patch("configmaps", call.name, change, PatchType.MERGE, namespace=NAMESPACE)
            case Verb.DELETE:
                server.delete("configmaps", call.name, namespace=NAMESPACE)
        return "done"

    def _list(self, selector: str) -> None:
        options = ListOptions(label_selector=selector)
        listing = self.server.list("configmaps", namespace=NAMESPACE, options=options)
        matches = Selector.parse(selector).matches
        wanted = [name for name, of in sorted(self.model.objects.items()) if matches(of["labels"])]
        assert [record.key.name for record in listing.records] == wanted

    @rule(again=st.integers(0, 1))
    def do_nothing(self, again: int) -> None:
        """A write that changes nothing makes no revision."""
        for record in self.server.list("configmaps", namespace=NAMESPACE).records[again:]:
            before = self.server.store.revision
            self.server.update("configmaps", record.key.name, record.data, namespace=NAMESPACE)
            assert self.server.store.revision == before

    @invariant()
    def holds_what_the_model_holds(self) -> None:
        """Every object is as in the model, and keeps its uid as long as it lives."""
        if not hasattr(self, "server"):
            return
        found = {}
        for record in self.server.list("configmaps", namespace=NAMESPACE).records:
            document = self.server.core.find("configmaps", NAMESPACE, record.key.name)
            assert document is not None
            found[record.key.name] = _plain(document)
            assert self.uids.setdefault(f"{record.key.name}/{record.uid}", record.uid) == record.uid
        assert found == self.model.objects

    @invariant()
    def watch_tells_it_all(self) -> None:
        """Who watches from the beginning has what is there."""
        if not hasattr(self, "server"):
            return
        for event in self.watch.poll():
            assert event.record is not None
            name = event.record.key.name
            if event.kind == "DELETED":
                del self.seen[name]
            else:
                self.seen[name] = event.record.data  # type: ignore[assignment]
        listing = self.server.list("configmaps", namespace=NAMESPACE)
        assert self.seen == {record.key.name: record.data for record in listing.records}


TestServerMachine = ServerMachine.TestCase
