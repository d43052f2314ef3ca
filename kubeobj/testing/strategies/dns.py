"""DNS names: the labels and subdomains that most names of Kubernetes are.

Source: RFC 1035 and RFC 1123 as `kubeobj.names.dns` reads them.
"""

from string import ascii_lowercase, digits

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeobj.names import DNS_LABEL_MAX_BYTES, DNS_SUBDOMAIN_MAX_BYTES

_ALPHABET = f"{ascii_lowercase}{digits}-"


def dns_labels() -> SearchStrategy[str]:
    """Draw RFC 1123 labels, up to 63 characters: the names of namespaces and ports.

    >>> from hypothesis import find
    >>> find(dns_labels(), lambda _: True)
    'a'
    """
    # Cutting dashes off the ends cannot fail, so nothing is thrown away.
    return st.text(_ALPHABET, max_size=DNS_LABEL_MAX_BYTES).map(lambda text: text.strip("-") or "a")


def dns1035_labels() -> SearchStrategy[str]:
    """Draw RFC 1035 labels, which begin with a letter: the names of Services.

    >>> from hypothesis import find
    >>> find(dns1035_labels(), lambda _: True)
    'a'
    """
    rest = st.text(_ALPHABET, max_size=DNS_LABEL_MAX_BYTES - 1)
    return st.builds(_begun, st.sampled_from(ascii_lowercase), rest)


def dns_subdomains() -> SearchStrategy[str]:
    """Draw RFC 1123 subdomains, up to 253 characters: DNS labels with dots between.

    >>> from hypothesis import find
    >>> find(dns_subdomains(), lambda _: True)
    'a'
    """
    return st.text(f"{_ALPHABET}.", max_size=DNS_SUBDOMAIN_MAX_BYTES).map(_subdomain)


def _begun(first: str, rest: str) -> str:
    return f"{first}{rest}".rstrip("-")


def _subdomain(text: str) -> str:
    labels = (label.strip("-") for label in text.split("."))
    return ".".join(label for label in labels if label) or "a"
