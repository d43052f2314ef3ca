"""Making objects to admit, and looking at what has become of them."""

from typing import Any

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import ApiError
from kubeobj.api.kind import ADMIN, User
from kubeobj.api.options import WriteOptions
from kubeobj.documents import Wire


def container(name: str = "c", **fields: object) -> Wire:
    """Make a container."""
    return {"name": name, "image": "app:1", **fields}


def amounts(**of: dict[str, str]) -> Wire:
    """Make a container that asks for *of*: ``requests`` and ``limits``."""
    return container(resources=of)


def make(
    server: ApiServer,
    resource: str,
    body: Wire,
    *,
    namespace: str = "",
    user: User = ADMIN,
    dry_run: bool = False,
) -> Wire:
    """Create an object, and return it as it is stored; or as it would be, in a dry run."""
    options = WriteOptions(user=user, dry_run=dry_run)
    server.create(resource, body, namespace=namespace, options=options)
    if dry_run:
        return body
    return found(server, resource, body["metadata"]["name"], namespace)


def pod(server: ApiServer, name: str = "p", namespace: str = "shop", **spec: object) -> Wire:
    """Create a pod with one container, unless *spec* has others."""
    return make(server, "pods", pod_body(name, **spec), namespace=namespace)


def pod_body(name: str = "p", **spec: object) -> Wire:
    """Make the body of a pod with one container, unless *spec* has others."""
    return {"metadata": {"name": name}, "spec": {"containers": [container()], **spec}}


def found(server: ApiServer, resource: str, name: str, namespace: str = "shop") -> Wire:
    """Return an object as it is stored."""
    obj = server.core.find(resource, namespace, name)
    assert obj is not None
    return obj


def change(
    server: ApiServer, resource: str, obj: Wire, *, part: str = "", user: User = ADMIN
) -> tuple[str, ...]:
    """Put *obj* in its own place, and return the warnings."""
    metadata: dict[str, Any] = obj["metadata"]
    outcome = server.update(
        resource,
        metadata["name"],
        obj,
        namespace=metadata.get("namespace", ""),
        part=part,
        options=WriteOptions(user=user),
    )
    return outcome.warnings


def said(error: ApiError) -> str:
    """Return why admission refuses, without of whom."""
    return str(error).partition(" is forbidden: ")[2]
