"""Whether a server is well: ``/healthz``, ``/livez`` and ``/readyz``, and each check below them.

The checks are those of the API server by name, so that whoever asks for one finds it. A server in
process has started when it answers, so they are fine unless somebody says that they are not.

Source: ``k8s.io/apiserver/pkg/server/healthz`` (v1.36).
"""

from collections.abc import Collection, Iterator, Mapping

_STARTED = (
    "apiservice-discovery-controller",
    "apiservice-openapi-controller",
    "apiservice-openapiv3-controller",
    "apiservice-registration-controller",
    "apiservice-status-local-available-controller",
    "apiservice-status-remote-available-controller",
    "apiservice-wait-for-first-sync",
    "bootstrap-controller",
    "crd-informer-synced",
    "generic-apiserver-start-informers",
    "kube-apiserver-autoregistration",
    "peer-endpoint-reconciler-controller",
    "priority-and-fairness-config-consumer",
    "priority-and-fairness-config-producer",
    "priority-and-fairness-filter",
    "rbac/bootstrap-roles",
    "scheduling/bootstrap-system-priority-classes",
    "start-apiextensions-controllers",
    "start-apiextensions-informers",
    "start-apiserver-admission-initializer",
    "start-cluster-authentication-info-controller",
    "start-kube-aggregator-informers",
    "start-kube-apiserver-identity-lease-controller",
    "start-kube-apiserver-identity-lease-garbage-collector",
    "start-kubernetes-service-cidr-controller",
    "start-legacy-token-tracking-controller",
    "start-service-ip-repair-controllers",
    "start-system-namespaces-controller",
    "storage-object-count-tracker-hook",
    "storage-readiness",
)
_HOOKS = tuple(f"poststarthook/{name}" for name in _STARTED)
_ALIVE = ("ping", "log", "etcd", "loopback-serving-certificate", *_HOOKS, "autoregister-completion")

CHECKS: Mapping[str, tuple[str, ...]] = {
    "healthz": _ALIVE,
    "livez": _ALIVE,
    "readyz": ("ping", "log", "informer-sync", *_HOOKS, "autoregister-completion", "shutdown"),
}
"""The checks of each endpoint, in the order in which they are told of."""


def health(
    endpoint: str,
    *,
    is_verbose: bool = False,
    excluded: Collection[str] = (),
    failing: Collection[str] = (),
) -> tuple[int, str]:
    """Return the status code and the text at ``/ENDPOINT``.

    Args:
        endpoint: One of `CHECKS`.
        is_verbose: Whether to tell of every check; if one fails, that is done anyway.
        excluded: The checks that do not matter.
        failing: The checks that fail.

    >>> health("livez")
    (200, 'ok')
    """
    failed = {name for name in CHECKS[endpoint] if name in failing and name not in excluded}
    if failed:
        lines = [*_told(endpoint, excluded, failed), f"{endpoint} check failed"]
        return 500, "".join(f"{line}\n" for line in lines)
    if not is_verbose:
        return 200, "ok"
    lines = [*_told(endpoint, excluded, failed), f"{endpoint} check passed"]
    return 200, "".join(f"{line}\n" for line in lines)


def check(endpoint: str, name: str, *, failing: Collection[str] = ()) -> tuple[int, str] | None:
    """Return the status code and the text at ``/ENDPOINT/NAME``; None if there is no such check."""
    if name not in CHECKS.get(endpoint, ()):
        return None
    if name in failing:
        return 500, f"internal server error: {name} failed\n"
    return 200, "ok"


def _told(endpoint: str, excluded: Collection[str], failed: Collection[str]) -> Iterator[str]:
    for name in CHECKS[endpoint]:
        if name in excluded:
            yield f"[+]{name} excluded: ok"
        elif name in failed:
            yield f"[-]{name} failed: reason withheld"
        else:
            yield f"[+]{name} ok"
    unknown = sorted(set(excluded) - set(CHECKS[endpoint]))
    if unknown:
        listed = ", ".join(f'"{name}"' for name in unknown)
        yield f"warn: some health checks cannot be excluded: no matches for {listed}"
