"""Workloads to test with, and the rules that they break, without a server."""

from copy import deepcopy
from typing import Any, TypeAlias

from kubeobj.api.kind import Kind
from kubeobj.api.wireform import read_wire
from kubeobj.documents import Wire
from kubeobj.errors import FieldError
from kubeobj.models.catalog import KINDS

Fault: TypeAlias = tuple[str, str]

SELECTOR: Wire = {"matchLabels": {"app": "x"}}
TEMPLATE: Wire = {
    "metadata": {"labels": {"app": "x"}},
    "spec": {"containers": [{"name": "c", "image": "img:1"}]},
}


def made(kind: Kind, spec: Wire, **fields: Any) -> Wire:  # type: ignore[explicit-any]
    """Return an object with a spec, as it is after it has been read and given its defaults."""
    document = {"metadata": {"name": "a", "uid": "u"}, "spec": spec, **fields}
    module, _ = KINDS[kind.kind.api_version]
    obj, _ = read_wire(f"{module}.{kind.kind.kind}", deepcopy(document))
    kind.default(obj)
    return obj


def faults(errors: "list[FieldError]") -> list[Fault]:
    """Return where rules are broken, and which kind of rule."""
    return sorted((str(error.path), error.type.name) for error in errors)


def create_faults(kind: Kind, spec: Wire) -> list[Fault]:
    """Return what is wrong with a new object with a spec."""
    return faults([*kind.validate(made(kind, spec))])


def update_faults(kind: Kind, spec: Wire, before: Wire, **old_fields: Wire) -> list[Fault]:
    """Return what is wrong with a spec that takes the place of that *before*."""
    old = made(kind, before, **old_fields)
    return faults([*kind.validate_update(made(kind, spec), old)])


def status_faults(kind: Kind, status: Wire, before: Wire, spec: Wire) -> list[Fault]:
    """Return what is wrong with a status that takes the place of that *before*."""
    new, old = made(kind, spec, status=status), made(kind, spec, status=before)
    return faults([*kind.parts["status"].validate(new, old)])
