"""The documents at ``/openapi/v3``: an index, and one document for each group and version.

Source: OpenAPI 3.0.0; ``k8s.io/kube-openapi/pkg/builder3`` (v1.36).
"""

import hashlib
from collections.abc import Iterable, Mapping

from kubeobj import __version__
from kubeobj.api.openapi.operations import TEXT, Operation
from kubeobj.api.openapi.parameters import (
    RESPONSES,
    SECURITY,
    UNAUTHORIZED,
    by_path,
    extensions,
    of_path,
    parameter_type,
    shared_and_own,
)
from kubeobj.api.openapi.schemas import Definitions
from kubeobj.api.openapi.served import INFO, Served, roots_of
from kubeobj.documents import Document, Wire


def index(served: Served) -> Wire:
    """Return the document at ``/openapi/v3``: where the others are.

    Their addresses change when they do, so whoever has read one need not do so again.
    """
    return {
        "paths": {
            path: {"serverRelativeURL": f"/openapi/v3/{path}?hash={_hash(served, path, found)}"}
            for path, found in served.documents().items()
        }
    }


def document(served: Served, path: str) -> Wire | None:
    """Return the document at ``/openapi/v3/PATH``; None if there is none.

    Args:
        served: What is served.
        path: Such as ``apis/apps/v1``.
    """
    operations = served.documents().get(path)
    if operations is None:
        return None
    definitions = served.definitions(is_v3=True)
    paths = by_path(operations)
    schemas = definitions.all_of(roots_of(operations))
    return {
        "openapi": "3.0.0",
        "info": {**INFO},
        "paths": {where: _path_item(found, definitions) for where, found in paths.items()},
        "components": {
            **({"schemas": schemas} if schemas else {}),
            "securitySchemes": {"BearerToken": {**SECURITY}},
        },
    }


def hash_of(served: Served, path: str) -> str | None:
    """Return what tells a document at *path* from one that it was before; None if there is none."""
    operations = served.documents().get(path)
    return None if operations is None else _hash(served, path, operations)


def _hash(served: Served, path: str, operations: Iterable[Operation]) -> str:
    # Of what the document is made of: that is enough, and takes no time.
    group, _, version = path.removeprefix("apis/").removeprefix("api/").partition("/")
    said = {group, f"{group}/{version}"}
    custom = {
        str(kind): schema for kind, schema in served.custom.items() if kind.api_version in said
    }
    versions = sorted({resource.kind.api_version for resource in served.resources})
    text = repr((__version__, path, list(operations), versions, custom))
    return hashlib.sha512(text.encode()).hexdigest().upper()


def _path_item(operations: list[Operation], definitions: Definitions) -> Wire:
    shared, own = shared_and_own(operations)
    item: Wire = {
        operation.method: _operation(operation, own[operation.method], definitions)
        for operation in operations
    }
    parameters = [_in_path(name) for name in of_path(operations[0].path)]
    parameters += map(_in_query, shared)
    return {**item, **({"parameters": parameters} if parameters else {})}


def _operation(operation: Operation, own: Iterable[str], definitions: Definitions) -> Wire:
    parameters = [_in_query(name) for name in own]
    body = {}
    if operation.body:
        content = _content(operation.consumes, definitions.ref(operation.body))
        body = {"requestBody": {"content": content, **_required(operation)}}
    answer = operation.answer
    schema = {"type": "string"} if answer == TEXT else definitions.ref(answer)
    content = _content(operation.produces, schema)
    return {
        "tags": [operation.tag],
        "operationId": operation.id,
        **({"parameters": parameters} if parameters else {}),
        **body,
        "responses": {
            **{
                str(code): {"description": RESPONSES[code], "content": content}
                for code in operation.codes
            },
            "401": UNAUTHORIZED,
        },
        **extensions(operation),
    }


def _required(operation: Operation) -> Mapping[str, bool]:
    return {"required": True} if operation.needs_body else {}


def _content(media_types: Iterable[str], schema: Document) -> Wire:
    return {media_type: {"schema": schema} for media_type in media_types}


def _in_path(name: str) -> Wire:
    return {"name": name, "in": "path", "required": True, "schema": parameter_type(name)}


def _in_query(name: str) -> Wire:
    return {"name": name, "in": "query", "schema": parameter_type(name)}
