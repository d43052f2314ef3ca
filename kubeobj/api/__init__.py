"""The API: what Kubernetes objects go through to be stored, changed and read."""
