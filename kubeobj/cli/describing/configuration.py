"""Config maps, secrets and accounts as `kubeobj describe` shows them.

Of what is in a secret, its size alone is told.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go (v1.36).
"""

import base64

from kubeobj.cli.describing.page import Page
from kubeobj.documents import Wire


def describe_config_map(page: Page, found: Wire) -> None:
    """Describe a config map."""
    page.metadata(found["metadata"])
    page.add(0, "")
    page.add(0, "Data")
    page.add(0, "====")
    for key, text in sorted((found.get("data") or {}).items()):
        page.add(0, f"{key}:")
        page.add(0, "----")
        page.add(0, text)
        page.add(0, "")
    page.add(0, "")
    page.add(0, "BinaryData")
    page.add(0, "====")
    for key, text in sorted((found.get("binaryData") or {}).items()):
        page.add(0, f"{key}: {size_of(text)} bytes")
    page.add(0, "")


def describe_secret(page: Page, found: Wire) -> None:
    """Describe a secret, without telling it."""
    page.metadata(found["metadata"])
    page.add(0, "")
    page.add(0, f"Type:\t{found.get('type', '')}")
    page.add(0, "")
    page.add(0, "Data")
    page.add(0, "====")
    for key, text in sorted((found.get("data") or {}).items()):
        page.add(0, f"{key}:\t{size_of(text)} bytes")


def size_of(text: str) -> int:
    """Return how many bytes base64 text stands for."""
    return len(base64.b64decode(text))


def describe_account(page: Page, found: Wire) -> None:
    """Describe a service account."""
    page.metadata(found["metadata"])
    pulls = [one["name"] for one in found.get("imagePullSecrets") or ()]
    mounted = [one["name"] for one in found.get("secrets") or ()]
    for title, names in (
        ("Image pull secrets:", pulls),
        ("Mountable secrets:", mounted),
        ("Tokens:", []),
    ):
        for number, name in enumerate(names or ["<none>"]):
            page.add(0, f"{'' if number else title}\t{name}")
        if names:
            page.add(0, "")
