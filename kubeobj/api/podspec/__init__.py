"""Pod specs: their defaults and rules, for pods and for all that makes pods from a template."""
