"""What is printed of nodes.

Source: ``k8s.io/kubernetes/pkg/printers/internalversion`` printNode (v1.36).
"""

from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire

ROLE_PREFIX = "node-role.kubernetes.io/"
"""What the labels begin with whose rest is a role."""

ROLE_LABEL = "kubernetes.io/role"
"""The label whose value is a role."""

_COLUMNS = (
    NAME,
    Column("Status", description="Whether pods can run on it."),
    Column("Roles", description="What it is there for."),
    AGE,
    Column("Version", description="The version of its kubelet."),
    Column("Internal-IP", priority=1, description="Its address inside the cluster."),
    Column("External-IP", priority=1, description="Its address outside."),
    Column("OS-Image", priority=1, description="Its operating system."),
    Column("Kernel-Version", priority=1, description="The version of its kernel."),
    Column("Container-Runtime", priority=1, description="What runs its containers."),
)


def roles_of(obj: Wire) -> list[str]:
    """Return what a node is there for, as its labels say."""
    roles = set()
    for key, value in obj["metadata"].get("labels", {}).items():
        if key.startswith(ROLE_PREFIX):
            roles.add(key.removeprefix(ROLE_PREFIX))
        elif key == ROLE_LABEL:
            roles.add(value)
    return sorted(roles - {""})


def _status_of(obj: Wire) -> str:
    ready = None
    for condition in obj["status"].get("conditions", ()):
        if condition["type"] == "Ready":
            ready = condition["status"]
    words = ["Unknown" if ready is None else "Ready" if ready == "True" else "NotReady"]
    if obj["spec"].get("unschedulable"):
        words.append("SchedulingDisabled")
    return ",".join(words)


def _address_of(obj: Wire, kind: str) -> str:
    for address in obj["status"].get("addresses", ()):
        if address["type"] == kind:
            found: str = address["address"]
            return found
    return "<none>"


def _cells(obj: Wire, now: float) -> Cells:
    info = obj["status"]["nodeInfo"]
    wide = (info[name] for name in ("osImage", "kernelVersion", "containerRuntimeVersion"))
    return [
        obj["metadata"].get("name", ""),
        _status_of(obj),
        ",".join(roles_of(obj)) or "<none>",
        age_of(obj, now),
        info["kubeletVersion"],
        _address_of(obj, "InternalIP"),
        _address_of(obj, "ExternalIP"),
        *(text or "<unknown>" for text in wide),
    ]


TABLE = Table(_COLUMNS, _cells)
"""The table of nodes."""
