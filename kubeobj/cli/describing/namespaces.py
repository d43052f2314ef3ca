"""Namespaces, and what bounds them, as `kubeobj describe` shows them.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go describeNamespace, describeQuota,
describeLimitRange (v1.36).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from kubeobj.cli.describing.page import Page, date_text
from kubeobj.documents import Wire

_SCOPES: Final = {
    "Terminating": (
        "Matches all pods that have an active deadline. These pods have a limited lifespan on a"
        " node before being actively terminated by the system."
    ),
    "NotTerminating": (
        "Matches all pods that do not have an active deadline. These pods usually include long"
        " running pods whose container command is not expected to terminate."
    ),
    "BestEffort": (
        "Matches all pods that do not have resource requirements set. These pods have a best"
        " effort quality of service."
    ),
    "NotBestEffort": (
        "Matches all pods that have at least one resource requirement set. These pods have a"
        " burstable or guaranteed quality of service."
    ),
}
_LIMITS: Final = (
    "Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio",
    "----\t--------\t---\t---\t---------------\t-------------\t-----------------------",
)
_BOUNDS: Final = ("min", "max", "defaultRequest", "default", "maxLimitRequestRatio")


def describe_namespace(
    page: Page, found: Wire, quotas: Sequence[Wire], ranges: Sequence[Wire]
) -> None:
    """Describe a namespace with its quotas and limits."""
    page.metadata(found["metadata"], namespaced=False)
    status = found.get("status") or {}
    page.add(0, f"Status:\t{status.get('phase', '')}")
    if status.get("conditions"):
        page.add(0, "Conditions:")
        page.add(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage")
        page.add(1, "----\t------\t------------------\t------\t-------")
    for one in status.get("conditions") or ():
        changed = date_text(one.get("lastTransitionTime"))
        reason, message = one.get("reason", ""), one.get("message", "")
        page.add(1, f"{one['type']}\t{one['status']}\t{changed}\t{reason}\t{message}")
    page.add(0, "")
    page.add(0, "Resource Quotas" if quotas else "No resource quota.")
    for one in quotas:
        page.add(1, f"Name:\t{one['metadata']['name']}")
        _quota(page, one, 1, ("* ", "---"))
    page.add(0, "")
    page.add(0, "Resource Limits" if ranges else "No LimitRange resource.")
    if ranges:
        for line in (*_LIMITS, *(line for one in ranges for line in _limits(one))):
            page.add(0, f" {line}")


def describe_quota(page: Page, found: Wire) -> None:
    """Describe a resource quota."""
    page.add(0, f"Name:\t{found['metadata']['name']}")
    page.add(0, f"Namespace:\t{found['metadata']['namespace']}")
    _quota(page, found, 0, (" * ", "----"))


def _quota(page: Page, found: Wire, level: int, marks: tuple[str, str]) -> None:
    """Add what a quota is about and how much of it is used.

    Args:
        page: The page.
        found: The quota.
        level: How far it is indented.
        marks: What stands before the meaning of a scope, and under the titles of amounts.
    """
    point, rule = marks
    scopes = sorted(found["spec"].get("scopes") or ())
    if scopes:
        page.add(level, f"Scopes:\t{', '.join(scopes)}")
    for scope in scopes:
        if scope in _SCOPES:
            page.add(level, f"{point}{_SCOPES[scope]}")
    page.add(level, "Resource\tUsed\tHard")
    page.add(level, f"--------\t{rule}\t{rule}")
    status = found.get("status") or {}
    used = status.get("used") or {}
    for name, hard in sorted((status.get("hard") or {}).items()):
        page.add(level, f"{name}\t{used.get(name, '0')}\t{hard}")


def describe_limit_range(page: Page, found: Wire) -> None:
    """Describe a limit range."""
    page.add(0, f"Name:\t{found['metadata']['name']}")
    page.add(0, f"Namespace:\t{found['metadata']['namespace']}")
    for line in (*_LIMITS, *_limits(found)):
        page.add(0, line)


def _limits(found: Wire) -> Iterator[str]:
    for one in found["spec"].get("limits") or ():
        bounds = [one.get(field) or {} for field in _BOUNDS]
        for name in sorted({name: None for bound in bounds for name in bound}):
            yield "\t".join((one["type"], name, *(bound.get(name, "-") for bound in bounds)))
