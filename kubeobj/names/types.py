"""Types for texts that have been found to be names, for signatures to say which."""

from typing import NewType

LabelKey = NewType("LabelKey", str)
"""A valid label key."""

LabelValue = NewType("LabelValue", str)
"""A valid label value."""

Name = NewType("Name", str)
"""The name of an object: unique in its namespace, among those of its kind, at any one time."""

Namespace = NewType("Namespace", str)
"""The name of a namespace; empty for objects of the whole cluster."""

UID = NewType("UID", str)
"""The identity of one object: unique in space and time, never used again (RFC 4122)."""
