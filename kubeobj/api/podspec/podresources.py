"""What a pod as a whole asks for, and what its containers ask for together.

Init containers run one after the other, and those that go on running add to all that come after.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validatePodResources, ``pkg/apis/core/v1``
SetDefaults_Pod, and ``k8s.io/component-helpers/resource`` (v1.36).
"""

from collections.abc import Collection, Mapping

from kubeobj.api.fielderrors import forbidden, invalid
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.resources import validate_resource_requirements
from kubeobj.api.quantities import add_amounts, quantities_of, quantity_of, raise_to
from kubeobj.api.resourcenames import is_for_pods, is_huge_page, is_overcommit_allowed
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.quantity import Quantity


def total_of_containers(spec: Wire, part: str) -> dict[str, Quantity]:
    """Return what the containers need at the same time.

    Args:
        spec: The pod spec.
        part: ``requests`` or ``limits``.
    """
    total: dict[str, Quantity] = {}
    for container in spec["containers"] or ():
        add_amounts(total, quantities_of(container["resources"].get(part, {})))
    staying: dict[str, Quantity] = {}
    peak: dict[str, Quantity] = {}
    for container in spec.get("initContainers", ()):
        amounts = quantities_of(container["resources"].get(part, {}))
        if container.get("restartPolicy") == "Always":
            add_amounts(total, amounts)
            add_amounts(staying, amounts)
            raise_to(peak, staying)
        else:
            add_amounts(amounts, staying)
            raise_to(peak, amounts)
    raise_to(total, peak)
    return total


def total_of_pod(spec: Wire, part: str) -> dict[str, Quantity]:
    """Return what a pod asks for as a whole: what it says itself, and otherwise its containers.

    Args:
        spec: The pod spec.
        part: ``requests`` or ``limits``.
    """
    total = total_of_containers(spec, part)
    for name, text in (spec.get("resources") or {}).get(part, {}).items():
        if is_for_pods(name):
            total[name] = quantity_of(text)
    return total


def default_requests(spec: Wire) -> None:
    """Make limits the requests of containers and of the pod, where these are not given."""
    for name in ("containers", "initContainers"):
        for container in spec.get(name) or ():
            limits = container["resources"].get("limits")
            if limits:
                requests = container["resources"].setdefault("requests", {})
                for resource, amount in limits.items():
                    requests.setdefault(resource, amount)
    if "resources" in spec:
        _default_pod_resources(spec, spec["resources"])


def _default_pod_resources(spec: Wire, resources: Wire) -> None:
    requests, limits = resources.get("requests", {}), resources.get("limits", {})
    if not requests and not limits:
        return
    for name, amount in total_of_containers(spec, "limits").items():
        if is_huge_page(name) and name not in requests:
            limits.setdefault(name, str(amount))
    if not limits:
        return
    resources["limits"] = limits
    for name, amount in total_of_containers(spec, "requests").items():
        if is_for_pods(name) and is_overcommit_allowed(name):
            requests.setdefault(name, str(amount))
    for name, text in limits.items():
        if is_for_pods(name):
            requests.setdefault(name, text)
    if requests:
        resources["requests"] = requests


def validate_pod_resources(spec: Wire, claims: Collection[str], path: FieldPath) -> Errors:
    """Find what is wrong with what the pod as a whole asks for.

    Args:
        spec: The pod spec.
        claims: The names of its claims.
        path: Where it is.
    """
    resources, here = spec["resources"], path.child("resources")
    if spec.get("os", {}).get("name") == "windows":
        yield forbidden(here, "may not be set for a windows pod")
        return
    if "claims" in resources:
        yield forbidden(here.child("claims"), "claims cannot be set for Resources at pod-level")
    yield from validate_resource_requirements(resources, here, claims=claims, of_pod=True)
    requests, limits = resources.get("requests", {}), resources.get("limits", {})
    yield from _validate_total(spec, "requests", requests, here)
    yield from _validate_total(spec, "limits", limits, here)
    for position, container in enumerate(spec["containers"] or ()):
        for name, text in container["resources"].get("limits", {}).items():
            if name in limits and quantity_of(text) > quantity_of(limits[name]):
                # Kubernetes looks for the containers inside of the resources.
                at = here.child("containers").index(position).key(name).child("limits")
                detail = f"must be less than or equal to pod limits of {limits[name]}"
                yield invalid(at, text, detail, "maximum=limit")


def _validate_total(spec: Wire, part: str, given: Mapping[str, str], path: FieldPath) -> Errors:
    """Find resources of which the containers need more than the pod has."""
    for name, amount in total_of_containers(spec, part).items():
        if name not in given or (part == "limits" and not is_huge_page(name)):
            continue
        if amount > quantity_of(given[name]):
            detail = f"must be greater than or equal to aggregate container {part} of {amount}"
            yield invalid(path.child(part).key(name), given[name], detail, "minimum=total")
