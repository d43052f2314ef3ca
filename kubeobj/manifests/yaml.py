"""YAML files: each document, read as Kubernetes reads it.

Only the events of a safe loader are used, of libyaml's where it is compiled in; no tag can make
an object. The documents are made by `Builder`.
"""

import re
from collections.abc import Iterator
from typing import Final

import yaml

from kubeobj.errors import ManifestError
from kubeobj.manifests.builder import Builder
from kubeobj.manifests.limits import Limits
from kubeobj.manifests.position import Positions
from kubeobj.manifests.text import SourceText
from kubeobj.manifests.yamlerrors import yaml_error

SAFE_LOADERS: Final = (getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader)
"""The parser that is used, and the one that needs no libyaml."""

# libyaml compares each directive with all before it; nobody writes more than two.
_MAX_DIRECTIVES = 100
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)


def read_yaml(
    text: SourceText,
    limits: Limits,
    *,
    loader: type[yaml.SafeLoader] = SAFE_LOADERS[0],
    repeated: list[str] | None = None,
) -> Iterator[Positions]:
    """Yield each document of *text* that is not null, with its positions.

    Args:
        text: The file.
        limits: How much of it to read.
        loader: Whose parser to use.
        repeated: Takes the paths of keys that come again, see `Builder`; None refuses them.

    Raises:
        ManifestError: If it is not YAML that JSON can hold, or more than the limits allow.
    """
    directives = list(_DIRECTIVE.finditer(text.text))
    if len(directives) > _MAX_DIRECTIVES:
        reason = f"more than {_MAX_DIRECTIVES} lines begin with %"
        raise text.error(reason, directives[_MAX_DIRECTIVES].start())
    try:
        yield from Builder(text, limits, repeated=repeated).documents(loader(text.text))
    except (ManifestError, yaml.YAMLError, ValueError, OverflowError) as error:
        raise yaml_error(text, error) from None
