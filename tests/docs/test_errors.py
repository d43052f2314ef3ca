"""The page of errors is the module's tree."""

import inspect

from kubeobj import errors
from kubeobj.errors import KubeobjError
from tests.docs.pages import blocks, read, sections

PAGE = "reference/errors.md"


def _classes() -> list[str]:
    return [
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, KubeobjError)
    ]


def test_each_error_has_its_section_in_order() -> None:
    """Every class that kubeobj raises can be linked to."""
    found = [name for name in sections(PAGE, 2) if name != "Field errors"]
    assert found == _classes()


def test_tree_is_that_of_the_module() -> None:
    """The drawing is the one that the module's own test holds against the classes."""
    (drawn,) = blocks(read(PAGE), "text")
    docstring = inspect.getdoc(errors)
    assert docstring is not None
    assert drawn in inspect.cleandoc(docstring.replace("\n    ", "\n"))
