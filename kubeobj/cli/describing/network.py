"""Services as `kubeobj describe` shows them.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go describeService (v1.36).
"""

from collections.abc import Sequence

from kubeobj.cli.describing.page import Page
from kubeobj.cli.printing.tables import label_text
from kubeobj.documents import Wire


def describe_service(page: Page, found: Wire, slices: Sequence[Wire]) -> None:
    """Describe a Service with its endpoints."""
    spec, status = found["spec"], found.get("status") or {}
    page.metadata(found["metadata"])
    selector = spec.get("selector") or {}
    page.add(0, f"Selector:\t{label_text(selector)}")
    page.add(0, f"Type:\t{spec.get('type', '')}")
    if "ipFamilyPolicy" in spec:
        page.add(0, f"IP Family Policy:\t{spec['ipFamilyPolicy']}")
    families = ",".join(spec.get("ipFamilies") or ()) or "<none>"
    page.add(0, f"IP Families:\t{families}")
    page.add(0, f"IP:\t{spec.get('clusterIP', '')}")
    addresses = ",".join(spec.get("clusterIPs") or ()) or "<none>"
    page.add(0, f"IPs:\t{addresses}")
    for title, value in (
        ("External IPs", ",".join(spec.get("externalIPs") or ())),
        ("External Name", spec.get("externalName", "")),
        ("LoadBalancer Ingress", _ingress(status)),
    ):
        if value:
            page.add(0, f"{title}:\t{value}")
    for port in spec.get("ports") or ():
        _port(page, port, slices)
    page.add(0, f"Session Affinity:\t{spec.get('sessionAffinity', '')}")
    for title, field in (
        ("External Traffic Policy", "externalTrafficPolicy"),
        ("Internal Traffic Policy", "internalTrafficPolicy"),
    ):
        if spec.get(field):
            page.add(0, f"{title}:\t{spec[field]}")


def _ingress(status: Wire) -> str:
    found = (status.get("loadBalancer") or {}).get("ingress") or ()
    return ", ".join(one.get("ip") or one.get("hostname", "") for one in found)


def _port(page: Page, port: Wire, slices: Sequence[Wire]) -> None:
    name, protocol = port.get("name") or "<unset>", port.get("protocol", "TCP")
    page.add(0, f"Port:\t{name}\t{port['port']}/{protocol}")
    target = port.get("targetPort", port["port"])
    page.add(0, f"TargetPort:\t{target}/{protocol}")
    if port.get("nodePort"):
        page.add(0, f"NodePort:\t{name}\t{port['nodePort']}/{protocol}")
    page.add(0, f"Endpoints:\t{endpoints_text(slices, port.get('name', ''))}")


def endpoints_text(slices: Sequence[Wire], name: str) -> str:
    """Return the ready endpoints of a port, of which three are shown."""
    found: list[str] = []
    for one in slices:
        numbers = [
            port.get("port") for port in one.get("ports") or () if (port.get("name") or "") == name
        ]
        for endpoint in one.get("endpoints") or ():
            if (endpoint.get("conditions") or {}).get("ready", True):
                found += [
                    f"[{address}]:{number}" if ":" in address else f"{address}:{number}"
                    for number in numbers
                    for address in endpoint.get("addresses") or ()
                ]
    shown = ",".join(found[:3])
    return f"{shown} + {len(found) - 3} more..." if len(found) > 3 else shown
