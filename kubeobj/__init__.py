"""Kubernetes' object semantics as an embeddable Python library."""
