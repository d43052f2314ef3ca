"""How the docs are built: `sphinx-build -n -W -b html docs docs/_build/html`. Needs no network."""

import sys
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext.napoleon import GoogleDocstring

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

import kubeobj
from kubeobj.meta.wire import WireModel

project = "kubeobj"
author = "The kubeobj authors"
project_copyright = author
version = release = kubeobj.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "grammardiagram",
]
exclude_patterns = ["_build", "examples", "extensions"]
nitpicky = True

# Single backticks in docstrings: a link where there is such a name, code where there is none.
default_role = "py:obj"
suppress_warnings = ["ref.python"]  # such a name may fit more than one thing; any of them will do
nitpick_ignore_regex = [
    (r"py:class", r"kubeobj\..*\.(Id|T|Item|Item_co|Key|Model)"),  # type variables
    (r"py:class", r"kubeobj\.models\.[a-z]+v[0-9a-z]+\..*"),  # too many to be shown
    (r"py:class", r"kubeobj\.names\.types\..*"),  # shown where they are imported from
    (r"py:class", r"kubeobj\.manifests\.position\.Positions"),
    # How a live cluster, its socket and its client are put together inside.
    (r"py:class", r"kubeobj\.cluster\.(sharedapi|livenode|podstreams|statedirectory)\..*"),
    (r"py:class", r"kubeobj\.(server\.(sockets|control)|remote\.[a-z]+|api\.rest\.api)\..*"),
    (r"py:class", r"kubeobj\.store\.sqlite\.lockedwatch\.LockedWatch"),
    (r"py:class", r"kubeobj\..*\._.*"),  # what pydantic shows of its own doing
]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

smartquotes_action = "D"  # dashes; quotes in prose are often those of YAML

autodoc_member_order = "bysource"
autodoc_default_options = {"exclude-members": "model_config"}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = "kubeobj"
html_static_path = ["_static"]
html_css_files = ["drawings.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}


def _leave_as_code(
    _app: Sphinx, _environment: BuildEnvironment, node: pending_xref, content: nodes.Node
) -> nodes.Node | None:
    """Show a name that the docs do not describe as code: Python's own, or one of a file."""
    if node.get("refdomain") == "py" and not node.get("reftarget", "").startswith("kubeobj."):
        return content
    return None


def _name_fields(  # the types that pydantic shows are its own machinery
    _app: Sphinx, _what: str, _name: str, thing: object, *_rest: object
) -> tuple[str, None] | None:
    """Return the signature of a wire model: its fields, which the docstring describes."""
    if isinstance(thing, type) and issubclass(thing, WireModel):
        return f"(*, {', '.join(thing.model_fields)})" if thing.model_fields else "(**fields)", None
    return None


class _AttributeDocstrings:
    """Has napoleon read the docstrings of attributes as it reads those of methods.

    By itself it takes what stands before their first colon for a type, and leaves sections alone.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []

    def hide(self, _app: Sphinx, what: str, *rest: object) -> None:
        """Take the docstring out of napoleon's way."""
        lines = rest[-1]
        if what in _ATTRIBUTES and isinstance(lines, list):
            # All that Python itself says of a named tuple's fields is their number.
            self._lines = [line for line in lines if not line.startswith("Alias for field number")]
            lines.clear()

    def show(self, app: Sphinx, what: str, name: str, thing: object, *rest: object) -> None:
        """Put it back, converted."""
        lines = rest[-1]
        if what in _ATTRIBUTES and isinstance(lines, list):
            docstring = GoogleDocstring(self._lines, app.config, app, "method", name, thing)
            lines[:] = docstring.lines()


_ATTRIBUTES = {"attribute", "data", "property"}


def setup(app: Sphinx) -> None:
    """Connect what the build asks us."""
    docstrings = _AttributeDocstrings()
    app.connect("autodoc-process-docstring", docstrings.hide, priority=400)
    app.connect("autodoc-process-docstring", docstrings.show, priority=600)
    app.connect("autodoc-process-signature", _name_fields)
    app.connect("missing-reference", _leave_as_code)
