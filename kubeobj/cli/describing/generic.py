"""Any object as `kubeobj describe` shows it where there is no page of its own for its kind.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go GenericDescriberFor (v1.36).
"""

from kubeobj.cli.describing.page import Page, title_text
from kubeobj.cli.printing.jsonpathvalues import go_text
from kubeobj.documents import JsonValue, Wire

_SAID = frozenset({"name", "namespace", "labels", "annotations", "managedFields"})


def describe_any(page: Page, found: Wire) -> None:
    """Describe an object by all its fields."""
    metadata = found["metadata"]
    page.metadata(metadata)
    rest = {key: value for key, value in found.items() if key != "metadata"}
    rest["apiVersion"], rest["kind"] = found["apiVersion"], found["kind"]
    rest["metadata"] = {key: value for key, value in metadata.items() if key not in _SAID}
    _add_map(page, rest, 0)


def _add_map(page: Page, document: Wire, level: int) -> None:
    for key in sorted(document, key=title_text):
        value, title = document[key], _title(key)
        if isinstance(value, dict):
            page.add(level, f"{title}:")
            _add_map(page, value, level + 1)
        elif isinstance(value, list):
            page.add(level, f"{title}:")
            _add_list(page, value, level + 1)
        else:
            page.add(level, f"{title}:\t{go_text(value)}")


def _title(key: str) -> str:
    special = {"apiVersion": "API Version", "uid": "UID"}
    return special.get(key, title_text(key))


def _add_list(page: Page, values: list[JsonValue], level: int) -> None:
    for value in values:
        if isinstance(value, dict):
            _add_map(page, value, level)
        else:
            page.add(level, go_text(value))
