"""The test bed: what a test of a Kubernetes program is made of.

`kubeobj.testing.strategies` draws labels, selectors, names, objects and faults for property tests,
and `kubeobj.testing.machines` has Hypothesis look for what breaks an operator; both need
``kubeobj[testing]``. `kubeobj.testing.plugin` gives pytest its fixtures, and needs nothing.
"""
