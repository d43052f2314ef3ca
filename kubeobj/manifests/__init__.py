"""Manifest files: YAML and JSON read as Kubernetes reads them, with the place of every value."""

from kubeobj.manifests.files import find_files
from kubeobj.manifests.limits import DEFAULT, Limits
from kubeobj.manifests.manifest import Manifest
from kubeobj.manifests.position import Position
from kubeobj.manifests.reader import read_manifests

__all__ = ["DEFAULT", "Limits", "Manifest", "Position", "find_files", "read_manifests"]
