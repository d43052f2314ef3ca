"""The document at ``/openapi/v2``: everything in one, in the older dialect.

Source: Swagger 2.0; ``k8s.io/kube-openapi/pkg/builder`` (v1.36).
"""

from collections.abc import Iterable

from kubeobj.api.openapi.operations import TEXT, Operation
from kubeobj.api.openapi.parameters import (
    RESPONSES,
    SECURITY,
    UNAUTHORIZED,
    by_path,
    extensions,
    of_path,
    of_query,
    parameter_type,
    shared_and_own,
)
from kubeobj.api.openapi.schemas import Definitions
from kubeobj.api.openapi.served import INFO, Served, roots_of
from kubeobj.documents import Wire


def document(served: Served) -> Wire:
    """Return the document at ``/openapi/v2``."""
    operations = [one for found in served.documents().values() for one in found]
    definitions = served.definitions(is_v3=False)
    paths = by_path(operations)
    names = sorted({name for operation in operations for name in of_query(operation)})
    return {
        "swagger": "2.0",
        "info": {**INFO},
        "paths": {path: _path_item(found, definitions) for path, found in paths.items()},
        "definitions": definitions.all_of(roots_of(operations)),
        "parameters": {name: _in_query(name) for name in names},
        "securityDefinitions": {"BearerToken": {**SECURITY}},
        "security": [{"BearerToken": []}],
    }


def _path_item(operations: list[Operation], definitions: Definitions) -> Wire:
    shared, own = shared_and_own(operations)
    item: Wire = {
        operation.method: _operation(operation, own[operation.method], definitions)
        for operation in operations
    }
    parameters = [_in_path(name) for name in of_path(operations[0].path)]
    parameters += map(_ref, shared)
    return {**item, **({"parameters": parameters} if parameters else {})}


def _operation(operation: Operation, own: Iterable[str], definitions: Definitions) -> Wire:
    parameters = [_ref(name) for name in own]
    if operation.body:
        required = {"required": True} if operation.needs_body else {}
        schema = definitions.ref(operation.body)
        parameters.append({"name": "body", "in": "body", **required, "schema": schema})
    answer = operation.answer
    schema = {"type": "string"} if answer == TEXT else definitions.ref(answer)
    return {
        "tags": [operation.tag],
        "operationId": operation.id,
        "consumes": list(operation.consumes),
        "produces": list(operation.produces),
        "schemes": ["https"],
        **({"parameters": parameters} if parameters else {}),
        "responses": {
            **{
                str(code): {"description": RESPONSES[code], "schema": schema}
                for code in operation.codes
            },
            "401": UNAUTHORIZED,
        },
        **extensions(operation),
    }


def _ref(name: str) -> Wire:
    return {"$ref": f"#/parameters/{name}"}


def _in_path(name: str) -> Wire:
    return {"name": name, "in": "path", "required": True, **parameter_type(name)}


def _in_query(name: str) -> Wire:
    return {"name": name, "in": "query", **parameter_type(name)}
