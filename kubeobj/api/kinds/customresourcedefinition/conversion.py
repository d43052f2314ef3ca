"""How a custom resource comes from one version to another.

Source: ``k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation`` (v1.36).
"""

from kubeobj.api.fielderrors import forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.webhooks import REVIEW_VERSIONS, validate_client_config
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_dns1035_label

STRATEGIES = ("None", "Webhook")

_PATH = FieldPath.of("spec", "conversion")
# The API keeps these two beside the strategy, and names them so.
_CONFIG = _PATH.child("webhookClientConfig")
_VERSIONS = _PATH.child("conversionReviewVersions")


def validate_conversion(conversion: Wire) -> Errors:
    """Find what is wrong with a conversion."""
    strategy, webhook = conversion["strategy"], conversion.get("webhook", {})
    config, versions = webhook.get("clientConfig"), webhook.get("conversionReviewVersions")
    if not strategy:
        yield required(_PATH.child("strategy"), "required")
    elif strategy not in STRATEGIES:
        yield not_supported(_PATH.child("strategy"), strategy, STRATEGIES)
    if strategy == "Webhook":
        if config is None:
            yield required(_CONFIG, "union")
        else:
            yield from validate_client_config(config, _CONFIG)
        yield from _review_versions(versions or [])
        return
    detail = "should not be set when strategy is not set to Webhook"
    if config is not None:
        yield forbidden(_CONFIG, detail, "union")
    if versions:
        yield forbidden(_VERSIONS, detail, "union")


def _review_versions(versions: list[str]) -> Errors:
    if not versions:
        yield required(_VERSIONS, "required")
        return
    for position, version in enumerate(versions):
        if version in versions[:position]:
            yield invalid(_VERSIONS.index(position), version, "duplicate version", "unique")
        else:
            yield from validate_dns1035_label(version, _VERSIONS.index(position))
    if not any(version in REVIEW_VERSIONS for version in versions):
        detail = f"must include at least one of {', '.join(REVIEW_VERSIONS)}"
        yield invalid(_VERSIONS, versions, detail, "version=known")
