"""YAML as kubectl writes it: sorted, with the quotes that Go's library chooses.

Text that would be read as something else is in double quotes, text that could not stand alone in
single ones, and text of several lines in lines.

Source: ``sigs.k8s.io/yaml`` goyaml.v2 encode.go.
"""

import re
from typing import TYPE_CHECKING, Final

import yaml

from kubeobj.documents import Wire
from kubeobj.manifests.scalars import ScalarError, resolve

if TYPE_CHECKING:
    from yaml import SafeDumper as _SafeDumper
else:
    _SafeDumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_WIDTH: Final = 80
_STRING: Final = "tag:yaml.org,2002:str"
# Besides text itself, ``=`` and ``<<``, which Go takes for text where they are values.
_TEXTS: Final = frozenset({_STRING, "tag:yaml.org,2002:value", "tag:yaml.org,2002:merge"})
_RESOLVER: Final = yaml.resolver.Resolver()
_OLD_BOOLS: Final = frozenset({"y", "Y", "n", "N"})
_BASE_60: Final = re.compile(r"^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$")


class _Dumper(_SafeDumper):
    """Writes every value out where it stands, without aliases."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _represent_text(dumper: _SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(_STRING, text, style=_style(text))


_Dumper.add_representer(str, _represent_text)


def _style(text: str) -> str | None:
    if "\n" in text:
        return "|"
    return None if _is_plainly_text(text) else '"'


def _is_plainly_text(text: str) -> bool:
    if text in _OLD_BOOLS or _BASE_60.match(text):
        return False
    tag = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    if tag not in _TEXTS:
        return False
    try:
        return resolve(text) == text
    except ScalarError:
        return False


def yaml_text(document: Wire) -> str:
    """Return a document as YAML.

    >>> print(yaml_text({"b": "1", "a": ["x: y", True]}), end="")
    a:
    - 'x: y'
    - true
    b: "1"
    """
    text: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=True, allow_unicode=True, width=_WIDTH
    )
    return text
