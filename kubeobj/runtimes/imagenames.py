"""Which texts are names of images.

Source: ``github.com/distribution/reference`` (v0.6), the grammar of references.
"""

import re
from typing import Final

from kubeobj.runtimes.errors import ImageFault

_LABEL: Final = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN: Final = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PART: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_DIGEST: Final = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_NAME: Final = re.compile(
    rf"(?:{_DOMAIN}/)?{_PART}(?:/{_PART})*(?::[\w][\w.-]{{0,127}})?(?:@{_DIGEST})?", re.ASCII
)
_LONGEST: Final = 4096


def checked_image_name(name: str) -> str:
    """Return a name with its tag: ``latest``, if it says neither a tag nor a digest.

    Raises:
        ImageFault: If it is no name of an image (``InvalidImageName``).

    >>> checked_image_name("shop/web"), checked_image_name("localhost:5000/web:1")
    ('shop/web:latest', 'localhost:5000/web:1')
    """
    if len(name) > _LONGEST or _NAME.fullmatch(name) is None:
        shown = name[:100]
        message = (
            f'Failed to apply default image tag "{shown}": couldn\'t parse image name "{shown}": '
            "invalid reference format"
        )
        raise ImageFault(message, reason="InvalidImageName")
    last = name.rpartition("/")[2]
    return name if ":" in last or "@" in last else f"{name}:latest"
