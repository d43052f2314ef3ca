"""Every kind that Kubernetes 1.36 serves by default, typed: a module for each group-version.

A module costs nothing until it is imported: `from kubeobj.models import appsv1`. Shapes only: what
the API does with objects of a kind is the API's.
"""
