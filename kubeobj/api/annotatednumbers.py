"""Numbers that the API reads out of annotations, where a version has no field for them.

Source: ``k8s.io/kubernetes/pkg/apis/apps/v1`` conversion.go (v1.36).
"""

import re

from kubeobj.api.wireform import WireError
from kubeobj.errors import MapKey, echo

_match_integer = re.compile(r"[-+]?[0-9]{1,18}").fullmatch


def check_number(name: str, text: str) -> None:
    """Make sure that an annotation is a number.

    Raises:
        WireError: If the *text* of the one called *name* is none.
    """
    if not _match_integer(text):
        error = WireError(f"must be an integer, not {echo(text)}")
        raise error.under(MapKey(name)).under("annotations").under("metadata")
