"""Objects as YAML that Kubernetes reads back as the same objects.

What YAML takes for a boolean, a number or nothing is not the same everywhere; so a string goes
without quotes only if Kubernetes' reader and PyYAML's both take it for one.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import yaml

from kubeobj.documents import Document
from kubeobj.manifests.scalars import ScalarError, resolve

if TYPE_CHECKING:
    from yaml import SafeDumper as _SafeDumper
else:
    _SafeDumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_NEVER_FOLD = 1 << 20


class _Dumper(_SafeDumper):
    """Writes every value out where it stands, without aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_text(dumper: _SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


_Dumper.add_representer(str, _represent_text)


def _style(text: str) -> str | None:
    """Return how to write *text*: ``|`` in lines, ``"`` escaped, or None for what suits it."""
    if not text.replace("\n", "").isprintable():
        return '"'
    if "\n" in text:
        return "|"
    return None if _is_string(text) else '"'


def _is_string(text: str) -> bool:
    try:
        return resolve(text) == text
    except ScalarError:
        return False


def to_yaml(documents: Iterable[Document]) -> bytes:
    """Return *documents* as one YAML stream, in UTF-8."""
    text: bytes = yaml.dump_all(
        documents,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        encoding="utf-8",
        width=_NEVER_FOLD,
    )
    return text
