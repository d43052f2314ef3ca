"""ValidatingWebhookConfiguration: webhooks that may refuse requests.

Source: ``k8s.io/kubernetes/pkg/registry/admissionregistration`` (v1.36).
"""

from kubeobj.api.admissionrules import GROUP
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.metadata import new_errors
from kubeobj.api.webhooks import (
    WEBHOOKS_TABLE,
    default_webhooks,
    validate_webhooks,
    validate_webhooks_update,
)
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a configuration that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate_webhooks_update(obj, old)


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "ValidatingWebhookConfiguration"),
    plural="validatingwebhookconfigurations",
    namespaced=False,
    default=default_webhooks,
    validate=validate_webhooks,
    validate_update=validate_update,
    counts_generations=True,
    table=WEBHOOKS_TABLE,
    updates_blindly=False,
)
"""What the API knows of ValidatingWebhookConfigurations."""
