"""What options have in common: a bad one raises Hypothesis' own `InvalidArgument`."""

from collections.abc import Callable, Mapping, Sequence

from hypothesis.errors import InvalidArgument

from kubeobj.names import is_label_key, is_label_value, validate_dns1123_label


def check_sizes(min_size: int, max_size: int) -> None:
    """Refuse sizes that no collection has.

    Raises:
        InvalidArgument: If *min_size* is negative or above *max_size*.
    """
    if not 0 <= min_size <= max_size:
        raise InvalidArgument(f"no size is from {min_size=} to {max_size=}")


def check_words(
    name: str, words: Sequence[str] | None, is_valid: Callable[[str], bool], rule: str
) -> None:
    """Refuse an option that lists words, unless it is None or each of one or more is valid.

    Raises:
        InvalidArgument: If there are none, or some are not valid.
    """
    if words is None:
        return
    # A string is a sequence of strings too, but hardly what was meant.
    if isinstance(words, str) or not words:
        raise InvalidArgument(f"{name}={words!r} must list at least one {rule}")
    bad = [word for word in words if not is_valid(word)]
    if bad:
        raise InvalidArgument(f"{name}: each must be a {rule}, but {bad!r} are not")


def check_labels(labels: Mapping[str, str]) -> None:
    """Refuse labels that no object can have.

    Raises:
        InvalidArgument: If a key or value is not valid.
    """
    if not all(is_label_key(key) and is_label_value(labels[key]) for key in labels):
        raise InvalidArgument(f"{labels=} are not valid labels")


def check_namespace(namespace: str) -> None:
    """Refuse a namespace that there cannot be.

    Raises:
        InvalidArgument: If it breaks the rules of names.
    """
    if validate_dns1123_label(namespace):
        raise InvalidArgument(f"{namespace=} is not the name of a namespace")


def check_choices(name: str, chosen: Sequence[str], allowed: Sequence[str]) -> None:
    """Refuse an option that lists choices, unless each of one or more is *allowed*.

    Raises:
        InvalidArgument: If there are none, or others.
    """
    check_words(name, chosen, allowed.__contains__, f"choice of {', '.join(allowed)}")
