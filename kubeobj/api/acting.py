"""The verb create, of what is not stored: it is done instead.

Source: ``k8s.io/apiserver/pkg/endpoints/handlers`` createHandler, of a NamedCreater (v1.36).
"""

import orjson

from kubeobj.api.actions.call import Action, ActionCall
from kubeobj.api.actions.registry import action_of
from kubeobj.api.admission.chain import AdmissionRequest, Operation
from kubeobj.api.core import Core
from kubeobj.api.deleting import delete
from kubeobj.api.errors import BadRequest, MethodNotAllowed
from kubeobj.api.options import DeleteOptions, WriteOptions
from kubeobj.api.outcome import Outcome
from kubeobj.api.request import Request, check_type, judge_strictly, warned
from kubeobj.api.wireform import WireError, read_wire
from kubeobj.documents import Document, Wire


def act(
    core: Core, resource: str, body: Document, namespace: str, name: str, options: WriteOptions
) -> Outcome:
    """Do what is asked by creating something of *resource*; see `ApiServer.act`.

    Raises:
        ApiError: If it is refused, or cannot be read.
    """
    action = action_of(resource)
    if action is None:
        raise MethodNotAllowed(
            "the server does not allow this method on the requested resource", details={}
        )
    check_type(action.kind_for(body), body)
    try:
        read, has_unknown = read_wire(action.type_name, body)
    except WireError as error:
        raise BadRequest(f"{action.kind.kind} cannot be handled: {error}") from None
    warnings = judge_strictly(action.type_name, body, options, has_unknown=has_unknown)

    def delete_object(of: str, where: str, called: str, how: DeleteOptions) -> None:
        request = Request(core, core.endpoint(of), where, how)
        with warned(request):
            delete(request, called)

    call = ActionCall(
        namespace=namespace,
        name=name,
        context=core.context(options.user, dry_run=options.dry_run, warn=warnings.append),
        tokens=core.tokens,
        delete=delete_object,
    )
    answer = action.run(_admitted(core, resource, action, read, call), call)
    return Outcome(record=None, data=orjson.dumps(answer), created=True, warnings=tuple(warnings))


def _admitted(core: Core, resource: str, action: Action, body: Wire, call: ActionCall) -> Wire:
    """Return the body of an action as admission leaves it, which may refuse it."""
    full, _, part = resource.partition("/")
    plan = core.chain.plan(full, part, Operation.CREATE)
    context, metadata = call.context, body["metadata"]
    request = AdmissionRequest(
        operation=Operation.CREATE,
        kind=action.kind,
        resource=full,
        subresource=part,
        namespace=call.namespace,
        name=call.name or metadata.get("name", ""),
        obj=body,
        old=None,
        user=context.user,
        context=context,
        dry_run=context.dry_run,
    )
    body = plan.mutate(request, lambda obj: read_wire(action.type_name, obj)[0])
    plan.validate(request)
    return body
