"""What kubeobj promises about speed and memory, measured."""
