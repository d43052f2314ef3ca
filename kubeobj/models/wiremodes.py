"""When the API server writes a field: what becomes of a zero value, and of a field not given.

The server reads every object into Go structs and writes it from them again. So it drops
``hostNetwork: false``, keeps ``replicas: 0``, and writes ``resources: {}`` where nobody gave any.

Source: pointers and tags of the structs in ``k8s.io/api`` (v0.36), as in
``scripts/modelgen/goshapes.py``.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal, TypeAlias, cast

from kubeobj.models.fieldtable import TYPES
from kubeobj.models.schema import FREE_FORM
from kubeobj.models.wiretable import MODES

Mode: TypeAlias = Literal["p", "o", "a", "n"]
"""When a field is written.

- ``p``, pointer: as it was given, even if it is zero; never if it was not given.
- ``o``, omitted: unless it is zero or empty.
- ``a``, always: if it was not given, as its zero: ``""``, ``0``, ``false``, a struct with what its
  own fields say, the quantity ``"0"``; null for a list, a map, a time and free JSON. A list or map
  that was given empty is null as well once the object was stored, as what is stored knows no
  difference.
- ``n``, null: as it was given, even if it is zero; null if it was not given.
"""


@cache
def mode_of(type_name: str) -> Mapping[str, Mode]:
    """Return the mode of each field of a type; none for a type that has no table.

    >>> modes = mode_of("corev1.PodSpec")
    >>> modes["priority"], modes["hostNetwork"], modes["containers"]
    ('p', 'o', 'a')
    >>> mode_of("corev1.TypedObjectReference")["apiGroup"]
    'n'
    """
    if type_name == FREE_FORM:
        return _OF_EVERY_OBJECT
    letters = cast("tuple[Mode, ...]", tuple(MODES.get(type_name, "")))
    return MappingProxyType(dict(zip(TYPES.get(type_name, ()), letters, strict=True)))


_OF_EVERY_OBJECT: Mapping[str, Mode] = {"apiVersion": "o", "kind": "o", "metadata": "a"}
