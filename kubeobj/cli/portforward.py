"""`kubeobj port-forward`: ports of this machine that lead into a pod of the cluster that runs."""

import click

from kubeobj.cli.connecting import Reach, reaching
from kubeobj.cli.spans import SPAN


@click.command(
    "port-forward",
    epilog="""\b
Examples:
  kubeobj port-forward pod/web-0 8080:80
  kubeobj port-forward service/web :http
  kubeobj port-forward deployment/web 8080 --address 0.0.0.0
""",
)
@click.argument("target", metavar="[TYPE/]NAME")
@click.argument("ports", metavar="[LOCAL:]REMOTE...", nargs=-1, required=True)
@click.option(
    "--address",
    default="localhost",
    metavar="ADDRESSES",
    help="Where to listen: addresses, or localhost, with commas between them.",
)
@click.option(
    "--pod-running-timeout", type=SPAN, default=60.0, help="How long to wait for a pod that runs."
)
@reaching
def command(
    reach: Reach,
    *,
    target: str,
    ports: tuple[str, ...],
    address: str,
    pod_running_timeout: float,
) -> int:
    """Let ports of this machine lead into a pod, until Ctrl-C or the end of the pod.

    Of a service or a workload, one of its pods is taken; a port of a service is that behind it.
    """
    from kubeobj.cli.forwarding import Forwarding, addresses_of

    forwarding = Forwarding(reach, addresses_of(address))
    return forwarding.run(target, ports, pod_running_timeout)
