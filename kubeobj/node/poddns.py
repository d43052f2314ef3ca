"""Where the containers of a pod look names up.

Source: ``k8s.io/kubernetes/pkg/kubelet/network/dns`` dns.go (v1.36).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.podfacts import NodeFacts
from kubeobj.runtimes.configs import DnsConfig

CLUSTER_OPTIONS: Final = ("ndots:5",)

MOST_SERVERS: Final = 3
MOST_SEARCHES: Final = 32
LONGEST_SEARCHES: Final = 2048
LONGEST_SEARCH: Final = 253


def pod_dns(pod: Wire, node: NodeFacts) -> DnsConfig:
    """Return where a pod's containers look names up, by its ``dnsPolicy`` and ``dnsConfig``.

    A node that knows nobody who knows the names of the cluster gives its pods its own servers.

    Raises:
        OSError: If what the node itself uses cannot be read.
    """
    spec = pod["spec"]
    policy = spec.get("dnsPolicy") or "ClusterFirst"
    is_cluster = policy == "ClusterFirstWithHostNet" or (
        policy == "ClusterFirst" and not spec.get("hostNetwork")
    )
    if policy == "None":
        found = DnsConfig()
    else:
        found = read_resolv_conf(node.resolv_conf)
        if is_cluster and node.dns.servers:
            found = _of_cluster(pod["metadata"]["namespace"], node, found)
    wanted = spec.get("dnsConfig")
    return _within_limits(found if wanted is None else _merged(found, wanted))


def read_resolv_conf(path: Path) -> DnsConfig:
    """Return what such a file says; nothing, if it is not there.

    Raises:
        OSError: If it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return DnsConfig()
    return parse_resolv_conf(text)


def parse_resolv_conf(text: str) -> DnsConfig:
    r"""Return what the text of such a file says; of several searches or options, the last.

    >>> parse_resolv_conf("nameserver 10.0.0.1\nsearch example.com. corp").searches
    ('example.com', 'corp')
    """
    servers: list[str] = []
    searches: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    for line in text.split("\n"):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "nameserver":
            servers += words[1:2]
        elif words[0] == "search":
            # With a dot at its end and without it, a domain is the same one.
            searches = tuple(word.removesuffix(".") for word in words[1:])
        elif words[0] == "options":
            options = tuple(words[1:])
    return DnsConfig(tuple(servers), searches, options)


def _of_cluster(namespace: str, node: NodeFacts, own: DnsConfig) -> DnsConfig:
    domain = node.dns.domain
    searches = (f"{namespace}.svc.{domain}", f"svc.{domain}", domain) if domain else ()
    return DnsConfig(node.dns.servers, _once((*searches, *own.searches)), CLUSTER_OPTIONS)


def _merged(found: DnsConfig, wanted: Wire) -> DnsConfig:
    options: dict[str, str] = {}
    for option in found.options:
        name, _, value = option.partition(":")
        options[name] = value
    for one in wanted.get("options") or ():
        options[one.get("name", "")] = one.get("value") or ""
    return DnsConfig(
        _once((*found.servers, *(wanted.get("nameservers") or ()))),
        _once((*found.searches, *(wanted.get("searches") or ()))),
        tuple(f"{name}:{value}" if value else name for name, value in options.items()),
    )


def _within_limits(found: DnsConfig) -> DnsConfig:
    searches = [one for one in found.searches[:MOST_SEARCHES] if len(one) <= LONGEST_SEARCH]
    while searches and len(" ".join(searches)) > LONGEST_SEARCHES:
        searches.pop()
    return DnsConfig(found.servers[:MOST_SERVERS], tuple(searches), found.options)


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
