"""What people do to the children of an operator, and it must put right."""

from kubeobj.documents import Wire


def spoilings(child: Wire) -> list[Wire]:
    """Return merge patches, each of which changes something that an operator has said.

    >>> spoilings({"metadata": {"labels": {"app": "web"}}, "spec": {"replicas": 2}})
    [{'spec': {'replicas': 3}}, {'metadata': {'labels': {'app': 'spoiled'}}}]
    """
    found: list[Wire] = []
    spec, data = child.get("spec"), child.get("data")
    if isinstance(spec, dict) and isinstance(spec.get("replicas"), int):
        found.append({"spec": {"replicas": spec["replicas"] + 1}})
    if isinstance(data, dict) and data and child.get("kind") == "ConfigMap":
        first = min(data)
        found += [{"data": {first: "spoiled"}}, {"data": {first: None}}]
    if labels := child["metadata"].get("labels"):
        found.append({"metadata": {"labels": {min(labels): "spoiled"}}})
    return found
