"""Recorded requests and answers of Kubernetes, replayed on the REST layer without a socket."""
