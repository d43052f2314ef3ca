"""ServiceAccount: who the processes of a pod are to the API.

Source: ``k8s.io/kubernetes/pkg/registry/core/serviceaccount`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.kind import Context, Kind
from kubeobj.api.table import AGE, NAME, Table, age_of
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind

MOUNTABLE_ANNOTATION = "kubernetes.io/enforce-mountable-secrets"
"""The annotation by which only some secrets could be mounted."""


def prepare_create(obj: Wire, _context: Context) -> None:
    """Keep of the secrets their names: they are those of its own namespace."""
    secrets = obj.get("secrets")
    if secrets:
        obj["secrets"] = [{"name": ref["name"]} if ref.get("name") else {} for ref in secrets]


def prepare_update(obj: Wire, _old: Wire, context: Context) -> None:
    """Keep of the secrets their names."""
    prepare_create(obj, context)


def warnings(obj: Wire, _old: Wire | None) -> Iterator[str]:
    """Warn of an annotation that is on its way out."""
    if MOUNTABLE_ANNOTATION in obj["metadata"].get("annotations", ()):
        yield (
            f"metadata.annotations[{MOUNTABLE_ANNOTATION}]: deprecated in v1.32+; prefer separate"
            " namespaces to isolate access to mounted secrets"
        )


KIND = Kind(
    kind=GroupVersionKind("", "v1", "ServiceAccount"),
    plural="serviceaccounts",
    namespaced=True,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    warnings=warnings,
    table=Table((NAME, AGE), lambda obj, now: [obj["metadata"].get("name", ""), age_of(obj, now)]),
    returns_deleted=True,
    revalidates_metadata=True,
)
"""What the API knows of ServiceAccounts."""
