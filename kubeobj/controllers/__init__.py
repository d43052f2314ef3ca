"""What keeps each kind of object true: Kubernetes' own control loops, one file per loop."""
