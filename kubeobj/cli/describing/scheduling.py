"""Where pods may run, as `kubeobj describe` shows it: node selectors and tolerations.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go printPodTolerationsMultiline (v1.36).
"""

from kubeobj.cli.describing.page import Page
from kubeobj.documents import Wire


def add_scheduling(page: Page, spec: Wire, level: int) -> None:
    """Add node selectors and tolerations to a page."""
    page.labels("Node-Selectors", spec.get("nodeSelector"), level)
    tolerations = sorted(spec.get("tolerations") or (), key=lambda one: str(one.get("key", "")))
    if not tolerations:
        page.add(level, "Tolerations:\t<none>")
    for number, one in enumerate(tolerations):
        head = "Tolerations:" if not number else ""
        page.add(level, f"{head}\t{toleration_text(one)}")


def toleration_text(toleration: Wire) -> str:
    """Return a toleration in a few words.

    >>> toleration_text({"key": "a", "operator": "Exists", "effect": "NoExecute"})
    'a:NoExecute op=Exists'
    """
    text = str(toleration.get("key", ""))
    if toleration.get("value"):
        text += f"={toleration['value']}"
    if toleration.get("effect"):
        text += f":{toleration['effect']}"
    if toleration.get("operator") == "Exists" and not toleration.get("value"):
        text += " op=Exists" if text else "op=Exists"
    if toleration.get("tolerationSeconds") is not None:
        text += f" for {toleration['tolerationSeconds']}s"
    return text
