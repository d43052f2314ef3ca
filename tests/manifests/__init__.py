"""Reading manifests: values, positions, limits, and what is refused."""
