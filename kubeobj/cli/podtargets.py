"""Which pods a command is about: a pod, the pods of a workload or Service, or those of a selector.

Source: ``k8s.io/kubectl/pkg/polymorphichelpers`` helpers.go, attachablepodforobject.go (v1.36).
"""

from collections.abc import Sequence

import click

from kubeobj.api.podspec.visiting import containers_of, usual_container
from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.podsof import pods_of
from kubeobj.cli.resourceargs import NO_NAME, Target, resource_of
from kubeobj.documents import Wire


def pod_target(reach: Reach, text: str) -> Target:
    """Return the target that ``NAME``, ``TYPE/NAME`` means, a pod if no type is said.

    Raises:
        click.UsageError: If it has no name.
        CommandFailed: If its kind is none.
    """
    if not text:
        raise click.UsageError(NO_NAME)
    kind, slash, name = text.partition("/")
    if not slash:
        return Target(resource_of(reach, "pods"), text)
    if not kind or not name:
        raise click.UsageError(
            f'arguments in resource/name form must have a single resource and name: "{text}"'
        )
    return Target(resource_of(reach, kind), name)


def pods_there(reach: Reach, target: Target) -> Sequence[Wire]:
    """Return the pods of a target, the likeliest to answer first.

    Raises:
        CommandFailed: If its kind has no pods, or it has none.
        NotFound: If it is not there.
    """
    found = pods_of(reach, target, reach.get(target.resource, target.name, target.namespace))
    if not found:
        raise CommandFailed(f"no pods found for {target}")
    return found


def first_pod(reach: Reach, target: Target) -> Wire:
    """Return the pod of a target that is likeliest to answer; see `pods_there`."""
    return pods_there(reach, target)[0]


def container_names(pod: Wire) -> list[str]:
    """Return the names of all containers of a pod, in the order of kubectl."""
    return [one["name"] for one in containers_of(pod["spec"])]


def chosen_container(pod: Wire, name: str, *, quiet: bool = False) -> str:
    """Return the container that is meant, and say so where it was not named.

    Raises:
        CommandFailed: If the pod has no such container.
    """
    spec, metadata = pod["spec"], pod["metadata"]
    if name:
        if name not in container_names(pod):
            raise CommandFailed(f"container {name} is not valid for pod {metadata['name']}")
        return name
    if usual := usual_container(pod):
        return usual
    first = str(spec["containers"][0]["name"])
    said = [one["name"] for one in spec["containers"]]
    said += [f"{one['name']} (ephem)" for one in spec.get("ephemeralContainers") or ()]
    said += [f"{one['name']} (init)" for one in spec.get("initContainers") or ()]
    if len(said) > 1 and not quiet:
        click.echo(f'Defaulted container "{first}" out of: {", ".join(said)}', err=True)
    return first
