"""Endpoints on the machine itself, where pods are processes that have loopback addresses.

Kubernetes refuses loopback addresses of endpoints, for another node could not reach them. Where
there is one machine alone they are as good as any.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateNonSpecialIP (v1.36), for what is
left out here.
"""

from collections.abc import Callable
from dataclasses import replace

from kubeobj.api.addresses import LOOPBACK
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.kinds import endpoints, endpointslice
from kubeobj.documents import Wire


def kinds_with_loopback() -> tuple[Kind, ...]:
    """Return Endpoints and EndpointSlice as they are where loopback addresses can be reached.

    >>> [one.resource for one in kinds_with_loopback()]
    ['endpoints', 'endpointslices.discovery.k8s.io']
    """
    return tuple(_tolerant(kind) for kind in (endpoints.KIND, endpointslice.KIND))


def _tolerant(kind: Kind) -> Kind:
    return replace(
        kind,
        validate=_without_loopback(kind.validate),
        validate_update=_without_loopback_of_update(kind.validate_update),
    )


def _without_loopback(validate: Callable[[Wire], Errors]) -> Callable[[Wire], Errors]:
    def found(obj: Wire) -> Errors:
        return (error for error in validate(obj) if error.detail != LOOPBACK)

    return found


def _without_loopback_of_update(
    validate: Callable[[Wire, Wire], Errors],
) -> Callable[[Wire, Wire], Errors]:
    def found(obj: Wire, old: Wire) -> Errors:
        return (error for error in validate(obj, old) if error.detail != LOOPBACK)

    return found
