"""The pages of errors are the modules' trees."""

import inspect
from types import ModuleType

import pytest

from kubeobj import errors
from kubeobj.api import errors as api_errors
from kubeobj.errors import KubeobjError
from tests.docs.pages import blocks, read, sections

PAGE = "reference/errors.md"
TREES = {PAGE: errors, "reference/api/api-errors.md": api_errors}


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


@pytest.mark.parametrize(("page", "module"), TREES.items(), ids=TREES)
def test_tree_is_that_of_the_module(page: str, module: ModuleType) -> None:
    """The drawing is the one that the module's own test holds against the classes."""
    (drawn,) = blocks(read(page), "text")
    docstring = inspect.getdoc(module)
    assert docstring is not None
    assert drawn in inspect.cleandoc(docstring.replace("\n    ", "\n"))
