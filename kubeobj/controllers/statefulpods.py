"""The pods of a StatefulSet: each has a number, a name and claims of its own, come what may.

Source: ``k8s.io/kubernetes/pkg/controller/statefulset`` stateful_set_utils.go (v1.36).
"""

import re
from collections.abc import Iterator
from typing import Final

from kubeobj.controllers.podfromtemplate import pod_from_template
from kubeobj.documents import Wire
from kubeobj.reconcile.owners import reference_to
from kubeobj.reconcile.request import Cached

REVISION: Final = "controller-revision-hash"
POD_NAME: Final = "statefulset.kubernetes.io/pod-name"
POD_INDEX: Final = "apps.kubernetes.io/pod-index"

_NAME: Final = re.compile(r"(?P<set>.*)-(?P<ordinal>[0-9]+)\Z", re.DOTALL)


def ordinal_of(pod: Wire) -> int:
    """Return the number of a pod by its name; -1 if that has none."""
    match = _NAME.match(pod["metadata"]["name"])
    return int(match["ordinal"]) if match else -1


def set_name_of(pod_name: str) -> str:
    """Return the name that a set has whose pod is called so; empty if none has such pods."""
    match = _NAME.match(pod_name)
    name: str = match["set"] if match else ""
    return name


def is_member(stateful_set: Wire, pod: Wire) -> bool:
    """Return whether a pod has the name of one of the set."""
    return bool(set_name_of(pod["metadata"]["name"]) == stateful_set["metadata"]["name"])


def first_ordinal(stateful_set: Wire) -> int:
    """Return the number of the first pod of a set."""
    first: int = (stateful_set["spec"].get("ordinals") or {}).get("start") or 0
    return first


def ordinals(stateful_set: Wire) -> range:
    """Return the numbers of the pods that a set asks for."""
    first = first_ordinal(stateful_set)
    return range(first, first + stateful_set["spec"]["replicas"])


def revision_of(pod: Wire) -> str:
    """Return the name of the revision that a pod is of; empty if it does not say."""
    name: str = (pod["metadata"].get("labels") or {}).get(REVISION, "")
    return name


def pod_of(stateful_set: Wire, template: Wire, revision: str, ordinal: int) -> Wire:
    """Return the pod of a set with a number, as it is to be created.

    Args:
        stateful_set: The set.
        template: The pod template of the revision.
        revision: The name of the revision.
        ordinal: The number.
    """
    pod = pod_from_template(template, stateful_set)
    metadata = pod["metadata"]
    metadata["name"] = f"{stateful_set['metadata']['name']}-{ordinal}"
    metadata["labels"] = {
        **(metadata.get("labels") or {}),
        **identity_labels(stateful_set, ordinal),
        REVISION: revision,
    }
    pod["spec"] = {
        **pod["spec"],
        "hostname": metadata["name"],
        "subdomain": stateful_set["spec"].get("serviceName", ""),
    }
    volumes = volumes_of(stateful_set, template["spec"].get("volumes") or [], ordinal)
    if volumes:
        pod["spec"]["volumes"] = volumes
    return pod


def identity_labels(stateful_set: Wire, ordinal: int) -> Wire:
    """Return the labels that say which pod of a set it is."""
    name = f"{stateful_set['metadata']['name']}-{ordinal}"
    return {POD_NAME: name, POD_INDEX: str(ordinal)}


def volumes_of(stateful_set: Wire, volumes: list[Wire], ordinal: int) -> list[Wire]:
    """Return volumes with those of the claims of a pod before them, in the place of their names."""
    claimed = [
        {
            "name": template["metadata"]["name"],
            "persistentVolumeClaim": {"claimName": claim_name(stateful_set, template, ordinal)},
        }
        for template in stateful_set["spec"].get("volumeClaimTemplates") or ()
    ]
    names = {volume["name"] for volume in claimed}
    return claimed + [volume for volume in volumes if volume["name"] not in names]


def claim_name(stateful_set: Wire, template: Wire, ordinal: int) -> str:
    """Return the name of the claim of a pod that a claim template makes."""
    return f"{template['metadata']['name']}-{stateful_set['metadata']['name']}-{ordinal}"


def claims_of(stateful_set: Wire, ordinal: int) -> Iterator[Wire]:
    """Yield the claims of a pod, as they are to be created."""
    metadata = stateful_set["metadata"]
    labels = (stateful_set["spec"]["selector"] or {}).get("matchLabels") or {}
    for template in stateful_set["spec"].get("volumeClaimTemplates") or ():
        given: Wire = template["metadata"]
        about: Wire = {
            "name": claim_name(stateful_set, template, ordinal),
            "namespace": metadata["namespace"],
            "labels": {**(given.get("labels") or {}), **labels},
        }
        if given.get("annotations"):
            about["annotations"] = given["annotations"]
        yield {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": about,
            "spec": template["spec"],
        }


def claim_owners(stateful_set: Wire, claim: Wire, pod: Cached | None = None) -> list[Wire]:
    """Return the owner references that a claim is to have, by how long it is to be kept.

    A claim that is to go with the set belongs to the set, one that is to go when the set shrinks
    belongs to its pod once that is surplus. One that somebody else controls is left alone.

    Args:
        stateful_set: The set.
        claim: The claim.
        pod: Its pod; None for one that is about to be created, which is not surplus.
    """
    policy = stateful_set["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
    references = claim["metadata"].get("ownerReferences") or ()
    set_uid = stateful_set["metadata"]["uid"]
    kept = [one for one in references if one["uid"] != set_uid and not _is_of(one, pod)]
    if any(one.get("controller") for one in kept):
        return list(references)
    is_surplus = pod is not None and ordinal_of(pod) not in ordinals(stateful_set)
    if pod is not None and is_surplus and policy.get("whenScaled") == "Delete":
        return [*kept, reference_to(pod)]
    if policy.get("whenDeleted") == "Delete":
        return [*kept, reference_to(stateful_set)]
    return kept


def _is_of(reference: Wire, pod: Cached | None) -> bool:
    """Return whether a reference names a pod, or an earlier one of its name."""
    if pod is None:
        return False
    return bool(reference["kind"] == "Pod" and reference["name"] == pod["metadata"]["name"])
