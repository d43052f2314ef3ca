"""Names that Kubernetes takes: of objects, namespaces, finalizers and annotations, and uids.

Each is valid by the way it is put together, so nothing that is drawn is thrown away.

Source: the rules of `kubeobj.names`; Object Names and IDs (Kubernetes v1.36).
"""

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeobj.names import DNS_LABEL_MAX_BYTES
from kubeobj.testing.strategies.dns import dns1035_labels, dns_labels, dns_subdomains
from kubeobj.testing.strategies.labels import label_keys, words
from kubeobj.testing.strategies.options import check_sizes


def object_names() -> SearchStrategy[str]:
    """Draw names that an object of any kind may have.

    They are RFC 1035 labels, the strictest of the rules: no dots, and a letter first.

    >>> from hypothesis import find
    >>> find(object_names(), lambda _: True)
    'a'
    """
    return dns1035_labels()


def namespaces() -> SearchStrategy[str]:
    """Draw names of namespaces, the plainest of which is ``default``."""
    return st.sampled_from(("default", "kube-system")) | dns_labels()


def generate_names() -> SearchStrategy[str]:
    """Draw beginnings of names (``generateName``) for objects of any kind.

    >>> from hypothesis import find
    >>> find(generate_names(), lambda _: True)
    'a-'
    """
    # What a name cannot be long enough for is cut when it is generated.
    return object_names().map(lambda name: f"{name[: DNS_LABEL_MAX_BYTES - 1]}-")


def uids() -> SearchStrategy[str]:
    """Draw uids in the form of random ones (version 4 of RFC 4122); they may repeat.

    >>> from hypothesis import find
    >>> find(uids(), lambda _: True)
    '00000000-0000-4000-8000-000000000000'
    """
    return st.integers(0, 2**128 - 1).map(lambda bits: str(UUID(int=bits, version=4)))


def finalizer_names() -> SearchStrategy[str]:
    """Draw names of finalizers as controllers give them, with a domain.

    >>> from hypothesis import find
    >>> find(finalizer_names(), lambda _: True)
    'a/a'
    """
    return st.builds("{}/{}".format, dns_subdomains(), words())


def annotation_keys() -> SearchStrategy[str]:
    """Draw keys of annotations, which follow the rule of label keys."""
    return label_keys()


def annotations(*, min_size: int = 0, max_size: int = 4) -> SearchStrategy[dict[str, str]]:
    """Draw annotations; their values are any text, far below the 256 KiB that are allowed.

    Args:
        min_size: The fewest annotations.
        max_size: The most annotations.

    Raises:
        InvalidArgument: If no size is between these.
    """
    check_sizes(min_size, max_size)
    return st.dictionaries(annotation_keys(), st.text(), min_size=min_size, max_size=max_size)
