"""One request for an action, and what an action is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, final

from kubeobj.api.actions.tokens import Tokens
from kubeobj.api.kind import Context, Objects
from kubeobj.api.options import DeleteOptions
from kubeobj.documents import Document, Wire
from kubeobj.meta.gvk import GroupVersionKind

Delete: TypeAlias = Callable[[str, str, str, DeleteOptions], None]
"""Deletes an object of a resource, in a namespace, by name, in the name of who asks."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCall:
    """What a request for an action brings with it.

    Args:
        namespace: In which namespace; empty for the whole cluster.
        name: Of which object; empty of an action on none.
        context: Who asks, when, and what is stored.
        tokens: Makes and reads the tokens of service accounts.
        delete: Deletes an object.
    """

    namespace: str
    name: str
    context: Context
    tokens: Tokens
    delete: Delete

    @property
    def objects(self) -> Objects:
        """What is stored."""
        return self.context.objects


@final
@dataclass(frozen=True, slots=True)
class Action:
    """Something to do that is asked by creating an object that is not stored.

    Args:
        kind: The kind of what is sent.
        type_name: Its type: ``policyv1.Eviction``.
        run: Does it, and returns the answer.
        older_version: A version in which it may be sent, too, with the same fields.
    """

    kind: GroupVersionKind
    type_name: str
    run: Callable[[Wire, ActionCall], Wire]
    older_version: str = ""

    def kind_for(self, body: Document) -> GroupVersionKind:
        """Return the kind that *body* must be of."""
        kind = self.kind
        if self.older_version and body.get("apiVersion") == f"{kind.group}/{self.older_version}":
            return GroupVersionKind(kind.group, self.older_version, kind.kind)
        return kind


def done() -> Wire:
    """Return the status that says that it is done."""
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}
