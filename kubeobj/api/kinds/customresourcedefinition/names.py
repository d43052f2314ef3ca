"""The names of a custom resource, and its group and scope.

Source: ``k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation`` (v1.36).
"""

from kubeobj.api.fielderrors import invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.metarules import METADATA
from kubeobj.names import validate_dns1035_label, validate_dns1123_subdomain

SCOPES = ("Cluster", "Namespaced")

APPROVAL = "api-approved.kubernetes.io"
"""The annotation that groups of the Kubernetes community have."""

_SPEC = FieldPath.of("spec")
_NAMES = _SPEC.child("names")
_PROTECTED = (".k8s.io", ".kubernetes.io")


def validate_identity(obj: Wire) -> Errors:
    """Find what is wrong with the group, scope and names of a definition."""
    spec = obj["spec"]
    group, here = spec["group"], _SPEC.child("group")
    if group:
        yield from validate_dns1123_subdomain(group, here)
        if "." not in group:
            yield invalid(here, group, "should be a domain with at least one dot", "format=domain")
    else:
        yield required(here, "required")
    scope, here = spec["scope"], _SPEC.child("scope")
    if not scope:
        yield required(here, "required")
    elif scope not in SCOPES:
        yield not_supported(here, scope, SCOPES)
    yield from _names(spec["names"])


def validate_own_name(obj: Wire) -> Errors:
    """Find a definition that is not called as what it defines."""
    spec, name = obj["spec"], obj["metadata"].get("name", "")
    meant = f"{spec['names']['plural']}.{spec['group']}"
    if name and name != meant:
        yield invalid(METADATA.child("name"), name, f'must be "{meant}"', "name=plural.group")


def validate_approval(obj: Wire) -> Errors:
    """Find a group of the Kubernetes community that says nothing of its approval."""
    group = obj["spec"]["group"]
    if not (group.endswith(_PROTECTED) or group in {"k8s.io", "kubernetes.io"}):
        return
    text = obj["metadata"].get("annotations", {}).get(APPROVAL, "")
    here = METADATA.child("annotations").key(APPROVAL)
    if not text:
        yield required(here, "required")
    elif not text.startswith(("unapproved", "https://", "http://")):
        detail = "protected groups must have approval annotation"
        yield invalid(here, text, detail, "format=approval")


def _names(names: Wire) -> Errors:
    for name in ("plural", "singular"):
        yield from _label(names.get(name, ""), names.get(name, ""), _NAMES.child(name))
    for name in ("kind", "listKind"):
        text = names.get(name, "")
        yield from _label(text, text.lower(), _NAMES.child(name))
    for name in ("shortNames", "categories"):
        for position, text in enumerate(names.get(name, ())):
            yield from _label(text, text, _NAMES.child(name).index(position))
    if names["kind"] and names["kind"] == names.get("listKind"):
        detail = "kind and listKind may not be the same"
        yield invalid(_NAMES.child("listKind"), names["kind"], detail, "different")


def _label(text: str, checked: str, path: FieldPath) -> Errors:
    if not text:
        yield required(path, "required")
        return
    wrong = validate_dns1035_label(checked)
    if wrong:
        detail = ",".join(error.detail for error in wrong)
        yield invalid(path, text, detail, "format=dns-1035-label")
