"""What a class of storage says to the driver that provides it.

Source: ``k8s.io/kubernetes/pkg/apis/storage/validation`` validateProvisioner and
validateParameters (v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.fielderrors import invalid, required, too_long
from kubeobj.api.kind import Errors
from kubeobj.errors import FieldPath
from kubeobj.names import byte_length, validate_qualified_name

MAX_COUNT = 512
"""The most parameters that a class can have."""

MAX_BYTES = 256 * 1024
"""The most that the names and values of parameters may take together."""


def validate_provisioner(name: str, path: FieldPath) -> Errors:
    """Find what is wrong with the name of a driver, in which capitals do not matter."""
    if name:
        yield from validate_qualified_name(name.lower(), path)
    else:
        yield required(path, "required")


def validate_parameters(
    parameters: Mapping[str, str] | None, path: FieldPath, *, needed: bool = False
) -> Errors:
    """Find what is wrong with parameters.

    Args:
        parameters: The parameters.
        path: Where they are.
        needed: Whether there must be any.
    """
    if not parameters:
        if needed:
            yield required(path, "required")
        return
    if len(parameters) > MAX_COUNT:
        yield too_long(path, "", MAX_COUNT)
        return
    if "" in parameters:
        yield invalid(path, "", "a name must not be empty", "required")
    if sum(byte_length(key) + byte_length(value) for key, value in parameters.items()) > MAX_BYTES:
        yield too_long(path, "", MAX_BYTES)
