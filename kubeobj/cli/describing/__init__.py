"""What `kubeobj describe` says of an object, kind by kind, in kubectl's form."""
