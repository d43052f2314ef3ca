"""Pods that are made from one template have one spec: what was found of it is not looked for again.

Nearly every pod is made by a controller, as one of many that differ in nothing but their names.
Rules and warnings of a spec hang on nothing but the spec, so a spec that breaks none and earns
none is remembered by its JSON. The volume with the token has a name of its own in each pod; it is
taken for the same.
"""

from functools import lru_cache

import orjson

from kubeobj.api.podspec.validation import validate_pod_spec
from kubeobj.api.podspec.warnings import pod_warnings
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

SPEC = FieldPath.of("spec")
"""Where the spec is."""

_LIMIT_BYTES = 16_384
_TOKEN_VOLUME = "kube-api-access-"  # noqa: S105 - a name
_ANY_TOKEN_VOLUME = b'"kube-api-access-token"'


def is_known_good(spec: Wire) -> bool:
    """Return whether *spec* breaks no rule, and earns no warning, as is known of one like it."""
    volumes = spec.get("volumes", ())
    # The claim of an ephemeral volume is named for its pod.
    if any("ephemeral" in volume for volume in volumes):
        return False
    data = orjson.dumps(spec)
    if len(data) > _LIMIT_BYTES:
        return False
    if volumes and volumes[-1]["name"].startswith(_TOKEN_VOLUME):
        name = volumes[-1]["name"]
        data = data.replace(b'"%b"' % name.encode("utf-8", "replace"), _ANY_TOKEN_VOLUME)
    return _is_good(data)


@lru_cache(maxsize=1024)
def _is_good(data: bytes) -> bool:
    spec: Wire = orjson.loads(data)
    if any(True for _ in validate_pod_spec(spec, SPEC, meta={})):
        return False
    return not any(True for _ in pod_warnings({"metadata": {}, "spec": spec}))
