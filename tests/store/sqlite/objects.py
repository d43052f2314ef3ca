"""Small objects for tests of stores in files."""

from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.record import Draft, Record
from kubeobj.store.sqlite.sqlitestore import SqliteStore


def key_of(name: str) -> ObjectKey:
    """Return the key of a pod."""
    return ObjectKey("pods", "x", name)


def draft_of(name: str, *, size: int = 0, **labels: str) -> Draft:
    """Return the draft of a pod with *labels*, and *size* bytes besides."""
    metadata = {"name": name, "uid": f"uid-{name}", "labels": labels}
    return Draft.of(key_of(name), {"metadata": metadata, "spec": "x" * size}, terms=(f"t={name}",))


def names_in(store: SqliteStore) -> list[str]:
    """Return the names of the pods in *store*."""
    return [record.key.name for record in store.list("pods").records]


def everything_in(store: SqliteStore) -> dict[str, tuple[Record, ...]]:
    """Return what is in *store*, by resource."""
    return {resource: store.list(resource).records for resource in store.resources()}
