"""What every object of the API carries: metadata, owners, references, and the values in it.

The rules are `validate_…` functions over documents; the models are their shapes in Python.
"""
