"""The page of the API's errors is the module's tree."""

import inspect

from kubeobj.api import errors
from tests.docs.pages import blocks, read


def test_the_tree_is_that_of_the_module() -> None:
    """The drawing is the one that the module's own test holds against the classes."""
    (drawn,) = blocks(read("reference/api/api-errors.md"), "text")
    docstring = inspect.getdoc(errors)
    assert docstring is not None
    assert drawn in inspect.cleandoc(docstring.replace("\n    ", "\n"))
