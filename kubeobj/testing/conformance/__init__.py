"""What every implementation of a seam must pass.

A test suite for an implementation is a class that inherits one of these and says how to make what
it tests; pytest finds the rest. `kubeobj.testing.conformance.store` is for a `Store`,
`kubeobj.testing.conformance.runtime` for a `ContainerRuntime`.
"""
