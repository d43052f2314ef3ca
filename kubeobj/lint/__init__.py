"""The linter: what is wrong with manifests before any API server sees them.

One file per family of rules; each has its `RULES`, and yields findings. `linter` runs them all.
"""

from kubeobj.lint.finding import Finding, Location, Rule, Severity
from kubeobj.lint.linter import RULES, lint
from kubeobj.lint.sarif import to_sarif

__all__ = ["RULES", "Finding", "Location", "Rule", "Severity", "lint", "to_sarif"]
