"""What is left in a namespace that is on its way out: deleted kind by kind, pods before all else.

Source: ``k8s.io/kubernetes/pkg/controller/namespace/deletion`` (v1.36); KEP-5080.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import final

from kubeobj.api.client import Client
from kubeobj.api.errors import ApiError, NotFound
from kubeobj.controllers.storedkinds import full_name
from kubeobj.documents import Wire
from kubeobj.models.resource import Resource
from kubeobj.reconcile.request import wire_of

PODS = "pods"
"""What goes before all else, so that no pod outlives what it relies on."""

_ALIAS = "events.events.k8s.io"


@final
@dataclass(slots=True)
class Emptied:
    """What has become of the content of a namespace.

    Args:
        remaining: How many objects are left, by the full name of their resource.
        finalizers: How many of them each finalizer keeps.
        errors: Why something could not be deleted.
    """

    remaining: dict[str, int] = field(default_factory=dict)
    finalizers: Counter[str] = field(default_factory=Counter)
    errors: list[ApiError] = field(default_factory=list)


def content_kinds(resources: Iterable[Resource]) -> list[Resource]:
    """Return the resources whose objects can be in a namespace and be deleted, each once."""
    found: dict[str, Resource] = {}
    for one in resources:
        if one.namespaced and {"list", "delete"} <= set(one.verbs) and full_name(one) != _ALIAS:
            found.setdefault(full_name(one), one)
    return sorted(found.values(), key=lambda one: full_name(one) != PODS)


def empty(client: Client, namespace: str, kinds: Iterable[Resource]) -> Emptied:
    """Delete the content of a namespace, as far as it can be now.

    As long as there are pods, nothing else is deleted.

    Args:
        client: Whom to ask.
        namespace: The namespace.
        kinds: The resources whose objects may be there, `PODS` first.
    """
    emptied = Emptied()
    for resource in kinds:
        name = full_name(resource)
        try:
            left = _delete(client, namespace, resource)
        except ApiError as error:
            emptied.errors.append(error)
            left = []
        if left:
            emptied.remaining[name] = len(left)
            for one in left:
                emptied.finalizers.update(one["metadata"].get("finalizers") or ())
        if name == PODS and (left or emptied.errors):
            break
    return emptied


def _delete(client: Client, namespace: str, resource: Resource) -> list[Wire]:
    """Delete the objects of one kind; return those that stay for now."""
    name = full_name(resource)
    there = _there(client, namespace, name)
    doomed = [one for one in there if "deletionTimestamp" not in one["metadata"]]
    if not doomed:
        return there
    if "deletecollection" in resource.verbs:
        client.delete_all(name, namespace=namespace, propagation_policy="Background")
    else:
        for one in doomed:
            _delete_one(client, name, one)
    return _there(client, namespace, name)


def _delete_one(client: Client, resource: str, one: Wire) -> None:
    metadata = one["metadata"]
    try:
        client.delete(
            resource,
            metadata["name"],
            namespace=metadata["namespace"],
            propagation_policy="Background",
        )
    except NotFound:
        return


def _there(client: Client, namespace: str, resource: str) -> list[Wire]:
    return [wire_of(one) for one in client.list(resource, namespace=namespace).items]
