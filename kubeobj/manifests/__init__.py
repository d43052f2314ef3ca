"""Manifest files: YAML and JSON read as Kubernetes reads them, with the place of every value."""

from kubeobj.manifests.limits import DEFAULT, Limits
from kubeobj.manifests.manifest import Manifest
from kubeobj.manifests.position import Position

__all__ = ["DEFAULT", "Limits", "Manifest", "Position"]
