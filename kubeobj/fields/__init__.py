"""Field selectors: which objects to list, by the values of their fields.

Start with `kubeobj.fields.selector`; beside it are `requirement` (one condition), `parser` (text to
requirements) and `escaping` (how a value is written).
"""

from kubeobj.fields.escaping import escape_value, unescape_value
from kubeobj.fields.requirement import FieldRequirement
from kubeobj.fields.selector import FieldSelector

__all__ = ["FieldRequirement", "FieldSelector", "escape_value", "unescape_value"]
