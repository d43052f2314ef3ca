"""The events of an object, at the end of its description.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go DescribeEvents (v1.36).
"""

from collections.abc import Sequence

from kubeobj.cli.deadlines import CLOCK
from kubeobj.cli.describing.page import Page
from kubeobj.cli.eventlist import interval_of
from kubeobj.documents import Wire


def add_events(page: Page, events: Sequence[Wire]) -> None:
    """Add a table of events to a page."""
    if not events:
        page.add(0, "Events:\t<none>")
        return
    page.add(0, "Events:")
    page.add(1, "Type\tReason\tAge\tFrom\tMessage")
    page.add(1, "----\t------\t----\t----\t-------")
    for event in sorted(events, key=_last_seen):
        source = event.get("source") or {}
        origin = source.get("component") or event.get("reportingComponent") or ""
        message = str(event.get("message", "")).strip()
        reason, kind = event.get("reason", ""), event.get("type", "")
        page.add(1, f"{kind}\t{reason}\t{interval_of(event, CLOCK.now())}\t{origin}\t{message}")


def _last_seen(event: Wire) -> str:
    series = event.get("series") or {}
    found = series.get("lastObservedTime") or event.get("lastTimestamp")
    return str(found or event.get("eventTime") or "")
