"""The document at ``/version``: which Kubernetes a server behaves as.

Source: ``k8s.io/apimachinery/pkg/version`` (v1.36).
"""

import platform

from kubeobj import __version__
from kubeobj.documents import Wire

MAJOR, MINOR, PATCH = 1, 36, 2
"""The version of Kubernetes whose behaviour this is."""


def version_info() -> Wire:
    """Return the document at ``/version``; what of it is Go's says what there is instead."""
    return {
        "major": str(MAJOR),
        "minor": str(MINOR),
        "emulationMajor": str(MAJOR),
        "emulationMinor": str(MINOR),
        "minCompatibilityMajor": str(MAJOR),
        "minCompatibilityMinor": str(MINOR - 1),
        "gitVersion": f"v{MAJOR}.{MINOR}.{PATCH}+kubeobj.{__version__}",
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": f"python{platform.python_version()}",
        "compiler": platform.python_implementation().lower(),
        "platform": f"{platform.system()}/{platform.machine()}".lower(),
    }
