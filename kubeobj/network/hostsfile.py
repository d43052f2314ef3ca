"""Names of Services as a hosts file has them, for who cannot ask a DNS server at port 53.

Source: hosts(5); the names are those that the search list of a pod makes findable.
"""

from kubeobj.network.dns.zone import ServiceKey, Zone


def hosts_lines(zone: Zone, namespace: str, *, pods_only: bool = False) -> str:
    """Return the lines of a hosts file from one namespace's point of view.

    A Service that is another name for something out of the cluster cannot be said here.

    Args:
        zone: What there is.
        namespace: Whose Services are found by their name alone.
        pods_only: Whether who reads it can reach no addresses of Services.

    >>> from kubeobj.network.dns.zone import ServiceNames
    >>> zone = Zone()
    >>> zone.put("shop", "web", ServiceNames(("127.5.128.7",)))
    >>> print(hosts_lines(zone, "shop"), end="")
    127.5.128.7	web web.shop web.shop.svc web.shop.svc.cluster.local
    """
    lines: list[str] = []
    # Own ones first: who reads stops at the first match.
    services = sorted(zone.services(), key=lambda one: one[0][0] != namespace)
    for key, names in services:
        forms = _forms(key, namespace, zone.domain)
        if names.addresses and not pods_only:
            lines += [_line(address, forms) for address in names.addresses]
            continue
        for member in names.members:
            own = [f"{member.name}.{form}" for form in forms]
            lines.append(_line(member.address, [*own, *forms]))
    return "".join(lines)


def _forms(key: ServiceKey, namespace: str, domain: str) -> list[str]:
    own, name = key
    short = [name] if own == namespace else []
    return [*short, f"{name}.{own}", f"{name}.{own}.svc", f"{name}.{own}.svc.{domain}"]


def _line(address: str, names: list[str]) -> str:
    return f"{address}\t{' '.join(names)}\n"
