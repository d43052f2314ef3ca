"""Tests of kubeobj.models."""
