"""The test bed: what a test of a Kubernetes program is made of. Needs ``kubeobj[testing]``.

`kubeobj.testing.strategies` draws labels, selectors, names, quantities and metadata for property
tests with Hypothesis.
"""

from importlib.util import find_spec

if find_spec("hypothesis") is None:
    raise ImportError("kubeobj.testing needs Hypothesis: pip install 'kubeobj[testing]'")
