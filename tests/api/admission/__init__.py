"""Tests of `kubeobj.api.admission`."""
