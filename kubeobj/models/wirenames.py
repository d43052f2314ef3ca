"""How a field is named on the wire, by its attribute."""

from kubeobj.models.irregularnames import IRREGULAR


def wire_name(attribute: str) -> str:
    """Return the wire name of the field that *attribute* is.

    >>> wire_name("host_ip"), wire_name("termination_grace_period_seconds"), wire_name("from_")
    ('hostIP', 'terminationGracePeriodSeconds', 'from')
    """
    plain = attribute.rstrip("_")
    if (irregular := IRREGULAR.get(plain)) is not None:
        return irregular
    head, *rest = plain.split("_")
    return head + "".join(part.capitalize() for part in rest)
